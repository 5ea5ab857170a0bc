"""Upgrades on every supported server, without superuser, and their agreement with the declared schema."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.metabase_metadata import sync_metabase_metadata
from viang_pipeline.warehouse.migrate import MIGRATIONS, upgrade
from viang_pipeline.warehouse.revisions import MigrationError, current, pending, revisions
from viang_pipeline.warehouse.schema import VIEWS, metadata, metadata_rows, view_comments, view_sql
from viang_pipeline_tests.warehouse.servers import Cluster

HEAD = revisions()[-1]
AtRevision = Callable[[str], Database]


def test_the_names_of_the_files_say_the_order_they_are_applied_in() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert revisions() == [step.revision for step in reversed(list(scripts.walk_revisions()))]


def test_an_empty_database_reaches_the_head_without_a_superuser(unmigrated: Database) -> None:
    with unmigrated.transaction() as connection:
        rights = connection.execute(
            "select rolsuper, rolcreaterole from pg_roles where rolname = current_user"
        ).fetchone()
    assert rights == (False, True)
    assert pending(unmigrated)
    assert upgrade(unmigrated) == revisions()
    assert current(unmigrated) == HEAD
    assert not pending(unmigrated)


def test_a_second_upgrade_does_nothing(migrated: Database) -> None:
    assert upgrade(migrated) == []


def test_two_upgrades_at_once_apply_each_revision_once(unmigrated: Database) -> None:
    with ThreadPoolExecutor(2) as pool:
        applied = list(pool.map(lambda _: upgrade(unmigrated), range(2)))
    assert sorted(applied, key=len) == [[], revisions()]


def test_sums_of_before_the_blocks_are_kept_and_marked_to_be_built_again(at_revision: AtRevision) -> None:
    database = at_revision("0008")
    with database.transaction() as connection:
        connection.execute(
            """
            insert into dashboard.agg_client_day
                (client_id, dia, faturamento, faltantes, hash, versao_metrica, run_id, calculado_em)
            values ('loja', '2026-03-10', 10, '{}', '', 1, 'run', now());
            insert into dashboard.day_state (client_id, dia, linhas_rev, sku_de, cliente_de)
            values ('loja', '2026-03-10', 3, 3, 3)
            """
        )
    upgrade(database, "0009")
    with database.transaction() as connection:
        row = connection.execute(
            "select faturamento, maturidade_vendas, linhas_rev > cliente_de from dashboard.agg_client_day"
            " join dashboard.day_state using (client_id, dia)"
        ).fetchone()
    assert row == (10, "preliminar", True)


def test_sums_of_before_the_bills_are_kept_and_marked_to_be_built_again(at_revision: AtRevision) -> None:
    database = at_revision("0011")
    with database.transaction() as connection:
        connection.execute(
            """
            insert into dashboard.agg_client_day
                (client_id, dia, faturamento, faltantes, hash, versao_metrica, run_id, calculado_em, maturidade_vendas,
                 maturidade_ads, maturidade_visitas, maturidade_devolucoes)
            values ('loja', '2026-03-10', 10, '{}', '', 1, 'run', now(), 'final', 'final', 'final', 'final');
            insert into dashboard.day_state (client_id, dia, linhas_rev, sku_de, cliente_de)
            values ('loja', '2026-03-10', 3, 3, 3)
            """
        )
    upgrade(database, "0012")
    with database.transaction() as connection:
        row = connection.execute(
            "select faturamento, comissao_faturada, maturidade_cobranca, linhas_rev > cliente_de"
            " from dashboard.agg_client_day join dashboard.day_state using (client_id, dia)"
        ).fetchone()
    assert row == (10, None, "preliminar", True)


def test_what_was_read_and_refused_before_is_told_after_the_upgrade(at_revision: AtRevision) -> None:
    database = at_revision("0013")
    with database.transaction() as connection:
        connection.execute(
            """
            insert into dashboard.updates_log
                (run_id, job_name, client_id, source, resource, janela_inicio, janela_fim, status, iniciado_em,
                 terminado_em, linhas_lidas, linhas_escritas, linhas_inalteradas, detail)
            values ('run', 'daily_update', 'loja', 'mercado_livre', 'orders', '2026-03-10', '2026-03-11', 'success',
                    '2026-03-11', '2026-03-11', 9, 5, 2,
                    '{"filtro": "date_created", "anunciados": 10, "coletados": 10, "antes_do_historico": 1}');
            insert into dashboard.fact_order_line
                (client_id, order_id, line_no, dia, criado_em, canal, compra, anuncio, sku, sku_origem, status,
                 situacao, motivo, cancelado_antes_do_pagamento, quantidade, preco_unitario, valor, reembolso,
                 faltantes, versao_metrica, run_id, calculado_em)
            select 'loja', '1', line_no, '2026-03-10', now(), 'mercado_livre', 'order:1', 'MLB1', 'A', 'pedido', 'new',
                   'quarentena', 'status_desconhecido', false, 1, 10, 10, 0, '{}', 1, 'run', now()
            from generate_series(1, 2) as line_no
            """
        )
    upgrade(database)
    with database.transaction() as connection:
        reads = connection.execute("select anunciados, guardados from dashboard.order_reads").fetchall()
        refused = connection.execute("select motivo, registros, valor from dashboard.vw_quarantine").fetchall()
    assert (reads, refused) == ([(10, 9)], [("status_desconhecido", 1, 20)])


def test_lines_of_before_the_margin_are_kept_and_marked_to_be_built_again(at_revision: AtRevision) -> None:
    database = at_revision("0014")
    with database.transaction() as connection:
        connection.execute(
            """
            insert into dashboard.fact_order_line
                (client_id, order_id, line_no, dia, criado_em, canal, compra, anuncio, sku, sku_origem, status,
                 situacao, cancelado_antes_do_pagamento, quantidade, preco_unitario, valor, reembolso, faltantes,
                 versao_metrica, run_id, calculado_em)
            values ('loja', '1', 1, '2026-03-10', now(), 'mercado_livre', 'order:1', 'MLB1', 'A', 'pedido', 'paid',
                    'valida', false, 1, 10, 10, 0, '{}', 1, 'run', now());
            insert into dashboard.day_state (client_id, dia, bruto_rev, linhas_de, linhas_rev, sku_de, cliente_de)
            values ('loja', '2026-03-10', 2, 2, 3, 3, 3)
            """
        )
    upgrade(database, "0016")
    with database.transaction() as connection:
        row = connection.execute(
            "select valor, custo, coberta, bruto_rev > linhas_de, linhas_rev > sku_de from dashboard.fact_order_line"
            " join dashboard.day_state using (client_id, dia)"
        ).fetchone()
    assert row == (10, None, False, True, True)


def test_data_written_at_the_previous_revision_survives(at_revision: AtRevision) -> None:
    database = at_revision(revisions()[-2])
    with database.transaction() as connection:
        connection.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico) values ('loja', 'Loja', '2026-01-01')"
        )
    assert upgrade(database) == [HEAD]
    with database.transaction() as connection:
        assert connection.execute("select nome from dashboard.clients").fetchone() == ("Loja",)


def test_an_upgrade_that_fails_changes_nothing(unmigrated: Database) -> None:
    with unmigrated.transaction() as connection:
        connection.execute("create schema dashboard")
        connection.execute("create table dashboard.clients (id int)")
    with pytest.raises(sa.exc.ProgrammingError, match="already exists"):
        upgrade(unmigrated)
    assert current(unmigrated) is None


def test_a_login_that_may_not_create_roles_is_told_so(cluster: Cluster) -> None:
    other = cluster.database(owner="dagster")
    try:
        with pytest.raises(MigrationError, match="criar papéis"):
            upgrade(cluster.login(other, "service_role"))
    finally:
        cluster.drop(other)


def _is_random_default(difference: object) -> bool:
    """Alembic compares defaults by evaluating both, so a random one never equals itself."""
    return isinstance(difference, list) and all(
        change[0] == "modify_default" and "random" in str(change[-1].arg) and "random" in str(change[-2].arg)
        for change in difference
    )


def test_the_migrated_database_is_what_the_schema_declares(migrated: Database) -> None:
    engine = sa.create_engine("postgresql+psycopg://", creator=migrated.connect, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "version_table_schema": "dashboard",
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _: kind != "schema" or name in ("dashboard", "raw"),
            },
        )
        differences = compare_metadata(context, metadata)
    assert [difference for difference in differences if not _is_random_default(difference)] == []


CHECKS = """
    select c.conname, pg_get_constraintdef(c.oid) from pg_constraint as c
    where c.connamespace = 'dashboard'::regnamespace and c.contype = 'c' order by 1
