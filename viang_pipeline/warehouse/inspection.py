"""What ``viang doctor`` asks a database (contract supabase §12): one finding per question, nothing is changed.

Not here: how findings are shown, and checks of anything that is not the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, LiteralString

import psycopg

MIN_MAJOR = 15

Level = Literal["ok", "aviso", "falha"]


@dataclass(frozen=True)
class Finding:
    """One line: ``ok``, ``aviso`` (works, should be looked at) or ``falha``."""

    level: Level
    subject: str
    text: str


_API_GRANTS = """
    select table_schema || '.' || table_name || ' (' || grantee || ': ' || privilege_type || ')'
    from information_schema.role_table_grants
    where table_schema in ('dashboard', 'raw') and grantee in ('anon', 'authenticated', 'service_role', 'PUBLIC')
    order by 1
"""
_WITHOUT_ROW_SECURITY = """
    select c.oid::regclass::text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('dashboard', 'raw') and c.relkind in ('r', 'p') and not c.relrowsecurity order by 1
"""
_OWNER_RIGHTS_VIEWS = """
    select c.oid::regclass::text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'dashboard' and c.relkind = 'v'
      and not coalesce(c.reloptions @> array['security_invoker=true'], false) order by 1
"""
_API_FUNCTIONS = """
    select p.oid::regprocedure::text from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
    where n.nspname in ('dashboard', 'raw')
      and exists (select from pg_roles as r where r.rolname in ('anon', 'authenticated', 'service_role')
                  and has_function_privilege(r.oid, p.oid, 'execute')) order by 1
"""
_SESSION = """
    select format('usuário %s, statement_timeout %s, ordenação %s (%s)', current_user,
                  current_setting('statement_timeout'), datcollate, datlocprovider)
    from pg_database where datname = current_database()
"""
_CONNECTIONS = """
    select coalesce(string_agg(usename || ' ' || n, ', ' order by usename), 'nenhuma')
    from (select usename, count(*) as n from pg_stat_activity where usename is not null group by usename) as found
"""


def inspect(conn: psycopg.Connection, *, this_machine: bool) -> Iterator[Finding]:
    """Ask everything; ``this_machine``: the server is on loopback, where TLS is not expected."""
    version = conn.info.server_version // 10000
    if version >= MIN_MAJOR:
        yield Finding("ok", "versão do Postgres", str(version))
    else:
        yield Finding("falha", "versão do Postgres", f"{version}; é preciso {MIN_MAJOR} ou mais nova")
    yield _encryption(conn, this_machine=this_machine)
    yield _writable(conn)
    yield Finding("ok", "sessão", _one(conn, _SESSION))
    yield _none_of(
        conn,
        _API_GRANTS,
        "acesso pela API de dados",
        "tabelas acessíveis a anon, authenticated, service_role ou PUBLIC",
    )
    yield _none_of(
        conn, _API_FUNCTIONS, "funções pela API de dados", "funções que anon, authenticated ou service_role executam"
    )
    yield _none_of(conn, _WITHOUT_ROW_SECURITY, "segurança por linha", "tabelas sem row-level security")
    yield _none_of(conn, _OWNER_RIGHTS_VIEWS, "direitos das visões", "visões com os direitos do dono")
    yield Finding("ok", "conexões abertas", _one(conn, _CONNECTIONS))


def _encryption(conn: psycopg.Connection, *, this_machine: bool) -> Finding:
    row = conn.execute("select ssl, version from pg_stat_ssl where pid = pg_backend_pid()").fetchone()
    if row is not None and row[0]:
        return Finding("ok", "conexão cifrada", str(row[1]))
    if this_machine:
        return Finding("ok", "conexão cifrada", "não é preciso: o servidor está nesta máquina")
    return Finding("falha", "conexão cifrada", "a conexão não usa TLS; ponha sslmode=require em VIANG_DATABASE_URL")


def _writable(conn: psycopg.Connection) -> Finding:
    if _one(conn, "show transaction_read_only") == "off":
        return Finding("ok", "escrita", "permitida")
    return Finding("falha", "escrita", "o banco só aceita leitura; no Supabase isso acontece com o disco cheio")


def _none_of(conn: psycopg.Connection, statement: LiteralString, subject: str, meaning: str) -> Finding:
    found = [str(row[0]) for row in conn.execute(statement)]
    if not found:
        return Finding("ok", subject, f"não há {meaning}")
    shown = ", ".join(found[:3]) + (f" e mais {len(found) - 3}" if len(found) > 3 else "")
    return Finding("falha", subject, f"{meaning}: {shown}. Rode: viang db upgrade")


def _one(conn: psycopg.Connection, statement: LiteralString) -> str:
    row = conn.execute(statement).fetchone()
    return "" if row is None else str(row[0])
