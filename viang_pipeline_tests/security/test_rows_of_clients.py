"""A login of one client never sees a row of another, in any table or view there is, whatever rows they hold; nobody
else sees more than product.md §4 says. Tables are found in the catalogue: a new one is covered the day it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from urllib.parse import urlsplit

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from viang_pipeline.failures import UsageError, ViangError
from viang_pipeline.warehouse import embedded
from viang_pipeline.warehouse.client_readers import LONGEST_NAME, make_reader, reader_of, renew_readers
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.schema import VIEWS
from viang_pipeline_tests.conftest import PostgresServer
from viang_pipeline_tests.security.filling import SCHEMAS, Relation, fill, relations

CLIENTS = ("aurora", "boreal")
OF_NO_CLIENT = {"metric_definitions", "_metabase_metadata"}
API_ROLES = ("anon", "authenticated", "service_role")


class House:
    """A migrated database with both clients registered, looked at through the eyes of any role."""

    def __init__(self, conn: psycopg.Connection) -> None:
        self.conn = conn
        self.relations = relations(conn)
        self.tables = [each for each in self.relations if not each.is_view]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever is done inside is as if it had never been."""
        with self.conn.transaction(force_rollback=True):
            yield

    @contextmanager
    def seen_by(self, role: str) -> Iterator[None]:
        self.conn.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        yield
        self.conn.execute("reset role")

    def clients_in(self, relation: Relation) -> set[str] | None:
        """Whose rows the current role sees there; None where it may not look."""
        try:
            with self.conn.transaction():
                query = sql.SQL("select distinct client_id from {}").format(relation.identifier)
                return {client for (client,) in self.conn.execute(query)}
        except InsufficientPrivilege:
            return None

    def everything_in(self, relation: Relation) -> str:
        query = sql.SQL("select coalesce(string_agg(t::text, chr(10)), '') from {} as t").format(relation.identifier)
        found = self.conn.execute(query).fetchone()
        return str(found[0]) if found else ""

    def leaks_of(self, client_id: str, other: str) -> list[str]:
        """Tables and views that show a client's login anything of the other: a row, or its name in any column."""
        with self.seen_by(reader_of(client_id)):
            return [
                str(relation)
                for relation in self.relations
                if self.may_look(relation)
                and (
                    (relation.of_clients and not (self.clients_in(relation) or set()) <= {client_id})
                    or other in self.everything_in(relation)
                )
            ]

    def may_look(self, relation: Relation) -> bool:
        found = self.conn.execute(
            "select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') from pg_class as c"
            " join pg_namespace as n on n.oid = c.relnamespace where n.nspname = %s and c.relname = %s",
            [relation.schema, relation.name],
        ).fetchone()
        return found == (True,)

    def may_select(self, role: str) -> set[str]:
        return {
            str(relation)
            for relation in self.relations
            for (allowed,) in self.conn.execute("select has_table_privilege(%s, %s, 'select')", [role, str(relation)])
            if allowed
        }


@pytest.fixture
def house(database: Database, postgres_server: PostgresServer) -> Iterator[House]:
    name = urlsplit(database.url).path.strip("/")
    with psycopg.connect(postgres_server.superuser(name).url) as conn:
        conn.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico) select c, c, '2026-01-01'"
            " from unnest(%s::text[]) as c",
            [list(CLIENTS)],
        )
        for client_id in CLIENTS:
            conn.execute(sql.SQL("set local role {}").format(sql.Identifier(embedded.ADMIN)))
            make_reader(conn, client_id)
            conn.execute("reset role")
        yield House(conn)
        conn.rollback()


ROWS = st.fixed_dictionaries({client: st.integers(1, 4) for client in CLIENTS})


def populate(house: House, seed: int, rows: Callable[[], dict[str, int]]) -> None:
    """Every table with rows of both clients, and a month read whole for the views of months."""
    chance = Random(seed)
    for table in house.tables:
        for client_id, count in rows().items():
            for number in range(count if table.of_clients else 0):
                fill(house.conn, table, client_id, number, chance)
    house.conn.execute(
        """
        insert into dashboard.source_reads (client_id, source, resource, dia, completo, completo_em, tentado_em)
        select client_id, 'mercado_livre', 'orders', lido::date, true, now(), now()
        from dashboard.clients, generate_series(date '2026-01-01', '2026-01-31', interval '1 day') as lido
        on conflict (client_id, source, resource, dia) do nothing
        """
    )


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), data=st.data())
def test_a_clients_login_sees_no_row_of_another_whatever_there_is(house: House, seed: int, data: st.DataObject) -> None:
    with house.undone():
        populate(house, seed, lambda: data.draw(ROWS))
        empty = [str(t) for t in house.tables if t.of_clients and house.clients_in(t) != set(CLIENTS)]
        assert empty == [], "nothing is shown by tables without rows of both"

        for client_id, other in (CLIENTS, CLIENTS[::-1]):
            assert house.leaks_of(client_id, other) == []


