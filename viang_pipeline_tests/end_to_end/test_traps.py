"""The traps of contract Mercado Livre §15: each scenario's numbers would be wrong if its trap bit. Named by number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.failures import PermanentFailure, SourceFailure
from viang_pipeline.marts.rehearse import rehearse
from viang_pipeline.sandbox import Fault, World
from viang_pipeline.sandbox.truth import Listing, Order, Seller, Shipment
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, Row, utc

DAY = date(2026, 3, 10)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Shop:
    """One shop with one listing at 100.00, fee 12.00, and its installation."""

    def __init__(self, install: Install) -> None:
        self._install = install
        self.world = World(start=utc("2026-03-01T00:00:00Z"))
        self.seller: Seller = self.world.add_seller("loja")
        self.listing: Listing = self.world.add_listing(self.seller, title="Produto", price=100_00, sku="A")
        self.installation: Installation | None = None

    def sell(self, at: datetime, listing: Listing | None = None, **given: object) -> Order:
        order = self.world.place_order(self.seller, listing or self.listing, at=at, **given)  # type: ignore[arg-type]
        self.world.pay(order, at=at + MINUTE)
        return order

    def send(self, orders: Order | list[Order], at: datetime, cost: int | None = 10_00, **given: object) -> Shipment:
        shipment = self.world.ship(self.seller, at=at, seller_cost=cost, **given)  # type: ignore[arg-type]
        self.world.attach_shipment(orders, shipment, at=at)
        return shipment

    def connect(self, before: datetime) -> Installation:
        """The installation, with the shop connected an hour before the first night."""
        if self.installation is None:
            self.installation = self._install(self.world, now=before - HOUR)
            self.installation.client("loja", self.seller, date(2026, 3, 8))
        return self.installation

    def night(self, at: datetime) -> Installation:
        installation = self.connect(at)
        installation.night("loja", at)
        return installation

    def day(self, at: datetime, day: date = DAY) -> Row:
        """The client-day ``day`` after the night at ``at``."""
        return self.night(at).client_day("loja", day)


@pytest.fixture
def shop(install: Install) -> Shop:
    return Shop(install)


def at(hour: str, day: date = DAY) -> datetime:
    """An hour of a São Paulo day."""
    return utc(f"{day}T{hour}-03:00")


def night(n: int = 1, time: str = "03:00:00") -> datetime:
    """The night ``n`` days after DAY."""
    return at(time, DAY + timedelta(days=n))


def money(row: Row, *names: str) -> list[str | None]:
    return [None if row[name] is None else str(row[name]) for name in names]


def test_1_cancelled_orders_leave_the_revenue_although_the_search_hides_them(shop: Shop) -> None:
    kept, lost = shop.sell(at("10:00:00")), shop.sell(at("11:00:00"))
    before = shop.day(night(1))
    shop.world.cancel(lost, at=night(1) + HOUR)
    after = shop.day(night(2))

    assert money(before, "faturamento", "valor_cancelado") == ["200.00", "0.00"]
    assert money(after, "vendas_brutas", "faturamento", "valor_cancelado") == ["200.00", "100.00", "100.00"]
    assert kept.order_id != lost.order_id


def test_2_a_night_asks_by_the_update_filter_that_works_and_reads_only_what_changed(shop: Shop) -> None:
    orders = [shop.sell(at(f"{hour:02}:00:00")) for hour in range(8, 20)]
    installation = shop.night(night(1))
    shop.world.refund(orders[3], at=night(1) + 5 * HOUR, amount=10_00)
    installation.sandbox.clear_requests()
    installation.at(night(2))

    assert installation.collect("loja", ["orders"]).steps["orders"].read == 1
    searches = [seen.query for seen in installation.sandbox.requests if seen.path == "/orders/search"]
    assert all("order.date_last_updated.from" in query for query in searches)


def test_3_changes_on_both_sides_of_a_night_with_minutes_are_both_seen(shop: Shop) -> None:
    first, second = shop.sell(at("10:00:00")), shop.sell(at("11:00:00"))
    shop.night(night(1, "03:36:00"))
    instant = night(2, "03:37:00")
    shop.world.refund(first, at=instant - timedelta(milliseconds=1), amount=10_00)
    shop.world.refund(second, at=instant + timedelta(milliseconds=1), amount=20_00)

    assert money(shop.day(instant), "reembolsos") == ["10.00"]
    assert money(shop.day(night(3, "03:37:00")), "reembolsos") == ["30.00"]


def test_4_a_sale_of_half_past_midnight_is_not_of_the_day_its_text_begins_with(shop: Shop) -> None:
    shop.sell(at("00:30:00", DAY + timedelta(days=1)))
    days = shop.night(night(2)).client_days_sold("loja")

    assert list(days) == [DAY + timedelta(days=1)]


def test_5_the_fee_is_per_unit(shop: Shop) -> None:
    shop.sell(at("10:00:00"), quantity=3, sale_fee=38_22)

    assert money(shop.day(night()), "comissao") == ["114.66"]


def test_6_a_refused_first_payment_is_not_the_payment(shop: Shop) -> None:
    order = shop.world.place_order(shop.seller, shop.listing, at=at("10:00:00"))
    shop.world.reject_payment(order, at=at("10:01:00"))
    shop.world.pay(order, at=at("10:05:00"), amount=60_00)
    shop.world.pay(order, at=at("10:06:00"))
    shop.world.refund(order, at=at("15:00:00"), amount=70_00)

    assert money(shop.day(night()), "faturamento", "reembolsos") == ["100.00", "70.00"]


def test_7_a_pack_pays_its_freight_once(shop: Shop) -> None:
    pack = shop.world.new_pack()
    orders = [shop.sell(at(f"10:0{n}:00"), pack=pack) for n in range(3)]
    shop.send(orders, at("11:00:00"), 20_00)
    row = shop.day(night())

    assert money(row, "frete_vendedor") == ["20.00"]
    assert (row["pedidos"], row["compras"]) == (3, 1)


def test_7_a_pack_across_midnight_shares_its_freight_between_two_days(shop: Shop) -> None:
    pack = shop.world.new_pack()
    orders = [shop.sell(at("23:59:00"), pack=pack), shop.sell(at("23:59:00") + 2 * MINUTE, pack=pack)]
    shop.send(orders, at("23:59:00") + 5 * MINUTE, 10_01)
    days = shop.night(night(2)).client_days_sold("loja")

    assert [str(row["frete_vendedor"]) for row in days.values()] == ["5.01", "5.00"]


def test_7_a_day_read_before_its_packs_other_day_gives_up_its_share_later(shop: Shop) -> None:
    """The first load reads the newest days first."""
    pack = shop.world.new_pack()
    orders = [shop.sell(at("23:59:00"), pack=pack), shop.sell(at("23:59:00") + 2 * MINUTE, pack=pack)]
    shop.send(orders, at("23:59:00") + 5 * MINUTE, 10_01)
    newest = DAY + timedelta(days=1)
    installation = shop.connect(night(2))

    installation.night("loja", night(2), [newest])
    assert money(installation.client_day("loja", newest), "frete_vendedor") == ["10.01"]
    installation.night("loja", night(2), [DAY])
    assert [str(row["frete_vendedor"]) for row in installation.client_days_sold("loja").values()] == ["5.01", "5.00"]


def test_7_a_shipment_announced_before_it_can_be_read_is_read_later(shop: Shop) -> None:
    order = shop.sell(at("10:00:00"))
    shipment = shop.world.ship(shop.seller, at=night(1) + HOUR, seller_cost=10_00)
    shop.world.attach_shipment(order, shipment, at=at("11:00:00"))

    assert money(shop.day(night(1)), "frete_vendedor", "frete_vendedor_cobertura") == [None, "0.000000"]
    assert money(shop.day(night(2)), "frete_vendedor", "frete_vendedor_cobertura") == ["10.00", "1.000000"]


def test_8_the_freight_is_the_senders_cost_and_no_other_amount(shop: Shop) -> None:
    order = shop.sell(at("10:00:00"))
    shop.send(order, at("11:00:00"), 15_95, gross=31_90, buyer_cost=4_50, list_cost=27_00)
    row = shop.day(night())

    assert money(row, "frete_vendedor", "frete_comprador") == ["15.95", "4.50"]


def test_9_what_left_the_seller_says_the_shipment_not_a_tag(shop: Shop) -> None:
    tagged, gone = shop.sell(at("10:00:00"), tags=["delivered"]), shop.sell(at("11:00:00"), unit_price=70_00)
    shop.send(tagged, at("12:00:00"))
    shipped = shop.send(gone, at("12:00:00"))
    shop.world.shipment_event(shipped, at=at("14:00:00"), status="shipped")
    for order in (tagged, gone):
        shop.world.cancel(order, at=at("20:00:00"))

    assert money(shop.day(night()), "valor_cancelado_pre", "valor_devolvido") == ["100.00", "70.00"]


def test_10_a_cancellation_is_dated_by_its_own_date_and_the_sale_by_its_creation(shop: Shop) -> None:
    order = shop.world.place_order(shop.seller, shop.listing, at=at("10:00:00"))
    shop.world.pay(order, at=night(2))  # closed two days later: still a sale of its first day
    shop.world.cancel(order, at=night(9), date=night(7))
    days = shop.night(night(10)).client_days_sold("loja")

    event = DAY + timedelta(days=7)
    assert list(days) == [DAY, event]
    assert money(days[DAY], "vendas_brutas", "valor_cancelado", "reembolsos_no_dia") == ["100.00", "100.00", "0.00"]
    assert money(days[event], "vendas_brutas", "reembolsos_no_dia") == ["0.00", "100.00"]


def test_10_a_cancellation_that_was_pending_first_is_judged_by_its_final_date(shop: Shop) -> None:
    """Between the two the parcel left: a return, not a cancellation before dispatch (D5)."""
    order = shop.sell(at("10:00:00"))
    shipment = shop.send(order, at("11:00:00"))
    shop.world.set_status(order, at=at("20:00:00"), status="pending_cancel")
    shop.world.shipment_event(shipment, at=night(1) + HOUR, status="shipped")
    shop.world.cancel(order, at=night(1) + 5 * HOUR)

    assert money(shop.day(night(1)), "valor_cancelado_pre", "valor_devolvido") == ["100.00", "0.00"]
    assert money(shop.day(night(2)), "valor_cancelado_pre", "valor_devolvido") == ["0.00", "100.00"]


def test_10_a_full_refund_after_months_is_a_return(shop: Shop) -> None:
    order = shop.sell(at("10:00:00"))
    shipment = shop.send(order, at("11:00:00"))
    shop.world.deliver(shipment, shipped=at("12:00:00"), delivered=at("18:00:00"))
    shop.world.refund(order, at=night(80))
    shop.night(night(1))

    assert money(shop.day(night(81)), "faturamento", "valor_cancelado_pre", "valor_devolvido") == [
        "0.00",
        "0.00",
        "100.00",
    ]


def test_11_a_split_pack_is_one_sale_and_no_cancellation(shop: Shop) -> None:
    order = shop.sell(at("10:00:00"))
    shop.world.split_pack([order], at=at("11:00:00"))
    row = shop.day(night())

    assert money(row, "vendas_brutas", "faturamento", "valor_cancelado") == ["100.00", "100.00", "0.00"]
    assert money(row, "reembolsos_no_dia") == ["0.00"]
    assert (row["pedidos_brutos"], row["pedidos_cancelados"]) == (1, 0)


def _without_own_sku(shop: Shop, listings: list[Listing], **given: object) -> None:
    for number, listing in enumerate(listings):
        shop.sell(at("10:00:00") + number * MINUTE, listing, seller_sku=None, seller_custom_field=None, **given)


def test_14_listings_are_found_by_the_new_bulk_route(shop: Shop) -> None:
    listings = [shop.world.add_listing(shop.seller, title="P", price=10_00, sku=f"L-{n:02}") for n in range(41)]
    _without_own_sku(shop, listings)
    installation = shop.night(night())

    assert [sku for _, sku in sorted(installation.sku_days_sold("loja"))] == [f"L-{n:02}" for n in range(41)]
    assert not [seen for seen in installation.sandbox.requests if seen.path == "/items"]


def test_15_the_sku_of_a_variation_is_seen(shop: Shop) -> None:
    blue, red = shop.world.variation("Azul", sku="CAM-AZ"), shop.world.variation("Vermelha", sku="CAM-VM")
    shirt = shop.world.add_listing(shop.seller, title="Camiseta", price=50_00, variations=[blue, red])
    for variation in (blue, red):
        _without_own_sku(shop, [shirt], variation=variation)

    assert {sku for _, sku in shop.night(night()).sku_days_sold("loja")} == {"CAM-AZ", "CAM-VM"}


def test_18_a_relisted_product_stays_one_sku(shop: Shop) -> None:
    shop.sell(at("10:00:00"))
    shop.world.change_listing(shop.listing, at=at("11:00:00"), status="closed", stock=0)
    shop.sell(
        at("12:00:00"), shop.world.add_listing(shop.seller, title="Produto", price=100_00, sku=" a ", at=at("11:30:00"))
    )
    rows = shop.night(night()).sku_days_sold("loja")

    assert {key: row["unidades"] for key, row in rows.items()} == {(DAY, "A"): 2}


def test_18_the_sku_of_a_sale_is_frozen_when_it_is_first_seen(shop: Shop) -> None:
    order = shop.sell(at("10:00:00"), seller_sku=None, seller_custom_field=None)
    shop.night(night(1))
    shop.world.change_listing(shop.listing, at=night(1) + HOUR, sku="OUTRO")
    shop.world.refund(order, at=night(1) + 2 * HOUR, amount=1_00)
    rows = shop.night(night(2)).sku_days_sold("loja")

    assert {sku: str(row["reembolsos"]) for (day, sku), row in rows.items() if day == DAY} == {"A": "1.00"}


def test_24_a_refresh_token_is_spent_once_per_expiry_and_never_by_a_rehearsal(shop: Shop) -> None:
    shop.sell(at("10:00:00"))
    installation = shop.night(night(1))
    installation.at(night(2))
    with pytest.raises(SourceFailure):
        rehearse(installation.settings, installation.database, "loja", [[DAY]])
    renewals = lambda: [seen for seen in installation.sandbox.requests if seen.path == "/oauth/token"]  # noqa: E731
    before = len(renewals())
    shop.night(night(2))

    assert len(renewals()) == before + 1
    assert money(shop.day(night(2)), "faturamento") == ["100.00"]
    assert len(renewals()) == before + 1


def test_25_a_missing_permission_is_told_and_the_token_is_not_renewed_for_it(shop: Shop) -> None:
    shop.sell(at("10:00:00"))
    installation = shop.night(night(1))
    installation.sandbox.faults.add(Fault("policy_agent", path="/orders/search", times=None))
    installation.sandbox.clear_requests()

    with pytest.raises(PartialCollectionError) as stopped:
        installation.night("loja", night(1) + HOUR)

    assert isinstance(stopped.value.failure, PermanentFailure)
    assert not [seen for seen in installation.sandbox.requests if seen.path == "/oauth/token"]


@pytest.mark.parametrize("block", ["payments", "order_items", "shipping", "tags"])
def test_27_a_partial_answer_never_replaces_what_is_stored(shop: Shop, block: str) -> None:
    order = shop.sell(at("10:00:00"))
    shop.send(order, at("11:00:00"))
    shop.world.refund(order, at=at("15:00:00"), amount=10_00)
    before = shop.day(night(1))
    shop.world.touch(order, at=night(1) + HOUR)
    assert shop.installation is not None
    shop.installation.sandbox.faults.add(Fault("partial", path="/orders/*", missing=(block,), times=None))

    with pytest.raises(PartialCollectionError):
        shop.night(night(2))

    assert shop.installation.client_day("loja", DAY) == before
    assert money(before, "reembolsos", "frete_vendedor") == ["10.00", "10.00"]


def test_28_noise_in_amounts_does_not_reach_the_centavos(shop: Shop) -> None:
    prices = [14_29, 33_33, 7, 1_234_567_89, 19_99, 59_01, 8_05, 70_21]
    for number, price in enumerate(prices):
        shop.sell(at("10:00:00") + number * MINUTE, unit_price=price, sale_fee=price // 9)
    row = shop.day(night())

    assert row["faturamento"] == Decimal(sum(prices)) / 100
    assert row["comissao"] == Decimal(sum(price // 9 for price in prices)) / 100


def test_28_ids_beyond_32_bits_are_kept_whole(shop: Shop) -> None:
    order = shop.sell(at("10:00:00"), pack=shop.world.new_pack())
    shipment = shop.send(order, at("11:00:00"))
    installation = shop.night(night())

    line = installation.rows("select order_id, envio, conta from dashboard.fact_order_line")[0]
    assert (line["order_id"], line["envio"]) == (str(order.order_id), str(shipment.shipment_id))
    assert line["conta"] == shop.seller.seller_id > 2**31


Script = Callable[[Shop], None]


def _late_boleto(shop: Shop) -> None:
    order = shop.world.place_order(shop.seller, shop.listing, at=at("10:00:00"))
    boleto = shop.world.start_payment(order, at=at("10:01:00"))
    shop.world.pay(order, at=night(2), payment_id=boleto)


def _wallet(shop: Shop) -> None:
    shop.world.wallet_refund(shop.sell(at("10:00:00")), at=at("20:00:00"))


def _test_order(shop: Shop) -> None:
    shop.sell(at("10:00:00"), tags=["test_order"])


def _dollars(shop: Shop) -> None:
    shop.sell(at("10:00:00"), currency="USD")


def _unknown(shop: Shop) -> None:
    shop.world.set_status(shop.sell(at("10:00:00")), at=at("11:00:00"), status="vanished")


def _invalid(shop: Shop) -> None:
    shop.world.set_status(shop.sell(at("10:00:00")), at=at("11:00:00"), status="invalid")


def _paid_twice(shop: Shop) -> None:
    shop.world.duplicate_payment(shop.sell(at("10:00:00")), at=at("10:05:00"), refunded_at=at("18:00:00"))


@pytest.mark.parametrize(
    ("script", "sales"),
    [
        (_late_boleto, ["200.00", "200.00", "0.00", "0.00"]),
        (_wallet, ["200.00", "100.00", "100.00", "0.00"]),
        (_test_order, ["100.00", "100.00", "0.00", "0.00"]),
        (_dollars, ["100.00", "100.00", "0.00", "0.00"]),
        (_unknown, ["100.00", "100.00", "0.00", "0.00"]),
        (_invalid, ["100.00", "100.00", "0.00", "0.00"]),
        (_paid_twice, ["200.00", "200.00", "0.00", "100.00"]),
    ],
)
def test_statuses_count_as_the_dictionary_says(shop: Shop, script: Script, sales: list[str]) -> None:
    shop.sell(at("09:00:00"))
    script(shop)
    row = shop.day(night(3))

    assert money(row, "vendas_brutas", "faturamento", "valor_cancelado", "reembolsos") == sales
