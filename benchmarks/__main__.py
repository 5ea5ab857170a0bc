"""All benchmarks, printed as Markdown or written into a document: python -m benchmarks [--write docs/benchmarks.md]"""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

from benchmarks import collect, night, pacing, rebuild, reports

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def figures(orders: int, repeats: int, seconds: float, clients: int) -> str:
    """Every table, preceded by the machine they were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = (
        f"Measured with Python {platform.python_version()} on {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, {memory:.0f} GiB; medians of {repeats} runs."
    )
    parts = [
        machine,
        rebuild.run(orders, repeats),
        collect.run(orders, repeats),
        pacing.run(seconds),
        night.run(clients),
        reports.run(reports.CLIENTS),
    ]
    return "\n\n".join(parts)


def between_marks(text: str, found: str) -> str:
    """``text`` with ``found`` between its two marks. Raises ValueError when it has not both."""
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{BEGIN} and {END} are needed in the document")
    return f"{before}{BEGIN}\n\n{found}\n\n{END}{after}"


def main() -> None:
    """Measure, then print or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each pacing measurement")
    parser.add_argument("--clients", type=int, default=night.CLIENTS, help="of the measured night")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the figures between the marks of this document")
    options = parser.parse_args()
    document = options.write.read_text(encoding="utf-8") if options.write else f"{BEGIN}{END}"
    between_marks(document, "")  # a document without marks is refused before an hour of measuring
    found = figures(options.orders, options.repeats, options.seconds, options.clients)
    print(found)
    if options.write:
        options.write.write_text(between_marks(document, found), encoding="utf-8")


if __name__ == "__main__":
    main()