@pytest.mark.parametrize(
    "hole",
    [
        "create policy more on dashboard.fact_sku_day for select to viang_client_aurora using (true)",
        "alter table dashboard.fact_sku_day disable row level security",
        "alter view dashboard.vw_sku_day set (security_invoker = false)",
        "grant viang_pipeline to viang_client_aurora with inherit true",
        "create view dashboard.vw_new as select nome from dashboard.clients; "
        "grant select on dashboard.vw_new to viang_client_aurora",
    ],
)
def test_a_hole_made_on_purpose_is_found(house: House, hole: str) -> None:
    with house.undone():
        populate(house, 0, lambda: dict.fromkeys(CLIENTS, 2))
        house.conn.execute(f"set local role viang_pipeline; {hole}; reset role" if "grant viang" not in hole else hole)  # type: ignore[arg-type]
        house.relations = relations(house.conn)
        assert house.leaks_of("aurora", "boreal") != []


def test_in_every_view_the_agency_sees_both_clients_and_each_client_itself(house: House) -> None:
    """What no view shows would be hidden by anything: here each of them has something to hide."""
    shown: dict[str, dict[str, set[str]]] = {view: {} for view in VIEWS}
    views = [relation for relation in house.relations if relation.is_view]
    assert {view.name for view in views} == set(VIEWS)
    for seed in range(2):
        with house.undone():
            populate(house, seed, lambda: dict.fromkeys(CLIENTS, 4))
            for role in ("viang_reader", *map(reader_of, CLIENTS)):
                with house.seen_by(role):
                    for view in views:
                        shown[view.name].setdefault(role, set()).update(house.clients_in(view) or ())
    wanted = {"viang_reader": set(CLIENTS), **{reader_of(client): {client} for client in CLIENTS}}
    assert {view: found for view, found in shown.items() if found != wanted} == {}


def test_a_client_reads_the_tables_and_views_the_agency_reads_and_no_other(house: House) -> None:
    agency = house.may_select("viang_reader")
    assert {f"dashboard.{view}" for view in VIEWS} < agency
    assert {"dashboard.fact_sku_day", "dashboard.agg_client_day"} < agency
    assert not [name for name in agency if name.startswith("raw.")]
    assert not agency & {"dashboard.api_tokens", "dashboard.clients", "dashboard.oauth_states", "dashboard.updates_log"}
    for client_id in CLIENTS:
        assert house.may_select(reader_of(client_id)) == agency
    shared = {r.name for r in house.relations if str(r) in agency and not r.of_clients}
    assert shared == OF_NO_CLIENT


@pytest.mark.parametrize("role", [*API_ROLES, "viang_reader", reader_of("aurora")])
def test_nobody_but_the_pipeline_writes_creates_or_executes(house: House, role: str) -> None:
    rights = house.conn.execute(
        """
        select c.oid::regclass::text, kind from pg_class as c join pg_namespace as n on n.oid = c.relnamespace,
            unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as kind
        where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p', 'v', 'm')
          and has_table_privilege(%(role)s, c.oid, kind)
        union all
        select c.oid::regclass::text, 'sequence' from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = any(%(schemas)s)
          and case when c.relkind = 'S' then has_sequence_privilege(%(role)s, c.oid, 'usage, select, update') end
        union all
        select p.oid::regprocedure::text, 'execute' from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname = any(%(schemas)s) and has_function_privilege(%(role)s, p.oid, 'execute')
        union all
        select name, 'create' from unnest(%(schemas)s || array['public']) as name
        where has_schema_privilege(%(role)s, name, 'create')
        """,
        {"role": role, "schemas": SCHEMAS},
    ).fetchall()
    assert rights == []


@pytest.mark.parametrize("role", API_ROLES)
def test_the_roles_of_the_data_api_read_nothing(house: House, role: str) -> None:
    assert house.may_select(role) == set()
    columns = house.conn.execute(
        "select table_name from information_schema.column_privileges"
        " where grantee = any(%s) and table_schema = any(%s)",
        [[role, "PUBLIC"], SCHEMAS],
    ).fetchall()
    assert columns == []
    for schema in SCHEMAS:
        allowed = house.conn.execute("select has_schema_privilege(%s, %s, 'usage')", [role, schema]).fetchone()
        assert allowed == (False,)


