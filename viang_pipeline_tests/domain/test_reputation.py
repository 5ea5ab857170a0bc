"""The ceilings of the reputation rates, by date (kpis.md §5.9)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from viang_pipeline.domain.reputation import RULES, rules_on

PUBLISHED = date(2025, 8, 11)


def percent(rates: tuple[Decimal, ...]) -> list[Decimal]:
    return [rate * 100 for rate in rates]


def test_the_table_of_august_2025() -> None:
    rules = rules_on(PUBLISHED)
    assert rules is not None
    assert percent(rules.rep_reclamacoes) == [1, 2, Decimal("4.5"), 8]
    assert percent(rules.rep_cancelamentos) == [Decimal("0.5"), Decimal("1.5"), Decimal("3.5"), 4]
    assert percent(rules.rep_atrasos) == [6, 10, 18, 22]


def test_nothing_is_claimed_of_days_before_the_first_known_table() -> None:
    assert rules_on(PUBLISHED - timedelta(days=1)) is None


def test_tables_follow_each_other_and_ceilings_rise_from_colour_to_colour() -> None:
    assert [rules.since for rules in RULES] == sorted({rules.since for rules in RULES})
    for rules in RULES:
        for ceilings in rules[1:]:
            assert list(ceilings) == sorted(ceilings)
