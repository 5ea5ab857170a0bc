"""Reads under way together: order, failures, how many at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from viang_pipeline.sources import http
from viang_pipeline.sources.connection import Question, Reply
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.pacing import SIMULATED_RATE, bling_scopes
from viang_pipeline.sources.route_families import REPEATED, RouteFamilies
from viang_pipeline.sources.side_by_side import AHEAD, LANES, ahead, side_by_side
from viang_pipeline_tests.sources import first_reads


class Platform:
    """Answers after a moment; counts what is under way."""

    def __init__(self, answer: Callable[[int], int] = lambda item: item) -> None:
        self.asked: list[int] = []
        self.most_at_once = 0
        self._answer = answer
        self._under_way = 0
        self._lock = threading.Lock()

    def ask(self, item: int) -> int:
        with self._lock:
            self.asked.append(item)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            time.sleep(0.002 * (item % 3))
            return self._answer(item)
        finally:
            with self._lock:
                self._under_way -= 1


def refusing(number: int) -> Callable[[int], int]:
    def answer(item: int) -> int:
        if item == number:
            raise LookupError(str(item))
        return item

    return answer


def test_answers_come_in_the_order_of_the_questions() -> None:
    platform = Platform()
    assert list(side_by_side(platform.ask, range(50))) == list(range(50))


def test_some_are_under_way_together_and_never_more_than_the_lanes() -> None:
    platform = Platform()
    assert len(list(side_by_side(platform.ask, range(50)))) == 50
    assert 1 < platform.most_at_once <= LANES


def test_the_first_failure_ends_it_after_what_came_before_and_the_rest_is_not_begun() -> None:
    platform, seen = Platform(refusing(10)), []
    with pytest.raises(LookupError, match="10"):
        seen.extend(side_by_side(platform.ask, range(1_000)))
    assert seen == list(range(10))
    assert len(platform.asked) < 100


def test_a_few_are_read_ahead_while_one_is_worked_on_and_no_more() -> None:
    platform = Platform()
    for answer in ahead(platform.ask, range(20)):
        time.sleep(0.01)
        assert len(platform.asked) == min(answer + 1 + AHEAD, 20)
    assert platform.most_at_once == AHEAD > 1


def test_nothing_new_is_asked_after_a_failure_and_everything_before_it_was_handed_out() -> None:
    platform, seen = Platform(refusing(3)), []
    with pytest.raises(LookupError, match="3"):
        seen.extend(ahead(platform.ask, range(20)))
    assert seen == [0, 1, 2]
    assert len(platform.asked) == 3 + AHEAD


def test_refusals_of_requests_under_way_together_count_once() -> None:
    families = RouteFamilies("Mercado Livre")
    together = threading.Barrier(LANES)

    def refused() -> None:
        assert families.stopped("/orders/1") is None
        together.wait()
        families.refused("/orders/1")

    for _ in range(REPEATED - 1):
        lanes = [threading.Thread(target=refused) for _ in range(LANES)]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
    assert families.stopped("/orders/1") is None
    families.refused("/orders/1")
    assert families.stopped("/orders/1") is not None


def test_lanes_that_meet_a_kind_of_answer_for_the_first_time_together_read_it() -> None:
    ended = subprocess.run([sys.executable, first_reads.__file__], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_threads_that_ask_at_once_share_no_connections_and_the_next_question_takes_one_that_is_there() -> None:
    together, used = threading.Barrier(LANES), []

    class Meeting:
        """Answers once all lanes have asked."""

        def ask(self, question: Question) -> Reply:
            used.append(self)
            if question.target != "/alone":
                together.wait(10)
            return Reply(200, {}, b"{}")

        def close(self) -> None:
            used.remove(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http, "connection_to", lambda base, transport: Meeting())
        with HttpClient(base_url="http://127.0.0.1:9") as client:
            list(side_by_side(client.get, ["/together"] * LANES))
            assert len(set(used)) == LANES
            client.get("/alone")
            assert len(set(used)) == LANES
    assert len(used) == 1, "each was closed, the one that was used twice a last time"


def test_a_simulated_account_waits_for_none_of_its_budgets() -> None:
    assert {scope.ceiling for scope in bling_scopes("1", account_rate=SIMULATED_RATE)} == {SIMULATED_RATE}
