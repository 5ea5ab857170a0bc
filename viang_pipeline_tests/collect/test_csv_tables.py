"""A table means the same however a spreadsheet wrote it; what has two readings is refused."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.collect.csv_tables import amount_of, day_of, number_of, read_csv, whole_of
from viang_pipeline.failures import UsageError

texts = st.text(st.sampled_from("ABCçãé ;,\"'-09"), max_size=12).map(str.strip)
numbers = st.integers(0, 10**9).map(lambda n: Decimal(n).scaleb(-2))


def brazilian(value: Decimal) -> str:
    return f"{value:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


@given(
    rows=st.lists(st.tuples(texts.filter(bool), numbers), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;"),
    written=st.sampled_from([str, brazilian, lambda value: str(value).replace(".", ",")]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_delimiter_decimal_sign_encoding_and_line_end_do_not_matter(rows, delimiter, written, encoding, ending) -> None:  # type: ignore[no-untyped-def]
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=ending)
    writer.writerow(["SKU ", "Custo"])
    writer.writerows((text, written(value)) for text, value in rows)

    table = read_csv(file.getvalue().encode(encoding))

    assert table.names == ["sku", "custo"]
    assert [(number, cells[0], amount_of(cells[1])) for number, cells in table.lines] == [
        (number, text, value) for number, (text, value) in enumerate(rows, start=2)
    ]


def test_blank_lines_count_and_say_nothing() -> None:
    assert read_csv(b"a,b\n\n1,2\n , \n3,4\n").lines == [(3, ["1", "2"]), (5, ["3", "4"])]


def test_a_line_of_another_width_than_the_header_has_no_names() -> None:
    with pytest.raises(ValueError, match="3 colunas, o cabeçalho tem 2"):
        read_csv(b"a,b\n").named(["1", "2", "3"])


def test_what_is_no_csv_is_refused_with_its_line() -> None:
    with pytest.raises(UsageError, match="Linha 2: não é CSV"):
        read_csv(b"a,b\n" + b"x" * 200_000)


@pytest.mark.parametrize("cell", ["1.234", "180.000", "999.999"])
def test_a_point_before_three_digits_may_be_thousands_or_decimals_and_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="duas leituras"):
        number_of(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("0.125", "0.125"), ("1234.567", "1234.567"), ("1.234.567", "1234567"), ("1,234", "1.234"), ("1.234,5", "1234.5")],
)
def test_a_number_with_one_reading_is_taken(cell: str, value: str) -> None:
    assert number_of(cell) == Decimal(value)


@pytest.mark.parametrize("cell", ["-1", "+1", "1e3", "nan", "", "1,2,3", "1.23.456", "1 000"])
def test_signs_letters_and_broken_groups_are_no_number(cell: str) -> None:
    with pytest.raises(ValueError, match="não é um número"):
        number_of(cell)


def test_an_amount_has_no_more_decimals_than_its_column() -> None:
    assert amount_of("R$ 1,2345", 4) == Decimal("1.2345")
    with pytest.raises(ValueError, match=r"mais de quatro casas; escreva 1234,5678 ou 1234\.5678"):
        amount_of("1,23456", 4)


@pytest.mark.parametrize("cell", ["20260310", "2026-W10-1", "10/03/2026", "2026-02-30"])
def test_a_day_is_written_one_way(cell: str) -> None:
    with pytest.raises(ValueError, match="AAAA-MM-DD"):
        day_of(cell)


def test_a_whole_number_may_carry_zero_decimals() -> None:
    assert whole_of("17,00") == 17
