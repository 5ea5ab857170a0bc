"""Who may read what: row-level security, grants and the API roles (product.md §4, contract supabase §6, §8, §12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.schema import VIEWS, metadata
from viang_pipeline_tests.warehouse.servers import Cluster

PUBLIC = {"metric_definitions", "_metabase_metadata"}
"""What the reader sees that belongs to no client."""

READABLE = {
    "fact_sku_day", "agg_client_day", "billing_period", "reconciliation", "sku_portfolio", "fact_account_day",
    "restatement_ledger", "source_reads", "order_reads", "fact_quarantine_day", "fact_attention",
    "fact_stock_sku_day", "fact_stock_client_day", "fact_expense_month", "agg_channel_day", "order_match", *VIEWS
}  # fmt: skip
BASES = {
    "vw_sku_day": "fact_sku_day",
    "vw_client_day": "agg_client_day",
    "vw_billing_period": "billing_period",
    "vw_reconciliation": "reconciliation",
    "vw_sku_portfolio": "sku_portfolio",
    "vw_account_day": "fact_account_day",
    "vw_restatements": "restatement_ledger",
    "vw_source_quality": "source_reads",
    "vw_client_quality": "agg_client_day",
    "vw_quarantine": "fact_quarantine_day",
    "vw_health": "source_reads",
    "vw_attention": "fact_attention",
    "vw_client_stock": "agg_client_day",
    "vw_client_month": "fact_expense_month",
    "vw_channel_day": "agg_channel_day",
    "vw_order_match": "order_match",
    "vw_worklist": "fact_sku_day",
    "vw_stock_day": "fact_stock_sku_day",
    "vw_stock_client_day": "fact_stock_client_day",
}
"""View → the table of clients' rows below it; some read tables of the other views as well."""

API_ROLES = ("anon", "authenticated", "service_role")

ActAs = Callable[[str], AbstractContextManager[psycopg.Connection]]


@pytest.fixture
def populated(migrated: Database) -> Database:
    """Two clients with rows in each table a view stands on: a day, and a month of complete readings."""
    with migrated.transaction() as connection:
        connection.execute(
            """
            insert into dashboard.agg_client_day
                (client_id, dia, faturamento, estoque_disponivel, faltantes, hash, versao_metrica, run_id, calculado_em,
                 maturidade_vendas, maturidade_ads, maturidade_visitas, maturidade_devolucoes, maturidade_cobranca)
            select client, '2026-01-01', 10, 1, '{}', '', 1, 'r', now(), 'final', 'final', 'final', 'final', 'final'
            from unnest(array['aurora', 'boreal']) as client
            """
        )
        connection.execute(
            """
            insert into dashboard.fact_sku_day
                (client_id, dia, sku, faturamento, unidades, faltantes, hash, versao_metrica, run_id, calculado_em,
                 ads_rateado, maturidade_vendas, maturidade_ads, maturidade_visitas, maturidade_devolucoes,
                 maturidade_cobranca)
            select client_id, dia, 'A', 10, 1, '{}', '', 1, 'r', now(), false, 'final', 'final', 'final', 'final',
                   'final'
            from dashboard.agg_client_day
            """
        )
        connection.execute(
            """
            insert into dashboard.billing_period
                (client_id, periodo, sub_tipo, significado, custo_do_vendedor, cobranca_mensal, fechado,
                 versao_metrica, run_id, calculado_em)
            select client_id, dia, 'CV', 'tarifa_venda', true, 10, true, 1, 'r', now() from dashboard.agg_client_day
            """
        )
        connection.execute(
            """
            insert into dashboard.reconciliation
                (client_id, fonte, periodo, item, inicio, final, versao_metrica, run_id, calculado_em)
            select client_id, 'cobranca', '2026-01', 'tarifa_venda', dia, true, 1, 'r', now()
            from dashboard.agg_client_day
            """
        )
        connection.execute(
            """
            insert into dashboard.sku_portfolio
                (client_id, sku, dia, unidades_30d, unidades_60d_antes, faturamento_90d, dias_calculados_30d,
                 dias_calculados_90d, demanda_30d, dias_com_estoque, dias_sem_estoque, faltantes, versao_metrica,
                 run_id, calculado_em)
            select client_id, 'A', dia, 1, 1, 10, 30, 90, 1, 0, 0, '{}', 1, 'r', now() from dashboard.agg_client_day;
            insert into dashboard.fact_account_day (client_id, dia, capturado_em, versao_metrica, run_id, calculado_em)
            select client_id, dia, now(), 1, 'r', now() from dashboard.agg_client_day;
            insert into dashboard.restatement_ledger
                (client_id, dia, metrica, antes, depois, motivo, run_id, registrado_em)
            select client_id, dia, 'faturamento', 9, 10, 'reprocesso', 'r', now() from dashboard.agg_client_day;
            insert into dashboard.source_reads (client_id, source, resource, dia, completo, completo_em, tentado_em)
            select client_id, 'mercado_livre', 'orders', lido::date, true, now(), now()
            from dashboard.agg_client_day, generate_series(dia, dia + 30, interval '1 day') as lido;
            insert into dashboard.agg_channel_day
                (client_id, dia, canal, faltantes, versao_metrica, run_id, calculado_em)
            select client_id, dia, 'shopee', '{}', 1, 'r', now() from dashboard.agg_client_day;
            insert into dashboard.order_match
                (client_id, fonte, chave, dia, situacao, pedidos, maturidade, versao_metrica, run_id, calculado_em)
            select client_id, 'bling', '1', dia, 'venda', '{}', 'final', 1, 'r', now() from dashboard.agg_client_day;
            insert into dashboard.fact_expense_month
                (client_id, mes, categoria, contas, contas_nao_lidas, versao_metrica, run_id, calculado_em)
            select client_id, dia, '1', 1, 0, 1, 'r', now() from dashboard.agg_client_day;
            insert into dashboard.order_reads
                (client_id, source, lido_em, filtro, janela_inicio, janela_fim, anunciados, guardados)
            select client_id, 'mercado_livre', now(), 'date_created', now(), now(), 4, 3 from dashboard.agg_client_day;
            insert into dashboard.fact_quarantine_day
                (client_id, dia, motivo, registros, versao_metrica, run_id, calculado_em)
            select client_id, dia, 'moeda', 1, 1, 'r', now() from dashboard.agg_client_day;
            insert into dashboard.fact_attention
                (client_id, dia, tipo, chave, valor, versao_metrica, run_id, calculado_em)
            select client_id, dia, 'alerta_fraude', '1', 1, 1, 'r', now() from dashboard.agg_client_day;
            insert into dashboard.fact_stock_sku_day
                (client_id, dia, sku, capturado_em, versao_metrica, run_id, calculado_em)
            select client_id, dia, 'A', now(), 1, 'r', now() from dashboard.agg_client_day;
            insert into dashboard.fact_stock_client_day
                (client_id, dia, indisponivel_por_motivo, full_lido, capturado_em, versao_metrica, run_id, calculado_em)
            select client_id, dia, '{}', true, now(), 1, 'r', now() from dashboard.agg_client_day
            """
        )
    return migrated


