"""Claims and returns from the marketplace to the sums, and the contract's traps on the way (§15: 12, 13, 27)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.marts.build import BLOCKS, CLIENT_SUMS, LINES, SKU_SUMS, build_mart
from viang_pipeline.sandbox import Fault, World
from viang_pipeline.sandbox.claims_truth import Claim
from viang_pipeline.sandbox.faults import FaultKind
from viang_pipeline.sandbox.truth import Order
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.conftest import PostgresServer, copied
from viang_pipeline_tests.end_to_end.conftest import Install, take_over
from viang_pipeline_tests.end_to_end.driver import Installation, stored, utc

CLIENT = "loja"
SALE, OPENED = date(2026, 3, 10), date(2026, 3, 14)
CLAIM_COLUMNS = ("devolucoes", "unidades_devolvidas", "reclamacoes", "mediacoes", "custo_devolucao")


class Shop:
    """One seller with one sale of two units; nights at 03:00. ``known``: the database has the client already."""

    def __init__(self, install: Install, *, known: bool = False) -> None:
        self.world = World(seed=3, start=utc("2026-03-01T00:00:00Z"))
        self.seller = self.world.add_seller(CLIENT)
        self.listing = self.world.add_listing(self.seller, title="Produto", price=50_00, sku="A")
        self.order = self.sell(SALE)
        self.installation: Installation = install(self.world, now=utc("2026-03-11T05:00:00Z"))
        if known:
            self.installation.connect(CLIENT, self.seller)
        else:
            self.installation.client(CLIENT, self.seller, date(2026, 3, 8))

    def sell(self, day: date) -> Order:
        at = utc(f"{day}T12:00:00-03:00")
        order = self.world.place_order(self.seller, self.listing, at=at, quantity=2)
        self.world.pay(order, at=at + timedelta(minutes=1))
        shipment = self.world.ship(self.seller, at=at, seller_cost=18_00)
        self.world.attach_shipment(order, shipment, at=at)
        self.world.deliver(shipment, shipped=at + timedelta(days=1), delivered=at + timedelta(days=3))
        return order

    def night(self, day: date) -> None:
        """The night after ``day``."""
        self.installation.night(CLIENT, utc(f"{day + timedelta(days=1)}T06:00:00Z"))

    def row(self, day: date) -> dict[str, object]:
        found = self.installation.client_days(CLIENT).get(day, {})
        return {name: found.get(name) for name in CLAIM_COLUMNS}


@pytest.fixture(scope="module")
def night_of_the_sale(share: Install) -> str:
    """The name of a database after the night of the sale."""
    shop = Shop(share)
    shop.night(SALE)
    return shop.installation.leave_database()


@pytest.fixture
def database(postgres_server: PostgresServer, night_of_the_sale: str) -> Iterator[Database]:
    with copied(postgres_server, night_of_the_sale) as created:
        yield created


@pytest.fixture
def shop(install: Install) -> Shop:
    """The shop after the night of its sale, in a copy of the database that every test begins with."""
    shop = Shop(install, known=True)
    shop.installation.at(utc(f"{SALE + timedelta(days=1)}T06:00:00Z"))
    return shop


def at(day: date, hour: int = 12) -> object:
    return utc(f"{day}T{hour:02}:00:00-03:00")


def test_a_sale_without_claims_has_known_zeros(shop: Shop) -> None:
    assert shop.row(SALE) == dict.fromkeys(CLAIM_COLUMNS, 0)


def test_12_an_ordinary_claim_is_no_dispute_and_takes_nothing_from_the_revenue(shop: Shop) -> None:
    claim = shop.world.claims.open(shop.order, at=at(OPENED), kind="mediations")
    shop.night(OPENED)
    opened = shop.installation.rows("select * from dashboard.fact_claim_line")
    assert [(row["mediacao"], row["devolucao"], row["dia_venda"], row["dia_abertura"]) for row in opened] == [
        (False, False, SALE, OPENED)
    ]
    assert shop.installation.client_day(CLIENT, SALE)["faturamento"] == Decimal("100.00")

    shop.world.claims.move(claim, at=at(OPENED + timedelta(days=1)), stage="dispute")
    shop.night(OPENED + timedelta(days=1))
    assert shop.installation.column("select mediacao from dashboard.fact_claim_line") == [True]


def test_claims_count_on_the_day_they_are_opened_and_returns_on_the_day_of_the_sale(shop: Shop) -> None:
    claim = shop.world.claims.open(shop.order, at=at(OPENED))
    shop.world.claims.send_back(claim, at=at(OPENED, 15))
    shop.night(OPENED)
    assert shop.row(SALE)["devolucoes"] == 1
    opened = shop.installation.client_day(CLIENT, OPENED)
    assert (opened["reclamacoes"], opened["devolucoes_no_dia"], opened["devolucoes"]) == (1, 1, 0)


def test_13_units_come_back_when_the_return_arrives_although_the_claim_does_not_move(shop: Shop) -> None:
    claim = shop.world.claims.open(shop.order, at=at(OPENED), quantity=2)
    shop.world.claims.send_back(claim, at=at(OPENED, 15))
    shop.night(OPENED)
    assert shop.row(SALE)["unidades_devolvidas"] == 0

    arrived = OPENED + timedelta(days=9)
    shop.world.claims.return_event(claim, at=at(arrived), status="delivered", money="refunded")
    shop.night(arrived)
    assert shop.row(SALE)["unidades_devolvidas"] == 2


def test_the_cost_of_an_open_return_is_unknown_until_it_is_charged(shop: Shop) -> None:
    claim = shop.world.claims.open(shop.order, at=at(OPENED))
    shop.world.claims.send_back(claim, at=at(OPENED, 15))
    shop.night(OPENED)
    unread = shop.installation.client_day(CLIENT, SALE)
    assert (unread["custo_devolucao"], "devolucao_nao_lida" in unread["faltantes"]) == (None, True)

    charged = OPENED + timedelta(days=2)
    shop.world.claims.charge(claim, at=at(charged), amount=21_40)
    shop.night(charged)
    assert shop.row(SALE)["custo_devolucao"] == Decimal("21.40")
    reasons = shop.installation.column(
        "select distinct motivo from dashboard.restatement_ledger where metrica = 'custo_devolucao'"
    )
    assert reasons == ["reembolso"]


def test_an_open_claim_without_a_return_may_still_cost_something_until_it_is_closed(shop: Shop) -> None:
    claim = shop.world.claims.open(shop.order, at=at(OPENED))
    shop.night(OPENED)
    unread = shop.installation.client_day(CLIENT, SALE)
    assert (unread["custo_devolucao"], "devolucao_nao_lida" in unread["faltantes"]) == (None, True)

    closed = OPENED + timedelta(days=3)
    shop.world.claims.move(claim, at=at(closed), status="closed", resolution="payment_refunded")
    shop.night(closed)
    assert shop.row(SALE)["custo_devolucao"] == 0


def test_a_charge_after_claim_and_return_ended_is_still_seen(shop: Shop) -> None:
    claim = shop.world.claims.open(shop.order, at=at(OPENED))
    shop.world.claims.send_back(claim, at=at(OPENED, 13))
    shop.world.claims.return_event(claim, at=at(OPENED, 14), status="delivered", money="refunded")
    shop.world.claims.move(claim, at=at(OPENED, 15), status="closed", resolution="item_returned")
    shop.night(OPENED)
    assert shop.row(SALE)["custo_devolucao"] == 0

    charged = OPENED + timedelta(days=20)
    shop.world.claims.charge(claim, at=at(charged), amount=21_40)
    shop.night(charged)
    assert shop.row(SALE)["custo_devolucao"] == Decimal("21.40")


def come_back(shop: Shop, *conditions: str | None, closed: bool = False) -> Claim:
    """Both units return on the day the claim was opened, R$ 21,40; what is found on inspection is known at once."""
    shop.installation.told(
        CLIENT, "custo_sku", date(2026, 3, 1), sku="A", custo_unitario="12.345", custo_zero_confirmado=False
    )
    claim = shop.world.claims.open(shop.order, at=at(OPENED), quantity=2)
    shop.world.claims.send_back(claim, at=at(OPENED, 13))
    shop.world.claims.return_event(claim, at=at(OPENED, 14), status="delivered", money="refunded")
    shop.world.claims.charge(claim, at=at(OPENED, 14), amount=21_40)
    if conditions:
        shop.world.claims.review(claim, *conditions, at=at(OPENED, 16))
    if closed:
        shop.world.claims.move(claim, at=at(OPENED, 15), status="closed", resolution="item_returned")
    return claim


def test_units_that_come_back_unsaleable_cost_what_they_cost_once_they_are_inspected(shop: Shop) -> None:
    claim = come_back(shop)
    shop.night(OPENED)
    unread = shop.installation.client_day(CLIENT, SALE)
    assert (unread["custo_devolucao"], "devolucao_nao_lida" in unread["faltantes"]) == (None, True)

    inspected = OPENED + timedelta(days=4)
    shop.world.claims.review(claim, "discard", "saleable", at=at(inspected))
    shop.night(inspected)
    assert shop.row(SALE)["custo_devolucao"] == Decimal("33.75")
    reasons = shop.installation.column(
        "select distinct motivo from dashboard.restatement_ledger where metrica = 'custo_devolucao'"
    )
    assert reasons == ["reembolso"]


def test_an_inspection_long_after_everything_ended_is_still_seen_and_then_not_asked_for_again(shop: Shop) -> None:
    claim = come_back(shop, closed=True)
    shop.night(OPENED)
    assert shop.row(SALE)["custo_devolucao"] == Decimal("21.40")

    inspected = OPENED + timedelta(days=20)
    shop.world.claims.review(claim, "unsaleable", at=at(inspected))
    shop.night(inspected)
    assert shop.row(SALE)["custo_devolucao"] == Decimal("46.09")
    shop.installation.sandbox.clear_requests()
    shop.night(inspected + timedelta(days=1))
    assert [seen.path for seen in shop.installation.sandbox.requests if "/reviews" in seen.path] == []


def test_an_inspection_of_a_return_that_did_not_arrive_is_not_asked_for(shop: Shop) -> None:
    """Trap: ``missing`` is said of a parcel still on its way."""
    claim = shop.world.claims.open(shop.order, at=at(OPENED))
    shop.world.claims.send_back(claim, at=at(OPENED, 13))
    shop.world.claims.charge(claim, at=at(OPENED, 14), amount=21_40)
    shop.world.claims.review(claim, "missing", at=at(OPENED, 14))
    shop.night(OPENED)
    assert shop.row(SALE)["custo_devolucao"] == Decimal("21.40")
    assert shop.installation.column("select count(*) from raw.mercado_livre_return_reviews") == [0]


def test_a_lost_unit_of_a_cancelled_sale_costs_too_and_follows_what_is_told_of_its_cost(shop: Shop) -> None:
    come_back(shop, "discard", closed=True)
    shop.world.refund(shop.order, at=at(OPENED, 18))
    shop.night(OPENED)
    assert shop.row(SALE)["custo_devolucao"] == Decimal("64.09")  # 18.00 out, 21.40 back, 24.69 lost

    for since, told, cost in ((date(2026, 3, 9), "10", Decimal("59.40")), (SALE, None, None)):
        shop.installation.told(CLIENT, "custo_sku", since, sku="A", custo_unitario=told, custo_zero_confirmado=False)
        shop.night(OPENED)
        assert shop.row(SALE)["custo_devolucao"] == cost
    assert "devolucao_sem_custo" in shop.installation.client_day(CLIENT, SALE)["faltantes"]


def test_a_condition_nobody_has_heard_of_is_not_known(shop: Shop) -> None:
    come_back(shop, "burnt", closed=True)
    shop.night(OPENED)
    row = shop.installation.client_day(CLIENT, SALE)
    assert (row["custo_devolucao"], "devolucao_condicao_desconhecida" in row["faltantes"]) == (None, True)


def test_a_return_that_ended_and_was_charged_is_not_asked_for_again(shop: Shop) -> None:
    claim = shop.world.claims.open(shop.order, at=at(OPENED))
    shop.world.claims.send_back(claim, at=at(OPENED, 13))
    shop.world.claims.return_event(claim, at=at(OPENED, 14), status="delivered", money="refunded")
    shop.world.claims.charge(claim, at=at(OPENED, 14), amount=21_40)
    shop.world.claims.review(claim, "saleable", at=at(OPENED, 14))
    shop.world.claims.move(claim, at=at(OPENED, 15), status="closed", resolution="item_returned")
    shop.night(OPENED)
    shop.installation.sandbox.clear_requests()
    shop.night(OPENED + timedelta(days=4))
    asked = [
        seen.path
        for seen in shop.installation.sandbox.requests
        if str(claim.claim_id) in seen.path or "/returns/" in seen.path
    ]
    assert asked == []


def test_the_freight_of_a_sale_cancelled_after_dispatch_is_a_cost_of_returns(shop: Shop) -> None:
    shop.world.refund(shop.order, at=at(OPENED))
    shop.night(OPENED)
    row = shop.installation.client_day(CLIENT, SALE)
    assert (row["valor_devolvido"], row["custo_devolucao"]) == (Decimal("100.00"), Decimal("18.00"))


def test_many_claims_are_read_page_by_page_and_each_once(shop: Shop) -> None:
    for n in range(230):
        shop.world.claims.open(shop.order, at=at(OPENED) + timedelta(minutes=n // 5))  # type: ignore[operator]
    shop.night(OPENED)
    assert shop.installation.column("select count(*) from raw.mercado_livre_claims") == [230]
    assert shop.installation.client_day(CLIENT, OPENED)["reclamacoes"] == 230


@pytest.fixture(scope="module")
def opened(share: Install) -> Shop:
    """A claim with a return was read; a day later the return arrives and the claim is closed."""
    shop = Shop(share)
    claim = shop.world.claims.open(shop.order, at=at(OPENED))
    shop.world.claims.send_back(claim, at=at(OPENED, 15))
    shop.night(OPENED)
    shop.world.claims.return_event(claim, at=at(OPENED + timedelta(days=1), 9), status="delivered")
    shop.world.claims.move(claim, at=at(OPENED + timedelta(days=1)), status="closed", resolution="item_returned")
    return shop


@pytest.fixture
def failing(opened: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[[Fault], str]:
    """Reads claims that night in vain, which must change nothing. Why it failed, as the days read say it."""
    take_over(opened.installation, monkeypatch)

    def read(fault: Fault) -> str:
        installation, read_day = opened.installation, OPENED + timedelta(days=1)
        before = stored(installation.fingerprints())
        attempts = "dashboard.source_reads where resource = 'claims' and dia = %s"
        installation.rows(f"delete from {attempts} returning 1", read_day)
        installation.at(utc(f"{OPENED + timedelta(days=2)}T06:00:00Z"))
        installation.sandbox.faults.add(fault)
        try:
            with pytest.raises(PartialCollectionError):
                installation.collect(CLIENT, ["claims"])
        finally:
            installation.sandbox.faults.clear()
        assert stored(installation.fingerprints()) == before
        (reason,) = installation.column(f"select motivo from {attempts}", read_day)
        return str(reason)

    return read


@pytest.mark.parametrize("kind", ["partial", "reset", "policy_agent"])
def test_27_a_failed_read_of_claims_changes_nothing(failing: Callable[[Fault], str], kind: FaultKind) -> None:
    assert failing(Fault(kind, path="/post-purchase/*", missing=("paging",), times=None))


GONE = ["Not Found", "", '{"message":"resource not found","error":"not_found","status":404,"cause":[]}']


@pytest.mark.parametrize("body", GONE, ids=["text", "empty", "another family's envelope"])
@pytest.mark.parametrize("route", ["returns", "return-cost", "reviews"])
def test_a_route_of_returns_that_is_gone_is_a_failure_and_not_a_claim_without_one(
    failing: Callable[[Fault], str], route: str, body: str
) -> None:
    """A claim closed that night would otherwise cost nothing, and a return never arrive."""
    reason = failing(Fault("status", path=f"/post-purchase/*/{route}", status=404, body=body, times=None))

    assert route in reason


def test_a_return_that_is_announced_and_not_shown_is_none_is_said_and_is_asked_for_again(shop: Shop) -> None:
    """Contract §6.2: claims answer 404 in their own envelope."""
    claim = shop.world.claims.open(shop.order, at=at(OPENED))
    shop.world.claims.move(claim, at=at(OPENED, 13), with_return=True)
    shop.installation.at(utc(f"{OPENED + timedelta(days=1)}T06:00:00Z"))
    notes = shop.installation.collect(CLIENT, ["claims"]).steps["claims"].notes
    assert notes == ["1 devolução(ões) que a plataforma anuncia e ainda não mostra"]
    assert shop.installation.column("select count(*) from raw.mercado_livre_returns") == [0]

    shop.world.claims.send_back(claim, at=at(OPENED, 13))
    shop.night(OPENED + timedelta(days=1))
    assert shop.installation.column("select count(*) from raw.mercado_livre_returns") == [1]


def test_no_buyer_is_kept_with_a_claim(shop: Shop) -> None:
    shop.world.claims.open(shop.order, at=at(OPENED))
    shop.night(OPENED)
    (payload,) = shop.installation.column("select payload::text from raw.mercado_livre_claims")
    assert str(shop.order.buyer_id) not in payload
    assert "players" not in payload


def test_a_second_night_of_the_same_hour_writes_nothing(shop: Shop) -> None:
    claim = shop.world.claims.open(shop.order, at=at(OPENED))
    shop.world.claims.send_back(claim, at=at(OPENED, 15))
    shop.night(OPENED)
    again = shop.installation.night(CLIENT, utc(f"{OPENED + timedelta(days=1)}T06:10:00Z"))
    assert again.written == {}


def test_sums_built_alone_bring_the_blocks_of_stale_days_along(shop: Shop) -> None:
    """A person may materialize the sums only: what they follow must have been followed by what they are made of."""
    shop.world.claims.open(shop.order, at=at(OPENED))
    shop.installation.at(utc(f"{OPENED + timedelta(days=1)}T06:00:00Z"))
    shop.installation.collect(CLIENT, ["orders", "claims"])
    work = shop.installation.work(CLIENT)
    for mart in ("fact_sku_day", "agg_client_day"):
        build_mart(work, mart, [OPENED])
    assert shop.installation.client_day(CLIENT, OPENED)["reclamacoes"] == 1
    assert {build_mart(work, mart, [OPENED]).written for mart in (LINES, *BLOCKS, SKU_SUMS, CLIENT_SUMS)} == {0}
