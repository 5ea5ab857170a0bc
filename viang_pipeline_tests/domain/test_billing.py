"""Bills: codes, lines over their orders, fees by order, and the platform's totals (kpis.md §5.2, §13.5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.billing import (
    BilledOrder,
    BilledSale,
    BillLine,
    PeriodTotal,
    SoldLine,
    billed_fee,
    billed_lines,
    charges,
    confirmed,
    line_totals,
    period_totals,
)
from viang_pipeline.domain.billing_codes import CODES, meaning_of


def line(code: str = "CV", amount: int = 20_68, *orders: BilledOrder, document: str = "BILL") -> BillLine:
    kind = "BONUS" if code.startswith("B") else "CHARGE"
    return BillLine("126300001", document, kind, code, amount, orders)


def fee(*lines: BillLine, order: str = "1") -> int | None:
    return billed_fee((each, part) for each in lines for part in charges(each) if part.order == order)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("CV", "tarifa_venda"), ("CVFN", "tarifa_venda"), ("BV", "tarifa_venda"), ("CVAF", "afiliados"),
        ("BVAF", "afiliados"), ("CXD", "frete"), ("BXD", "frete"), ("CFFE", "frete"), ("PADS", "ads"),
        ("CFCBX", "full_coleta"), ("CFWA", "full_armazenagem"), ("CFPB", "full_penalidade"), ("CCMP", "mercado_pago"),
        ("BFONPN", "parcelamento_do_comprador"), ("XYZ", "desconhecido"), ("", "desconhecido"),
    ],
)  # fmt: skip
def test_the_longest_prefix_says_what_a_code_means_of_charge_and_credit(code: str, meaning: str) -> None:
    assert meaning_of(code).meaning == meaning


def test_only_the_instalment_surcharge_is_not_the_sellers_cost() -> None:
    assert [code for code, meaning in CODES.items() if not meaning.seller_cost] == ["CFONPN"]
    assert not meaning_of("BFONPN").seller_cost
    assert meaning_of("XYZ").seller_cost


def test_no_code_is_taken_for_the_fixed_fee_and_doubtful_ones_say_so() -> None:
    assert all("fixa" not in meaning.meaning for meaning in CODES.values())
    assert all(meaning_of(code).doubt for code in ("CFFE", "PADS", "XYZ"))


def test_the_billed_fee_is_the_net_fee_of_the_selling_fee_lines_only() -> None:
    billed = BilledOrder("1", 179_80, 20_68)
    assert fee(line("CV", 20_68, billed), line("CXD", 18_00, billed), line("CVAF", 5_00, billed)) == 20_68


def test_a_credit_reduces_the_fee_by_what_was_given_back() -> None:
    billed = BilledOrder("1", 179_80, 20_68)
    assert fee(line("CV", 20_68, billed), line("BV", 5_00, billed)) == 15_68


def test_a_credit_alone_is_no_fee() -> None:
    assert fee(line("BV", 5_00, BilledOrder("1", 179_80, None))) is None
    assert fee(line("CXD", 5_00, BilledOrder("1", 179_80, 20_68))) is None


def test_without_a_breakdown_an_order_bears_its_part_of_the_line() -> None:
    whole = line("CV", 10_00, BilledOrder("1", 30_00, None), BilledOrder("2", 10_00, None))
    assert (fee(whole), fee(whole, order="2")) == (7_50, 2_50)


def test_an_order_named_twice_is_one_part() -> None:
    twice = line("CV", 9_00, BilledOrder("1", 50_00, 4_00), BilledOrder("1", 50_00, 5_00))
    (part,) = charges(twice)
    assert (part.amount, part.net) == (9_00, 9_00)


sales = st.lists(
    st.builds(
        BilledOrder, st.sampled_from(["1", "2", "3"]), st.integers(-500, 10**7), st.none() | st.integers(0, 10**6)
    ),
    max_size=6,
)


@given(st.sampled_from(["CV", "BV", "PADS"]), st.integers(0, 10**9), sales)
def test_the_parts_of_a_line_add_up_to_it_and_name_each_order_once(
    code: str, amount: int, orders: list[BilledOrder]
) -> None:
    whole = line(code, amount, *orders)
    parts = charges(whole)
    assert sum(part.amount for part in parts) == whole.signed
    assert sorted(part.order for part in parts) == sorted({sale.order for sale in orders} or {""})


@pytest.mark.parametrize("amount", [5_00, -5_00])
def test_a_credit_is_negative_however_the_platform_writes_it(amount: int) -> None:
    assert line("BV", amount).signed == -5_00


def test_a_period_agrees_only_when_each_document_does() -> None:
    billed = {"BILL": {"CV": 10, "BV": -3}, "CREDIT_NOTE": {"BV": -2}}
    told = {"BILL": {"CV": 10, "BV": -2}, "CREDIT_NOTE": {"BV": -3}}
    assert period_totals(billed, told) == [
        PeriodTotal("BV", -5, -5, agrees=False, difference=0),
        PeriodTotal("CV", 10, 10, agrees=True, difference=0),
    ]


def test_a_sub_type_on_one_side_only_disagrees() -> None:
    assert period_totals({"BILL": {"CV": 10}}, {"BILL": {"PADS": 7}}) == [
        PeriodTotal("CV", 10, 0, agrees=False, difference=10),
        PeriodTotal("PADS", 0, 7, agrees=False, difference=-7),
    ]


def test_without_a_summary_nothing_is_said_about_agreement() -> None:
    assert period_totals({"BILL": {"CV": 10}}, {}) == [PeriodTotal("CV", 10, None, None, None)]


@given(st.lists(st.tuples(st.sampled_from(["CV", "BV", "CXD"]), st.integers(0, 10**6)), max_size=20))
def test_lines_always_agree_with_their_own_totals(given_lines: list[tuple[str, int]]) -> None:
    totals = line_totals(line(code, amount) for code, amount in given_lines)
    assert all(row.agrees for row in period_totals(totals, totals)) or not totals
    assert confirmed(totals.get("BILL", {}), totals.get("BILL", {}))


def test_a_billed_fee_is_spread_over_the_lines_of_its_order_by_value_to_the_centavo() -> None:
    lines = [SoldLine(1, 10_00, 1_00), SoldLine(2, 10_00, None), SoldLine(3, 20_00, 2_00)]
    assert billed_lines("1", 4_01, lines) == [
        BilledSale(1, 1_00, 0),
        BilledSale(2, 1_00, None),
        BilledSale(3, 2_01, 1),
    ]


def test_lines_of_equal_value_get_the_odd_centavo_in_their_order() -> None:
    parts = billed_lines("1", 1_01, [SoldLine(2, 10_00, None), SoldLine(1, 10_00, None)])
    assert parts == [BilledSale(2, 50, None), BilledSale(1, 51, None)]


@given(st.integers(-10_000, 10_000), st.lists(st.integers(0, 100_000), min_size=1, max_size=6))
def test_the_parts_of_a_billed_fee_add_up_to_it(fee: int, values: list[int]) -> None:
    lines = [SoldLine(number, value, 0) for number, value in enumerate(values, start=1)]
    parts = billed_lines("1", fee, lines)
    assert sum(part.billed for part in parts) == fee
    assert all(part.difference == part.billed for part in parts)
