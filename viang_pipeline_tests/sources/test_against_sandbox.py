"""The client against the local marketplace: what it reads is the truth of that world, under faults too (§14, §15)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.failures import AnswerLost, NeedsReauthorization, PermanentFailure, TransientFailure
from viang_pipeline.sandbox import Fault, Sandbox, World
from viang_pipeline.sandbox.people import person
from viang_pipeline.sandbox.truth import Seller
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient, OrdersRead
from viang_pipeline.sources.mercado_livre.oauth import MercadoLivreOAuth, challenge, new_verifier

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = START + timedelta(days=10)


class Tokens:
    """A token source that renews through the sandbox's own OAuth, when asked to and when six hours have passed."""

    def __init__(self, sandbox: Sandbox, seller: Seller) -> None:
        self._sandbox = sandbox
        issued = sandbox.tokens(seller)
        self._access, self._refresh = issued.access_token, issued.refresh_token
        self._expires = sandbox.clock.now() + timedelta(hours=6)
        self.renewals = 0

    def access_token(self) -> str:
        return self._access if self._sandbox.clock.now() < self._expires else self.renew(self._access)

    def renew(self, rejected: str) -> str:
        self.renewals += 1
        pair = oauth(self._sandbox).refresh(self._refresh)
        self._access, self._refresh = pair.access_token, pair.refresh_token
        self._expires = self._sandbox.clock.now() + timedelta(seconds=pair.expires_in)
        return self._access


@dataclass
class Shop:
    world: World
    seller: Seller
    sandbox: Sandbox
    tokens: Tokens
    api: MercadoLivreClient

    def truth(self) -> dict[int, str]:
        """Order id → status now."""
        now = self.sandbox.clock.now()
        states = {order.order_id: order.state_at(now) for order in self.world.orders.values()}
        return {identity: state.status for identity, state in states.items() if state is not None}


def oauth(sandbox: Sandbox) -> MercadoLivreOAuth:
    return MercadoLivreOAuth(sandbox.url, sandbox.app_id, sandbox.app_secret, sandbox.redirect_uri)


