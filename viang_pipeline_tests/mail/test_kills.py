"""Killed at any point: nobody gets a mail twice, and what is not sure to have arrived is seen (mail-once.md)."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from viang_pipeline.failures import AnswerLost, PermanentFailure, SourcePaused, TransientFailure
from viang_pipeline.mail import outbox
from viang_pipeline_tests.mail.conftest import ANA, Post
from viang_pipeline_tests.mail.servers import Mailbox


def kill_at(post: Post, point: str) -> None:
    """Run a sender of its own in a process that is killed at a point."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "viang_pipeline_tests.mail.dying_sender"),
            *(post.database.url, str(post.mailer.server.port), point),
        ],
        cwd=ROOT,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL


ROOT = __file__.rpartition("/viang_pipeline_tests/")[0]


@pytest.mark.parametrize("point", ["claimed", "sending"])
def test_killed_before_the_end_of_the_message_it_is_sent_by_the_next_process(
    post: Post, mailbox: Mailbox, point: str
) -> None:
    post.enqueue()
    kill_at(post, point)
    assert post.deliver().sent == 0  # whoever claimed it may be alive
    post.wait(minutes=16)
    assert post.deliver().sent == 1
    assert (post.states(), len(mailbox.kept)) == ({ANA: "enviado"}, 1)


@pytest.mark.parametrize(("point", "arrived"), [("announced", 0), ("accepted", 1)])
def test_killed_around_the_servers_answer_it_is_shown_as_uncertain_and_never_sent_again(
    post: Post, mailbox: Mailbox, point: str, arrived: int
) -> None:
    post.enqueue()
    kill_at(post, point)
    post.wait(minutes=16)
    done = post.deliver()
    assert (done.sent, done.uncertain, len(done.problems)) == (0, 1, 1)
    post.wait(days=30)
    assert post.deliver().sent == 0
    assert (post.states(), len(mailbox.kept)) == ({ANA: "incerto"}, arrived)


class Killed(BaseException):
    """The process is gone: nothing of ours runs any more."""


EVENTS = ["ok", "later", "refused", "paused", "killed early", "killed late", "unanswered", "unanswered, kept"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.sampled_from(EVENTS), min_size=1, max_size=6), waits=st.lists(st.integers(0, 40), max_size=6))
def test_whatever_happens_in_whatever_order_nobody_gets_two(post: Post, events: list[str], waits: list[int]) -> None:
    kept: list[str] = []

    class Fate:
        """A server and a process to which the next thing happens."""

        sender = post.mailer.sender

        def deliver(self, message: object, recipient: str, *, last_moment: Callable[[], None]) -> None:
            event = left.pop() if left else "ok"
            failure = {"where": "servidor", "action": "nada"}
            if event == "later":
                raise TransientFailure("agora não", **failure)
            if event == "refused":
                raise PermanentFailure("nunca", **failure)
            if event == "paused":
                raise SourcePaused("fora do ar", **failure)
            if event == "killed early":
                raise Killed
            last_moment()
            if event != "unanswered":
                kept.append(recipient)
            if event == "killed late":
                raise Killed
            if event.startswith("unanswered"):
                raise AnswerLost("sem resposta", **failure)

    with post.database.transaction() as conn:
        conn.execute("delete from dashboard.report_outbox")
    post.enqueue()
    left, pauses = list(events), [*waits]
    while left:
        with suppress(Killed):
            post.deliver(Fate())  # type: ignore[arg-type]
        post.now += timedelta(hours=pauses.pop() if pauses else 13)
        with post.database.transaction() as conn:
            outbox.recover(conn, post.now)
        if post.states()[ANA] not in ("pendente", "enviando"):
            break
    state = post.states()[ANA]
    assert len(kept) <= 1
    if state == "enviado":
        assert kept == [ANA]
    if kept:
        assert state in ("enviado", "entregando", "incerto")