"""


def test_check_constraints_are_what_the_schema_declares(migrated: Database) -> None:
    """Alembic does not compare these."""
    declared = {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    }
    with migrated.transaction() as connection:
        assert {row[0] for row in connection.execute(CHECKS)} == declared


@pytest.mark.parametrize("name", VIEWS)
def test_each_view_is_its_sql_file(database: Database, name: str) -> None:
    with database.transaction() as connection:
        connection.execute(f"create temporary view expected as {view_sql(name)}")  # type: ignore[arg-type]
        definitions = connection.execute(
            "select pg_get_viewdef(%s::regclass) = pg_get_viewdef('expected'::regclass)", [f"dashboard.{name}"]
        ).fetchone()
    assert definitions == (True,)


@pytest.mark.parametrize("name", VIEWS)
def test_each_column_of_a_view_carries_its_comment(database: Database, name: str) -> None:
    with database.transaction() as connection:
        comments = dict(
            connection.execute(
                "select attname, col_description(attrelid, attnum) from pg_attribute"
                " where attrelid = %s::regclass and attnum > 0",
                [f"dashboard.{name}"],
            ).fetchall()
        )
    assert comments == view_comments()[name]


def test_days_and_months_of_views_are_dates_and_no_view_has_a_json_column(database: Database) -> None:
    """A moment would shift with the reader's time zone; Metabase turns every key of a jsonb into a column."""
    with database.transaction() as connection:
        types = connection.execute(
            "select attrelid::regclass::text, attname, format_type(atttypid, null) from pg_attribute"
            " where attrelid = any (%s::regclass[]) and attnum > 0",
            [[f"dashboard.{name}" for name in VIEWS]],
        ).fetchall()
    days = {kind for _, name, kind in types if name in ("dia", "mes", "inicio", "fim", "lido_ate", "estoque_dia")}
    assert days == {"date"}
    assert [column for column in types if column[2] in ("json", "jsonb", "timestamp without time zone")] == []


