"""Unit costs of ERPs that keep no history (kpis.md §5.4, D16) or are known from exported files."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from viang_pipeline.domain.cost_sources import Listed, ProductPhoto, SupplierCost, exported, photographed
from viang_pipeline.domain.costs import Source, UnitCost
from viang_pipeline.domain.effective import Dated

DAY = date(2026, 3, 10)
ONE = timedelta(days=1)
OLD = "custo_atual_em_venda_antiga"


def photo(
    cost: str | None, *, product: str = "1", since: date = DAY, sku: str | None = "A", active: bool = True
) -> ProductPhoto:
    return ProductPhoto(product, since, sku, None if cost is None else Decimal(cost), active)


def supplier(cost: str, *, link: int = 7, default: bool = True, since: date = DAY) -> SupplierCost:
    return SupplierCost("1", link, Decimal(cost), default, since)


def erp(*photos: ProductPhoto, suppliers: tuple[SupplierCost, ...] = ()) -> Source:
    return photographed(photos, suppliers, "bling", "bling_fornecedor")


def units(source: Source, *offsets: int) -> list[Decimal | None]:
    found = [source("A", DAY + n * ONE, "1") for n in offsets]
    return [each and each.unit for each in found]


def test_a_photo_is_in_force_from_its_day_until_the_next_one() -> None:
    assert units(erp(photo("21.4"), photo("23", since=DAY + 3 * ONE)), 0, 2, 3, 9) == [Decimal("21.4")] * 2 + [23, 23]


def test_a_sale_before_the_first_photo_takes_it_and_says_so() -> None:
    source = erp(photo("21.4"), photo("23", since=DAY + ONE))
    assert source("A", DAY - ONE, "1") == UnitCost(Decimal("21.4"), "bling", OLD)
    assert source("A", DAY, "1") == UnitCost(Decimal("21.4"), "bling")


def test_a_product_nobody_photographed_and_a_cost_of_nothing_are_unknown() -> None:
    assert erp()("A", DAY, "1") is None
    assert units(erp(photo(None), photo("23", since=DAY + ONE)), -1, 0, 1) == [None, None, 23]


def test_two_active_products_of_one_code_with_different_costs_cannot_be_told_apart() -> None:
    source = erp(photo("21.4"), photo("30", product="2", since=DAY + ONE))
    assert source("A", DAY, "1") == UnitCost(Decimal("21.4"), "bling")
    assert source("A", DAY + ONE, "1") == UnitCost(None, None, "sku_duplicado")


def test_products_of_one_code_with_the_same_cost_or_no_longer_active_do_no_harm() -> None:
    assert units(erp(photo("21.4"), photo("21.40", product="2")), 0) == [Decimal("21.4")]
    assert units(erp(photo("21.4"), photo("30", product="2", active=False)), 0) == [Decimal("21.4")]
    assert units(erp(photo("21.4", active=False)), 0) == [Decimal("21.4")]


def test_a_product_that_takes_another_code_leaves_its_old_one() -> None:
    source = erp(photo("21.4"), photo("21.4", sku="B", since=DAY + ONE))
    assert units(source, 0, 1) == [Decimal("21.4"), None]
    assert source("B", DAY + ONE, "1") == UnitCost(Decimal("21.4"), "bling")


def test_without_a_cost_of_its_own_a_product_costs_what_its_default_supplier_asks_else_any() -> None:
    links = (supplier("9", link=1, default=False), supplier("20", link=2), supplier("8", link=0, default=False))
    assert erp(photo(None), suppliers=links)("A", DAY, "1") == UnitCost(Decimal(20), "bling_fornecedor")
    assert units(erp(photo(None), suppliers=(links[0], links[2])), 0) == [8]
    assert units(erp(photo("21"), suppliers=links), 0) == [21]


def test_what_a_supplier_asks_is_only_known_as_of_today() -> None:
    source = erp(photo(None), suppliers=(supplier("20", since=DAY + 2 * ONE),))
    assert [source("A", DAY + n * ONE, "1") for n in (1, 2)] == [
        UnitCost(Decimal(20), "bling_fornecedor", OLD),
        UnitCost(Decimal(20), "bling_fornecedor"),
    ]


ORIGINS = ("upseller_pedido", "upseller_estoque", "upseller_produto")


def files(*lists: tuple[date, dict[str, int]], product: Listed | None = None, order: str | None = None) -> Source:
    orders = {} if order is None else {("1", "A"): Decimal(order)}
    known = Dated((None, day, {sku: Decimal(cost) for sku, cost in costs.items()}) for day, costs in lists)
    return exported(orders, known, {} if product is None else {"A": product}, ORIGINS)


def test_the_cost_on_the_order_comes_before_the_stock_list_and_that_before_the_purchase_cost() -> None:
    listed, product = (DAY, {"A": 20}), Listed(Decimal(19), DAY)
    assert files(listed, product=product, order="21")("A", DAY, "1") == UnitCost(Decimal(21), "upseller_pedido")
    assert files(listed, product=product, order="21")("A", DAY, "2") == UnitCost(Decimal(20), "upseller_estoque")
    assert files(product=product)("A", DAY, "2") == UnitCost(Decimal(19), "upseller_produto")


def test_a_stock_list_is_in_force_until_the_next_one() -> None:
    assert units(files((DAY, {"A": 20}), (DAY + 7 * ONE, {"A": 22})), 0, 6, 7) == [20, 20, 22]


def test_a_sku_a_list_does_not_name_or_price_is_left_to_the_purchase_cost() -> None:
    lists = ((DAY, {"A": 20}), (DAY + ONE, {"B": 9}))
    assert units(files(*lists, product=Listed(Decimal(19), DAY)), 0, 1) == [20, 19]
    assert units(files(*lists), 0, 1) == [20, None]


def test_a_sale_before_everything_known_takes_the_cost_of_today_and_says_so() -> None:
    assert files(product=Listed(Decimal(19), DAY))("A", DAY - ONE, "2") == UnitCost(
        Decimal(19), "upseller_produto", OLD
    )
    assert files((DAY, {"A": 20}))("A", DAY - ONE, "2") == UnitCost(Decimal(20), "upseller_estoque", OLD)