def test_views_run_as_who_asks_tables_have_policies_and_no_function_lends_rights(house: House) -> None:
    found = house.conn.execute(
        """
        select c.oid::regclass::text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = any(%(schemas)s) and (
            (c.relkind = 'v' and not coalesce(c.reloptions @> array['security_invoker=true'], false))
            or c.relkind = 'm'  -- holds rows of all without a policy
            or (c.relkind in ('r', 'p') and not c.relrowsecurity))
        union all
        select p.oid::regprocedure::text from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname = any(%(schemas)s || array['public']) and p.prosecdef
        """,
        {"schemas": SCHEMAS},
    ).fetchall()
    assert found == []


def test_every_policy_names_one_role_and_only_reads(house: House) -> None:
    rows = house.conn.execute("select policyname, roles::text[], cmd from pg_policies").fetchall()
    expected = {("agency", "viang_reader"), *((reader_of(c), reader_of(c)) for c in CLIENTS)}
    assert {(name, *roles) for name, roles, _ in rows} == expected
    assert {command for _, _, command in rows} == {"SELECT"}


@pytest.mark.parametrize(
    "condition",
    [
        "pg_temp.tell(client_id)",
        "1 / (case when client_id = 'boreal' then 0 else 1 end) = 1",
        "(client_id || 'x')::text = any (select (client_id || 'x')::text from dashboard.vw_sku_day)",
    ],
    ids=["a cheap function", "an error", "a view inside"],
)
def test_a_clients_own_sql_is_not_asked_about_rows_it_may_not_see(house: House, condition: str) -> None:
    """A policy comes before conditions of others, even a function that costs nothing and says what it is given."""
    with house.undone():
        populate(house, 0, lambda: dict.fromkeys(CLIENTS, 2))
        said: list[str] = []
        house.conn.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
        with house.seen_by(reader_of("aurora")):
            house.conn.execute(
                """
                create function pg_temp.tell(text) returns boolean language plpgsql cost 0.000001
                as $$ begin raise notice 'told %', $1; return true; end $$
                """
            )
            query = f"select count(*) from dashboard.fact_sku_day where {condition}"
            assert house.conn.execute(query).fetchone() == (2,)  # type: ignore[arg-type]
        assert not [text for text in said if "boreal" in text]


def test_statistics_of_the_planner_tell_a_client_nothing(house: House) -> None:
    """They hold frequent values; the database hides them where rows are hidden."""
    with house.undone():
        populate(house, 0, lambda: dict.fromkeys(CLIENTS, 2))
        house.conn.execute("analyze dashboard.fact_sku_day")
        with house.seen_by(reader_of("aurora")):
            rows = house.conn.execute("select * from pg_stats where schemaname = any(%s)", [SCHEMAS]).fetchall()
    assert rows == []


def test_a_login_of_one_client_cannot_become_another(house: House) -> None:
    house.conn.execute(sql.SQL("set session authorization {}").format(sql.Identifier(reader_of("aurora"))))
    for role in (reader_of("boreal"), "viang_reader", "viang_pipeline", embedded.ADMIN):
        with pytest.raises(InsufficientPrivilege), house.conn.transaction():
            house.conn.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
    house.conn.execute("set viang.client_id = 'boreal'")
    assert all(house.clients_in(r) in (None, set()) for r in house.relations if r.of_clients)
    house.conn.execute("reset session authorization")


def test_a_table_shown_later_reaches_each_client_with_its_own_rows(house: House) -> None:
    house.conn.execute(
        """
        set local role viang_pipeline;
        create table dashboard.later (client_id text, x int);
        alter table dashboard.later enable row level security;
        create policy agency on dashboard.later for select to viang_reader using (true);
        grant select on dashboard.later to viang_reader;
        insert into dashboard.later values ('aurora', 1), ('boreal', 2);
        reset role
        """
    )
    later = next(relation for relation in relations(house.conn) if relation.name == "later")
    with house.seen_by(reader_of("aurora")):
        assert house.clients_in(later) is None
    assert renew_readers(house.conn) == len(CLIENTS)
    with house.seen_by(reader_of("aurora")):
        assert house.clients_in(later) == {"aurora"}


def test_a_role_that_could_do_more_than_read_is_not_made_a_reader(house: House) -> None:
    house.conn.execute(sql.SQL("grant viang_reader to {}").format(sql.Identifier(reader_of("aurora"))))
    with pytest.raises(ViangError, match="pode mais do que ler: tire dele o que vem de viang_reader"):
        make_reader(house.conn, "aurora")


def test_only_a_registered_client_gets_a_login(house: House) -> None:
    with pytest.raises(UsageError, match="não existe"):
        make_reader(house.conn, "ninguem")


def test_no_two_clients_share_a_login_however_long_their_ids_are() -> None:
    ids = ["a" * 63, "a" * 62 + "b", "a" * 50, "a" * 51]
    names = {reader_of(client_id) for client_id in ids}
    assert len(names) == len(ids)
    assert max(map(len, names)) <= LONGEST_NAME
