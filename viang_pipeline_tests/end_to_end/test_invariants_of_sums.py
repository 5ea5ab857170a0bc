"""I11 to I14 through the database (kpis.md §9): what one night read of a generated shop, told otherwise or changed in
one respect, and what becomes of every table that is built from it.

One shop is read over HTTP once; each example is a copy of what was stored, as a client of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.rows import dict_row

from viang_pipeline.collect.work import Work
from viang_pipeline.domain.business_day import day_end, day_start, days_between
from viang_pipeline.domain.metrics import additive_metrics
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.sandbox.billing_generate import bill_seller
from viang_pipeline.warehouse import clients, ledgers
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.schema import COVERAGE_COLUMNS, RAW_TABLES, metadata
from viang_pipeline.warehouse.session import Session
from viang_pipeline_tests.conftest import Connected, PostgresServer
from viang_pipeline_tests.end_to_end.ads_turbulence import advertise_wildly
from viang_pipeline_tests.end_to_end.claims_turbulence import claim_wildly
from viang_pipeline_tests.end_to_end.driver import Row, installed, utc
from viang_pipeline_tests.end_to_end.traffic_turbulence import visit_wildly
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

FIRST, DAYS = date(2026, 2, 1), 7
LAST = FIRST + timedelta(days=DAYS - 1)
EVERY_DAY = days_between(FIRST, LAST)
NIGHT = utc(f"{LAST + timedelta(days=1)}T06:37:12Z")
ORIGINAL = "loja-0"
LEDGERS = ("source_reads", "source_cursors", "visit_readings", "listing_skus")
MAKING = {"client_id", "run_id", "calculado_em"}
GRAINS: dict[str, tuple[str, ...]] = {"vw_client_day": ("dia",), "vw_sku_day": ("dia", "sku")}
MARTS = [
    table.name
    for table in metadata.tables.values()
    if table.schema == "dashboard" and {"client_id", "versao_metrica"} <= set(table.columns.keys())
]

few = settings(max_examples=2, deadline=None, phases=[Phase.generate])
Keyed = dict[tuple[Any, ...], Row]


@dataclass
class Copies:
    """The database of the shop that was read, and makers of clients that hold what it stored."""

    database: Database
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def like_it(self, change: Callable[[Copies, str], None] | None = None, *, raw: bool = True) -> str:
        """A client that stored the same; ``change`` is made before its tables are built. Its id."""
        client_id = f"copia-{next(self.numbers)}"
        with self.database.transaction() as conn:
            clients.add(conn, client_id, client_id, inicio_historico=FIRST, default_start=FIRST)
        for name in [*(f"dashboard.{name}" for name in LEDGERS), *(str(table) for table in RAW_TABLES if raw)]:
            columns = [column.name for column in metadata.tables[name].columns if column.name != "client_id"]
            self.execute(
                sql.SQL("insert into {0} (client_id, {1}) select %s, {1} from {0} where client_id = %s").format(
                    sql.Identifier(*name.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
                ),
                client_id,
                ORIGINAL,
            )
        self.execute(
            "insert into dashboard.billing_readings"
            " (client_id, periodo, lido_em, linhas, primeira_linha_em, bruto_rev, mart_de)"
            " select %s, periodo, lido_em, linhas, primeira_linha_em, 1, 0 from dashboard.billing_readings"
            " where client_id = %s",
            client_id,
            ORIGINAL,
        )
        if change is not None:
            change(self, client_id)
        with self.database.transaction() as conn:
            ledgers.touch_days(conn, client_id, EVERY_DAY)
        with Session(self.database) as session:
            work = Work(session, client_id, "copia", "daily_update", lambda: NIGHT)
            for mart in BUILDERS:
                build_mart(work, mart, EVERY_DAY)
        return client_id

    def execute(self, statement: str | sql.Composed, *values: object) -> None:
        with self.database.transaction() as conn:
            conn.execute(statement, values)  # type: ignore[arg-type]

    def rows(self, name: str, client_id: str) -> list[Row]:
        """Rows of a table or view of ``dashboard``, without what says whose they are and who made them."""
        with self.database.transaction() as conn, conn.cursor(row_factory=dict_row) as cursor:
            query = sql.SQL("select * from {} where client_id = %s").format(sql.Identifier("dashboard", name))
            found = cursor.execute(query, [client_id]).fetchall()
        return [{key: value for key, value in row.items() if key not in MAKING} for row in found]

    def marts(self, client_id: str) -> dict[str, list[str]]:
        """Every table that is built, in one order."""
        return {name: sorted(str(row) for row in self.rows(name, client_id)) for name in MARTS}

    def keyed(self, view: str, client_id: str) -> Keyed:
        """Key below the client → row, without its digest."""
        return {
            tuple(row[name] for name in GRAINS[view]): {k: v for k, v in row.items() if k != "hash"}
            for row in self.rows(view, client_id)
        }


@pytest.fixture(scope="module")
def shop(
    postgres_server: PostgresServer, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Copies]:
    """A week of sales, ads, visits, stock, claims and bills, read in one night and built."""
    world = turbulent_world(7, FIRST, DAYS, sellers=1)
    (seller,) = world.sellers.values()
    advertise_wildly(world, seller, 7, FIRST, DAYS)
    visit_wildly(world, seller, 7, FIRST, DAYS)
    claim_wildly(world, seller, 7)
    bill_seller(world, seller, NIGHT)
    database = Connected(postgres_server.create(migrated_template).url)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("VIANG_HOME", str(tmp_path_factory.mktemp("viang-home")))
        environment.setenv("VIANG_DATABASE_URL", database.url)
        environment.setenv("VIANG_TOKEN_KEYS", Fernet.generate_key().decode())
        with installed(world, database, environment, now=NIGHT - timedelta(hours=1)) as installation:
            installation.client(seller.slug, seller, FIRST)
            installation.night(seller.slug, NIGHT)
    yield Copies(database)
    database.close()
    postgres_server.drop(database)


def test_the_shop_has_something_of_everything(shop: Copies) -> None:
    """Otherwise the invariants below would hold of nothing."""
    empty = {
        "panel_figures",
        "fact_order_discount",
        "fact_quarantine_day",
        "fact_expense_month",
        "order_match",
        "fact_attention",
    }
    assert {name for name in MARTS if not shop.rows(name, ORIGINAL)} <= empty
    days = shop.keyed("vw_client_day", ORIGINAL)
    for name in ("comissao", "frete_vendedor", "ads_investimento", "visitas", "reclamacoes", "comissao_faturada"):
        assert any(row[name] for row in days.values()), name


# --- I11 --------------------------------------------------------------------------------------------------------------


@few
@given(st.integers())
def test_i11_pages_shuffled_repeated_and_split_otherwise_give_the_same_rows(shop: Copies, seed: int) -> None:
    random = Random(seed)

    def retold(shop: Copies, client_id: str) -> None:
        for table in RAW_TABLES:
            with shop.database.transaction() as conn:
                stored = conn.execute(
                    f"select dia, chave, payload::text, hash from {table} where client_id = %s",  # type: ignore[arg-type]
                    [ORIGINAL],
                ).fetchall()
            told = [RawRow(day, key, text.encode(), digest) for day, key, text, digest in stored]
            told += random.sample(told, len(told) // 3)
            random.shuffle(told)
            while told:
                page = [told.pop() for _ in range(min(len(told), random.randint(1, 40)))]
                with shop.database.transaction() as conn:
                    upsert_raw(conn, str(table), client_id, page, read_at=NIGHT)

    assert shop.marts(shop.like_it(retold, raw=False)) == shop.marts(ORIGINAL)


# --- I12 --------------------------------------------------------------------------------------------------------------

REPASSE = {"repasse_estimado", "repasse_estimado_cobertura", "faturamento_com_repasse"}


@dataclass(frozen=True)
class Component:
    """``take``: statements that take it from about half of the client's rows; ``moves``: what may change with it;
    ``known``: number → revenue it is known of, or None where the day as a whole is known or not."""

    take: tuple[str, ...]
    moves: frozenset[str]
    known: Mapping[str, str | None]


HALF = "client_id = %(client)s and mod(hashtext(chave), 2) = 0"
ODD = "client_id = %(client)s and mod(dia - date '2026-01-01', 2) = 1"
INSTEAD = {"anuncio_multi_sku", "visita_nao_lida"}
"""Reasons of a SKU that a day nobody read does not get to."""
COMPONENTS = {
    "fee": Component(
        (
            "update raw.mercado_livre_orders set payload = jsonb_set(payload, '{order_items}', (select"
            f" jsonb_agg(item - 'sale_fee') from jsonb_array_elements(payload -> 'order_items') as item)) where {HALF}",
        ),
        frozenset({"comissao", "comissao_pct", "comissao_cobertura", "faturamento_com_comissao", *REPASSE,
                   "divergencia_comissao"}),
        {"comissao": "faturamento_com_comissao", "repasse_estimado": "faturamento_com_repasse"},
    ),
    "freight": Component(
        (f"delete from raw.mercado_livre_shipment_costs where {HALF}",),
        frozenset({"frete_vendedor", "frete_comprador", "frete_vendedor_cobertura", "faturamento_com_frete", *REPASSE,
                   "custo_devolucao", "mc_pre_ads", "mc"}),
        {"frete_vendedor": "faturamento_com_frete", "repasse_estimado": "faturamento_com_repasse"},
    ),
    "ads reading": Component(
        (
            *(f"delete from raw.mercado_livre_ads_{name} where {ODD}" for name in ("days", "groups", "group_items")),
            f"delete from dashboard.source_reads where {ODD} and resource = 'ads'",
        ),
        frozenset({"acos", "roas", "tacos", "maturidade_ads", "mc"}),
        {"ads_investimento": None, "ads_cliques": None, "ads_receita": None},
    ),
    "visits reading": Component(
        (f"delete from dashboard.source_reads where {ODD} and resource = 'visits'",
         f"delete from raw.mercado_livre_account_visits where {ODD}"),
        frozenset({"visitas", "visitas_dias_observados", "pedidos_com_visita", "conversao", "conversao_ml",
                   "maturidade_visitas"}),
        {"visitas": None, "pedidos_com_visita": None},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPONENTS)
def test_i12_what_is_taken_away_is_unknown_and_never_zero_and_covers_no_more(shop: Copies, name: str) -> None:
    component, lost = COMPONENTS[name], 0

    def without(shop: Copies, client_id: str) -> None:
        with shop.database.transaction() as conn:
            for statement in component.take:
                conn.execute(statement, {"client": client_id})  # type: ignore[arg-type]

    copy = shop.like_it(without)
    for view in GRAINS:
        before, after = shop.keyed(view, ORIGINAL), shop.keyed(view, copy)
        assert after.keys() <= before.keys()
        for key, row in after.items():
            was = before[key]
            for column, value in row.items():
                if column in component.moves or (name == "ads reading" and column.startswith("ads_")):
                    assert value is None or was[column] is not None, f"{view} {key} {column}: NULL became {value}"
                elif column != "faltantes":
                    assert value == was[column], f"{view} {key} {column}"
            assert set(row["faltantes"]) >= set(was["faltantes"]) - INSTEAD
            assert (row["repasse_estimado_cobertura"] or 0) <= (was["repasse_estimado_cobertura"] or 0)
            for number, revenue in component.known.items():
                if revenue is None:
                    assert row[number] in (None, was[number]), f"{view} {key} {number}"
                elif row["faturamento"] and not row[revenue]:
                    assert row[number] is None, f"{view} {key} {number}: nothing of it is known"
                lost += row[number] != was[number]
    assert lost, "nothing was taken away"


# --- I13 --------------------------------------------------------------------------------------------------------------

DOUBLED = {
    "vendas_brutas", "faturamento", "valor_cancelado", "valor_cancelado_pre", "valor_devolvido",
    "valor_cancelado_sem_pagamento", "unidades", "unidades_brutas", "comissao", "faturamento_sem_sku",
    "faturamento_mercado_livre",
    *(name for name, _ in COVERAGE_COLUMNS),
}  # fmt: skip
FOLLOWING = {
    "faturamento_liquido", "repasse_estimado", "divergencia_comissao", "ticket_medio", "ticket_medio_pedido", "tacos",
    "ads_participacao",
}  # fmt: skip
"""Made of doubled numbers and others."""


def test_i13_doubling_quantities_doubles_values_and_leaves_prices_rates_and_all_else(shop: Copies) -> None:
    def twice(shop: Copies, client_id: str) -> None:
        shop.execute(
            "update raw.mercado_livre_orders set payload = jsonb_set(payload, '{order_items}', (select jsonb_agg("
            "jsonb_set(item, '{quantity}', to_jsonb(2 * (item ->> 'quantity')::int)))"
            " from jsonb_array_elements(payload -> 'order_items') as item)) where client_id = %s",
            client_id,
        )

    copy = shop.like_it(twice)
    for view in GRAINS:
        before, after = shop.keyed(view, ORIGINAL), shop.keyed(view, copy)
        assert after.keys() == before.keys()
        for key, row in after.items():
            for column in row.keys() - FOLLOWING:
                was = before[key][column]
                expected = 2 * was if column in DOUBLED and was is not None else was
                assert row[column] == expected, f"{view} {key} {column}"
            assert row["faturamento_liquido"] == row["faturamento"] - row["reembolsos"]


# --- I14 --------------------------------------------------------------------------------------------------------------


def movable(shop: Copies) -> list[tuple[str, date, bool]]:
    """(Order, day, whether it moves to the day after or to the one before) of valid orders of listings with one SKU;
    those of the others weigh in the ads of later days."""
    several = {row["anuncio"] for row in shop.rows("listing_skus", ORIGINAL) if len(set(row["skus"])) > 1}
    return sorted(
        (row["order_id"], row["dia"], later)
        for row in shop.rows("fact_order_line", ORIGINAL)
        for later in (False, True)
        if row["situacao"] == "valida" and row["anuncio"] not in several
        if row["dia"] != (LAST if later else FIRST)
    )


@few
@given(st.data())
def test_i14_an_order_that_crosses_midnight_moves_between_two_days_and_moves_nothing_else(
    shop: Copies, data: st.DataObject
) -> None:
    order, day, later = data.draw(st.sampled_from(movable(shop)))
    other = day + timedelta(days=1 if later else -1)
    instant = day_end(day) if later else day_start(day) - timedelta(milliseconds=1)

    def moved(shop: Copies, client_id: str) -> None:
        shop.execute(
            "update raw.mercado_livre_orders"
            " set dia = %s, payload = jsonb_set(payload, '{date_created}', to_jsonb(%s::text))"
            " where client_id = %s and chave = %s",
            other,
            instant.isoformat(timespec="milliseconds"),
            client_id,
            order,
        )

    copy = shop.like_it(moved)
    for view, grain in (("vw_client_day", "C"), ("vw_sku_day", "S")):
        before, after = shop.keyed(view, ORIGINAL), shop.keyed(view, copy)
        assert elsewhere(after, {day, other}) == elsewhere(before, {day, other})
        names = [metric.id for metric in additive_metrics(grain)] + [name for name, _ in COVERAGE_COLUMNS]
        assert over(after, {day, other}, names) == over(before, {day, other}, names), view
    (value,) = (row["valor"] for row in shop.rows("fact_order_line", ORIGINAL) if row["order_id"] == order)
    was, now = (shop.keyed("vw_client_day", client_id) for client_id in (ORIGINAL, copy))
    for at, difference in ((day, -value), (other, value)):
        gross = [over(rows, {at}, ["vendas_brutas"])["vendas_brutas",] for rows in (was, now)]
        assert gross[1] - gross[0] == difference


def elsewhere(rows: Keyed, days: set[date]) -> Keyed:
    """The rows of all other days."""
    return {key: row for key, row in rows.items() if key[0] not in days}


def over(rows: Keyed, days: set[date], names: list[str]) -> dict[tuple[Any, ...], Any]:
    """(SKU, metric) → Σ over the days of what is known and not zero."""
    totals: dict[tuple[Any, ...], Any] = defaultdict(int)
    for (day, *rest), row in rows.items():
        for name in names:
            if day in days and row[name]:
                totals[(*rest, name)] += row[name]
    return defaultdict(int, {key: total for key, total in totals.items() if total})
