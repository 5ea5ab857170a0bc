"""The one allocation algorithm: largest remainder over whole centavos (kpis.md §4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def allocate(total: int, weights: Sequence[tuple[Any, int]]) -> list[int]:
    """Split ``total`` centavos by ``weights`` so that the parts add up to ``total`` exactly.

    ``weights``: (tie-break key, weight ≥ 0) in any order; the result keeps that order. Shares are floored, the
    missing centavos go to the largest fractional parts, ties to the smaller key. All weights 0 → equal weights.
    A negative total is split as its absolute value. Raises ValueError without weights or with a negative one.
    """
    if not weights:
        raise ValueError("nothing to allocate to")
    if any(weight < 0 for _, weight in weights):
        raise ValueError("negative weight")
    sign, amount = (-1, -total) if total < 0 else (1, total)
    shares = [weight for _, weight in weights]
    whole = sum(shares)
    if whole == 0:
        shares = [1] * len(weights)
        whole = len(weights)
    parts = [amount * share // whole for share in shares]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * shares[i] % whole), weights[i][0]))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]
