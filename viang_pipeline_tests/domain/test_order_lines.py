"""What is settled on an order line: fee, freight, refund, SKU, gaps (kpis.md §4.3, §5.1, §5.2, §10)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from viang_pipeline.domain.costs import Costs, OwnCost, UnitCost
from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.order_lines import OrderLine
from viang_pipeline.domain.sales import FrozenSku, Listing
from viang_pipeline.domain.sku import Links
from viang_pipeline_tests.domain.builders import (
    EVER,
    LATER,
    NOON,
    a_payment,
    a_shipment,
    an_item,
    an_order,
    lines_of,
    terms_of,
)

Lines = dict[tuple[str, int], OrderLine]


@pytest.fixture
def golden() -> Lines:
    """The six orders of kpis.md §10."""
    a, b, c = ({"seller_sku": sku, "price": price, "fee": fee} for sku, price, fee in
               (("A", 10_000, 1_200), ("B", 4_990, 724), ("C", 8_000, 960)))  # fmt: skip
    return lines_of(
        an_order("O1", an_item(**a), shipment="S1"),
        an_order("O2", an_item(**b, quantity=3), purchase="pack:P1", shipment="S2"),
        an_order("O3", an_item(**a), purchase="pack:P1", shipment="S2"),
        an_order("O4", an_item(**c), shipment="S4"),
        an_order("O5", an_item(**a, quantity=2), shipment="S5", status="cancelled", cancelled_at=LATER),
        an_order("O6", an_item(**b), shipment="S6", status="partially_refunded", payments=(a_payment(refunded=1_000),)),
        shipments=[a_shipment("S1", 2_045), a_shipment("S2", 1_800), a_shipment("S4", 1_500), a_shipment("S5", 1_000)],
        terms=terms_of({"A": "40", "B": "15"}, "0.0532"),
    )


def of(lines: Lines, name: str) -> list[object]:
    return [getattr(line, name) for line in lines.values()]


def test_the_golden_example_gives_gross_values(golden: Lines) -> None:
    assert of(golden, "valor") == [10_000, 14_970, 10_000, 8_000, 20_000, 4_990]
    assert sum(line.valor for line in golden.values()) == 67_960
    assert sum(line.valor for line in golden.values() if line.situacao == "valida") == 47_960
    assert sum(line.valor for line in golden.values() if line.situacao == "cancelada") == 20_000


def test_the_golden_example_gives_fees_per_unit_times_quantity(golden: Lines) -> None:
    assert sum(line.comissao or 0 for line in golden.values() if line.situacao == "valida") == 6_256


def test_the_golden_example_gives_freight_once_per_shipment(golden: Lines) -> None:
    assert of(golden, "frete_vendedor") == [2_045, 1_079, 721, 1_500, None, None]


def test_the_golden_example_gives_one_refund_on_the_sale(golden: Lines) -> None:
    assert of(golden, "reembolso") == [0, 0, 0, 0, 0, 1_000]
    assert golden["O6", 1].reembolso_dia == date(2026, 3, 12)


def test_the_golden_example_names_what_is_missing(golden: Lines) -> None:
    assert of(golden, "faltantes") == [[], [], [], ["custo_desconhecido"], [], ["frete_nao_observado"]]
    assert golden["O5", 1].natureza_cancelamento == "pre_envio"


def test_the_golden_example_gives_costs_and_taxes_of_valid_lines(golden: Lines) -> None:
    assert of(golden, "custo") == [4_000, 4_500, 4_000, None, None, 1_500]
    assert of(golden, "imposto") == [532, 796, 532, 426, None, 265]
    assert of(golden, "custo_envio_proprio") == [0, 0, 0, 0, None, None]


def test_the_golden_example_covers_the_lines_about_which_everything_is_known(golden: Lines) -> None:
    assert of(golden, "coberta") == [True, True, True, False, False, False]
    assert sum(line.valor for line in golden.values() if line.coberta) == 34_970


def test_an_unknown_fee_is_none_and_not_zero() -> None:
    line = lines_of(an_order("1", an_item(fee=None, quantity=3)))["1", 1]
    assert (line.tarifa_unitaria, line.comissao) == (None, None)
    assert "tarifa_nao_informada" in line.faltantes


def test_a_fee_of_zero_is_a_fact() -> None:
    line = lines_of(an_order("1", an_item(fee=0)))["1", 1]
    assert line.comissao == 0
    assert "tarifa_nao_informada" not in line.faltantes


def test_a_freight_of_zero_is_a_fact() -> None:
    line = lines_of(an_order("1", shipment="S"), shipments=[a_shipment("S", 0)])["1", 1]
    assert line.frete_vendedor == 0
    assert "frete_nao_observado" not in line.faltantes


def test_an_order_without_shipment_has_no_observed_freight() -> None:
    assert lines_of(an_order("1"))["1", 1].frete_vendedor is None


def test_the_freight_of_an_order_is_split_among_its_lines() -> None:
    order = an_order("1", an_item(price=2_000), an_item(price=1_000, quantity=1), shipment="S")
    built = lines_of(order, shipments=[a_shipment("S", 1_000)])
    assert [line.frete_vendedor for line in built.values()] == [667, 333]
    assert [line.frete_comprador for line in built.values()] == [333, 167]


def test_a_pack_across_midnight_shares_its_freight_and_gives_only_the_lines_of_the_day() -> None:
    before = an_order("1", an_item(price=3_000), shipment="S", created_at=datetime(2026, 3, 11, 2, 59, tzinfo=UTC))
    after = an_order("2", an_item(price=1_000), shipment="S", created_at=datetime(2026, 3, 11, 3, 1, tzinfo=UTC))
    shipments = [a_shipment("S", 1_000)]
    first, second = (
        lines_of(before, siblings=[after], shipments=shipments),
        lines_of(after, siblings=[before], shipments=shipments),
    )
    assert (list(first), list(second)) == ([("1", 1)], [("2", 1)])
    assert (first["1", 1].dia, second["2", 1].dia) == (date(2026, 3, 10), date(2026, 3, 11))
    assert (first["1", 1].frete_vendedor, second["2", 1].frete_vendedor) == (750, 250)


def test_an_order_cancelled_before_dispatch_bears_no_freight() -> None:
    built = lines_of(
        an_order("1", shipment="S"),
        an_order("2", shipment="S", status="cancelled", cancelled_at=NOON),
        shipments=[a_shipment("S", 1_000, left_at=LATER)],
    )
    assert [line.frete_vendedor for line in built.values()] == [1_000, None]


def test_an_order_cancelled_after_dispatch_bears_its_part() -> None:
    built = lines_of(
        an_order("1", shipment="S"),
        an_order("2", shipment="S", status="cancelled", cancelled_at=LATER),
        shipments=[a_shipment("S", 1_000, left_at=NOON)],
    )
    assert [line.frete_vendedor for line in built.values()] == [500, 500]


def test_without_any_bearing_order_the_freight_stays_with_the_shipment() -> None:
    built = lines_of(
        an_order("1", shipment="S", status="cancelled", cancelled_at=NOON), shipments=[a_shipment("S", 1_000)]
    )
    assert built["1", 1].frete_vendedor is None


@pytest.mark.parametrize("status", ["payment_required", "something_new", "invalid"])
def test_orders_that_are_no_sale_bear_no_freight(status: str) -> None:
    built = lines_of(
        an_order("1", shipment="S"), an_order("2", shipment="S", status=status), shipments=[a_shipment("S", 1_000)]
    )
    assert [line.frete_vendedor for line in built.values()] == [1_000, None]


def test_a_cancelled_line_whose_shipment_is_not_read_says_so() -> None:
    line = lines_of(an_order("1", shipment="S", status="cancelled", cancelled_at=LATER))["1", 1]
    assert line.natureza_cancelamento is None
    assert line.faltantes == ["envio_nao_lido"]


def test_a_partial_refund_is_split_among_the_lines_by_value() -> None:
    order = an_order("1", an_item(price=2_000), an_item(price=1_000), payments=(a_payment(refunded=100),))
    assert [line.reembolso for line in lines_of(order).values()] == [67, 33]


def test_refunds_of_split_payments_add_up_and_the_latest_change_gives_the_day() -> None:
    early = a_payment(refunded=300, changed_at=datetime(2026, 3, 11, 12, tzinfo=UTC))
    late = a_payment(refunded=200, changed_at=datetime(2026, 3, 20, 2, tzinfo=UTC))
    untouched = a_payment(changed_at=datetime(2026, 3, 28, 12, tzinfo=UTC))
    line = lines_of(an_order("1", payments=(early, late, untouched)))["1", 1]
    assert (line.reembolso, line.reembolso_dia) == (500, date(2026, 3, 19))


def test_a_rejected_first_attempt_decides_nothing() -> None:
    line = lines_of(an_order("1", payments=(a_payment("rejected"), a_payment("approved"))))["1", 1]
    assert (line.situacao, line.reembolso, line.cancelado_antes_do_pagamento) == ("valida", 0, False)


def test_a_duplicate_payment_that_was_returned_counts_as_refund() -> None:
    line = lines_of(an_order("1", payments=(a_payment("approved"), a_payment("refunded", 10_000))))["1", 1]
    assert (line.situacao, line.valor, line.reembolso) == ("valida", 10_000, 10_000)


def test_the_refund_of_a_cancelled_order_happens_on_the_day_of_the_cancellation() -> None:
    cancelled_at = datetime(2026, 3, 12, 1, tzinfo=UTC)
    order = an_order(
        "1", status="cancelled", cancelled_at=cancelled_at, payments=(a_payment("refunded", 10_000, changed_at=LATER),)
    )
    assert lines_of(order)["1", 1].reembolso_dia == date(2026, 3, 11)


def test_without_refund_there_is_no_refund_day() -> None:
    assert lines_of(an_order("1"))["1", 1].reembolso_dia is None


def test_an_order_cancelled_before_any_payment_is_marked() -> None:
    unpaid = an_order("1", status="cancelled", payments=())
    paid = an_order("2", status="cancelled")
    built = lines_of(unpaid, paid)
    assert [line.cancelado_antes_do_pagamento for line in built.values()] == [True, False]


def test_a_frozen_sku_wins_over_everything() -> None:
    frozen = {("1", 1): FrozenSku("ANTIGO", "antigo", "anuncio")}
    listing = Listing("MLB1", {}, "novo", None)
    line = lines_of(an_order("1", an_item(seller_sku=None)), listings=[listing], frozen=frozen)["1", 1]
    assert (line.sku, line.sku_bruto, line.sku_origem) == ("ANTIGO", "antigo", "anuncio")


def test_a_line_without_sku_stays_in_the_bucket_of_its_listing() -> None:
    line = lines_of(an_order("1", an_item(seller_sku=None)))["1", 1]
    assert line.sku == "__SEM_SKU__:MLB1"
    assert "sku_nao_identificado" in line.faltantes


KNOWN = terms_of({"A": "40"}, "0.0532", 890)


def a_sale(**given: Any) -> OrderLine:
    """One covered line of 100.00, but for what is given."""
    settings: dict[str, Any] = {"fee": 1_200, "cost": 2_000, "terms": KNOWN, "logistic_type": "drop_off", "quantity": 1}
    settings |= given
    order = an_order("1", an_item(fee=settings["fee"], quantity=settings["quantity"]), shipment="S")
    shipment = a_shipment("S", settings["cost"], logistic_type=settings["logistic_type"])
    return lines_of(order, shipments=[shipment], terms=settings["terms"])["1", 1]


def test_a_line_is_covered_when_everything_about_it_is_known() -> None:
    line = a_sale()
    assert (line.coberta, line.faltantes) == (True, [])


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"fee": None}, "tarifa_nao_informada"),
        ({"cost": None}, "frete_nao_observado"),
        ({"terms": terms_of({}, "0.0532", 890)}, "custo_desconhecido"),
        ({"terms": terms_of({"A": "40"}, None, 890)}, "imposto_nao_informado"),
        (
            {"terms": terms_of({"A": "40"}, "0.0532"), "logistic_type": "self_service"},
            "custo_envio_proprio_nao_informado",
        ),
    ],
    ids=["fee", "freight", "cost", "tax", "courier"],
)
def test_a_line_of_which_anything_is_unknown_is_not_covered_and_says_what(given: dict[str, Any], reason: str) -> None:
    line = a_sale(**given)
    assert (line.coberta, line.faltantes) == (False, [reason])


def test_a_cost_is_rounded_once_after_it_is_multiplied() -> None:
    line = a_sale(quantity=3, terms=terms_of({"A": "1.3350"}, "0.0532"))
    assert (line.custo_unitario, line.custo) == (Decimal("1.3350"), 401)  # 4.005, half away from zero


def test_a_tax_rounds_half_away_from_zero() -> None:
    line = a_sale(terms=terms_of({"A": "40"}, "0.05325"))
    assert (line.aliquota, line.imposto) == (Decimal("0.05325"), 533)  # 532.5


def test_freight_is_taxed_where_the_client_says_so() -> None:
    assert a_sale(terms=terms_of({"A": "40"}, "0.10")).imposto == 1_000
    assert a_sale(terms=terms_of({"A": "40"}, "0.10", tax_on_freight=True)).imposto == 1_050


def test_a_base_that_is_not_observed_has_no_tax() -> None:
    line = a_sale(cost=None, terms=terms_of({"A": "40"}, "0.10", tax_on_freight=True))
    assert (line.aliquota, line.imposto) == (Decimal("0.10"), None)
    assert "frete_comprador_nao_observado" in line.faltantes


def test_an_own_courier_shipment_costs_what_the_client_told_once_split_by_value() -> None:
    orders = [
        an_order("1", an_item(price=2_000), shipment="S"),
        an_order("2", an_item(price=1_000), shipment="S"),
        an_order("3", shipment="T"),
    ]
    flex, other = a_shipment("S", 0, logistic_type="self_service"), a_shipment("T")
    built = lines_of(*orders, shipments=[flex, other], terms=KNOWN)
    assert [line.custo_envio_proprio for line in built.values()] == [593, 297, 0]


def test_the_trip_of_an_own_courier_shipment_is_priced_by_its_first_sale_whichever_day_is_built() -> None:
    before = an_order("1", an_item(price=2_000), shipment="S", created_at=datetime(2026, 3, 11, 2, 59, tzinfo=UTC))
    after = an_order("2", an_item(price=2_000), shipment="S", created_at=datetime(2026, 3, 11, 3, 1, tzinfo=UTC))
    courier = Dated([(None, date(2026, 1, 1), 800), (None, date(2026, 3, 11), 900)])
    parts = [
        lines_of(
            day,
            siblings=[other],
            shipments=[a_shipment("S", 0, logistic_type="self_service")],
            terms=KNOWN._replace(courier=courier),
        )
        for day, other in ((before, after), (after, before))
    ]
    assert [line.custo_envio_proprio for built in parts for line in built.values()] == [400, 400]


def test_an_order_cancelled_after_dispatch_bears_its_part_of_the_trip_and_has_no_cost_or_tax() -> None:
    order = an_order("1", shipment="S", status="cancelled", cancelled_at=LATER)
    shipment = a_shipment("S", 0, left_at=NOON, logistic_type="self_service")
    line = lines_of(order, shipments=[shipment], terms=KNOWN)["1", 1]
    assert (line.custo_envio_proprio, line.custo, line.imposto, line.coberta) == (890, None, None, False)
    assert line.faltantes == []


def test_a_known_cost_that_is_only_todays_covers_the_line_and_says_so() -> None:
    todays = UnitCost(Decimal(40), "bling", "custo_atual_em_venda_antiga")
    line = a_sale(terms=KNOWN._replace(costs=Costs(Dated(()), Dated(()), {}, [lambda *_: todays])))
    assert (line.coberta, line.custo_origem, line.faltantes) == (True, "bling", ["custo_atual_em_venda_antiga"])


def test_other_variable_costs_not_told_are_none_and_do_not_uncover_the_line() -> None:
    assert (a_sale().outros_variaveis, a_sale().coberta) == (None, True)
    own = Dated([("A", EVER, OwnCost(Decimal(40), other=Decimal("1.055")))])
    assert a_sale(quantity=3, terms=KNOWN._replace(costs=Costs(own, Dated(()), {}, ()))).outros_variaveis == 317


def test_a_line_in_the_bucket_follows_the_links_the_client_told_for_the_day() -> None:
    told = Dated([(("77", "MLB1", ""), date(2026, 3, 10), "A")])
    terms = KNOWN._replace(links=Links(told, {}))
    bucket = {("1", 1): FrozenSku("__SEM_SKU__:MLB1", None, "sem_sku")}
    sold = an_order("1", an_item(seller_sku=None))
    line = lines_of(sold, frozen=bucket, terms=terms)["1", 1]
    assert (line.sku, line.sku_origem, line.custo) == ("A", "vinculo_cliente", 4_000)
    earlier = an_order("1", an_item(seller_sku=None), created_at=datetime(2026, 3, 9, 15, tzinfo=UTC))
    assert lines_of(earlier, frozen=bucket, terms=terms)["1", 1].sku == "__SEM_SKU__:MLB1"
