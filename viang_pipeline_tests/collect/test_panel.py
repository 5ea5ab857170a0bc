"""A file of panel figures is taken whole or refused with its line and the reason (kpis.md §12)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from viang_pipeline.collect.panel import PanelFigure, read_panel_file, store_panel_figures
from viang_pipeline.failures import UsageError
from viang_pipeline.warehouse.database import Database

CLOSED = date(2026, 3, 20)
WEEK = (date(2026, 3, 2), date(2026, 3, 8))


def read(text: str, encoding: str = "utf-8") -> list[PanelFigure]:
    return read_panel_file(text.encode(encoding), CLOSED)


@pytest.mark.parametrize(
    "text",
    [
        "data_inicio,data_fim,vendas_brutas,pedidos_brutos,conversao_ml\n2026-03-02,2026-03-08,1234.50,17,0.025\n",
        "data_inicio;data_fim;vendas_brutas;pedidos_brutos;conversao_ml\r\n2026-03-02;2026-03-08;1.234,50;17;2,5%\r\n",
        "Data_Inicio;data_fim; vendas_brutas;pedidos_brutos;conversao_ml\n2026-03-02;2026-03-08;R$ 1234,5;17;0,025\n\n",
    ],
    ids=["points", "commas and percent", "spaces and currency"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_figures_are_read_however_a_spreadsheet_writes_them(text: str, encoding: str) -> None:
    assert read(text, encoding) == [
        PanelFigure(*WEEK, "vendas_brutas", Decimal("1234.50")),
        PanelFigure(*WEEK, "pedidos_brutos", Decimal(17)),
        PanelFigure(*WEEK, "conversao_ml", Decimal("0.025")),
    ]


def test_an_empty_cell_is_not_informed_and_not_zero() -> None:
    text = "data_inicio,data_fim,vendas_brutas,visitas\n2026-03-02,2026-03-08,,0\n"
    assert read(text) == [PanelFigure(*WEEK, "visitas", Decimal(0))]


HEAD = "data_inicio,data_fim,vendas_brutas,pedidos_brutos,conversao_ml\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Linha 1: o cabeçalho deve começar com data_inicio,data_fim"),
        ("data_inicio,data_fim\n", "Linha 1: falta um número"),
        ("data_inicio,data_fim,vendas\n", "Linha 1: coluna desconhecida ou repetida: vendas"),
        (HEAD, "nenhum número"),
        (HEAD + "2026-03-02,2026-03-08,1\n", "Linha 2: 3 colunas, o cabeçalho tem 5"),
        (HEAD + "02/03/2026,2026-03-08,1,1,0\n", "Linha 2: data_inicio '02/03/2026' não é uma data AAAA-MM-DD"),
        (HEAD + "2026-03-09,2026-03-08,1,1,0\n", "Linha 2: data_inicio 2026-03-09 é depois de data_fim"),
        (HEAD + "2026-03-02,2026-03-21,1,1,0\n", "Linha 2: data_fim 2026-03-21 ainda não fechou"),
        (HEAD + "2026-03-02,2026-03-08,-1,1,0\n", "Linha 2: vendas_brutas '-1' não é um número"),
        (HEAD + "2026-03-02,2026-03-08,nan,1,0\n", "Linha 2: vendas_brutas 'nan' não é um número"),
        (HEAD + "2026-03-02,2026-03-08,1.2345,1,0\n", "Linha 2: vendas_brutas '1.2345' tem mais de duas casas"),
        (HEAD + "2026-03-02,2026-03-08,1.230,1,0\n", "Linha 2: vendas_brutas '1.230' tem duas leituras"),
        (HEAD + "2026-03-02,2026-03-08,1,1.000,0\n", "Linha 2: pedidos_brutos '1.000' tem duas leituras"),
        (HEAD + "2026-03-02,2026-03-08,1,1.5,0\n", "Linha 2: pedidos_brutos '1.5' deve ser um número inteiro"),
        (HEAD + "2026-03-02,2026-03-08,1,1,2.5\n", "Linha 2: conversao_ml '2.5' deve ser uma fração"),
        (HEAD + "2026-03-02,2026-03-08,1,1,0\n2026-03-02,2026-03-08,2,,\n", "Linha 3: vendas_brutas .* duas vezes"),
    ],
)
def test_a_bad_line_rejects_the_file_with_its_number_and_the_reason(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        read(text)


def test_a_figure_told_again_replaces_the_earlier_one_and_the_same_writes_nothing(database: Database) -> None:
    at = datetime.fromisoformat("2026-03-21T12:00:00Z")

    def store(value: str) -> tuple[int, int]:
        with database.transaction() as conn:
            return store_panel_figures(conn, "loja", [PanelFigure(*WEEK, "vendas_brutas", Decimal(value))], at)

    assert [store("10.00"), store("10.00"), store("12.00")] == [(1, 0), (0, 1), (1, 0)]
    with database.transaction() as conn:
        assert conn.execute("select valor from dashboard.panel_figures").fetchall() == [(Decimal("12.00"),)]
