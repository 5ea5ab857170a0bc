"""Objects are read exactly, without buyer data, and stored the same way every time (contract §1, §3.3, §15 trap 28)."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib import import_module
from pkgutil import walk_packages
from typing import ClassVar, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline import sources
from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.mercado_livre.payloads import CancelDetail, Listing, Order, Shipment, ShipmentCosts
from viang_pipeline.sources.payloads import (
    Amounts,
    Payload,
    decode,
    pseudonym,
    read,
    read_bytes,
    record,
    unknown_fields,
    without_noise,
)
from viang_pipeline_tests.sources.examples import COSTS, FLAT_SHIPMENT, ORDER, SHIPMENT


def order(text: str = ORDER) -> Order:
    return read(decode(text.encode(), where="GET /x"), Order, where="GET /x", what="pedido")


class Leaf(Amounts):
    ignored: ClassVar[frozenset[str]] = frozenset({"known_noise"})

    price: Decimal | None = None


class Tree(Payload):
    id: int
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()


def test_the_order_of_the_contract_is_read_exactly() -> None:
    value = order()
    line = value.order_items[0]
    assert (value.id, value.pack_id, value.shipment_id) == (2000011111222333, 2000009999888777, 45001112223)
    assert (line.unit_price, line.full_unit_price, line.sale_fee) == (
        Decimal("89.90"),
        Decimal("99.90"),
        Decimal("10.34"),
    )
    assert line.item.seller_sku == "GAR-1L-AZ"
    assert value.payments[0].marketplace_fee == Decimal("20.68")
    assert value.changed_at().isoformat() == "2026-10-04T03:22:41.102000+00:00"


def test_the_contracts_own_examples_hold_nothing_nobody_decided_about() -> None:
    assert unknown_fields(json.loads(ORDER), Order) == set()
    assert unknown_fields(json.loads(SHIPMENT), Shipment) == set()
    assert unknown_fields(json.loads(FLAT_SHIPMENT), Shipment) == set()
    assert unknown_fields(json.loads(COSTS), ShipmentCosts) == set()


@pytest.mark.parametrize(
    "text",
    [
        ORDER,
        ORDER.replace('"tags":[', '"tags":null,"static_tags":['),
        ORDER.replace('"currency_id":"BRL"', '"currency_id":"BRL","novo":{"a":1.5}', 1),
        ORDER.replace("89.9", "89.900000000000006"),
        ORDER.replace('"id":2000011111222333', '"id":"2000011111222333"', 1),
    ],
    ids=["contract", "null list", "unknown field", "noise", "id as text"],
)
def test_an_order_read_from_its_bytes_is_the_one_read_from_its_document(text: str) -> None:
    of_document: set[str] = set()
    of_bytes: set[str] = set()
    document = decode(text.encode(), where="GET /x")
    expected = read(document, Order, where="GET /x", what="pedido", unknown=of_document)
    found = read_bytes(text.encode(), Order, where="GET /x", what=lambda document: "pedido", unknown=of_bytes)
    assert record(1, found) == record(1, expected)
    assert of_bytes == of_document


def test_an_order_whose_bytes_do_not_fit_names_itself_and_the_field() -> None:
    text = ORDER.replace('"quantity":2', '"quantity":"two"', 1)
    assert text != ORDER
    with pytest.raises(PermanentFailure, match=r"pedido 2000011111222333: campo em formato inesperado .*quantity"):
        read_bytes(text.encode(), Order, where="GET /x", what=lambda it: f"pedido {it['id']}", unknown=set())


def test_every_struct_that_holds_money_rids_it_of_noise() -> None:
    def below(kind: type[Payload]) -> set[type[Payload]]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    def has_money(kind: type[Payload]) -> bool:
        return any(Decimal in (field.type, *get_args(field.type)) for field in msgspec.structs.fields(kind))

    for module in walk_packages(sources.__path__, "viang_pipeline.sources."):
        import_module(module.name)
    found = {kind for kind in below(Payload) if kind.__module__.startswith("viang_pipeline.") and has_money(kind)}
    assert Order in found
    assert {kind.__name__ for kind in found if not issubclass(kind, Amounts)} == set()


def test_a_stored_order_keeps_both_update_times_every_payment_and_the_numbers_as_sent() -> None:
    text = ORDER.replace('"payments":[', '"payments":[{"id":1,"status":"rejected","transaction_amount":179.8},')
    stored = json.loads(record(1, order(text)).payload, parse_float=Decimal)
    assert stored["date_last_updated"] == "2026-10-04T03:22:41.102Z"
    assert stored["last_updated"] == "2026-10-03T23:22:40.000-04:00"
    assert [payment["status"] for payment in stored["payments"]] == ["rejected", "approved"]
    assert stored["order_items"][0]["sale_fee"] == Decimal("10.34")
    assert stored["order_items"][0]["quantity"] == 2
    assert stored["date_created"] == "2026-10-03T23:19:58.000-04:00"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_amounts_with_binary_noise_are_the_amounts_meant(amount: Decimal) -> None:
    as_float_prints = f"{float(amount):.17g}"
    assert without_noise(Decimal(as_float_prints)) == amount


def test_no_amount_passes_through_a_float() -> None:
    leaf = read(decode(b'{"price":99999999999999.91}', where="x"), Leaf, where="x", what="x")
    assert leaf.price == Decimal("99999999999999.91")


def test_a_price_with_real_fractions_of_a_centavo_keeps_them() -> None:
    assert without_noise(Decimal("6.666667")) == Decimal("6.666667")


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e40"])
def test_what_is_no_amount_fails_the_read(amount: str) -> None:
    with pytest.raises(PermanentFailure, match=r"pedido 7: campo em formato inesperado .*leaf"):
        read({"id": 1, "leaf": {"price": amount}}, Tree, where="GET /x", what="pedido 7")


def test_null_and_absent_mean_the_same() -> None:
    assert read({"id": 1, "leaf": None, "leaves": None}, Tree, where="x", what="x") == Tree(id=1)


@pytest.mark.parametrize("identity", [2000011111222333, "2000011111222333"])
def test_ids_may_come_as_text(identity: object) -> None:
    assert read({"id": identity}, Tree, where="x", what="x").id == 2000011111222333


def test_undecided_fields_are_reported_by_path_once() -> None:
    document = {"id": 1, "new": 1, "leaf": {"known_noise": 1}, "leaves": [{"price": 1, "x": {"y": 1}}, {"x": 2}]}
    assert unknown_fields(document, Tree) == {"Tree.new", "Tree.leaves[].x"}


def test_a_malformed_object_names_itself_and_its_field_but_no_value() -> None:
    text = ORDER.replace('"unit_price":89.9', '"unit_price":"maria@example.com"')
    with pytest.raises(PermanentFailure, match=r"pedido: .*order_items\[0\]\.unit_price") as failure:
        order(text)
    assert "maria" not in str(failure.value)


def test_an_unknown_status_or_currency_is_read_and_left_to_quarantine() -> None:
    value = order(ORDER.replace('"status":"paid"', '"status":"brand_new"').replace('"BRL"', '"ARS"'))
    assert (value.status, value.currency_id) == ("brand_new", "ARS")


def test_bytes_that_are_no_json_may_come_right_later() -> None:
    with pytest.raises(TransientFailure, match="cortada"):
        decode(b'{"id":', where="GET /x")


def test_equal_content_has_equal_bytes_whatever_the_order_noise_or_nulls() -> None:
    shuffled = json.dumps(dict(reversed(list(json.loads(ORDER).items()))))
    noisy = ORDER.replace("179.8", "179.80000000000001").replace('"pack_order","order_has', '"order_has')
    noisy = noisy.replace('"not_delivered"]', '"not_delivered","pack_order"]').replace(
        '"cancel_detail":null', '"taxes":null'
    )
    first = record(1, order())
    assert record(1, order(shuffled)).payload == first.payload
    assert record(1, order(noisy)).hash == first.hash
    assert len(first.hash) == 16


def test_payment_tags_in_another_order_are_no_change() -> None:
    one, other = (
        ORDER.replace('"id":120000000001,', f'"id":120000000001,"tags":{tags},') for tags in ('["a","b"]', '["b","a"]')
    )
    assert record(1, order(one)).hash == record(1, order(other)).hash


def test_a_changed_amount_changes_the_hash() -> None:
    assert record(1, order(ORDER.replace("89.9,", "89.91,"))).hash != record(1, order()).hash


def test_a_stored_payload_reads_back_as_the_same_record() -> None:
    first = record(1, order())
    assert record(1, msgspec.json.decode(first.payload, type=Order)).hash == first.hash


def test_a_pseudonym_is_stable_within_a_client_and_differs_between_clients() -> None:
    assert pseudonym("a", 31337) == pseudonym("a", "31337")
    assert pseudonym("a", 31337) != pseudonym("b", 31337)
    assert pseudonym("a", 31337) != pseudonym("a", 31338)
    with pytest.raises(ValueError, match="salt"):
        pseudonym("", 31337)


def test_a_cancellation_keeps_the_role_that_asked_and_no_text_or_id_of_a_person() -> None:
    document = {"group": "buyer", "code": "x", "requested_by": 31337, "description": "Maria ligou", "date": "d"}
    detail = read(document, CancelDetail, where="x", what="x")
    assert "31337" not in record(1, detail).payload.decode()
    assert "Maria" not in record(1, detail).payload.decode()
    assert read({"requested_by": "buyer"}, CancelDetail, where="x", what="x").requested_by == "buyer"


def test_both_shapes_of_a_shipment_give_the_same_record() -> None:
    new = read(json.loads(SHIPMENT), Shipment, where="x", what="x")
    flat = read(json.loads(FLAT_SHIPMENT), Shipment, where="x", what="x")
    assert new.logistic is not None
    assert flat.logistic is not None
    assert (
        (flat.logistic.type, flat.logistic.mode) == (new.logistic.type, new.logistic.mode) == ("cross_docking", "me2")
    )
    assert flat.lead_time is not None
    assert flat.lead_time.list_cost == Decimal("15.95")
    assert flat.logistic_type is None


def test_a_shipment_is_stored_without_address() -> None:
    for text in (SHIPMENT, FLAT_SHIPMENT):
        stored = record(1, read(json.loads(text), Shipment, where="x", what="x")).payload.decode()
        assert not [place for place in ("Curitiba", "80000000", "BR-PR", "31337", "Rua") if place in stored]


def test_skus_of_listing_and_variation_are_their_attributes() -> None:
    document = {
        "id": "MLB1",
        "attributes": [{"id": "BRAND", "value_name": "X"}, {"id": "SELLER_SKU", "value_name": "PAI"}],
        "variations": [{"id": 174000000001, "attributes": [{"id": "SELLER_SKU", "value_name": "FILHO"}]}],
    }
    listing = read(document, Listing, where="x", what="x")
    assert (listing.seller_sku, listing.variations[0].seller_sku) == ("PAI", "FILHO")
