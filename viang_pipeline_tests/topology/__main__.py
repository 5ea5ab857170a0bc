"""The whole kill matrix: python -m viang_pipeline_tests.topology [--from 5] [--only TEXT] [--write]

Starts the topology once and disturbs a night of it per row. ``--write`` puts the rows into docs/kill-matrix.md and
leaves the others there.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path

from viang_pipeline_tests.topology.matrix import MATRIX, row, table, write
from viang_pipeline_tests.topology.scene import scene

DOCUMENT = Path("docs/kill-matrix.md")


def main() -> None:
    """Run the rows asked for and print them as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=1, help="number of the first row")
    parser.add_argument("--only", default="", help="rows whose disturbance or point has this text")
    parser.add_argument("--write", action="store_true", help=f"write the table into {DOCUMENT}")
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    # SIGINT too: a shell that starts us in the background has it ignored, and the code server, which treats SIGTERM as
    # SIGINT, would inherit that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    chosen = [case for case in MATRIX[options.first - 1 :] if options.only in f"{case.name} {case.point.name}"]
    rows = []
    with scene(len(chosen)) as stage:
        for case in chosen:
            rows.append(row(stage, case))
            sys.stderr.write(" | ".join(rows[-1]) + "\n")
            if options.write:
                write(DOCUMENT, rows)
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
