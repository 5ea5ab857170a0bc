"""Every card on a real Postgres as Metabase's own role, with and without filters, and what the telling ones say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from psycopg.rows import dict_row

from viang_pipeline.metabase.cards import FILTERS, Card, sql, tags
from viang_pipeline.metabase.dashboards import CLIENT_LIST, DASHBOARDS
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.conftest import PostgresServer
from viang_pipeline_tests.metabase.fake import rendered

CARDS = [("visao_geral", CLIENT_LIST), *((board.key, card) for board in DASHBOARDS for card in board.cards)]
IDS = [f"{board}/{card.key}" for board, card in CARDS]

WORLD = """
    -- Two shops. Aurora over the 62 days that end yesterday, which hold a whole month: 100 in 2 purchases a day, and
    -- yesterday 3 000 in 1; half of its revenue is covered. Boreal began 10 days ago: 50 a day, nothing covered, no
    -- ads read.
    insert into dashboard.agg_client_day
        (client_id, dia, faturamento, pedidos, compras, unidades, pedidos_cancelados, faturamento_coberto, mc,
         mc_pre_ads, faturamento_com_comissao, faturamento_com_frete, faturamento_com_custo, faturamento_com_imposto,
         faturamento_sem_sku, comissao, ads_investimento, ads_receita, ads_nao_alocado, estoque_disponivel,
         valor_estoque, estoque_avaliado, estoque_presente, faltantes, hash, versao_metrica, run_id, calculado_em,
         maturidade_vendas, maturidade_ads, maturidade_visitas, maturidade_devolucoes, maturidade_cobranca)
    select
        'aurora', hoje - n, f.valor, 2, case n when 1 then 1 else 2 end, 4, 1, f.valor / 2, f.valor / 10, f.valor / 8,
        f.valor, f.valor, f.valor / 2, f.valor, 0, f.valor / 10, 20, 80, 1, n, n * 10, n, n, '{}', '', 1, 'r', now(),
        case when n <= 7 then 'preliminar' else 'final' end, case when n <= 15 then 'preliminar' else 'final' end,
        'final', 'final', 'final'
    from (select (now() at time zone 'America/Sao_Paulo')::date as hoje) as agora, generate_series(1, 62) as n
    cross join lateral (select case n when 1 then 3000 else 100 end::numeric as valor) as f;
    insert into dashboard.agg_client_day
        (client_id, dia, faturamento, pedidos, compras, unidades, faltantes, hash, versao_metrica, run_id, calculado_em,
         maturidade_vendas, maturidade_ads, maturidade_visitas, maturidade_devolucoes, maturidade_cobranca)
    select 'boreal', (now() at time zone 'America/Sao_Paulo')::date - n, 50, 1, 1, 1, '{custo_desconhecido}', '', 1,
        'r', now(), 'final', 'preliminar', 'final', 'final', 'final'
    from generate_series(1, 10) as n;
    -- Cobre: two days, and no margin on the second, whose ads were not read; visits observed on the first.
    insert into dashboard.agg_client_day
        (client_id, dia, faturamento, pedidos, faturamento_coberto, mc, visitas, pedidos_com_visita, faltantes, hash,
         versao_metrica, run_id, calculado_em,
         maturidade_vendas, maturidade_ads, maturidade_visitas, maturidade_devolucoes, maturidade_cobranca)
    select 'cobre', (now() at time zone 'America/Sao_Paulo')::date - n, 100, 3, 100, case n when 2 then 30 end,
        case n when 2 then 300 end, case n when 2 then 3 end, '{}', '', 1, 'r', now(),
        'final', 'final', 'final', 'final', 'final'
    from generate_series(1, 2) as n;
    update dashboard.agg_client_day set visitas = 200, pedidos_com_visita = 2 where client_id = 'aurora';
    insert into dashboard.source_reads (client_id, source, resource, dia, completo, completo_em, tentado_em)
    select client_id, 'mercado_livre', 'orders', dia, true, now(), now() from dashboard.agg_client_day;
    insert into dashboard.fact_sku_day
        (client_id, dia, sku, faturamento, pedidos, unidades, faturamento_coberto, mc, mc_pre_ads, ads_investimento,
         ads_receita, ads_cliques, devolucoes, faltantes, hash, versao_metrica, run_id, calculado_em, ads_rateado,
         maturidade_vendas, maturidade_ads, maturidade_visitas, maturidade_devolucoes, maturidade_cobranca)
    select client_id, dia, 'A', faturamento, pedidos, unidades, faturamento_coberto, mc, mc_pre_ads, ads_investimento,
        ads_receita, 5, 1, '{}', '', 1, 'r', now(), false, maturidade_vendas, maturidade_ads, 'final',
        'final', 'final'
    from dashboard.agg_client_day;
    insert into dashboard.sku_portfolio
        (client_id, sku, dia, unidades_30d, unidades_60d_antes, faturamento_90d, dias_calculados_30d,
         dias_calculados_90d, curva_abc, tendencia, estoque_disponivel, demanda_30d, dias_com_estoque, dias_sem_estoque,
         em_ruptura, estado_estoque, venda_perdida_est, faltantes, versao_metrica, run_id, calculado_em)
    select client_id, sku, current_date, 3, 9, 900, 30, 90, 'A', 'decrescente', 0, 3, 20, 10, true, 'RUPTURA', 12.5,
        '{}', 1, 'r', now()
    from (values ('aurora', 'A'), ('boreal', 'A')) as v (client_id, sku);
    insert into dashboard.restatement_ledger (client_id, dia, metrica, antes, depois, motivo, run_id, registrado_em)
    select 'aurora', max(dia), 'faturamento', 9, 10, 'reprocesso', 'r', now() from dashboard.agg_client_day;
    insert into dashboard.fact_quarantine_day (client_id, dia, motivo, registros, versao_metrica, run_id, calculado_em)
    select 'aurora', max(dia), 'moeda', 3, 1, 'r', now() from dashboard.agg_client_day;
    insert into dashboard.reconciliation
        (client_id, fonte, periodo, item, inicio, final, versao_metrica, run_id, calculado_em)
    select 'aurora', 'cobranca', '2026-01', 'tarifa_venda', max(dia), true, 1, 'r', now() from dashboard.agg_client_day
