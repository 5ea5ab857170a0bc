"""What an ERP's order is: by order, then by pack, else nothing; two answers are none (R14, §13.7)."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.order_match import (
    ASIDE,
    BLING,
    BY_ORDER,
    BY_PACK,
    MATCHED,
    REFUSED,
    SOLD,
    UNMATCHED,
    UPSELLER,
    ErpOrder,
    Match,
    Sold,
    match_orders,
)

DAY = date(2026, 3, 10)
ML = "mercado_livre"
NONE = Sold(frozenset(), {})
OURS = Sold({"1", "2", "3"}, {"500": ["2", "3"]})


def erp(key: str = "1", number: str | None = "1", channel: str | None = ML, **given: Any) -> ErpOrder:
    defaults: dict[str, Any] = {"source": BLING, "day": DAY, "listed": False, "alive": True}
    return ErpOrder(key=key, number=number, channel=channel, **defaults | given)


def verdict(*orders: ErpOrder, sold: Sold = OURS) -> list[tuple[str, str | None]]:
    """Standing and reason, or how it was matched, of each order as given."""
    found = {(match.order.source, match.order.key): match for match in match_orders(orders, sold)}
    matches = [found[order.source, order.key] for order in orders]
    return [(match.standing, match.by or match.reason) for match in matches]


def test_an_order_is_found_by_its_own_number() -> None:
    assert match_orders([erp()], OURS) == [Match(erp(), MATCHED, BY_ORDER, ("1",))]


def test_a_pack_stands_for_all_its_orders() -> None:
    pack = erp(number="500")
    assert match_orders([pack], OURS) == [Match(pack, MATCHED, BY_PACK, ("2", "3"))]


def test_a_number_that_is_an_order_and_the_pack_of_others_is_undecided() -> None:
    assert verdict(erp(), sold=Sold({"1", "2"}, {"1": ["2"]})) == [(REFUSED, "pedido_e_pacote")]


def test_an_order_whose_pack_has_its_own_number_is_no_doubt() -> None:
    assert verdict(erp(), sold=Sold({"1"}, {"1": ["1"]})) == [(MATCHED, BY_ORDER)]


def test_an_order_and_the_pack_it_is_in_cannot_both_be_that_sale() -> None:
    assert verdict(erp("a", "2"), erp("b", "500")) == [(REFUSED, "pedido_ja_casado")] * 2


def test_the_same_sale_in_both_erps_is_no_conflict() -> None:
    assert verdict(erp("a"), erp("b", source=UPSELLER)) == [(MATCHED, BY_ORDER)] * 2


def test_two_living_orders_with_one_number_are_undecided() -> None:
    assert verdict(erp("a"), erp("b")) == [(REFUSED, "numero_repetido")] * 2


def test_a_cancelled_copy_gives_way_to_the_living_one() -> None:
    assert verdict(erp("a", alive=False), erp("b")) == [(ASIDE, "substituido"), (MATCHED, BY_ORDER)]


def test_nothing_is_matched_by_day_or_without_a_number() -> None:
    assert verdict(erp("a", None), erp("b", "99")) == [(UNMATCHED, "sem_numero"), (UNMATCHED, "pedido_nao_encontrado")]


def test_an_order_of_mercado_livre_is_never_a_sale_again_even_of_a_listed_store() -> None:
    assert (
        verdict(erp("a", "99", listed=True), erp("b", "99", source=UPSELLER, listed=True))
        == [(UNMATCHED, "pedido_nao_encontrado")] * 2
    )


def test_a_number_of_mercado_livre_in_another_channels_store_makes_no_sale() -> None:
    assert verdict(erp(channel="shopee", listed=True)) == [(REFUSED, "numero_do_mercado_livre")]


def test_a_store_whose_channel_is_not_known_brings_no_sale() -> None:
    assert verdict(erp(number="99", channel=None, listed=True)) == [(ASIDE, "canal_desconhecido")]


def test_only_listed_stores_bring_sales() -> None:
    assert verdict(erp("a", "S1", "shopee"), erp("b", "S2", "shopee", listed=True)) == [
        (ASIDE, "loja_nao_listada"),
        (SOLD, None),
    ]


def test_a_sale_upseller_tells_of_is_not_one_of_bling_too() -> None:
    assert verdict(
        erp("a", "S1", "shopee", listed=True), erp("b", "S1", "shopee", source=UPSELLER, listed=True), sold=NONE
    ) == [(ASIDE, "ja_no_upseller"), (SOLD, None)]


def test_equal_numbers_of_two_channels_are_two_sales() -> None:
    assert verdict(erp("a", "S1", "shopee", listed=True), erp("b", "S1", "amazon", listed=True)) == [(SOLD, None)] * 2


def test_a_sale_imported_twice_is_one_and_the_other_is_shown() -> None:
    assert verdict(erp("a", "S1", "shopee", listed=True), erp("b", "S1", "shopee", listed=True)) == [
        (SOLD, None),
        (REFUSED, "numero_repetido"),
    ]


ORDERS = st.builds(
    ErpOrder,
    source=st.sampled_from([BLING, UPSELLER]),
    key=st.text("abcdef", min_size=1, max_size=4),
    day=st.just(DAY),
    channel=st.sampled_from([None, ML, "shopee", "amazon"]),
    number=st.sampled_from([None, "1", "2", "3", "500", "S1"]),
    listed=st.booleans(),
    alive=st.booleans(),
)


@given(st.lists(ORDERS, max_size=8, unique_by=lambda order: (order.source, order.key)), st.randoms())
def test_each_order_has_one_answer_no_sale_is_counted_twice_and_the_order_they_come_in_is_nothing(
    orders: list[ErpOrder], chance: Any
) -> None:
    matches = match_orders(orders, OURS)
    assert len(matches) == len(orders)
    sales = [(match.order.channel, match.order.number) for match in matches if match.standing == SOLD]
    numbered = [sale for sale in sales if sale[1] is not None]
    assert len(numbered) == len(set(numbered))
    assert not any(
        match.order.channel == ML or OURS.holds(match.order.number) for match in matches if match.standing == SOLD
    )
    shuffled = list(orders)
    chance.shuffle(shuffled)
    assert match_orders(shuffled, OURS) == matches