@pytest.fixture
def act_as(cluster: Cluster, populated: Database) -> ActAs:
    @contextmanager
    def act(role: str) -> Iterator[psycopg.Connection]:
        with cluster.as_superuser(populated).transaction() as connection:
            connection.execute(sql.SQL("set session authorization {}").format(sql.Identifier(role)))
            yield connection

    return act


@pytest.fixture
def client_role(populated: Database) -> str:
    """A login of one client, made as the contract prescribes: its own role and policies that name it."""
    role = f"viang_client_{uuid4().hex[:8]}"
    with populated.transaction() as connection:
        name = sql.Identifier(role)
        connection.execute(sql.SQL("create role {} login").format(name))
        connection.execute(sql.SQL("grant usage on schema dashboard to {}").format(name))
        for view_name, table in BASES.items():
            target, view = sql.Identifier("dashboard", table), sql.Identifier("dashboard", view_name)
            connection.execute(sql.SQL("grant select on {}, {} to {}").format(target, view, name))
        connection.execute(sql.SQL("grant select on dashboard.order_reads to {}").format(name))
        for table in {*BASES.values(), "order_reads"}:
            target = sql.Identifier("dashboard", table)
            policy = sql.SQL("create policy {0} on {1} for select to {0} using (client_id = 'aurora')")
            connection.execute(policy.format(name, target))
        connection.execute(sql.SQL("grant select on dashboard.metric_definitions to {}").format(name))
    return role


def _tables() -> list[tuple[str, str]]:
    return sorted((str(table.schema), table.name) for table in metadata.tables.values())


def _relation(schema: str, name: str) -> sql.Composed:
    return sql.SQL("select count(*) from {}").format(sql.Identifier(schema, name))


def test_the_reader_sees_every_client_in_tables_and_views(act_as: ActAs) -> None:
    with act_as("viang_reader") as connection:
        seen = {
            name: connection.execute(
                sql.SQL("select count(distinct client_id) from {}").format(sql.Identifier("dashboard", name))
            ).fetchone()
            for name in READABLE
        }
    assert seen == dict.fromkeys(READABLE, (2,))


