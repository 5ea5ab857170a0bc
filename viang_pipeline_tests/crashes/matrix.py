"""Kills every piece of work at every boundary, one after the other, and says what became of each."""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from operator import itemgetter
from pathlib import Path

import psycopg

from viang_pipeline.warehouse import embedded
from viang_pipeline.warehouse.migrate import upgrade
from viang_pipeline_tests.conftest import FAST, TEMPLATE, PostgresServer, _in_memory, open_folder, remove_home
from viang_pipeline_tests.crashes.boundaries import Point
from viang_pipeline_tests.crashes.house import House
from viang_pipeline_tests.crashes.stories import STORIES, Story, Trial, Verdict

BEGIN, END = "<!-- boundaries: begin -->", "<!-- boundaries: end -->"
HEAD = (
    "| Boundary | Points | Died before | Died after | Converged | Rows of the second run | Beside that |",
    "|---|---:|---:|---:|---:|---:|---|",
)

KNOWN = {story.name: story for story in STORIES}


@contextmanager
def house() -> Iterator[House]:
    """The outside world, and a Postgres of its own that is removed afterwards."""
    home = open_folder("viang-crashes-", _in_memory())
    try:
        server = embedded.ensure_running(home, extra_settings=FAST)
        with psycopg.connect(server.superuser_url, autocommit=True) as maintenance:
            postgres = PostgresServer(server, home, maintenance)
            postgres._run("create database {} owner {}", TEMPLATE, embedded.ADMIN)
            upgrade(postgres.database(TEMPLATE))
            with House(postgres, TEMPLATE, open_folder("homes-", home)).open() as opened:
                yield opened
    finally:
        remove_home(home)


def table(verdicts: Iterable[Verdict]) -> str:
    """One row per label, in the order they were passed."""
    by_label: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_label.setdefault(verdict.point.label, []).append(verdict)
    return "\n".join([*HEAD, *(_row(label, found) for label, found in by_label.items())])


def _row(label: str, found: Sequence[Verdict]) -> str:
    sides = [sum(verdict.point.side == side for verdict in found) for side in ("before", "after")]
    good = sum(verdict.converged for verdict in found)
    beside = [
        f"{number} {what}"
        for what, number in (
            ("needed a new consent", sum(verdict.consent for verdict in found)),
            ("left a mail marked uncertain", sum(verdict.uncertain for verdict in found)),
        )
        if number
    ]
    written = sum(verdict.written for verdict in found)
    cells = (label, len(found), *sides, good, written, "; ".join(beside) or "–")
    return f"| {' | '.join(map(str, cells))} |"


def section(story: Story, verdicts: Sequence[Verdict], passed: int, minutes: float, *, few: bool) -> str:
    """A story's part of the document."""
    good = sum(verdict.converged for verdict in verdicts)
    chosen = "the first of each name" if few else "every one"
    return (
        f"### {_title(story)}\n\n"
        f"{passed} boundaries passed, {chosen} killed: {len(verdicts)} kills, {good} converged, in {minutes:.0f} "
        f"process-minutes ({datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}).\n\n{table(verdicts)}"
    )


def _title(story: Story) -> str:
    return f"{story.name.capitalize()}: `{story.command}`"


def run(story: Story, *, few: bool, processes: int) -> tuple[str, bool]:
    """A story's part of the document, and whether everything converged; says on stderr how far it is.

    Each process has a world and a Postgres of its own and takes every n-th point.
    """
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        shares = list(pool.map(partial(_share, story.name, few, step=processes), range(processes)))
    numbered = sorted((each for share in shares for each in share.verdicts), key=itemgetter(0))
    found = [verdict for _, verdict in numbered]
    minutes = sum(share.seconds for share in shares) / 60
    good = all(verdict.converged for verdict in found)
    return section(story, found, shares[0].passed, minutes, few=few), good


@dataclass(frozen=True)
class Share:
    """What one process did of a story: its verdicts by the number of the point."""

    passed: int
    seconds: float
    verdicts: list[tuple[int, Verdict]]


def _share(name: str, few: bool, first: int, step: int) -> Share:
    begun = time.monotonic()
    with house() as opened:
        trial = Trial(opened, KNOWN[name])
        numbered = list(enumerate(trial.representatives if few else trial.points))[first::step]
        found = [(number, _kill(trial, point)) for number, point in numbered]
        return Share(len(trial.points) // 2, time.monotonic() - begun, found)


def _kill(trial: Trial, point: Point) -> Verdict:
    verdict = trial.kill(point)
    print(f"{'ok ' if verdict.converged else 'BAD'} {trial.story.name}: {point}", file=sys.stderr, flush=True)
    for difference in verdict.differences[:5]:
        print(f"      {difference[:300]}", file=sys.stderr, flush=True)
    if verdict.written:
        print(f"      a second run wrote {verdict.written} rows", file=sys.stderr, flush=True)
    return verdict


def with_section(text: str, story: Story, found: str) -> str:
    """``text`` with the story's section replaced or put in its place among the others between the two marks.

    Sections of stories there are no more go. Raises ValueError when a mark is missing.
    """
    before, _, rest = text.partition(BEGIN)
    inside, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{BEGIN} and {END} are needed in the document")
    sections = {part.partition("\n")[0]: part.strip() for part in re.split(r"^### ", inside, flags=re.M)}
    sections[_title(story)] = found.removeprefix("### ")
    shown = [f"### {sections[title]}" for title in map(_title, STORIES) if title in sections]
    return before + "\n\n".join([BEGIN, *shown, END]) + after


def main() -> None:
    """Kill, print and write, story by story; 1 when something did not converge."""
    parser = argparse.ArgumentParser(prog="python -m viang_pipeline_tests.crashes", description=__doc__)
    parser.add_argument("--story", action="append", choices=KNOWN, help="only this one; may be repeated")
    parser.add_argument("--representatives", action="store_true", help="the first point of each name")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that kill side by side")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables between the marks of this document")
    options = parser.parse_args()
    stories = [KNOWN[name] for name in options.story] if options.story else STORIES
    if options.write:  # a document without marks is refused before an hour of killing
        with_section(options.write.read_text(encoding="utf-8"), stories[0], "")
    all_good = True
    for story in stories:
        found, good = run(story, few=options.representatives, processes=options.processes)
        all_good = all_good and good
        print(found, end="\n\n", flush=True)
        if options.write:
            text = options.write.read_text(encoding="utf-8")
            options.write.write_text(with_section(text, story, found), encoding="utf-8")
    sys.exit(0 if all_good else os.EX_SOFTWARE)
