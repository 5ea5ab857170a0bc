"""What the client reads of orders, shipments, listings and the account (contract §3, §5, §7, §10; traps of §15)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads import CancelDetail
from viang_pipeline_tests.sources.answers import Script, http_client, ok
from viang_pipeline_tests.sources.examples import BULK, COSTS, FLAT_SHIPMENT, ORDER, SHIPMENT

SELLER = 424242
DAY = datetime(2026, 10, 4, 12, tzinfo=UTC)
WINDOW = ("date_last_updated", DAY - timedelta(days=1), DAY)


def client(script: Script | Callable[[httpx.Request], httpx.Response]) -> MercadoLivreClient:
    steps = script if isinstance(script, Script) else Script([script])
    return MercadoLivreClient(http_client(steps), SELLER, buyer_salt="sal")


def raw(text: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=text)


def search(*rows: object) -> httpx.Response:
    return ok({"paging": {"total": len(rows), "offset": 0, "limit": 50}, "results": list(rows)})


EMPTY = search()


# --- orders -----------------------------------------------------------------------------------------------------------


def test_an_order_is_stored_without_the_buyer_but_with_a_stable_pseudonym() -> None:
    row = json.loads(ORDER)
    row["buyer"] = {"id": 31337, "nickname": "MARIA", "email": "maria@example.com", "billing_info": {"doc": "1"}}
    row["shipping"]["receiver_address"] = {"street": "Rua das Flores"}
    first = client(Script([search(row), EMPTY])).search_orders(*WINDOW)
    second = client(Script([search(json.loads(ORDER)), EMPTY])).search_orders(*WINDOW)
    stored = first.orders[0].payload.decode()
    assert not [secret for secret in ("31337", "MARIA", "maria@", "Flores", "billing") if secret in stored]
    assert first.orders[0].value.buyer is None
    assert first.orders[0].value.buyer_key == second.orders[0].value.buyer_key is not None


def test_fields_nobody_decided_about_are_reported_once_per_read() -> None:
    rows = [json.loads(ORDER) | {"id": identity, "novidade": {"a": 1}} for identity in (1, 2, 3)]
    api = client(Script([search(*rows), EMPTY]))
    assert api.search_orders(*WINDOW).unknown_fields == {"Order.novidade"}
    assert api.unknown_fields == {"Order.novidade"}


def test_one_malformed_order_fails_the_read_and_is_named() -> None:
    rows = [json.loads(ORDER), json.loads(ORDER) | {"id": 2000011111222334, "order_items": "nada"}]
    with pytest.raises(PermanentFailure, match=r"pedido 2000011111222334: .*order_items"):
        client(Script([search(*rows), EMPTY])).search_orders(*WINDOW)


@pytest.mark.parametrize("name", ["date_created", "date_last_updated"])
def test_an_order_time_without_offset_fails_the_read(name: str) -> None:
    row = json.loads(ORDER) | {name: "2026-10-04T00:20:11"}
    with pytest.raises(PermanentFailure, match=f"pedido 2000011111222333: .*{name}"):
        client(Script([search(row), EMPTY])).search_orders(*WINDOW)


def test_an_order_of_another_seller_fails_the_read() -> None:
    row = json.loads(ORDER) | {"seller": {"id": 99}}
    with pytest.raises(PermanentFailure, match="outra conta"):
        client(Script([search(row), EMPTY])).search_orders(*WINDOW)


def test_a_search_without_total_fails_instead_of_meaning_no_orders() -> None:
    with pytest.raises(PermanentFailure, match="sem total"):
        client(Script([ok({"results": []})])).search_orders(*WINDOW)


def test_a_search_that_stays_partial_returns_nothing() -> None:
    partial = httpx.Response(
        206, headers={"X-Content-Missing": "payments"}, json={"paging": {"total": 0}, "results": []}
    )
    with pytest.raises(TransientFailure, match="incompleta"):
        client(Script([partial])).search_orders(*WINDOW)


def test_the_window_goes_by_date_last_updated_although_last_updated_is_months_away() -> None:
    row = json.loads(ORDER) | {"last_updated": "2026-02-01T00:00:00.000-04:00"}
    assert len(client(Script([search(row), EMPTY])).search_orders(*WINDOW).orders) == 1


def cancelled(**more: object) -> dict[str, object]:
    return json.loads(ORDER) | {"status": "cancelled"} | more


def test_a_newly_cancelled_order_without_detail_is_read_once_more_for_it() -> None:
    detail = {"group": "mediations", "code": "x", "requested_by": "buyer", "date": "2026-10-04T01:00:00.000-04:00"}
    whole = ok(cancelled(cancel_detail=detail, gross_price=199.8, status="another"))
    script = Script([EMPTY, search(cancelled()), whole])
    first = client(script).search_orders(*WINDOW).orders[0]
    order = first.value
    assert script.seen[-1].url.path == "/orders/2000011111222333"
    assert order.cancel_detail == CancelDetail(
        group="mediations", code="x", requested_by="buyer", date="2026-10-04T01:00:00.000-04:00"
    )
    assert order.status == "cancelled"
    again = client(Script([EMPTY, search(cancelled())])).search_orders(*WINDOW, known=lambda _: order.cancel_detail)
    assert again.orders[0].hash == first.hash


def test_a_detail_in_the_search_row_costs_no_further_call() -> None:
    script = Script([EMPTY, search(cancelled(cancel_detail={"group": "buyer"}))])
    client(script).search_orders(*WINDOW)
    assert len(script.seen) == 2


def test_a_known_cancellation_costs_no_further_call_and_stays_in_the_record() -> None:
    detail = CancelDetail(group="buyer", code="c", date="2026-10-04T01:00:00.000-04:00")
    script = Script([EMPTY, search(cancelled())])
    order = client(script).search_orders(*WINDOW, known=lambda order_id: detail).orders[0]
    assert len(script.seen) == 2
    assert order.value.cancel_detail == detail
    assert b'"group":"buyer"' in order.payload


def test_an_order_not_shown_yet_is_none() -> None:
    assert client(Script([httpx.Response(404, json={"error": "order_not_found"})])).order(1) is None


# --- shipments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [SHIPMENT, FLAT_SHIPMENT])
def test_shipments_are_asked_in_the_new_format_and_read_in_either(text: str) -> None:
    script = Script([raw(text)])
    shipment = client(script).shipment(45001112223)
    assert script.seen[0].headers["x-format-new"] == "true"
    assert shipment is not None
    assert shipment.value.logistic is not None
    assert shipment.value.logistic.type == "cross_docking"


@pytest.mark.parametrize("status", [204, 404])
def test_what_a_shipment_does_not_have_yet_is_none(status: int) -> None:
    api = client(Script([httpx.Response(status)]))
    assert (api.shipment(1), api.shipment_costs(1), api.shipment_history(1)) == (None, None, None)


def test_the_sellers_freight_is_his_senders_cost_and_nothing_else() -> None:
    script = Script([raw(COSTS)])
    costs = client(script).shipment_costs(45001112223)
    assert script.seen[0].headers["x-format-new"] == "true"
    assert costs is not None
    assert (costs.value.seller_cost, costs.value.buyer_cost) == (Decimal("15.95"), Decimal("0.00"))
    assert "31337" not in costs.payload.decode()


@pytest.mark.parametrize(
    ("senders", "cost"),
    [
        ([{"user_id": SELLER, "cost": 0}], Decimal(0)),
        ([{"user_id": str(SELLER), "cost": 7.5}], Decimal("7.5")),
        ([{"user_id": 99, "cost": 33.0}], None),
        ([{"user_id": 99, "cost": 33.0}, {"user_id": SELLER, "cost": 4.2}], Decimal("4.2")),
        ([{"user_id": SELLER, "cost": None}], None),
        ([{"user_id": SELLER}], None),
        ([], None),
    ],
)
def test_freight_not_stated_for_the_seller_is_unknown_and_zero_is_zero(
    senders: list[object], cost: Decimal | None
) -> None:
    costs = client(Script([ok({"gross_amount": 31.9, "senders": senders})])).shipment_costs(1)
    assert costs is not None
    assert costs.value.seller_cost == cost
    assert "33" not in costs.payload.decode()


def test_the_history_of_a_shipment_is_kept_step_by_step() -> None:
    steps = [{"status": "shipped", "substatus": None, "date": "2026-10-05T08:12:44.000-04:00"}]
    history = client(Script([ok(steps)])).shipment_history(1)
    assert history is not None
    assert [(event.status, event.date) for event in history.value.events] == [("shipped", steps[0]["date"])]


# --- listings ---------------------------------------------------------------------------------------------------------


def scan(*pages: list[str], total: int | None = None, expires_at: int | None = None) -> Callable[..., httpx.Response]:
    """A scan: the first call opens a scroll, later ones need its scroll_id; ``expires_at`` breaks that call once."""
    state = {"page": 0, "scroll": 0, "calls": 0}
    announced = sum(map(len, pages)) if total is None else total

    def answer(request: httpx.Request) -> httpx.Response:
        params = request.url.params
        assert (params["search_type"], params["status"], params["limit"]) == ("scan", "active", "100")
        assert "offset" not in params
        assert "sort" not in params
        state["calls"] += 1
        if state["calls"] == expires_at:
            return httpx.Response(400, json={"message": "Invalid scroll_id", "status": 400})
        if "scroll_id" not in params:
            state["page"], state["scroll"] = 0, state["scroll"] + 1
        else:
            assert params["scroll_id"] == f"s{state['scroll']}"
        results = pages[state["page"]] if state["page"] < len(pages) else []
        state["page"] += 1
        paging = {"total": announced, "offset": 0, "limit": 100}
        return ok({"seller_id": str(SELLER), "paging": paging, "scroll_id": f"s{state['scroll']}", "results": results})

    return answer


def test_all_listing_ids_come_by_scan_with_one_scroll() -> None:
    assert client(scan(["MLB1", "MLB2"], ["MLB3"])).listing_ids("active") == ["MLB1", "MLB2", "MLB3"]


def test_a_shop_without_listings_has_none() -> None:
    assert client(scan()).listing_ids("active") == []


def test_a_scan_whose_scroll_expired_starts_again() -> None:
    assert client(scan(["MLB1", "MLB2"], ["MLB3"], expires_at=2)).listing_ids("active") == ["MLB1", "MLB2", "MLB3"]


def test_a_scan_with_fewer_ids_than_announced_is_never_believed() -> None:
    with pytest.raises(TransientFailure, match="varredura de anúncios veio incompleta 3 vezes"):
        client(scan(["MLB1", "MLB2"], total=3)).listing_ids("active")


def test_a_scroll_ended_by_null_is_complete_when_all_announced_ids_came() -> None:
    assert client(Script([ok({"paging": {"total": 1}, "scroll_id": None, "results": ["MLB1"]})])).listing_ids(
        "active"
    ) == ["MLB1"]


def bulk(request: httpx.Request) -> httpx.Response:
    """The bulk route's rules: at most 20 ids, none repeated; ids ending in 9 do not exist."""
    assert request.url.path == "/items/bulk"
    assert request.url.params["include_attributes"] == "all"
    ids = request.url.params["ids"].split(",")
    if len(ids) > 20 or len(set(ids)) < len(ids):
        return httpx.Response(400)
    return ok(
        [
            {"status_code": 404} if one.endswith("9") else {"status_code": 200, "id": one, "body": {"id": one}}
            for one in ids
        ]
    )


