"""What both sums must show of bills, from the sandbox's truth and the oracles of sales and bills alone (kpis.md §5.2).

An order of this marketplace has one line, so nothing is spread: the billed fee of an order is that of its line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from viang_pipeline_tests.end_to_end.oracle import VALID, Line, Oracle
from viang_pipeline_tests.end_to_end.oracle_billing import BillingOracle

Key = TypeVar("Key", bound=Hashable)
Shown = tuple[Decimal | None, Decimal | None, Decimal]
"""Billed fee, billed minus estimated fee, revenue of the billed orders."""


def client_days(sales: Oracle, bills: BillingOracle) -> dict[date, Shown]:
    """``agg_client_day`` of the closed days with valid sales, every day's bills read."""
    return _sums(sales, bills, lambda line: line.day)


def sku_days(sales: Oracle, bills: BillingOracle) -> dict[tuple[date, str], Shown]:
    """``fact_sku_day`` of the same."""
    return _sums(sales, bills, lambda line: (line.day, line.sku))


def _sums(sales: Oracle, bills: BillingOracle, key: Callable[[Line], Key]) -> dict[Key, Shown]:
    fees, groups = bills.fees(), defaultdict(list)
    closed = set(sales.days())
    for line in sales.lines():
        if line.kind == VALID and line.day in closed:
            groups[key(line)].append(line)
    rows: dict[Key, Shown] = {}
    for group, lines in groups.items():
        billed = [(fees[str(line.order.order_id)], line) for line in lines if str(line.order.order_id) in fees]
        fee = sum(amount for amount, _ in billed)
        over = sum(amount - line.fee for amount, line in billed)
        rows[group] = (
            _reais(fee) if billed else None,
            _reais(over) if billed else None,
            _reais(sum(line.value for _, line in billed)),
        )
    return rows


def _reais(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)
