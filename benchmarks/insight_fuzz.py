"""Insights that cannot lie: answers at random against the verifier. python -m benchmarks.insight_fuzz [--sheets 150]

Honest answers are sentences a person would write; lies are planted in them, of every kind we know; the rest is words,
figures and placeholders in any order. Figures no fact has are looked for by an oracle that is not the verifier.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

from benchmarks.harness import table
from viang_pipeline_tests.insights.fuzz import run
from viang_pipeline_tests.insights.lies import LIES

SEED = 20260310


def figures(sheets: int, honest: int, lies: int, garbage: int) -> str:
    """The table of what was refused."""
    start = time.process_time()
    found = run(SEED, sheets, honest, lies, garbage)
    seconds = time.process_time() - start
    planted = sum(found.lies.values())
    answers = found.honest + planted + found.anything
    missed = Counter(kind for kind, _ in found.missed)
    rows = [
        ("answers", f"{answers:,}", ""),
        ("figures in accepted texts that no fact has", str(len(found.unsupported)), "0"),
        (
            "planted lies refused",
            f"{planted - len(found.missed):,} of {planted:,} ({found.refused_lies:.2%})",
            "≥ 99 %",
        ),
        ("honest answers refused", f"{len(found.wronged):,} of {found.honest:,} ({found.wronged_honest:.2%})", "≤ 1 %"),
        ("answers of anything at all accepted", f"{found.accepted:,} of {found.anything:,}", ""),
        ("time of one answer", f"{seconds / answers * 1000:.1f} ms", ""),
    ]
    kinds = [(kind, f"{found.lies[kind]:,}", str(missed[kind])) for kind in LIES]
    return "\n\n".join(
        [
            table(f"{sheets} fact sheets, seed {SEED}", rows, ("what", "measured", "wanted")),
            table("Lies by kind", kinds, ("kind", "planted", "let through")),
        ]
    )


def main() -> None:
    """Fuzz, then print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=150)
    parser.add_argument("--honest", type=int, default=25, help="honest answers of each sheet")
    parser.add_argument("--lies", type=int, default=2, help="lies of each kind for each sheet")
    parser.add_argument("--anything", type=int, default=20, help="answers of anything at all for each sheet")
    options = parser.parse_args()
    print(figures(options.sheets, options.honest, options.lies, options.anything))


if __name__ == "__main__":
    main()