def test_bodies_are_read_twenty_at_a_time_and_a_repeated_id_is_asked_once() -> None:
    asked = [f"MLB{number}" for number in range(45)]
    read = client(bulk).listings([*asked, "MLB1", "MLB9"])
    assert [listing.id for listing in read.listings] == [one for one in asked if not one.endswith("9")]
    assert read.missing == ["MLB9", "MLB19", "MLB29", "MLB39"]


def test_the_contracts_bulk_answer_gives_the_listing_and_the_missing_id() -> None:
    read = client(Script([raw(BULK)])).listings(["MLB5550001112", "MLB5550001113"])
    listing = read.listings[0].value
    assert (listing.seller_sku, listing.user_product_id, listing.inventory_id) == (
        "GAR-1L-AZ",
        "MLBU900100",
        "QWER12345",
    )
    assert (listing.price, listing.available_quantity) == (Decimal("89.90"), 37)
    assert read.missing == ["MLB5550001113"]


def test_elements_with_the_old_name_of_the_status_are_understood() -> None:
    answer = [{"code": 404}, {"code": 200, "body": {"id": "MLB1"}}]
    read = client(Script([ok(answer)])).listings(["MLB1", "MLB2"])
    assert ([listing.id for listing in read.listings], read.missing) == (["MLB1"], ["MLB2"])


