"""How it grows: a client's year of more and more order lines, and nights of more and more clients.

Run: python -m benchmarks.scale [--lines 10000 100000] [--nights 1 10]. A seller's pace is off in these nights: what is
left is our own work and the engine's.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import rebuild
from benchmarks.harness import Measure, measure, postgres, table
from benchmarks.night import SMALL, UNPACED, rehearse, shops

LINES = (10_000, 100_000, 1_000_000)
NIGHTS = (1, 10, 50)
HISTORY = 3
"""Days read before a night."""


def lines(counts: Sequence[int]) -> str:
    """A first and a second rebuild of each size."""
    rows = []
    for count in counts:
        with postgres() as database, tempfile.TemporaryDirectory(prefix="viang-bench-") as folder:
            measure(rebuild.load, database, count, Path(folder))
            first, again = measure(rebuild.rebuild, database), measure(rebuild.rebuild, database)
        assert sum(again.result.values()) == 0, "a second run wrote rows"
        rows += [_rebuilt(f"{count:,}", first, count), _rebuilt(f"{count:,}, again", again, count)]
    return table(
        "Rebuild of one client-year, raw to client-day",
        rows,
        ("order lines", "seconds", "µs per line", "CPU s", "peak MiB", "rows written"),
    )


def _rebuilt(name: str, found: Measure, count: int) -> tuple[str, ...]:
    return (
        name,
        f"{found.seconds:.1f}",
        f"{1e6 * found.seconds / count:.0f}",
        f"{found.cpu_seconds:.1f}",
        f"{found.peak_mib:.0f}",
        f"{sum(found.result.values()):,}",
    )


def nights(numbers: Sequence[int]) -> str:
    """A night of so many small clients, one after another in one process, as ``viang nightly`` does it."""
    rows = []
    for number in numbers:
        found = rehearse(shops(number, (SMALL,)), HISTORY, UNPACED)
        rows += [_night(str(number), found.first, number), _night(f"{number}, again", found.again, number)]
    return table(
        f"Nights of small clients ({SMALL.orders} orders a day, {SMALL.listings} listings), pace off",
        rows,
        (
            "clients",
            "seconds",
            "per client",
            "of it outside the bodies of assets and checks",
            "calls",
            "CPU s",
            "peak MiB",
            "rows written",
        ),
    )


def _night(name: str, found: Measure, number: int) -> tuple[str, ...]:
    runs = found.result.values()
    return (
        name,
        f"{found.seconds:.1f}",
        f"{found.seconds / number:.2f}",
        f"{sum(one.seconds - one.bodies for one in runs) / number:.2f}",
        f"{sum(one.total for one in runs):,}",
        f"{found.cpu_seconds:.1f}",
        f"{found.peak_mib:.0f}",
        f"{sum(sum(one.written.values()) for one in runs):,}",
    )


def run(counts: Sequence[int], numbers: Sequence[int]) -> str:
    """Measure and describe; an empty sequence leaves its half out."""
    return "\n\n".join([*([lines(counts)] if counts else []), *([nights(numbers)] if numbers else [])])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="*", default=LINES)
    parser.add_argument("--nights", type=int, nargs="*", default=NIGHTS)
    options = parser.parse_args()
    print(run(options.lines, options.nights))
