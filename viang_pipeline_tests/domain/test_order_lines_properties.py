"""Invariants of order lines over random shops (kpis.md §9: I3, I11, I12, I13, I14)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.business_day import business_day, day_end
from viang_pipeline.domain.costs import NO_COSTS
from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.margin import Terms
from viang_pipeline.domain.order_lines import OrderLine, build_lines
from viang_pipeline.domain.sales import Order, Shipment
from viang_pipeline_tests.domain.builders import LATER, NOON, a_payment, a_shipment, an_item, an_order, terms_of

SHIPMENTS = ("S1", "S2", "S3")
ITEMS = st.builds(
    an_item,
    seller_sku=st.sampled_from(["A", "B", None]),
    quantity=st.integers(1, 5),
    price=st.integers(0, 50_000),
    fee=st.none() | st.integers(0, 5_000),
)


@st.composite
def an_any_order(draw: Any, order_id: str) -> Order:
    status = draw(st.sampled_from(["paid", "partially_refunded", "cancelled", "payment_required", "invalid"]))
    return an_order(
        order_id,
        *draw(st.lists(ITEMS, min_size=1, max_size=3)),
        status=status,
        shipment=draw(st.none() | st.sampled_from(SHIPMENTS)),
        created_at=NOON + timedelta(hours=draw(st.integers(0, 40))),
        cancelled_at=LATER if status == "cancelled" else None,
        payments=(a_payment(refunded=draw(st.integers(0, 900))),),
    )


@st.composite
def shops(draw: Any) -> tuple[list[Order], dict[str, Shipment]]:
    orders = [draw(an_any_order(str(n))) for n in range(draw(st.integers(1, 5)))]
    shipments = {
        key: a_shipment(
            key,
            draw(st.none() | st.integers(0, 3_000)),
            left_at=draw(st.sampled_from([None, NOON, LATER + timedelta(days=1)])),
            known=draw(st.booleans()),
            logistic_type=draw(st.sampled_from(["drop_off", "self_service", None])),
        )
        for key in SHIPMENTS
        if draw(st.booleans())
    }
    return orders, shipments


Shop = tuple[list[Order], dict[str, Shipment]]


def build(orders: list[Order], shipments: dict[str, Shipment]) -> set[tuple[object, ...]]:
    return {tuple(map(str, msgspec.structs.astuple(line))) for line in build_lines(orders, [], shipments, {}, {})}


@given(shops(), st.randoms())
def test_i11_the_order_of_the_input_changes_no_line(shop: Shop, random) -> None:  # type: ignore[no-untyped-def]
    orders, shipments = shop
    shuffled = list(orders)
    random.shuffle(shuffled)
    assert build(shuffled, shipments) == build(orders, shipments)


@given(shops())
def test_i11_splitting_days_over_several_builds_changes_no_line(shop: Shop) -> None:
    orders, shipments = shop
    by_day: dict[Any, list[Order]] = defaultdict(list)
    for order in orders:
        by_day[order.day].append(order)
    apart = {
        tuple(map(str, msgspec.structs.astuple(line)))
        for day, found in by_day.items()
        for line in build_lines(found, [o for o in orders if o.day != day], shipments, {}, {})
    }
    assert apart == build(orders, shipments)


@given(shops())
def test_i3_allocated_freight_is_the_cost_of_the_shipment(shop: Shop) -> None:
    orders, shipments = shop
    parts: dict[str, list[int]] = defaultdict(list)
    for line in build_lines(orders, [], shipments, {}, {}):
        if line.envio is not None and line.frete_vendedor is not None:
            parts[line.envio].append(line.frete_vendedor)
    assert {key: sum(found) for key, found in parts.items()} == {key: shipments[key].seller_cost for key in parts}


@given(shops())
def test_i12_a_freight_that_is_taken_away_becomes_unknown_and_never_zero(shop: Shop) -> None:
    orders, shipments = shop
    blind = {key: msgspec.structs.replace(s, seller_cost=None) for key, s in shipments.items()}
    lines = build_lines(orders, [], blind, {}, {})
    assert all(line.frete_vendedor is None for line in lines)
    assert all("frete_nao_observado" in line.faltantes for line in lines if line.situacao == "valida")


TOLD = terms_of({"A": "41.9950", "B": "7.1234"}, "0.0532", 890)
INPUTS: dict[str, Terms] = {
    "custo": TOLD._replace(costs=NO_COSTS),
    "imposto": TOLD._replace(rates={}),
    "custo_envio_proprio": TOLD._replace(courier=Dated(())),
}


def _margin(line: OrderLine) -> int:
    """What a covered line leaves, by §5.5."""
    parts = (line.comissao, line.frete_vendedor, line.custo_envio_proprio, line.custo, line.imposto)
    return line.valor - sum(part for part in parts if part is not None)


@given(shops(), st.sampled_from(["tarifa", "frete", *INPUTS]))
def test_i12_an_input_that_is_taken_away_uncovers_lines_and_leaves_the_margin_of_the_others(
    shop: Shop, taken: str
) -> None:
    orders, shipments = shop
    before = build_lines(orders, [], shipments, {}, {}, TOLD)
    if taken == "tarifa":
        orders = [_without_fees(order) for order in orders]
    if taken == "frete":
        shipments = {key: msgspec.structs.replace(s, seller_cost=None) for key, s in shipments.items()}
    after = build_lines(orders, [], shipments, {}, {}, INPUTS.get(taken, TOLD))
    for had, has in zip(before, after, strict=True):
        assert has.coberta <= had.coberta
        if has.coberta:
            assert _margin(has) == _margin(had)
        for name in INPUTS:
            part = getattr(has, name)
            assert part in (None, getattr(had, name))  # never a zero that was something else


def _without_fees(order: Order) -> Order:
    return msgspec.structs.replace(order, items=tuple(msgspec.structs.replace(i, fee=None) for i in order.items))


@given(shops())
def test_a_line_is_covered_exactly_when_nothing_of_it_is_missing(shop: Shop) -> None:
    orders, shipments = shop
    for line in build_lines(orders, [], shipments, {}, {}, TOLD):
        parts = (line.comissao, line.frete_vendedor, line.custo_envio_proprio, line.custo, line.imposto)
        assert line.coberta == (line.situacao == "valida" and None not in parts)
        assert not line.coberta or line.faltantes == []


@given(shops())
def test_own_courier_parts_are_the_cost_of_one_trip_per_shipment(shop: Shop) -> None:
    orders, shipments = shop
    parts: dict[str, list[int]] = defaultdict(list)
    for line in build_lines(orders, [], shipments, {}, {}, TOLD):
        if line.envio is not None and line.custo_envio_proprio is not None:
            parts[line.envio].append(line.custo_envio_proprio)
    trips = {key: 890 if shipments[key].logistic_type == "self_service" else 0 for key in parts}
    assert {key: sum(found) for key, found in parts.items()} == trips


WHOLE = terms_of({"A": "41.99", "B": "7.12"}, "0.0532")


def _doubled(order: Order) -> Order:
    items = tuple(msgspec.structs.replace(item, quantity=2 * item.quantity) for item in order.items)
    return msgspec.structs.replace(order, items=items)


@given(shops())
def test_i13_doubling_quantities_doubles_values_fees_and_costs_and_leaves_prices(shop: Shop) -> None:
    orders, shipments = shop
    pairs = zip(
        build_lines(orders, [], shipments, {}, {}, WHOLE),
        build_lines([_doubled(order) for order in orders], [], shipments, {}, {}, WHOLE),
        strict=True,
    )
    for once, twice in pairs:
        assert twice.quantidade == 2 * once.quantidade
        assert twice.valor == 2 * once.valor
        assert twice.comissao == (None if once.comissao is None else 2 * once.comissao)
        assert twice.custo == (None if once.custo is None else 2 * once.custo)
        assert abs((twice.imposto or 0) - 2 * (once.imposto or 0)) <= 1  # each rounded once
        assert (twice.custo_unitario, twice.aliquota) == (once.custo_unitario, once.aliquota)
        assert (twice.preco_unitario, twice.tarifa_unitaria) == (once.preco_unitario, once.tarifa_unitaria)
        assert twice.frete_vendedor == once.frete_vendedor  # the same shares of the same cost


def _moved(order: Order, to: datetime) -> Order:
    return msgspec.structs.replace(order, created_at=to, day=business_day(to))


@given(shops(), st.integers(0, 4))
def test_i14_moving_an_order_across_midnight_changes_its_day_and_nothing_else(shop: Shop, which: int) -> None:
    orders, shipments = shop
    chosen = orders[which % len(orders)]
    midnight = day_end(chosen.day)
    stay = [o for o in orders if o is not chosen]
    second = timedelta(seconds=1)
    before = build_lines([*stay, _moved(chosen, midnight - second)], [], shipments, {}, {})
    after = build_lines([*stay, _moved(chosen, midnight)], [], shipments, {}, {})

    def without_time(line: OrderLine) -> OrderLine:
        return (
            msgspec.structs.replace(line, dia=midnight.date(), criado_em=midnight)
            if line.order_id == chosen.order_id
            else line
        )

    assert [without_time(line) for line in before] == [without_time(line) for line in after]
    assert {line.dia for line in before if line.order_id == chosen.order_id} == {chosen.day}
    assert {line.dia for line in after if line.order_id == chosen.order_id} == {chosen.day + timedelta(days=1)}
