"""What is settled on an order line: fee, freight, refund, SKU, gaps (kpis.md §4.3, §5.1, §5.2, §10)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from viang_pipeline.domain.order_lines import OrderLine
from viang_pipeline.domain.sales import FrozenSku, Listing
from viang_pipeline_tests.domain.builders import LATER, NOON, a_payment, a_shipment, an_item, an_order, lines_of

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
    assert of(golden, "faltantes") == [[], [], [], [], [], ["frete_nao_observado"]]
    assert golden["O5", 1].natureza_cancelamento == "pre_envio"


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
