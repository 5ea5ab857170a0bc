"""What margins have to be, a second time from kpis.md §5.5 with rulings D8 and D14: one SKU-day after the other, and
clients as their sums. Whole centavos; nothing of viang_pipeline is imported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from viang_pipeline_tests.end_to_end.oracle import CANCELLED, VALID, Line, ratio
from viang_pipeline_tests.end_to_end.oracle_claims import Claimed

Row = dict[str, object]


@dataclass(frozen=True)
class Returned:
    """What claims cost: of one order each, and of the group as a whole. ``cost``: centavos, None = unknown."""

    of_orders: Mapping[int, Claimed]
    group: Claimed
    known: bool
    cost: int | None


def sku_margin(lines: Sequence[Line], returned: Returned, spend: int | None) -> Row:
    """One SKU-day. ``lines``: its gross lines; ``spend``: on ads, None = not read."""
    sold = [line for line in lines if line.kind == VALID]
    covered = [line for line in sold if returned.known and _is_covered(line, returned.of_orders)]
    revenue, base = sum(line.value for line in sold), sum(line.value for line in covered)
    left = sum(_left(line, returned.of_orders) for line in covered)
    before_ads: int | None
    if revenue:
        gone = _cost_of_what_left(lines, sold, returned)
        before_ads = left - gone if base else None
    else:
        before_ads = None if returned.cost is None else -returned.cost
    charged = spend
    if spend is not None and revenue:
        charged = int((Decimal(spend) * base / revenue).quantize(Decimal(1), ROUND_HALF_UP))
    after = None if before_ads is None or charged is None else before_ads - charged
    return {"faturamento_coberto": base, "mc_pre_ads": before_ads, "ads_na_margem": charged, "mc": after}


def client_margin(skus: Sequence[Row], revenue: object, remainder: int | None, *, claims_known: bool) -> Row:
    """A client-day, from its SKU-days that sold, spent or got something back; ``remainder``: ads no SKU bears."""
    base = sum(_number(row["faturamento_coberto"]) for row in skus)
    before_ads, after = _sum(skus, "mc_pre_ads", claims_known), _sum(skus, "mc", claims_known)
    if revenue and not base:
        before_ads = after = None
    charged = None if remainder is None else sum(_number(row["ads_na_margem"]) for row in skus) + remainder
    after = None if after is None or remainder is None else after - remainder
    return {"faturamento_coberto": base, "mc_pre_ads": before_ads, "ads_na_margem": charged, "mc": after}


def margin_ratios(row: Row) -> Row:
    """What the views add."""
    base, before_ads = row["faturamento_coberto"], row["mc_pre_ads"]
    positive = isinstance(before_ads, int) and before_ads > 0
    return {
        "mc_cobertura": ratio(base, row["faturamento"]),  # type: ignore[arg-type]
        "mc_pct": ratio(row["mc"], base),  # type: ignore[arg-type]
        "acos_equilibrio": ratio(before_ads, base),  # type: ignore[arg-type]
        "roas_equilibrio": ratio(base, before_ads) if positive else None,  # type: ignore[arg-type]
    }


def _is_covered(line: Line, claims: Mapping[int, Claimed]) -> bool:
    """D14: a claim that may still cost something uncovers its line."""
    claim = claims.get(line.order.order_id)
    parts = (line.freight, line.courier, line.cost, line.tax)
    return None not in parts and not (claim is not None and claim.cost_unread)


def _left(line: Line, claims: Mapping[int, Claimed]) -> int:
    claim = claims.get(line.order.order_id)
    parts = (line.freight, line.courier, line.cost, line.tax, line.other, claim.cost if claim else 0)
    return line.value - line.fee - sum(part or 0 for part in parts)


def _cost_of_what_left(lines: Sequence[Line], sold: Sequence[Line], returned: Returned) -> int:
    """Orders cancelled after dispatch, and returns of orders that are no sale."""
    way_out = sum(
        (line.freight or 0) + (line.courier or 0) for line in lines if line.kind == CANCELLED and line.nature == "pos"
    )
    of_sales = sum(
        returned.of_orders[line.order.order_id].cost or 0 for line in sold if line.order.order_id in returned.of_orders
    )
    return way_out + (returned.group.cost or 0) - of_sales


def _sum(rows: Sequence[Row], name: str, known: bool) -> int | None:
    found = [value for row in rows if isinstance(value := row[name], int)]
    if not rows:
        return 0 if known else None
    return sum(found) if found else None


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