"""

Rows = list[dict[str, Any]]
Ask = Callable[..., Rows]


@pytest.fixture(scope="module")
def world(postgres_server: PostgresServer, migrated_template: str) -> Iterator[Database]:
    """The shops, stored once for all tests of this file: cards only read."""
    database = postgres_server.create(migrated_template)
    with database.transaction() as conn:
        conn.execute(WORLD.encode())
    yield database
    postgres_server.drop(database)


@pytest.fixture
def ask(postgres_server: PostgresServer, world: Database) -> Iterator[Ask]:
    """Rows of a card as viang_reader gets them, with the given filters."""
    with postgres_server.superuser(urlsplit(world.url).path.strip("/")).connect() as conn:
        conn.execute("set session authorization viang_reader")

        def rows(board: str, card: str, **values: str) -> Rows:
            with conn.cursor(row_factory=dict_row) as cursor:
                return cursor.execute(rendered(sql(board, card), values).encode()).fetchall()

        yield rows


def yesterday(world: Database) -> date:
    with world.transaction() as conn:
        row = conn.execute("select max(dia) from dashboard.agg_client_day").fetchone()
    assert row is not None
    return row[0]  # type: ignore[no-any-return]


def test_every_card_answers_without_filters_and_with_all_of_them(ask: Ask, world: Database) -> None:
    last = yesterday(world)
    filters = {"client_id": "aurora", "inicio": str(last - timedelta(days=6)), "fim": str(last), "sku": "A"}
    silent = []
    for board, card in CARDS:
        free = ask(board, card.key)
        bound = ask(board, card.key, **filters)
        if not free or not bound:
            silent.append(f"{board}/{card.key}")
        if free and "client_id" in free[0]:
            assert {row["client_id"] for row in bound} <= {"aurora"} or card is CLIENT_LIST
    assert silent == ["estoque/excesso"]  # nothing lies there too long in this small world


@pytest.mark.parametrize(("board", "card"), CARDS, ids=IDS)
def test_a_card_shows_columns_its_sql_answers_and_each_with_a_title(
    ask: Ask, world: Database, postgres_server: PostgresServer, board: str, card: Card
) -> None:
    with postgres_server.superuser(urlsplit(world.url).path.strip("/")).connect() as conn:
        answered = conn.execute(rendered(sql(board, card.key), {}).encode()).description
    columns = [column.name for column in answered or ()]
    looks = card.looks
    titled = {name.split('"')[3]: how["column_title"] for name, how in looks["column_settings"].items()}
    assert titled.keys() <= set(columns)
    assert all(titled.values())
    if card.display == "table":
        assert [each["name"] for each in looks["table.columns"]] == columns
    elif card.display in ("bar", "line"):
        assert {*looks["graph.dimensions"], *looks["graph.metrics"]} <= set(columns)
        assert looks["graph.x_axis.title_text"]
    elif card.display == "smartscalar":
        assert columns == ["dia", looks["scalar.field"]]
    else:
        assert columns == [looks["scalar.field"]]


def test_filters_of_a_dashboard_are_those_its_cards_know() -> None:
    for board in DASHBOARDS:
        known = {tag for card in board.cards for tag in tags(sql(board.key, card.key))}
        assert known == {each.tag for each in board.filters}
        assert known <= FILTERS.keys()


def test_the_average_ticket_is_a_ratio_of_sums_not_a_mean_of_days(ask: Ask) -> None:
    (_, now) = ask("visao_geral", "ticket_medio", client_id="aurora")
    assert now["ticket_medio"] == Decimal("100.00")  # 5 900 ÷ 59; the mean of the days is 148.33
    assert round((29 * Decimal(50) + 3000) / 30, 2) == Decimal("148.33")


def test_without_dates_the_period_is_the_thirty_days_up_to_yesterday(ask: Ask, world: Database) -> None:
    shown = ask("visao_geral", "faturamento_por_dia", client_id="aurora")
    assert [row["dia"] for row in shown] == [yesterday(world) - timedelta(days=n) for n in range(29, -1, -1)]


def test_a_period_is_compared_with_as_many_days_just_before_it(ask: Ask, world: Database) -> None:
    last = yesterday(world)
    before, now = ask(
        "visao_geral", "faturamento", client_id="aurora", inicio=str(last - timedelta(days=4)), fim=str(last)
    )
    assert (before["dia"], before["faturamento"]) == (last - timedelta(days=5), 500)
    assert (now["dia"], now["faturamento"]) == (last, 3400)


def test_nothing_is_compared_with_days_that_were_not_read_for_every_client(ask: Ask) -> None:
    before, now = ask("visao_geral", "faturamento")
    assert (before["faturamento"], now["faturamento"]) == (None, 6600)  # Boreal began ten days ago
    rows = ask("visao_geral", "comparacao")
    assert {row["diferenca"] for row in rows} == {None}
    assert "não se compara" in rows[0]["leitura"]


def test_rates_are_compared_in_points_and_amounts_in_per_cent(ask: Ask) -> None:
    found = {row["numero"]: row for row in ask("visao_geral", "comparacao", client_id="aurora")}
    revenue, share = found["Faturamento"], found["TACOS"]
    assert (revenue["atual"], revenue["anterior"], revenue["variacao"]) == (5900, 3000, Decimal("0.966667"))
    assert (share["atual"], share["anterior"]) == (Decimal("10.17"), Decimal("20.00"))
    assert (share["diferenca"], share["variacao"]) == (Decimal("-9.83"), None)
    assert (share["leitura"], found["Pedidos válidos"]["leitura"]) == ("diferença em pontos percentuais", "estável")


def test_margin_is_over_covered_revenue_and_its_coverage_over_all_of_it(ask: Ask) -> None:
    assert ask("margem", "mc_pct", client_id="aurora") == [{"mc_pct": Decimal("0.200000")}]
    assert ask("margem", "mc_cobertura", client_id="aurora") == [{"mc_cobertura": Decimal("0.500000")}]
    assert ask("margem", "mc_cobertura", client_id="boreal") == [{"mc_cobertura": None}]


def test_a_margin_is_never_over_revenue_of_days_that_have_none(ask: Ask) -> None:
    assert ask("margem", "mc_pct", client_id="cobre") == [{"mc_pct": Decimal("0.300000")}]
    assert ask("visao_geral", "mc_cobertura", client_id="cobre") == [{"mc_cobertura": Decimal("0.500000")}]
    (shop,) = ask("visao_geral", "por_cliente", client_id="cobre")
    assert (shop["mc_pct"], shop["mc_cobertura"]) == (Decimal("0.300000"), Decimal("0.500000"))
    found = {row["numero"]: row["atual"] for row in ask("visao_geral", "comparacao", client_id="cobre")}
    assert (found["Margem de contribuição (%)"], found["Cobertura da margem"]) == (30, 50)


def test_conversion_is_of_the_days_whose_visits_were_observed(ask: Ask) -> None:
    assert [row["conversao"] for row in ask("visao_geral", "conversao_por_dia", client_id="cobre")] == [
        Decimal("0.010000")
    ]


def test_returns_become_a_rate_only_when_sales_are_old_enough_to_have_come_back(ask: Ask, world: Database) -> None:
    (young,) = ask("produtos", "devolvidos", client_id="aurora")
    old = str(yesterday(world) - timedelta(days=59))
    (both,) = ask("produtos", "devolvidos", client_id="aurora", inicio=old)
    assert (young["devolucoes"], young["taxa_devolucao"]) == (30, None)
    assert (both["devolucoes"], both["taxa_devolucao"]) == (60, Decimal("0.500000"))


def test_days_that_may_still_change_are_counted_and_apart(ask: Ask) -> None:
    assert ask("visao_geral", "dias_preliminares", client_id="aurora") == [{"dias": 7}]
    kinds = [row["situacao"] for row in ask("visao_geral", "faturamento_por_dia", client_id="aurora")]
    assert kinds == ["final"] * 23 + ["preliminar"] * 7
    assert ask("ads", "dias_nao_finais", client_id="aurora") == [{"dias": 15}]


def test_ads_that_were_not_read_are_no_zero(ask: Ask) -> None:
    assert ask("ads", "acos", client_id="boreal") == [{"acos": None}]
    assert ask("ads", "acos", client_id="aurora") == [{"acos": Decimal("0.250000")}]
    (boreal,) = ask("visao_geral", "por_cliente", client_id="boreal")
    assert boreal["tacos"] is None


def test_stock_is_that_of_the_newest_photo_never_a_sum_over_days(ask: Ask) -> None:
    assert ask("estoque", "valor", client_id="aurora") == [{"valor_estoque": 10}]


def test_a_filter_reaches_the_index_of_client_and_day(
    ask: Ask, world: Database, postgres_server: PostgresServer
) -> None:
    """Parameters are cast, columns never (contract §6)."""
    last = str(yesterday(world))
    query = rendered(sql("visao_geral", "por_cliente"), {"client_id": "aurora", "inicio": last, "fim": last})
    with postgres_server.superuser(urlsplit(world.url).path.strip("/")).connect() as conn:
        conn.execute("set enable_seqscan = off; set enable_bitmapscan = off")
        plan = "\n".join(row[0] for row in conn.execute(b"explain " + query.encode()))
    (condition,) = [line for line in plan.splitlines() if "Index Cond" in line and "client_id" in line]
    assert "dia >=" in condition
    assert "dia <=" in condition


def test_dashcards_of_a_dashboard_never_overlap_and_stay_on_the_grid() -> None:
    for board in DASHBOARDS:
        cells = [
            (x, y)
            for place in board.places
            for x in range(place.col, place.col + place.width)
            for y in range(place.row, place.row + place.height)
        ]
        assert len(cells) == len(set(cells)), board.key
        assert max(x for x, _ in cells) == 23
        assert len({place.item.key for place in board.places}) == len(list(board.places))