def statuses(read: OrdersRead) -> dict[int, str]:
    assert len({order.id for order in read.orders}) == len(read.orders)
    return {order.value.id: order.value.status for order in read.orders}


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A seller with 180 orders over ten days: paid, refunded, cancelled, in packs, with shared shipments."""
    chance = random.Random(7)
    world = World(seed=7, start=START)
    seller = world.add_seller("loja-aurora")
    blue = world.variation(name="Azul", sku="GAR-AZ", stock=5)
    listings = [
        world.add_listing(seller, title="Garrafa 1L", price=8990, sku="GAR-1L"),
        world.add_listing(
            seller, title="Garrafa com cor", price=4990, variations=(blue, world.variation(name="Verde"))
        ),
        world.add_listing(
            seller, title="Sem código", price=1990, user_product_id="MLBU900100", inventory_id="QWER12345"
        ),
        world.add_listing(seller, title="Pausado", price=1990, sku="P", status="paused"),
    ]
    for number in range(180):
        at = START + timedelta(minutes=75 * number, seconds=chance.randint(0, 50))
        listing = listings[number % 3]
        pack = world.new_pack() if number % 4 == 0 else None
        order = world.place_order(
            seller,
            listing,
            at=at,
            quantity=1 + number % 3,
            variation=blue if listing.variations else None,
            pack=pack,
        )
        if number % 5 == 0:
            world.reject_payment(order, at=at + timedelta(seconds=20))
        world.pay(order, at=at + timedelta(minutes=1))
        shipment = world.ship(
            seller, at=at + timedelta(minutes=2), seller_cost=1595 if number % 6 else 0, buyer_cost=500
        )
        world.attach_shipment(order, shipment, at=at + timedelta(minutes=3))
        if number % 9 == 0:
            world.cancel(order, at=at + timedelta(hours=5))
        elif number % 10 == 0:
            world.refund(order, at=at + timedelta(hours=6), amount=100)
    with Sandbox(world, now=NOW) as sandbox:
        tokens = Tokens(sandbox, seller)
        http = HttpClient(base_url=sandbox.url, tokens=tokens, sleep=lambda _: None)
        yield Shop(world, seller, sandbox, tokens, MercadoLivreClient(http, seller.seller_id, buyer_salt="sal"))
        http.close()


def test_all_orders_are_read_in_their_present_status_and_announced_equals_collected(shop: Shop) -> None:
    read = shop.api.search_orders("date_created", START, NOW)
    assert statuses(read) == shop.truth()
    assert {"paid", "cancelled", "partially_refunded"} <= set(statuses(read).values())
    assert read.announced == read.collected == len(read.orders)
    assert read.unknown_fields == set()


def test_a_change_window_brings_exactly_what_changed_in_it(shop: Shop) -> None:
    since, until = START + timedelta(days=3, minutes=7), START + timedelta(days=4, minutes=13)
    read = shop.api.search_orders("date_last_updated", since, until)
    states = {order.order_id: order.state_at(NOW) for order in shop.world.orders.values()}
    changed = {identity for identity, state in states.items() if state is not None and since <= state.at < until}
    assert set(statuses(read)) == changed


def test_no_order_is_stored_with_anything_of_its_buyer(shop: Shop) -> None:
    read = shop.api.search_orders("date_created", START, NOW)
    for order in read.orders:
        buyer = shop.world.orders[order.value.id].buyer_id
        who = person(buyer)
        stored = order.payload.decode()
        for secret in (str(buyer), who.first_name, who.last_name, who.email, who.cpf, who.phone, who.nickname):
            assert secret not in stored
        assert order.value.buyer_key


def test_amounts_and_payments_are_those_of_the_world_to_the_centavo(shop: Shop) -> None:
    for order in shop.api.search_orders("date_created", START, NOW).orders:
        truth = shop.world.orders[order.value.id]
        state = truth.state_at(NOW)
        assert state is not None
        line = order.value.order_items[0]
        assert (line.unit_price, line.sale_fee) == (Decimal(truth.unit_price) / 100, Decimal(truth.sale_fee) / 100)
        assert (line.quantity, line.item.id, line.item.variation_id) == (
            truth.quantity,
            truth.listing_id,
            truth.variation_id,
        )
        assert [(payment.status, payment.transaction_amount) for payment in order.value.payments] == [
            (payment.status, Decimal(payment.amount) / 100) for payment in state.payments
        ]


def test_each_cancellation_carries_its_own_date_and_costs_one_call_only_once(shop: Shop) -> None:
    first = shop.api.search_orders("date_created", START, NOW)
    cancelled = {
        order.value.id: order.value.cancel_detail for order in first.orders if order.value.status == "cancelled"
    }
    assert all(detail is not None and detail.date for detail in cancelled.values())
    shop.sandbox.clear_requests()
    again = shop.api.search_orders("date_created", START, NOW, known=cancelled.get)
    assert {request.path for request in shop.sandbox.requests} == {"/orders/search"}
    assert {order.id: order.hash for order in again.orders} == {order.id: order.hash for order in first.orders}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", path="/orders/*", status=429, times=2),
        Fault("status", path="/orders/*", status=503, times=2, skip=1),
        Fault("reset", path="/orders/search", times=2, skip=1),
        Fault("lost", path="/orders/search", times=2, skip=2),
        Fault("partial", path="/orders/search", times=2, skip=1, missing=("payments",)),
    ],
    ids=lambda fault: fault.kind,
)
def test_passing_trouble_changes_nothing_of_what_is_read(shop: Shop, fault: Fault) -> None:
    quiet = {order.id: order.hash for order in shop.api.search_orders("date_created", START, NOW).orders}
    shop.sandbox.faults.add(fault)
    read = shop.api.search_orders("date_created", START, NOW)
    assert {order.id: order.hash for order in read.orders} == quiet
    assert shop.api.http.retries == 2


def test_trouble_that_stays_ends_in_one_failure_and_nothing_read(shop: Shop) -> None:
    shop.sandbox.faults.add(Fault("partial", path="/orders/search", times=None, skip=2, missing=("payments",)))
    with pytest.raises(TransientFailure, match="incompleta"):
        shop.api.search_orders("date_created", START, NOW)


def test_sales_and_cancellations_between_two_pages_lose_nothing(shop: Shop) -> None:
    untouched = set(shop.truth())
    listing = next(iter(shop.world.listings.values()))
    victims = iter([order for order in shop.world.orders.values() if order.state_at(NOW).status == "paid"][:3])  # type: ignore[union-attr]

    def trade(world: World, now: datetime) -> None:
        world.pay(world.place_order(shop.seller, listing, at=now), at=now)
        victim = next(victims, None)
        if victim is not None:
            world.cancel(victim, at=now)

    shop.sandbox.faults.add(Fault("hook", path="/orders/search", times=4, hook=trade))
    read = shop.api.search_orders("date_created", START, NOW + timedelta(seconds=1))
    assert untouched <= set(statuses(read))
    after = shop.api.search_orders("date_last_updated", NOW, NOW + timedelta(hours=1))
    assert statuses(read) | statuses(after) == shop.truth()


def test_shipments_costs_and_history_are_those_of_the_world(shop: Shop) -> None:
    for shipment in list(shop.world.shipments.values())[:7]:
        body, costs = shop.api.shipment(shipment.shipment_id), shop.api.shipment_costs(shipment.shipment_id)
        history = shop.api.shipment_history(shipment.shipment_id)
        truth, event = shipment.costs_at(NOW), shipment.state_at(NOW)
        assert body is not None
        assert costs is not None
        assert history is not None
        assert truth is not None
        assert event is not None
        assert body.value.status == event.status
        assert body.value.logistic is not None
        assert body.value.logistic.type == shipment.logistic_type
        assert (costs.value.seller_cost, costs.value.buyer_cost) == (
            Decimal(truth.seller) / 100,
            Decimal(truth.buyer) / 100,
        )
        assert len(history.value.events) == len(shipment.history_at(NOW))
    assert shop.api.unknown_fields == set()
    assert shop.api.shipment(1) is None


def test_listings_come_by_scan_and_bulk_with_the_skus_of_their_variations(shop: Shop) -> None:
    active, paused = shop.api.listing_ids("active"), shop.api.listing_ids("paused")
    assert sorted(active + paused) == sorted(shop.world.listings)
    read = shop.api.listings([*active, *paused, "MLB999"])
    by_title = {listing.value.title: listing.value for listing in read.listings}
    assert by_title["Garrafa 1L"].seller_sku == "GAR-1L"
    assert [variation.seller_sku for variation in by_title["Garrafa com cor"].variations] == ["GAR-AZ", None]
    assert (by_title["Sem código"].user_product_id, by_title["Sem código"].inventory_id) == ("MLBU900100", "QWER12345")
    assert read.missing == ["MLB999"]
    assert shop.api.unknown_fields == set()


def test_the_account_and_the_ceiling_of_the_application_are_read(shop: Shop) -> None:
    account = shop.api.me()
    assert (account.record.value.id, account.record.value.site_id) == (shop.seller.seller_id, "MLB")
    assert shop.api.app_quota(shop.sandbox.app_id) == shop.sandbox.max_requests_per_hour
    assert shop.api.unknown_fields == set()


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_expires_in_the_middle_of_a_read_is_replaced_once(shop: Shop, status: int) -> None:
    """Expired tokens are answered 401 by most routes and 403 by some (contract §1.1); both end in the same read."""
    shop.sandbox.options.expired_status = status

    def seven_hours_pass(world: World, now: datetime) -> None:
        shop.sandbox.clock.advance(timedelta(hours=7))

    shop.sandbox.faults.add(Fault("hook", path="/orders/search", skip=1, hook=seven_hours_pass))
    assert statuses(shop.api.search_orders("date_created", START, NOW)) == shop.truth()
    assert shop.tokens.renewals == 1


def test_a_missing_functional_permission_is_said_after_one_call(shop: Shop) -> None:
    shop.sandbox.faults.add(Fault("policy_agent", path="/users/*", times=None))
    with pytest.raises(PermanentFailure, match="missing permission"):
        shop.api.listing_ids("active")
    assert (shop.api.http.requests, shop.tokens.renewals) == (1, 0)


def test_consent_exchange_refresh_and_revocation(shop: Shop) -> None:
    shop.sandbox.options.pkce_required = True
    verifier = new_verifier()
    code = shop.sandbox.authorize(shop.seller, code_challenge=challenge(verifier))
    pair = oauth(shop.sandbox).exchange(code, verifier)
    assert (pair.user_id, pair.expires_in) == (shop.seller.seller_id, 21600)
    renewed = oauth(shop.sandbox).refresh(pair.refresh_token)
    with pytest.raises(NeedsReauthorization):
        oauth(shop.sandbox).refresh(pair.refresh_token)
    shop.sandbox.revoke(shop.seller)
    with pytest.raises(NeedsReauthorization):
        oauth(shop.sandbox).refresh(renewed.refresh_token)


def test_a_refresh_whose_answer_is_lost_is_told_apart(shop: Shop) -> None:
    shop.sandbox.faults.add(Fault("lost", path="/oauth/token"))
    with pytest.raises(AnswerLost):
        oauth(shop.sandbox).refresh(shop.sandbox.tokens(shop.seller).refresh_token)


def test_a_wrong_application_secret_names_the_setting(shop: Shop) -> None:
    wrong = MercadoLivreOAuth(shop.sandbox.url, shop.sandbox.app_id, "outro", shop.sandbox.redirect_uri)
    with pytest.raises(PermanentFailure, match="MERCADO_LIVRE_APP_SECRET"):
        wrong.refresh("TG-x")
