"""Reports from stored numbers: which file and which row they leave, and when nothing is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result
from pypdf import PdfReader
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.domain.periods import parse_period
from viang_pipeline.failures import UsageError
from viang_pipeline.insights.facts import snapshot
from viang_pipeline.reports.make import Made, ReportHeld, Version, made_before, make_report, report_period
from viang_pipeline.reports.read import BEST, read_report
from viang_pipeline.reports.theme import Brand
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.client_settings import change_settings
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.session import Session
from viang_pipeline_tests.insights.world import CLIENT, NOW, YESTERDAY, World
from viang_pipeline_tests.reports.sample import text_of

WEEK = parse_period("2026-W11", YESTERDAY)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """A shop whose week was read and is final: 1000.00 a day."""
    with Session(database) as session:
        shop = World(database, session)
        shop.sell(WEEK, orders=1)
        shop.sell_sku(WEEK, "A", title="Caneca de Cerâmica")
        yield shop


def made(
    world: World, home: Path, *, now: datetime = NOW, only_final: bool = False, brand: Brand | None = None
) -> Made:
    return make_report(
        world.session, home, world.client_id, WEEK, brand or Brand(), now=now, only_final=only_final
    )  # fmt: skip


def kept(world: World) -> list[Version]:
    with world.session.transaction() as conn:
        return made_before(conn, world.client_id, WEEK.code)


def test_a_report_leaves_its_file_below_the_home_and_its_row(world: World, tmp_path: Path) -> None:
    report = made(world, tmp_path)
    assert report.path == tmp_path / "reports" / CLIENT / f"{CLIENT}_2026-W11_v1.pdf"
    assert [report.version] == kept(world)
    assert (report.version.maturidade, report.version.bytes) == ("final", report.path.stat().st_size)
    text = text_of(report.path.read_bytes())
    assert "R$ 7.000,00" in text
    assert "Caneca de Cerâmica" in text
    assert "Este é o primeiro relatório deste período" in text


def test_made_again_on_the_same_numbers_it_is_the_same_file_and_no_row_is_written(world: World, tmp_path: Path) -> None:
    first = made(world, tmp_path)
    written = first.path.stat().st_mtime_ns
    again = made(world, tmp_path, now=LATER)
    assert (again.new, again.version, again.path.stat().st_mtime_ns) == (False, first.version, written)
    assert kept(world) == [first.version]


def test_a_lost_file_is_made_again_with_the_same_bytes(world: World, tmp_path: Path) -> None:
    first = made(world, tmp_path)
    before = first.path.read_bytes()
    first.path.unlink()
    assert made(world, tmp_path, now=LATER).path.read_bytes() == before
    assert kept(world) == [first.version]


def test_numbers_that_moved_make_a_second_version_that_tells_what_moved(world: World, tmp_path: Path) -> None:
    made(world, tmp_path)
    world.execute("update dashboard.agg_client_day set faturamento = 900 where dia = %s", WEEK.last)
    world.insert(
        "restatement_ledger", dia=WEEK.last, metrica="faturamento", antes=1000, depois=900, motivo="reembolso",
        run_id="r", registrado_em=NOW + timedelta(hours=1),
    )  # fmt: skip
    second = made(world, tmp_path, now=LATER)
    assert (second.new, second.version.versao) == (True, 2)
    text = text_of(second.path.read_bytes())
    assert "Faturamento (bruto válido) reembolso ou devolução 1 -R$ 100,00" in text
    assert len(kept(world)) == 2


def test_another_look_is_another_version(world: World, tmp_path: Path) -> None:
    made(world, tmp_path)
    assert made(world, tmp_path, brand=Brand(name="Agência Norte")).version.versao == 2


def test_a_day_whose_numbers_still_move_makes_the_report_preliminary(world: World, tmp_path: Path) -> None:
    world.execute("update dashboard.agg_client_day set maturidade_devolucoes = 'preliminar' where dia = %s", WEEK.last)
    report = made(world, tmp_path)
    assert report.version.maturidade == "preliminar"
    assert "PRELIMINAR" in text_of(report.path.read_bytes())


def test_ads_whose_sales_may_still_grow_are_almost_final_and_the_report_is_preliminary(
    world: World, tmp_path: Path
) -> None:
    world.execute("update dashboard.agg_client_day set maturidade_ads = 'quase_final' where dia = %s", WEEK.last)
    report = made(world, tmp_path)
    assert report.version.maturidade == "preliminar"
    assert "quase final até 30/03/2026" in text_of(report.path.read_bytes())


@pytest.mark.parametrize("preferred", [True, False])
def test_a_preliminary_report_is_held_where_only_a_final_one_is_wanted(
    world: World, tmp_path: Path, preferred: bool
) -> None:
    world.execute("update dashboard.agg_client_day set maturidade_devolucoes = 'preliminar' where dia = %s", WEEK.last)
    if preferred:
        with world.session.transaction() as conn:
            change_settings(conn, CLIENT, {"relatorio_so_final": True}, origem="teste", at=NOW)
    with pytest.raises(ReportHeld, match="ainda é preliminar, até 29/04/2026"):
        made(world, tmp_path, only_final=not preferred)
    assert not list(tmp_path.iterdir())
    assert kept(world) == []


def test_a_client_without_any_number_gets_a_short_preliminary_report(world: World, tmp_path: Path) -> None:
    report = make_report(
        world.session, tmp_path, CLIENT, parse_period("2025-02", YESTERDAY), Brand(), now=NOW, only_final=False
    )
    assert report.version.maturidade == "preliminar"
    text = text_of(report.path.read_bytes())
    assert "Ainda não há números deste período" in text
    assert "R$ 0,00" not in text


def test_a_margin_that_is_not_known_stays_unknown_down_to_the_page(world: World, tmp_path: Path) -> None:
    world.execute("update dashboard.agg_client_day set mc = null, ads_na_margem = null, ads_investimento = null")
    report = made(world, tmp_path)
    assert report.data.figures["mc"].value is None
    assert "A margem não pôde ser calculada" in text_of(report.path.read_bytes())


def test_nothing_of_a_buyer_reaches_a_report(world: World, tmp_path: Path) -> None:
    world.execute("update dashboard.fact_order_line set comprador = 'maria-da-silva'")
    document = made(world, tmp_path).path.read_bytes()
    assert "maria" not in text_of(document).lower()
    assert str(WEEK.first) + "-0" not in text_of(document), "nor the number of an order"


def test_a_portfolio_of_thousands_stays_a_report(world: World, tmp_path: Path) -> None:
    world.execute(
        """
        insert into dashboard.fact_sku_day
            (client_id, dia, sku, faturamento, unidades, mc, ads_na_margem, faturamento_coberto, ads_investimento,
             ads_rateado, faltantes, hash, versao_metrica, run_id, calculado_em, maturidade_vendas, maturidade_ads,
             maturidade_visitas, maturidade_devolucoes, maturidade_cobranca)
        select %s, %s, 'SKU-' || n || repeat('-MUITO-LONGO', 9), n, 1, n - 2500, 0, n, 0, false, '{}', '', 1, 'r',
               now(), 'final', 'final', 'final', 'final', 'final'
        from generate_series(1, 5000) as n
        """,
        CLIENT,
        WEEK.last,
    )
    report = made(world, tmp_path)
    assert (report.data.skus.count, len(report.data.skus.best)) == (5001, BEST)
    assert report.data.skus.worst[0].mc == Decimal(-2499)
    assert len(PdfReader(BytesIO(report.path.read_bytes())).pages) <= 14


def test_days_of_the_period_without_numbers_are_days_all_the_same(world: World) -> None:
    with snapshot(world.database) as conn:
        data = read_report(conn, CLIENT, "Loja", parse_period("2026-03", date(2026, 3, 19)))
    assert len(data.days) == 19
    assert [day.faturamento for day in data.days if day.dia < WEEK.first] == [None] * 8
    assert data.state == "preliminar"


@pytest.mark.parametrize("text", ["30d", "2026-03-01..2026-03-05", "2026-13", "2027-01", "março"])
def test_a_report_is_of_a_month_or_a_week_that_has_begun(text: str) -> None:
    with pytest.raises(UsageError, match=text.replace(".", r"\.")):
        report_period(text, datetime(2026, 3, 20, 9, tzinfo=UTC))


def test_the_command_makes_a_report_and_says_where_it_is(
    world: World, settings_env: Callable[..., Settings], viang_home: Path
) -> None:
    settings_env(
        VIANG_NOW=NOW.isoformat(),
        MERCADO_LIVRE_API_URL="http://127.0.0.1:1",
        MERCADO_LIVRE_AUTH_URL="http://127.0.0.1:1",
    )

    def viang(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["report", *arguments])

    first = viang(CLIENT, "--periodo", "2026-W11", "--final")
    assert first.exit_code == 0, first.output
    assert "versão 1, final" in first.output
    assert str((viang_home / "reports" / CLIENT / f"{CLIENT}_2026-W11_v1.pdf").resolve()) in first.output
    assert "já estava feito" in viang(CLIENT, "--periodo", "2026-W11").output
    held = viang(CLIENT, "--periodo", "2026-03", "--final")
    assert (held.exit_code, "Nada foi gravado" in held.output) == (1, True)
    assert viang(CLIENT, "--periodo", "30d").exit_code == 2
    assert viang("outro", "--periodo", "2026-03").exit_code == 2