def test_every_view_and_column_is_told_to_metabase_and_the_table_follows_what_is_declared(database: Database) -> None:
    with database.transaction() as connection:
        assert sync_metabase_metadata(connection) == len(metadata_rows())
        connection.execute("update dashboard._metabase_metadata set value = 'x' where keypath like '%%acos.%%'")
        connection.execute("insert into dashboard._metabase_metadata values ('vw_gone.x.description', 'x')")
        assert sync_metabase_metadata(connection) > 1
        assert sync_metabase_metadata(connection) == 0
        told = dict(connection.execute("select keypath, value from dashboard._metabase_metadata").fetchall())
    columns = {f"{view}.{column}.description" for view, named in view_comments().items() for column in named}
    assert columns <= told.keys()
    assert told["vw_sku_day.faturamento.semantic_type"] == "type/Currency"
    assert told["vw_client_day.mc_pct.semantic_type"] == "type/Percentage"
    assert told["vw_client_day.client_id.semantic_type"] == "type/Category"
    assert "vw_sku_day.sku.semantic_type" not in told
    assert told["vw_client_day.mc_pct.display_name"] == "Margem de contribuição (%)"


def test_every_column_metabase_and_analysts_see_has_a_comment() -> None:
    bare = [str(c) for table in metadata.tables.values() for c in table.columns if not c.comment]
    assert bare == []


def test_the_pipelines_own_login_finds_nothing_pending_and_works(cluster: Cluster, migrated: Database) -> None:
    pipeline = cluster.login(migrated, "viang_pipeline")
    assert upgrade(pipeline) == []
    with pipeline.transaction() as connection:
        connection.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico) values ('loja', 'Loja', '2026-01-01')"
        )
        connection.execute("create temporary table t on commit drop as select * from dashboard.clients")
        assert connection.execute("select count(*) from t").fetchone() == (1,)


def test_later_revisions_need_only_the_pipelines_login(cluster: Cluster, at_revision: AtRevision) -> None:
    database = at_revision(revisions()[0])
    assert upgrade(cluster.login(database, "viang_pipeline")) == revisions()[1:]


def test_everything_belongs_to_the_pipeline_role(migrated: Database) -> None:
    with migrated.transaction() as connection:
        owners = connection.execute(
            """
            select distinct pg_get_userbyid(c.relowner) from pg_class as c
            where c.relnamespace in ('dashboard'::regnamespace, 'raw'::regnamespace)
            union select pg_get_userbyid(nspowner) from pg_namespace where nspname in ('dashboard', 'raw')
            """
        ).fetchall()
    assert owners == [("viang_pipeline",)]


def test_roles_bring_their_own_time_limits(migrated: Database) -> None:
    with migrated.transaction() as connection:
        limits = dict(
            connection.execute("select rolname, rolconfig from pg_roles where rolname like 'viang\\_%'").fetchall()
        )
    assert "statement_timeout=15min" in limits["viang_pipeline"]
    assert set(limits["viang_reader"]) == {"statement_timeout=60s", "default_transaction_read_only=on"}