def test_the_reader_gets_nothing_else_neither_raw_nor_tokens(act_as: ActAs) -> None:
    denied = []
    with act_as("viang_reader") as connection:
        for schema, name in _tables():
            try:
                with connection.transaction():
                    connection.execute(_relation(schema, name))
            except InsufficientPrivilege:
                denied.append(name)
    assert {"api_tokens", "clients", "mercado_livre_orders"} <= set(denied)
    assert {name for _, name in _tables()} - set(denied) == READABLE - set(VIEWS) | PUBLIC


def test_the_reader_cannot_write(act_as: ActAs) -> None:
    with act_as("viang_reader") as connection:
        for statement in (
            "delete from dashboard.fact_sku_day",
            "update dashboard.vw_client_day set faturamento = 0",
            "create table dashboard.t (id int)",
        ):
            with pytest.raises(InsufficientPrivilege), connection.transaction():
                connection.execute(statement)


@pytest.mark.parametrize("role", API_ROLES)
def test_the_api_roles_reach_nothing(act_as: ActAs, role: str) -> None:
    with act_as(role) as connection:
        for schema, name in [*_tables(), *(("dashboard", view) for view in VIEWS)]:
            with pytest.raises(InsufficientPrivilege), connection.transaction():
                connection.execute(_relation(schema, name))


def test_a_clients_own_login_sees_its_rows_only_through_views_too(act_as: ActAs, client_role: str) -> None:
    with act_as(client_role) as connection:
        for name in READABLE:
            clients = connection.execute(
                sql.SQL("select array_agg(distinct client_id) from {}").format(sql.Identifier("dashboard", name))
            ).fetchone()
            assert clients == (["aurora"],), name


def test_a_role_without_a_policy_sees_no_row(act_as: ActAs, populated: Database) -> None:
    role = f"viang_other_{uuid4().hex[:8]}"
    with populated.transaction() as connection:
        connection.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
        connection.execute(
            sql.SQL("grant usage on schema dashboard to {0}; grant select on dashboard.fact_sku_day to {0}").format(
                sql.Identifier(role)
            )
        )
    with act_as(role) as connection:
        assert connection.execute("select count(*) from dashboard.fact_sku_day").fetchone() == (0,)


def test_a_function_made_later_cannot_be_executed_by_the_api_roles(populated: Database) -> None:
    """A per-schema default cannot revoke this; the global one must (contract supabase §6, the trap)."""
    with populated.transaction() as connection:
        connection.execute("set local role viang_pipeline")
        connection.execute("create function dashboard.f() returns int language sql as 'select 1'")
        for role in (*API_ROLES, "viang_reader"):
            allowed = connection.execute(
                "select has_function_privilege(%s, 'dashboard.f()', 'execute')", [role]
            ).fetchone()
            assert allowed == (False,)


def test_a_table_made_later_is_not_granted_to_the_api_roles(populated: Database) -> None:
    with populated.transaction() as connection:
        connection.execute("set local role viang_pipeline")
        connection.execute("create table raw.later (id int)")
        for role in API_ROLES:
            allowed = connection.execute("select has_table_privilege(%s, 'raw.later', 'select')", [role]).fetchone()
            assert allowed == (False,)


FINDINGS: dict[str, LiteralString] = {
    "granted to the API roles": """
        select table_schema, table_name, grantee, privilege_type from information_schema.role_table_grants
        where table_schema in ('dashboard', 'raw') and grantee in ('anon', 'authenticated', 'service_role', 'PUBLIC')
    """,
    "tables without row-level security": """
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('dashboard', 'raw') and c.relkind in ('r', 'p') and not c.relrowsecurity
    """,
    "views that run with their owner's rights": """
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('dashboard', 'raw') and c.relkind = 'v'
          and not coalesce(c.reloptions @> array['security_invoker=true'], false)
    """,
    "functions the API may call": """
        select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('dashboard', 'raw') and has_function_privilege('anon', p.oid, 'execute')
    """,
    "objects in public": "select relname from pg_class where relnamespace = 'public'::regnamespace",
    "tables under forced row-level security": "select relname from pg_class where relforcerowsecurity",
}


def test_a_migrated_database_has_no_finding(migrated: Database) -> None:
    with migrated.transaction() as connection:
        found = {finding: connection.execute(query).fetchall() for finding, query in FINDINGS.items()}
    assert {finding: rows for finding, rows in found.items() if rows} == {}
