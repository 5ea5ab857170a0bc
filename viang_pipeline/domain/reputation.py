"""Ceilings of the reputation rates in Brazil, dated: the platform changes them (kpis.md §5.9, contract §10).

Rates are the platform's own, as photographed; they are never recomputed from orders nor averaged.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple


class Ceilings(NamedTuple):
    """The highest rate (a fraction) with which a seller still is MercadoLíder, green, yellow or orange; above: red."""

    leader: Decimal
    green: Decimal
    yellow: Decimal
    orange: Decimal


class ReputationRules(NamedTuple):
    """The ceilings published on ``since``, in force until a newer table."""

    since: date
    rep_reclamacoes: Ceilings
    rep_atrasos: Ceilings
    rep_cancelamentos: Ceilings


def _percent(*rates: str) -> Ceilings:
    return Ceilings(*(Decimal(rate) / 100 for rate in rates))


RULES = (
    ReputationRules(
        since=date(2025, 8, 11),
        rep_reclamacoes=_percent("1", "2", "4.5", "8"),
        rep_atrasos=_percent("6", "10", "18", "22"),
        rep_cancelamentos=_percent("0.5", "1.5", "3.5", "4"),
    ),
)
"""Oldest first. Older pages of the platform show other values, which are not known by date."""


def rules_on(day: date) -> ReputationRules | None:
    """The ceilings in force on a day; None before the first published table that is known."""
    return next((rules for rules in reversed(RULES) if rules.since <= day), None)
