"""The books of generated sellers: derived from the marketplace's truth, believable, and the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.catalog_truth import Product
from viang_pipeline.sandbox.bling.sales_truth import Fees, Sale
from viang_pipeline.sandbox.bling.sales_verbs import CANCELLED
from viang_pipeline.sandbox.generate import generate_world
from viang_pipeline.sandbox.truth import Order

FIRST, LAST = date(2026, 2, 1), date(2026, 4, 15)


@pytest.fixture(scope="module")
def demo() -> World:
    return generate_world(1, first_day=FIRST, last_day=LAST)


@pytest.fixture(scope="module")
def accounts(demo: World) -> list[BlingAccount]:
    return list(demo.bling.accounts.values())


def by_pack(account: BlingAccount, demo: World) -> bool:
    packs = {str(order.states[-1].pack_id) for order in orders_of(account, demo)}
    return any(sale.store_number in packs for sale in account.sales.values())


def orders_of(account: BlingAccount, demo: World) -> list[Order]:
    return [order for order in demo.orders.values() if order.seller_id == account.seller_id]


def of_kind(account: BlingAccount, kind: str) -> list[Sale]:
    return [s for s in account.sales.values() if s.channel_id and account.channels[s.channel_id].kind == kind]


def sold_goods(account: BlingAccount) -> list[Product]:
    return [p for p in account.products.values() if p.format == "S" and p.kind == "P" and len(p.states) == 1]


def test_every_seller_has_an_account_and_half_of_them_write_pack_numbers(
    demo: World, accounts: list[BlingAccount]
) -> None:
    assert [account.seller_id for account in accounts] == list(demo.sellers)
    assert [by_pack(account, demo) for account in accounts] == [False, True, True, False]


def test_every_marketplace_order_is_there_once_by_its_order_or_its_pack(
    demo: World, accounts: list[BlingAccount]
) -> None:
    for account in accounts:
        pack = by_pack(account, demo)
        expected = {str((o.states[-1].pack_id if pack else None) or o.order_id) for o in orders_of(account, demo)}
        found = Counter(sale.store_number for sale in of_kind(account, "MercadoLivre"))
        assert found == Counter(expected)


def test_a_pack_is_one_order_with_an_item_for_each_of_the_marketplaces(
    demo: World, accounts: list[BlingAccount]
) -> None:
    account = accounts[1]
    sizes = Counter(str(o.states[-1].pack_id or o.order_id) for o in orders_of(account, demo))
    assert max(sizes.values()) > 1
    for sale in of_kind(account, "MercadoLivre"):
        assert len(sale.states[0].items) == sizes[sale.store_number]


def test_goods_and_fees_of_the_marketplace_are_the_same_money_on_both_sides(
    demo: World, accounts: list[BlingAccount]
) -> None:
    for account in accounts:
        sales, orders = of_kind(account, "MercadoLivre"), orders_of(account, demo)
        assert sum(sale.states[0].goods for sale in sales) == sum(order.total for order in orders)
        fees = {str(o.states[-1].pack_id): o for o in orders} | {str(o.order_id): o for o in orders}
        for sale in sales:
            known = sale.states[-1].fees
            if known != Fees() and len(sale.states[0].items) == 1:
                order = fees[sale.store_number]
                assert known.commission == order.sale_fee * order.quantity


def test_products_carry_the_codes_of_the_listings(demo: World, accounts: list[BlingAccount]) -> None:
    for account in accounts:
        listings = [each for each in demo.listings.values() if each.seller_id == account.seller_id]
        wanted = {v.sku for each in listings for v in each.variations if v.sku}
        wanted |= {each.states[0].sku for each in listings if each.states[0].sku}
        assert wanted <= {product.states[0].code for product in account.products.values()}


def test_costs_are_a_third_to_a_half_of_the_price_or_unknown(demo: World, accounts: list[BlingAccount]) -> None:
    shares = [
        account.cost(product, demo.start) / product.states[0].price
        for account in accounts
        for product in sold_goods(account)
        if "lote novo" not in product.states[0].name
    ]
    assert all(share == 0 or 0.34 < share < 0.56 for share in shares)
    assert 0 < shares.count(0) < len(shares) / 3


def test_costs_rise_with_time(demo: World, accounts: list[BlingAccount]) -> None:
    end = demo.start + timedelta(days=120)
    for account in accounts:
        goods = sold_goods(account)
        assert sum(account.cost(p, end) for p in goods) > sum(account.cost(p, demo.start) for p in goods)


def test_the_oddities_of_a_catalogue_are_all_there(accounts: list[BlingAccount]) -> None:
    codes = [Counter(p.states[0].code for p in sold_goods(account)) for account in accounts]
    assert any(count > 1 for counter in codes for code, count in counter.items() if code)
    assert any(counter[""] for counter in codes)
    assert all({"S", "V", "E"} == {p.format for p in account.products.values()} for account in accounts)
    for account in accounts:
        assert any(p.states[-1].deleted for p in account.products.values())
        assert any(not p.states[-1].active for p in account.products.values())
        assert any(d.closed_at for d in account.deposits.values())
    assert [any(d.name == "Full" and d.ignored for d in a.deposits.values()) for a in accounts] == [
        False,
        False,
        True,
        False,
    ]


def test_some_goods_run_out_and_some_are_owed(accounts: list[BlingAccount]) -> None:
    levels = [
        balance.physical
        for account in accounts
        for places in account.balances.values()
        for balance in places.get(account.general.deposit_id, [])
    ]
    assert min(levels) < 0 < max(levels)


def test_other_channels_and_the_counter_sell_too(accounts: list[BlingAccount]) -> None:
    for account in accounts:
        assert of_kind(account, "Shopee")
        counter = [sale for sale in account.sales.values() if sale.channel_id == 0]
        assert counter
        assert all(sale.store_number == "" for sale in counter)


def test_a_reconnected_store_splits_the_history(accounts: list[BlingAccount]) -> None:
    used = [len({sale.channel_id for sale in of_kind(account, "MercadoLivre")}) for account in accounts]
    assert used == [2, 1, 2, 1]


def test_fees_come_later_now_and_then_without_a_stamp_and_now_and_then_never(accounts: list[BlingAccount]) -> None:
    sales = [sale for account in accounts for sale in of_kind(account, "MercadoLivre")]
    assert all(sale.states[0].fees == Fees() for sale in sales)
    silent = [s for sale in sales for s in sale.states if s.fees != Fees() and s.changed_at < s.at]
    assert silent
    assert any(sale.states[-1].fees == Fees() and sale.states[-1].status_id != CANCELLED for sale in sales)


def test_orders_are_cancelled_late_and_some_are_deleted(accounts: list[BlingAccount]) -> None:
    sales = [sale for account in accounts for sale in account.sales.values()]
    late = [
        sale
        for sale in sales
        if sale.states[-1].status_id == CANCELLED and sale.states[-1].at - sale.states[0].at >= timedelta(days=20)
    ]
    assert late
    assert any(sale.states[-1].deleted for sale in sales)


def test_fixed_expenses_return_every_month_with_their_competence(accounts: list[BlingAccount]) -> None:
    for account in accounts:
        names = {category.category_id: category.name for category in account.categories.values()}
        months = Counter(
            (names.get(bill.category_id, ""), bill.accrual_on)
            for bill in account.payables.values()
            if bill.states[-1].status != 5
        )
        for month in (date(2026, 2, 1), date(2026, 3, 1)):
            for name in ("Aluguel", "Salários", "Embalagens", "Software"):
                assert months[name, month] == 1


def test_the_same_seed_gives_the_same_books(demo: World, accounts: list[BlingAccount]) -> None:
    again = list(generate_world(1, first_day=FIRST, last_day=LAST).bling.accounts.values())
    for account, twin in zip(accounts, again, strict=True):
        assert twin.sales == account.sales
        assert twin.products == account.products
        assert twin.payables == account.payables


def test_books_are_kept_only_when_somebody_asks_and_change_nothing_else() -> None:
    asked, unasked = (generate_world(1, first_day=FIRST, last_day=FIRST) for _ in range(2))
    assert len(asked.bling.accounts) == 4
    assert asked.orders == unasked.orders
    assert asked.new_buyer() == unasked.new_buyer()