@pytest.mark.parametrize(
    ("element", "failure"),
    [
        ({"status_code": 500}, TransientFailure),
        ({"status_code": 403}, PermanentFailure),
        ({"status_code": 200}, PermanentFailure),
        ({"id": "MLB1"}, PermanentFailure),
        ({"status_code": 200, "body": {"id": "MLB2"}}, PermanentFailure),
    ],
)
def test_an_element_that_is_neither_there_nor_missing_fails_the_read(element: object, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        client(Script([ok([element])])).listings(["MLB1"])


def test_a_bulk_answer_shorter_than_the_question_fails_the_read() -> None:
    with pytest.raises(TransientFailure, match="todos os itens"):
        client(Script([ok([{"status_code": 200, "body": {"id": "MLB1"}}])])).listings(["MLB1", "MLB2"])


# --- account ----------------------------------------------------------------------------------------------------------


def test_an_account_whose_reputation_did_not_load_says_it_is_incomplete() -> None:
    whole = ok({"id": SELLER, "site_id": "MLB", "email": "a@b.co", "seller_reputation": {"level_id": "5_green"}})
    partial = httpx.Response(206, json={"id": SELLER, "site_id": "MLB", "seller_reputation": None})
    complete, incomplete = client(Script([whole])).me(), client(Script([partial])).me()
    assert complete.complete
    assert complete.record.value.seller_reputation is not None
    assert "a@b.co" not in complete.record.payload.decode()
    assert (incomplete.complete, incomplete.record.value.seller_reputation) == (False, None)


def test_the_ceiling_of_the_application_is_read() -> None:
    script = Script([ok({"id": 777, "max_requests_per_hour": 18000})])
    assert client(script).app_quota("777") == 18000
    assert script.seen[0].url.path == "/applications/777"


def test_a_ceiling_that_is_not_stated_is_a_failure_not_a_guess() -> None:
    with pytest.raises(PermanentFailure, match="limite de chamadas"):
        client(Script([ok({"id": 777})])).app_quota("777")
