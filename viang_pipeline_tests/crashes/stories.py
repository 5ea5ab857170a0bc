"""Every piece of work that may be killed, and how its user starts it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from viang_pipeline.metabase.provision import provision
from viang_pipeline_tests.crashes import compare
from viang_pipeline_tests.crashes.boundaries import BUDGETS, Point
from viang_pipeline_tests.crashes.house import (
    ADDRESS,
    FIRST,
    LATER,
    NIGHT,
    ONE,
    PERIOD,
    QUIET_NIGHT,
    Failed,
    House,
    Place,
    at_night,
    files,
)
from viang_pipeline_tests.crashes.works import CLIENT
from viang_pipeline_tests.metabase.conftest import client
from viang_pipeline_tests.metabase.fake import DATABASE

OUTBOX = "dashboard.report_outbox"
READINGS = frozenset(
    f"dashboard.{name}"
    for name in (
        "source_reads", "source_cursors", "rate_budgets", "shipment_readings", "visit_readings",
        "api_tokens",
    )
)  # fmt: skip
"""What says when something was read or asked: every run writes it, and it holds no number anybody is shown."""


@dataclass(frozen=True)
class Story:
    """``command``: what a person types. ``work``: what does it here, given the place. ``apart``: tables not compared
    byte by byte but judged."""

    name: str
    command: str
    template: str
    night: int
    work: Callable[[Place], tuple[Any, ...]]
    apart: frozenset[str] = frozenset()
    settings: Callable[[House], dict[str, str]] = lambda house: {}
    prepare: Callable[[House], None] = lambda house: None


def _files(place: Place) -> tuple[Any, ...]:
    paths = []
    for name, content in files(NIGHT, hours=2).items():
        path = place.home / name
        if not path.exists():  # the same file again, and not one made again
            path.write_bytes(content)
        paths.append(str(path))
    return ("viang", "import", "upseller", *paths, "--client-id", CLIENT)


def _params(place: Place) -> tuple[Any, ...]:
    path = place.home / "costs.csv"
    path.write_text(f"sku,custo_unitario,vigente_de\nGAR-1L,19.99,{FIRST + 2 * ONE}\nBARATO,0.03,{FIRST}\n")
    return ("told", "params", "import", "costs", str(path), "--client-id", CLIENT)


def _provision(house: House) -> None:
    with client(house.metabase) as api:
        provision(api, DATABASE)


LAST = FIRST + (NIGHT - 1) * ONE
STORIES = (
    Story("first load", "viang nightly", "new", QUIET_NIGHT, lambda place: ("night",)),
    Story("night", "viang nightly", "read", NIGHT, lambda place: ("night",)),
    Story("reprocess", "viang reprocess", "read", NIGHT, lambda place: ("reprocess", FIRST, LAST)),
    Story("params", "viang params import", "told", NIGHT, _params),
    Story("files", "viang import upseller", "told", NIGHT, _files),
    Story("tokens", "viang refresh-tokens", "told", NIGHT, lambda place: ("viang", "refresh-tokens")),
    Story("insight", "viang insight", "told", NIGHT, lambda place: ("viang", "insight", CLIENT)),
    Story(
        "report", "viang report --send", "told", NIGHT,
        lambda place: ("viang", "report", CLIENT, "--periodo", PERIOD, "--send"), frozenset({OUTBOX}),
    ),
    Story(
        "dashboards", "viang nightly (Metabase)", "told", NIGHT, lambda place: ("dashboards",),
        settings=lambda house: house.dashboards, prepare=_provision,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What became of the work after a kill. ``written``: rows of a second run; ``consent``: a person had to consent
    again; ``uncertain``: a mail waits for a person to say whether it arrived."""

    point: Point
    differences: tuple[str, ...]
    written: int
    consent: bool = False
    uncertain: bool = False

    @property
    def converged(self) -> bool:
        return not self.differences and not self.written


