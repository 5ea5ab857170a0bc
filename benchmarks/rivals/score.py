"""How far what somebody shows is from what happened: pure counting, in whole centavos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date


@dataclass(frozen=True)
class Day:
    """One business day. Money in centavos; ``gross``, ``orders`` and ``units`` before cancellations, ``fee`` and
    ``freight`` of the valid sales."""

    gross: int = 0
    orders: int = 0
    units: int = 0
    fee: int = 0
    freight: int = 0


MEASURES = tuple(field.name for field in fields(Day))
MONEY = ("gross", "fee", "freight")


@dataclass(frozen=True)
class Shown:
    """What one way shows: its days, and how often it counts each order."""

    days: Mapping[date, Day]
    orders: Mapping[int, int]


@dataclass(frozen=True)
class Score:
    """Against the truth: days on which a measure is wrong, centavos it is off in all (signs do not cancel out), and
    orders lost, counted more than once, and counted though they were no sale.

    ``any_wrong``: days on which at least one measure is wrong.
    """

    days: int
    any_wrong: int
    wrong: Mapping[str, int]
    off: Mapping[str, int]
    lost: int
    repeated: int
    invented: int


def score(shown: Shown, true: Shown) -> Score:
    """Compare every day of the truth, and every other day that is shown. A day not shown counts as zeros."""
    days = sorted({*true.days, *shown.days})
    wrong: Counter[str] = Counter()
    off: Counter[str] = Counter()
    any_wrong = 0
    for day in days:
        one, other = shown.days.get(day, Day()), true.days.get(day, Day())
        gaps = {name: abs(getattr(one, name) - getattr(other, name)) for name in MEASURES}
        off.update(gaps)
        wrong.update(name for name, gap in gaps.items() if gap)
        any_wrong += any(gaps.values())
    return Score(
        days=len(days),
        any_wrong=any_wrong,
        wrong={name: wrong[name] for name in MEASURES},
        off={name: off[name] for name in MONEY},
        lost=len(true.orders.keys() - shown.orders.keys()),
        repeated=sum(times > 1 for times in shown.orders.values()),
        invented=len(shown.orders.keys() - true.orders.keys()),
    )
