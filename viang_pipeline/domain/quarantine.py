"""What was refused instead of guessed, by day and reason (kpis.md §5.10 ``quarentena``; §3 counts ``invalid`` too)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from viang_pipeline.domain.absurd import ABSURD
from viang_pipeline.domain.order_lines import OrderLine

INVALID = "invalido"
FOREIGN = "moeda"


class Refused(NamedTuple):
    """Records of one day refused for one reason. ``value`` in centavos; None where amounts are not in reais (R15), or
    absurd."""

    day: date
    reason: str
    records: int
    value: int | None


def refused(lines: Iterable[OrderLine]) -> list[Refused]:
    """What of the lines is in no number: quarantined orders, and those the platform calls invalid. A record is an
    order. Test orders and split packs are left out on purpose and are no refusals (R15, §3)."""
    orders: dict[tuple[date, str], dict[str, int]] = {}
    for line in lines:
        if line.motivo is not None and (line.situacao == "quarentena" or line.motivo == INVALID):
            of_reason = orders.setdefault((line.dia, line.motivo), {})
            of_reason[line.order_id] = of_reason.get(line.order_id, 0) + line.valor
    return [
        Refused(day, reason, len(found), None if reason in (FOREIGN, ABSURD) else sum(found.values()))
        for (day, reason), found in sorted(orders.items())
    ]