class Trial:
    """One story: its boundaries from a run that is left alone, then what follows a kill at any of them."""

    def __init__(self, house: House, story: Story) -> None:
        self.house = house
        self.story = story
        story.prepare(house)

    @cached_property
    def _undisturbed(self) -> tuple[list[Point], compare.Reference, dict[str, str]]:
        with self._place() as place:
            points = self._run(place)
            tables, one, files = (
                compare.columns(place.database),
                compare.contents(place.database),
                files_left(place.home),
            )
            if problem := self._again(place):
                raise Failed(f"{self.story.name}: a second run of what was left alone wrote {problem}")
        with self._place() as place:
            self._run(place, LATER)
            compared = {table: shown for table, shown in tables.items() if table not in self.story.apart}
            ignored = compare.of_runs_and_instants(compared, one, compare.contents(place.database))
        return points, compare.Reference(one, ignored, self.story.apart), files

    @property
    def points(self) -> list[Point]:
        """Every point, in the order they are passed. Of the budgets, which follow the clock of the wall, one."""
        return [p for p in self._undisturbed[0] if p.label != BUDGETS or p.occurrence == 1]

    @property
    def representatives(self) -> list[Point]:
        """The first of every label: after it, and before what is no commit.

        Before a commit is what was after the boundary before it: an open transaction leaves nothing.
        """
        return [p for p in self.points if p.occurrence == 1 and (p.side == "after" or p.label[:6] != "commit")]

    @property
    def kinds(self) -> list[Point]:
        """After the first of every kind: before one is after the one before it."""
        first: dict[str, Point] = {}
        for point in self.points:
            if point.side == "after":
                first.setdefault(point.kind, point)
        return list(first.values())

    def kill(self, point: Point) -> Verdict:
        """Die there, start again as a person would, and compare."""
        _, reference, left = self._undisturbed
        with self._place() as place:
            self._run(place, fatal=point)
            lost = place.lost_answers()
            if "mercado_livre" in lost:
                self.house.repeat_allowed(place.vault(at_night(0)).read(CLIENT, "mercado_livre").refresh_token)
            if "bling" in lost:
                self._consent_again(place)
            self._run(place, LATER, watched=False)
            differences = reference.differences(place.database)
            differences += self._tokens(place, lost)
            mail, uncertain = self._mail(place)
            differences += mail
            differences += [f"files: {each}" for each in sorted(files_left(place.home).items() ^ left.items())]
            again = self._again(place, uncertain=uncertain)
        return Verdict(point, tuple(differences), sum(again.values()), "bling" in lost, uncertain)

    def _place(self) -> Any:
        return self.house.place(self.story.template, self.story.night)

    def _run(
        self, place: Place, later: timedelta = timedelta(0), fatal: Point | None = None, *, watched: bool = True
    ) -> list[Point]:
        at = at_night(self.story.night) + later
        work, *arguments = self.story.work(place)
        return place.run(work, *arguments, at=at, fatal=fatal, watched=watched, **self.story.settings(self.house))

    def _again(self, place: Place, *, uncertain: bool = False) -> dict[str, int]:
        """Table → rows written by a second run; of the outbox none is sent again."""
        before, mails = compare.mark(place.database), len(place.mailbox.kept)
        self._run(place, 2 * LATER, watched=False)
        found = {k: n for k, n in compare.written_since(place.database, before).items() if k not in READINGS}
        if len(place.mailbox.kept) != mails:
            found[OUTBOX] = found.get(OUTBOX, 0) + len(place.mailbox.kept) - mails
        return found

    def _consent_again(self, place: Place) -> None:
        """Bling takes a refresh token once: what is asked again is refused, said, and mended by a new consent."""
        try:
            self._run(place, LATER, watched=False)
        except Failed as failed:
            if "viang connect bling" not in str(failed):
                raise
        place.consent("bling", at_night(self.story.night) + LATER)

    def _tokens(self, place: Place, lost: list[str]) -> Iterator[str]:
        """No pair was lost, and nothing spent was sent again but what the death left unanswered."""
        for platform in place.lost_answers():
            yield f"tokens: the pair {platform} issued last is not the one stored"
        sent_again = [token for token, times in self.house.sends.items() if times > 1]
        if len(sent_again) > len(lost) or any(times > 2 for times in self.house.sends.values()):
            yield f"tokens: {len(sent_again)} refresh tokens were sent more than once"

    def _mail(self, place: Place) -> tuple[list[str], bool]:
        """Sent once and noted so, or shown as uncertain and not sent again (mail-once.md)."""
        if OUTBOX not in self.story.apart:
            return [], False
        with place.database.transaction() as conn:
            states = [state for (state,) in conn.execute(f"select estado from {OUTBOX}").fetchall()]
        arrived = place.mailbox.recipients
        if (states, arrived) == (["enviado"], [ADDRESS]):
            return [], False
        if states == ["incerto"] and arrived in ([], [ADDRESS]):
            return [], True
        return [f"mail: {states}, arrived {len(arrived)} times"], False


def files_left(home: Path) -> dict[str, str]:
    """Path below the home → digest of the file; of reports beside imported files only that they are there."""
    found = {}
    for path in sorted(home.rglob("*")):
        if path.is_file() and "logs" not in path.relative_to(home).parts:
            told = "" if path.suffix == ".json" else sha256(path.read_bytes()).hexdigest()
            found[str(path.relative_to(home))] = told
    return found
