"""The rehearsal of a change tells what it alone would do to shown numbers, and keeps nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from viang_pipeline.collect.work import Work
from viang_pipeline.marts.impact import Impact, MonthChange, rehearse_change
from viang_pipeline.warehouse import ledgers
from viang_pipeline_tests.marts.shop import DAY, NOW, Shop, line, order

FEBRUARY = date(2026, 2, 10)


def selling(shop: Shop) -> None:
    """One sale in February and two in March, built."""
    shop.put(
        order("1", line("A", "100.00"), at=f"{FEBRUARY}T12:00:00.000-03:00"),
        order("2", line("A", "70.00"), at=f"{DAY}T12:00:00.000-03:00"),
        order("3", line("B", "30.00"), at=f"{DAY}T13:00:00.000-03:00"),
    )
    shop.read(FEBRUARY, DAY)
    shop.build(FEBRUARY, DAY)


def cheaper(order_id: str) -> object:
    """A change that takes 10.00 off an order, as a source would."""

    def change(work: Work) -> str:
        with work.store.transaction() as conn:
            (day,) = conn.execute(
                "update raw.mercado_livre_orders set payload = jsonb_set(payload, '{order_items,0,unit_price}',"
                " to_jsonb((payload #>> '{order_items,0,unit_price}')::numeric - 10)) where chave = %s returning dia",
                [order_id],
            ).fetchone() or (None,)
            assert isinstance(day, date)
            ledgers.touch_days(conn, work.client_id, [day])
        return f"pedido {order_id}"

    return change


def impact(shop: Shop, order_id: str) -> Impact:
    answer, found = rehearse_change(shop.database, shop.client_id, lambda: NOW, cheaper(order_id))  # type: ignore[arg-type]
    assert answer == f"pedido {order_id}"
    return found


def test_the_change_of_every_amount_is_told_by_month(shop: Shop) -> None:
    selling(shop)
    found = impact(shop, "2")
    assert (found.days, found.lines) == (1, 1)
    assert MonthChange(DAY.replace(day=1), "faturamento", Decimal("100.00"), Decimal("90.00")) in found.months
    assert {change.month for change in found.months} == {DAY.replace(day=1)}


def test_nothing_of_it_stays(shop: Shop) -> None:
    selling(shop)
    tables = ("fact_order_line", "fact_sku_day", "agg_client_day", "day_state", "restatement_ledger", "updates_log")
    before = [shop.rows(table) for table in tables]
    impact(shop, "1")
    assert [shop.rows(table) for table in tables] == before


def test_days_that_wait_for_other_reasons_are_not_counted(shop: Shop) -> None:
    selling(shop)
    shop.put(order("3", line("B", "5.00"), at=f"{DAY}T13:00:00.000-03:00"))
    found = impact(shop, "1")
    assert (found.days, found.lines) == (1, 1)
    assert {change.month for change in found.months} == {FEBRUARY.replace(day=1)}


def test_a_change_without_effect_tells_none(shop: Shop) -> None:
    selling(shop)

    def touch(work: Work) -> None:
        with work.store.transaction() as conn:
            ledgers.touch_days(conn, work.client_id, [DAY])

    _, found = rehearse_change(shop.database, shop.client_id, lambda: NOW, touch)
    assert found == Impact(0, 0, [])
