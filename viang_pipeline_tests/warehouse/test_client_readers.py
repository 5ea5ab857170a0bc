"""A client's own login, made on every supported server by the login that migrates it, which is no superuser."""

from __future__ import annotations

from uuid import uuid4

import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction

from viang_pipeline.failures import ViangError
from viang_pipeline.warehouse.client_readers import make_reader
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.warehouse.servers import Cluster

CLIENTS = tuple(f"{name}-{uuid4().hex[:8]}" for name in ("aurora", "boreal"))


@pytest.fixture
def shop(migrated: Database) -> Database:
    """Both clients, each with a reading."""
    with migrated.transaction() as conn:
        for client_id in CLIENTS:
            conn.execute(
                "insert into dashboard.clients (client_id, nome, inicio_historico) values (%s, 'Loja', '2026-01-01')",
                [client_id],
            )
            conn.execute(
                "insert into dashboard.source_reads (client_id, source, resource, dia, completo, completo_em,"
                " tentado_em) values (%s, 'mercado_livre', 'orders', '2026-01-01', true, now(), now())",
                [client_id],
            )
    return migrated


def test_it_logs_in_reads_its_own_rows_and_cannot_write(shop: Database, cluster: Cluster) -> None:
    mine, _ = CLIENTS
    with shop.transaction() as conn:
        role, readable = make_reader(conn, mine)
        assert make_reader(conn, mine) == (role, readable), "again is the same"
    reader = cluster.login(shop, role)
    try:
        with reader.transaction() as conn:
            seen = conn.execute("select distinct client_id from dashboard.vw_source_quality").fetchall()
            assert seen == [(mine,)]
        for statement, refusal in (
            ("select * from raw.mercado_livre_orders", InsufficientPrivilege),
            ("select * from dashboard.api_tokens", InsufficientPrivilege),
            ("update dashboard.source_reads set completo = false", ReadOnlySqlTransaction),
            ("set transaction read write; update dashboard.source_reads set completo = false", InsufficientPrivilege),
        ):
            with pytest.raises(refusal), reader.transaction() as conn:
                conn.execute(statement)  # type: ignore[arg-type]
    finally:
        with cluster.as_superuser(shop).transaction() as conn:
            conn.execute(sql.SQL("drop owned by {0}; drop role {0}").format(sql.Identifier(role)))


def test_a_login_that_may_not_make_roles_says_which_may(shop: Database, cluster: Cluster) -> None:
    with cluster.as_superuser(shop).transaction() as conn:
        conn.execute("set local role viang_pipeline")
        with pytest.raises(ViangError, match=r"não pode criar papéis\. Rode este comando com um que possa"):
            make_reader(conn, CLIENTS[0])
