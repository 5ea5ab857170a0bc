"""All benchmarks or some, printed as Markdown or written into a document, each between marks of its own.

python -m benchmarks [--only rebuild collect] [--write docs/benchmarks.md]
"""

from __future__ import annotations

import argparse
import os
import platform
import time
import warnings
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from benchmarks.marks import between_marks


def _rebuild(given: Namespace) -> str:
    return str(import_module("benchmarks.rebuild").run(given.orders or 100_000, given.repeats))


def _collect(given: Namespace) -> str:
    return str(import_module("benchmarks.collect").run(given.orders or 100_000, given.repeats))


def _side_by_side(given: Namespace) -> str:
    side_by_side = import_module("benchmarks.side_by_side")
    return str(side_by_side.run(given.orders or side_by_side.ORDERS, given.nights or side_by_side.NIGHTS))


def _lines(given: Namespace) -> str:
    scale = import_module("benchmarks.scale")
    return str(scale.lines([given.orders] if given.orders else scale.LINES))


def _clients(given: Namespace) -> str:
    scale = import_module("benchmarks.scale")
    return str(scale.nights([given.clients] if given.clients else scale.NIGHTS))


def _partitions(given: Namespace) -> str:
    return str(import_module("benchmarks.many_partitions").run(given.keys))


def _queue(given: Namespace) -> str:
    return str(import_module("benchmarks.queued_run").run())


def _pacing(given: Namespace) -> str:
    return str(import_module("benchmarks.pacing").run(given.seconds))


def _night(given: Namespace) -> str:
    night = import_module("benchmarks.night")
    return str(night.run(given.clients or night.CLIENTS))


def _reports(given: Namespace) -> str:
    reports = import_module("benchmarks.reports")
    return str(reports.run(given.clients or reports.CLIENTS))


def _status(given: Namespace) -> str:
    return str(import_module("benchmarks.status").run(given.repeats))


SECTIONS: dict[str, Callable[[Namespace], str]] = {
    "side_by_side": _side_by_side,
    "rebuild": _rebuild,
    "collect": _collect,
    "lines": _lines,
    "clients": _clients,
    "queue": _queue,
    "partitions": _partitions,
    "night": _night,
    "pacing": _pacing,
    "reports": _reports,
    "status": _status,
}
"""In the order of the document. Each is imported when it is its turn: one needs packages the others do not."""


def measured(section: str, given: Namespace) -> str:
    """The tables of a section, and where and for how long they were measured."""
    start = time.monotonic()
    found = SECTIONS[section](given)
    minutes = (time.monotonic() - start) / 60
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{found}\n\nMeasured with Python {platform.python_version()} on {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, {memory:.0f} GiB, in {minutes:.1f} minutes."
    )


def main() -> None:
    """Measure one section after another; print each, and write each as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), metavar="SECTION")
    parser.add_argument("--orders", type=int, help="of a client, in every section that has orders")
    parser.add_argument("--clients", type=int, help="in every section that has several")
    parser.add_argument("--repeats", type=int, default=3, help="of rebuild and collect; the median is shown")
    parser.add_argument("--nights", type=int, help="lived through side by side")
    parser.add_argument("--keys", type=int, default=100_000, help="client-days in the interface")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each pacing measurement")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the figures between the marks of this document")
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # of beta parameters, once per asset and process
    if given.write:  # a document without marks is refused before an hour of measuring
        for section in given.only:
            between_marks(given.write.read_text(encoding="utf-8"), section, "")
    for section in given.only:
        found = measured(section, given)
        print(f"{found}\n", flush=True)
        if given.write:
            text = given.write.read_text(encoding="utf-8")
            given.write.write_text(between_marks(text, section, found), encoding="utf-8")


if __name__ == "__main__":
    main()
