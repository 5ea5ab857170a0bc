"""What is told later of costs, kits and sales leaves the days it reaches to be rebuilt (kpis.md D15, D16, I10)."""

from __future__ import annotations

from datetime import date

from viang_pipeline.collect.cost_inputs import touch_days_of, touch_every_sold_day, touch_sales
from viang_pipeline_tests.marts.shop import Shop, line, order

OLD, NEW = date(2026, 3, 5), date(2026, 3, 10)


def sold(shop: Shop) -> Shop:
    """A was sold on the first day, B on the second, in a pack."""
    shop.read(OLD, NEW)
    shop.put(
        order("1", line("A", "10.00"), at="2026-03-05T11:00:00.000-04:00"),
        order("2", line("B", "10.00"), at="2026-03-10T11:00:00.000-04:00", pack="500"),
    )
    shop.build(OLD, NEW)
    assert shop.stale() == []
    return shop


def test_a_first_cost_reaches_every_day_that_sold_the_sku(shop: Shop) -> None:
    sold(shop)
    with shop.database.transaction() as conn:
        assert touch_days_of(conn, shop.client_id, ["A"]) == {OLD}
    assert shop.stale() == [OLD]


def test_a_kit_or_a_link_reaches_every_day_with_sales(shop: Shop) -> None:
    sold(shop)
    with shop.database.transaction() as conn:
        assert touch_every_sold_day(conn, shop.client_id) == {OLD, NEW}
    assert shop.stale() == [OLD, NEW]


def test_what_another_system_tells_of_a_sale_reaches_its_day_by_order_or_by_pack(shop: Shop) -> None:
    sold(shop)
    with shop.database.transaction() as conn:
        assert touch_sales(conn, shop.client_id, ["1", "unknown"]) == {OLD}
        assert touch_sales(conn, shop.client_id, ["500"]) == {NEW}


def test_a_component_reaches_the_days_of_the_kits_erps_make_of_it(shop: Shop) -> None:
    sold(shop)
    shop.keep("bling_cost_photos", "9|2026-03-01", {"id": 9, "codigo": " a "}, OLD)
    shop.keep("bling_cost_photos", "1|2026-03-01", {"id": 1, "codigo": "Peca  1"}, OLD)
    shop.keep("bling_structures", "9", {"componentes": [{"produto": {"id": 1}, "quantidade": 2}]}, OLD)
    shop.keep("upseller_kits", "B|SUB", {"kit": "b", "component": "Sub", "qty": 1}, OLD)
    shop.keep("upseller_kits", "SUB|PARAFUSO", {"kit": "SUB", "component": "PARAFUSO", "qty": 4}, OLD)
    with shop.database.transaction() as conn:
        assert touch_days_of(conn, shop.client_id, ["PECA 1"]) == {OLD}
        assert touch_days_of(conn, shop.client_id, ["PARAFUSO"]) == {NEW}
        assert touch_days_of(conn, shop.client_id, ["OUTRO"]) == set()
