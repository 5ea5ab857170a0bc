"""Cells, headers and file names as spreadsheets and exports write them (contract UpSeller §1, §3, §6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from openpyxl.utils.datetime import MAC_EPOCH

from viang_pipeline.sources.upseller.cells import BadCell, Cell, amount, identifier, instant, quantity, text
from viang_pipeline.sources.upseller.layouts import Kind, normalised
from viang_pipeline.sources.upseller.stamps import shown_instant

AT = datetime.fromisoformat("2026-08-14T23:41:07-03:00")


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Nº de Pedido da Plataforma", "N DE PEDIDO DA PLATAFORMA"),
        ("N° de Pedido da Plataforma", "N DE PEDIDO DA PLATAFORMA"),
        ("No de Pedido da Plataforma", "N DE PEDIDO DA PLATAFORMA"),
        ("N\u00ba do  Subpedido*", "N DO SUBPEDIDO"),
        ("Qtd.  do Produto ", "QTD DO PRODUTO"),
        ("Peso (g)", "PESO G"),
        ("(Mapeado) SKU do Anúncio", "MAPEADO SKU DO ANUNCIO"),
        ("Comissa\u0303o Total", "COMISSAO TOTAL"),
        ("Nome da Loja no UpSeller", "NOME DA LOJA NO UPSELLER"),
    ],
)
def test_headers_are_compared_without_accents_signs_and_forms_of_number(printed: str, name: str) -> None:
    assert normalised(printed) == name


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (109, "109.00"),
        (109.9, "109.90"),
        (109.900000001, "109.90"),
        (0.1 + 0.2, "0.30"),
        (1.005, "1.005"),
        (21.4033, "21.4033"),
        ("109,00", "109.00"),
        ("1.234,56", "1234.56"),
        ("1.234.567,8", "1234567.80"),
        ("1,234.56", "1234.56"),
        ("1234.5", "1234.50"),
        ("-31,40", "-31.40"),
        ("R$ 12,30", "12.30"),
        (" 7 ", "7.00"),
    ],
)
def test_money_is_exactly_what_is_printed(cell: Cell, value: str) -> None:
    assert str(amount(cell)) == value or amount(cell) == Decimal(value)


@pytest.mark.parametrize("cell", [None, "", "  ", "--", "\xa0"])
def test_blank_is_nothing_and_not_zero(cell: Cell) -> None:
    assert (amount(cell), quantity(cell), identifier(cell), text(cell), instant(cell)) == (None,) * 5


@pytest.mark.parametrize("cell", ["abc", "12,3,4", "1.2.3", "1,5%", "#N/A", "1e5", True, AT, 1e300])
def test_what_is_no_number_is_told(cell: Cell) -> None:
    with pytest.raises(BadCell):
        amount(cell)


def test_a_point_before_three_digits_is_not_guessed() -> None:
    with pytest.raises(BadCell, match="milhar"):
        amount("1.234")
    assert amount("0.123") == Decimal("0.123")
    assert amount("1234.567") == Decimal("1234.567")


@pytest.mark.parametrize("cell", [1.5, "1,5", "0.5"])
def test_a_quantity_is_whole(cell: Cell) -> None:
    with pytest.raises(BadCell, match="inteiro"):
        quantity(cell)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("260814ABCDEF01", "260814ABCDEF01"),
        ("0042", "0042"),
        (7891234567895, "7891234567895"),
        (123.0, "123"),
        ("2000011111222333", "2000011111222333"),
        ("26081412345E67", "26081412345E67"),
        ("2E10", "2E10"),
    ],
)
def test_codes_stay_text(cell: Cell, found: str) -> None:
    assert identifier(cell) == found


@pytest.mark.parametrize(
    "cell", ["2,6E+17", "2.6E+17", "2E+17", "2,00001E15", 2.6e17, 2000011111222333, 2000011111222333.0, 1.5, AT, True]
)
def test_a_code_a_spreadsheet_spoilt_is_refused(cell: Cell) -> None:
    with pytest.raises(BadCell):
        identifier(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-08-14 23:41:07",
        "2026-08-14T23:41:07",
        "14/08/2026 23:41:07",
        46248.98688657407,
        "46248,98688657",
        datetime(2026, 8, 14, 23, 41, 7),  # noqa: DTZ001
        datetime(2026, 8, 14, 23, 41, 6, 999_700),  # noqa: DTZ001
        "2026-08-15T02:41:07Z",
    ],
)
def test_times_are_those_of_brasilia(cell: Cell) -> None:
    found = instant(cell)
    assert found == AT
    assert found is not None
    assert found.utcoffset() == timedelta(hours=-3)


def test_serials_count_from_the_epoch_of_the_workbook() -> None:
    assert instant(46248.98688657407 - 1462, MAC_EPOCH) == AT


@pytest.mark.parametrize("cell", ["ontem", "31/02/2026", 12, 99_999_999, "Sim", True])
def test_what_is_no_date_is_told(cell: Cell) -> None:
    with pytest.raises(BadCell, match="data"):
        instant(cell)


UPLOAD = datetime.fromisoformat("2026-01-01T01:00:00+00:00")


@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        ("stock", "Lista_de_Estoque_1231233000.xlsx", "2025-12-31T23:30:00+00:00"),
        ("stock", "Lista_de_Estoque_0101003000.xlsx", "2026-01-01T00:30:00+00:00"),
        ("stock", "Lista_de_Estoque_0101013000.xlsx", None),
        ("stock", "Lista_de_Estoque_1230233000.xlsx", None),
        ("stock", "Lista_de_Estoque_1341233000.xlsx", None),
        ("stock", "estoque.xlsx", None),
        ("orders", "Export_Order20251231213000.xlsx", "2025-12-31T21:30:00-03:00"),
        ("orders", "Export_Order202512312130.xlsx", "2025-12-31T21:30:00-03:00"),
        ("orders", "Export_Order20260101200000.xlsx", "2026-01-01T20:00:00-03:00"),
        ("orders", "Export_Order20990101000000.xlsx", None),
        ("orders", "Export_Order20251399999999.xlsx", None),
        ("kits", "Kit_202512312130-20260101003015.xlsx", "2026-01-01T00:30:15+00:00"),
        ("products", "Produtos202512312130-20260101003015(1).xlsx", "2026-01-01T00:30:15+00:00"),
        ("links", "SKU_202601010000-20260101030000.xlsx", None),
    ],
)
def test_a_name_tells_the_time_of_the_export(kind: Kind, name: str, shown: str | None) -> None:
    """UTC without year for stock; Brasília and UTC for the others; the upload's time where a stamp cannot be."""
    assert shown_instant(kind, name, UPLOAD) == (UPLOAD if shown is None else datetime.fromisoformat(shown))
