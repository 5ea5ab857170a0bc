"""A login of one client: sees in the dashboards' views and tables that client's rows, and nothing else (contract
supabase §8): its own role, and policies that name the role and the client.

What it may read is what viang_reader may, taken from the catalogue, so that no list of tables is kept twice.
"""

from __future__ import annotations

from hashlib import blake2b

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from viang_pipeline.failures import ViangError
from viang_pipeline.warehouse import clients

OWNER, AGENCY = "viang_pipeline", "viang_reader"
PREFIX = "viang_client_"
LONGEST_NAME = 63
"""Postgres cuts longer names, and two clients must never share one."""

_SETTINGS = {"statement_timeout": "60s", "default_transaction_read_only": "on"}


def reader_of(client_id: str) -> str:
    """The name of a client's role."""
    name = PREFIX + client_id
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 17]}_{blake2b(client_id.encode(), digest_size=8).hexdigest()}"


def make_reader(conn: psycopg.Connection, client_id: str) -> tuple[str, int]:
    """Make a client's role, or bring it up to date: its name, and how many tables and views it may read.

    It gets no password here. Raises UsageError for an unknown client, ViangError when the login may not create roles or
    when the role may do more than read.
    """
    clients.get(conn, client_id)
    role = reader_of(client_id)
    try:
        with conn.transaction():
            if not _exists(conn, role):
                conn.execute(sql.SQL("create role {} login noinherit").format(sql.Identifier(role)))
                for name, value in _SETTINGS.items():
                    conn.execute(
                        sql.SQL("alter role {} set {} = {}").format(
                            sql.Identifier(role), sql.Identifier(name), sql.Literal(value)
                        )
                    )
    except InsufficientPrivilege:
        raise ViangError(
            "O login do banco não pode criar papéis. Rode este comando com um que possa (no Supabase: postgres)"
        ) from None
    _check_powerless(conn, role)
    return role, _allow(conn, role, client_id)


def renew_readers(conn: psycopg.Connection) -> int:
    """Let every client role there is read what the newest schema shows; how many there are."""
    known = [(client.client_id, reader_of(client.client_id)) for client in clients.list_all(conn)]
    present = [(client_id, role) for client_id, role in known if _exists(conn, role)]
    for client_id, role in present:
        _allow(conn, role, client_id)
    return len(present)


def _exists(conn: psycopg.Connection, role: str) -> bool:
    return conn.execute("select from pg_roles where rolname = %s", [role]).fetchone() is not None


def _check_powerless(conn: psycopg.Connection, role: str) -> None:
    """A role somebody else made, or gave more to: policies would not hold it."""
    more = conn.execute(
        """
        select r.rolname from pg_roles as r where r.rolname = %(role)s
          and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication)
        union all
        select g.rolname from pg_auth_members as m join pg_roles as g on g.oid = m.roleid
        where m.member = (select oid from pg_roles where rolname = %(role)s)
        """,
        {"role": role},
    ).fetchone()
    if more is not None:
        raise ViangError(f"O papel {role} pode mais do que ler: tire dele o que vem de {more[0]} e rode de novo")


def _allow(conn: psycopg.Connection, role: str, client_id: str) -> int:
    """Grants and policies of the role, made anew."""
    name = sql.Identifier(role)
    readable = conn.execute(
        """
        select n.nspname, c.relname, c.relkind in ('r', 'p'), exists (
            select from pg_attribute as a where a.attrelid = c.oid and a.attname = 'client_id' and not a.attisdropped
        )
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'dashboard' and c.relkind in ('r', 'p', 'v')
          and has_table_privilege(%s, c.oid, 'select')
        order by 1, 2
        """,
        [AGENCY],
    ).fetchall()
    with conn.transaction():
        conn.execute(sql.SQL("set local role {}").format(sql.Identifier(OWNER)))
        conn.execute(sql.SQL("revoke all on all tables in schema dashboard, raw from {}").format(name))
        conn.execute(sql.SQL("grant usage on schema dashboard to {}").format(name))
        for schema, relation, is_table, of_clients in readable:
            target = sql.Identifier(schema, relation)
            if is_table:
                seen = sql.SQL("client_id = {}").format(sql.Literal(client_id)) if of_clients else sql.SQL("true")
                conn.execute(
                    sql.SQL(
                        "drop policy if exists {0} on {1}; create policy {0} on {1} for select to {0} using ({2})"
                    ).format(name, target, seen)
                )
            conn.execute(sql.SQL("grant select on {} to {}").format(target, name))
        conn.execute("reset role")
    return len(readable)
