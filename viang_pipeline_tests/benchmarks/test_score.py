"""How wrong somebody's days are is counted right: signs never cancel out, and nothing missing goes unnoticed."""

from __future__ import annotations

from datetime import date

from benchmarks.rivals.score import Day, Shown, score

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
TRUE = Shown({MONDAY: Day(10_000, 2, 3, 1_200, 900), TUESDAY: Day(5_000, 1, 1, 600, 0)}, {11: 1, 12: 1, 21: 1})


def test_the_truth_itself_is_wrong_nowhere() -> None:
    found = score(TRUE, TRUE)

    assert (found.days, found.any_wrong, found.lost, found.repeated, found.invented) == (2, 0, 0, 0, 0)
    assert set(found.wrong.values()) == set(found.off.values()) == {0}


def test_a_sale_on_the_day_after_is_wrong_on_both_days_and_off_twice() -> None:
    moved = Shown({MONDAY: Day(4_000, 1, 1, 480, 900), TUESDAY: Day(11_000, 2, 3, 1_320, 0)}, TRUE.orders)

    found = score(moved, TRUE)

    assert found.any_wrong == 2
    assert found.wrong == {"gross": 2, "orders": 2, "units": 2, "fee": 2, "freight": 0}
    assert found.off == {"gross": 12_000, "fee": 1_440, "freight": 0}


def test_a_day_with_one_measure_wrong_counts_once() -> None:
    found = score(Shown({**TRUE.days, MONDAY: Day(10_000, 2, 3, 1_199, 901)}, TRUE.orders), TRUE)

    assert found.any_wrong == 1
    assert found.off == {"gross": 0, "fee": 1, "freight": 1}


def test_a_day_that_is_not_shown_is_zeros_and_a_day_too_many_is_wrong() -> None:
    sunday = date(2026, 3, 1)

    found = score(Shown({sunday: Day(gross=7), TUESDAY: TRUE.days[TUESDAY]}, TRUE.orders), TRUE)

    assert (found.days, found.any_wrong) == (3, 2)
    assert found.off["gross"] == 10_007


def test_orders_are_lost_repeated_or_invented_one_by_one() -> None:
    found = score(Shown(TRUE.days, {11: 1, 12: 3, 99: 2}), TRUE)

    assert (found.lost, found.repeated, found.invented) == (1, 2, 1)
