"""Rebuilding converges: nothing is written twice, what is gone disappears, what changed is followed (I10, I11)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from viang_pipeline.collect.work import Outcome, Rehearsal, Work
from viang_pipeline.failures import PermanentFailure
from viang_pipeline.marts.ads import build_ads
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.locks import lock_client
from viang_pipeline_tests.conftest import PostgresServer, copied
from viang_pipeline_tests.marts.shop import DAY, Shop, golden, line, order, payment

EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
TABLES = ("fact_order_line", "fact_sku_day", "agg_client_day")


def fingerprints(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the marts with the transaction that wrote it."""
    rows = "select xmin::text, t::text from dashboard.{} as t where client_id = %s order by t::text"
    return {table: shop.execute(rows.format(table), shop.client_id) for table in TABLES}


def test_a_second_run_writes_zero_rows_and_touches_none(shop: Shop) -> None:
    golden(shop)
    shop.build(DAY)
    before = fingerprints(shop)
    again = shop.build(DAY, run_id="run-2")
    assert {mart: outcome.written for mart, outcome in again.items()} == dict.fromkeys(BUILDERS, 0)
    assert {mart: outcome.unchanged for mart, outcome in again.items() if mart in TABLES} == {
        "fact_order_line": 6,
        "fact_sku_day": 3,
        "agg_client_day": 1,
    }
    assert fingerprints(shop) == before


def test_raw_data_given_shuffled_and_twice_gives_the_same_rows(shop: Shop) -> None:
    golden(shop)
    shop.build(DAY)
    before = fingerprints(shop)
    bodies = [order(str(n), line("A", "10.00")) for n in range(2000, 2003)]
    shop.put(*bodies)
    shop.build(DAY)
    shop.forget("raw.mercado_livre_orders", "chave >= '2000'")
    shop.put(*reversed(bodies), *bodies)
    assert {outcome.written for outcome in shop.build(DAY).values()} == {0}
    shop.forget("raw.mercado_livre_orders", "chave >= '2000'")
    shop.build(DAY)
    assert len(shop.lines()) == len(before["fact_order_line"])


def test_a_run_names_itself_only_on_the_rows_it_changed(shop: Shop) -> None:
    golden(shop)
    shop.build(DAY, run_id="run-1")
    shop.put(order("1004", line("C", "90.00", fee="9.60", listing="MLB3"), shipment="4"))
    shop.build(DAY, run_id="run-2")
    assert {sku: row["run_id"] for (_, sku), row in shop.sku_days().items()} == {
        "A": "run-1",
        "B": "run-1",
        "C": "run-2",
    }


def test_an_order_that_falls_into_quarantine_leaves_every_sum(shop: Shop) -> None:
    shop.put(order("1", line("A", "10.00")), order("2", line("B", "20.00")))
    shop.read(DAY)
    shop.build(DAY)
    shop.put(order("2", line("B", "20.00"), status="never_seen_before"))
    shop.build(DAY)
    assert list(shop.sku_days()) == [(DAY, "A")]
    assert shop.client_days()[DAY]["vendas_brutas"] == Decimal("10.00")
    assert (shop.lines()["2", 1]["situacao"], shop.lines()["2", 1]["motivo"]) == ("quarentena", "status_desconhecido")


def test_the_last_order_to_disappear_takes_its_day_with_it(shop: Shop) -> None:
    shop.put(order("1"))
    shop.read(DAY)
    shop.build(DAY)
    shop.put(order("1", tags=["test_order"]))
    shop.build(DAY)
    assert (shop.sku_days(), shop.client_days()) == ({}, {})


@pytest.mark.parametrize(
    "body",
    [
        order("1", status="payment_required", payments=[]),
        order("1", cancelled="2026-03-10T12:00:00-03:00", code="pack_splitted"),
        order("1", status="invalid"),
    ],
    ids=["pending", "pack split", "invalid"],
)
def test_a_day_without_any_sale_has_no_row(shop: Shop, body: dict[str, object]) -> None:
    shop.put(body)
    shop.read(DAY)
    shop.build(DAY)
    assert (shop.sku_days(), shop.client_days()) == ({}, {})
    assert len(shop.lines()) == 1


def test_pending_orders_are_counted_beside_sales(shop: Shop) -> None:
    shop.put(order("1"), order("2", status="payment_required"), order("3", status="confirmed"))
    shop.read(DAY)
    shop.build(DAY)
    assert shop.client_days()[DAY]["pedidos_pendentes"] == 2
    assert shop.client_days()[DAY]["pedidos_brutos"] == 1


def test_an_empty_day_that_was_read_has_no_row_and_is_done(shop: Shop) -> None:
    shop.read(DAY)
    assert shop.build(DAY)["agg_client_day"].days_done == {DAY}
    assert (shop.client_days(), shop.stale()) == ({}, [])


def test_a_pack_split_counts_once(shop: Shop) -> None:
    shop.put(
        order("1", line("A", "30.00", 2), cancelled="2026-03-10T12:00:00-03:00", code="pack_splitted"),
        order("2", line("A", "30.00"), pack="9"),
        order("3", line("A", "30.00"), pack="9"),
    )
    shop.read(DAY)
    shop.build(DAY)
    row = shop.client_days()[DAY]
    assert (row["vendas_brutas"], row["valor_cancelado"], row["compras"]) == (Decimal("60.00"), 0, 1)


# --- zero, unknown and partly known (R4, D6, D7)


def test_fee_and_freight_are_zero_when_everything_was_cancelled(shop: Shop) -> None:
    shop.put(order("1", cancelled="2026-03-10T12:00:00-03:00"))
    shop.read(DAY)
    shop.build(DAY)
    row = shop.client_days()[DAY]
    assert (row["comissao"], row["frete_vendedor"], row["repasse_estimado"]) == (0, 0, 0)
    assert (row["comissao_cobertura"], row["ticket_medio"]) == (None, None)


def test_fee_and_freight_are_null_when_no_part_is_known(shop: Shop) -> None:
    shop.put(order("1", line("A", "10.00", fee=None)))
    shop.read(DAY)
    shop.build(DAY)
    for row in (shop.client_days()[DAY], shop.sku_days()[DAY, "A"]):
        assert (row["comissao"], row["frete_vendedor"], row["repasse_estimado"]) == (None, None, None)
        assert (row["comissao_cobertura"], row["comissao_pct"]) == (0, None)


def test_a_partly_known_fee_is_the_known_part_with_its_coverage(shop: Shop) -> None:
    shop.put(order("1", line("A", "30.00", fee="3.00")), order("2", line("A", "10.00", fee=None)))
    shop.read(DAY)
    shop.build(DAY)
    row = shop.sku_days()[DAY, "A"]
    assert (row["comissao"], row["comissao_cobertura"], row["comissao_pct"]) == (
        Decimal("3.00"),
        Decimal("0.750000"),
        Decimal("0.100000"),
    )


def test_the_split_of_cancellations_is_null_until_the_shipment_is_read(shop: Shop) -> None:
    shop.put(order("1", shipment="1", cancelled="2026-03-12T12:00:00-03:00"))
    shop.read(DAY)
    shop.build(DAY)
    row = shop.client_days()[DAY]
    assert (row["valor_cancelado"], row["valor_cancelado_pre"], row["valor_devolvido"]) == (
        Decimal("100.00"),
        None,
        None,
    )
    shop.ship("1", left="2026-03-11T12:00:00-03:00")
    shop.build(DAY)
    row = shop.client_days()[DAY]
    assert (row["valor_cancelado_pre"], row["valor_devolvido"]) == (0, Decimal("100.00"))


# --- refunds by event day


def test_a_refund_shows_on_its_own_day_and_on_the_day_of_the_sale(shop: Shop) -> None:
    shop.put(order("1", payments=[payment(refunded="40.00", at="2026-03-12T10:00:00-03:00")]))
    shop.read(DAY, date(2026, 3, 12))
    shop.build(DAY, date(2026, 3, 12))
    sale, event = shop.client_days()[DAY], shop.client_days()[date(2026, 3, 12)]
    assert (sale["reembolsos"], sale["reembolsos_no_dia"]) == (Decimal("40.00"), 0)
    assert (event["reembolsos"], event["reembolsos_no_dia"], event["vendas_brutas"]) == (0, Decimal("40.00"), 0)
    assert (event["comissao"], event["pedidos_brutos"]) == (0, 0)


def test_a_refund_that_moves_takes_its_day_along(shop: Shop) -> None:
    first, second = date(2026, 3, 12), date(2026, 3, 14)
    shop.read(DAY, first, second)
    shop.put(order("1", payments=[payment(refunded="40.00", at="2026-03-12T10:00:00-03:00")]))
    shop.build(DAY)
    assert list(shop.client_days()) == [DAY, first]
    shop.put(order("1", payments=[payment(refunded="55.00", at="2026-03-14T10:00:00-03:00")]))
    shop.build(DAY)
    assert list(shop.client_days()) == [DAY, second]
    assert shop.sku_days()[second, "A"]["reembolsos_no_dia"] == Decimal("55.00")


def test_a_refund_on_a_day_that_was_never_read_waits_for_that_day(shop: Shop) -> None:
    event = date(2026, 3, 12)
    shop.put(order("1", payments=[payment(refunded="40.00", at="2026-03-12T10:00:00-03:00")]))
    shop.read(DAY)
    shop.build(DAY)
    assert list(shop.client_days()) == [DAY]
    shop.read(event)
    shop.build()
    assert shop.client_days()[event]["reembolsos_no_dia"] == Decimal("40.00")


# --- which days follow


def test_only_days_that_changed_become_stale_and_building_settles_them(shop: Shop) -> None:
    shop.put(order("1"), order("2", at="2026-03-11T11:00:00-03:00"))
    shop.read(EVE, DAY, NEXT)
    assert shop.stale() == [EVE, DAY, NEXT]
    shop.build(EVE, DAY, NEXT)
    assert shop.stale() == []
    assert shop.put(order("2", line("A", "90.00"), at="2026-03-11T11:00:00-03:00")) == {NEXT}
    assert shop.stale() == [NEXT]
    shop.put(order("1"))
    assert shop.stale() == [NEXT]


def test_a_build_takes_every_stale_day_along(shop: Shop) -> None:
    shop.put(order("1"), order("2", at="2026-03-11T11:00:00-03:00"))
    shop.read(DAY, NEXT)
    assert shop.build(NEXT)["agg_client_day"].days_done == {DAY, NEXT}
    assert list(shop.client_days()) == [DAY, NEXT]


def test_lines_that_change_leave_their_sums_behind_until_those_are_built(shop: Shop) -> None:
    shop.put(order("1"))
    shop.read(DAY)
    shop.build(DAY)
    shop.put(order("1", line("A", "50.00")))
    build_mart(shop.work(), "fact_order_line", [DAY])
    assert shop.stale() == [DAY]
    build_mart(shop.work(), "fact_sku_day", [])
    assert shop.stale() == [DAY]
    build_mart(shop.work(), "agg_client_day", [])
    assert shop.stale() == []


def test_a_day_in_progress_is_never_stale(shop: Shop) -> None:
    shop.put(order("1"))
    shop.read(DAY)
    assert shop.stale(last_closed=EVE) == []


def test_a_day_that_was_never_read_completely_is_refused(shop: Shop) -> None:
    shop.put(order("1"))
    with pytest.raises(
        PermanentFailure, match=r"2 dia\(s\) ainda não foram lidos por completo \(2026-03-10, 2026-03-11\)"
    ):
        shop.build(DAY, NEXT)
    assert (shop.lines(), shop.client_days()) == ({}, {})


@pytest.mark.parametrize("mart", ["fact_sku_day", "agg_client_day"])
def test_sums_of_a_day_that_was_never_read_are_refused(shop: Shop, mart: str) -> None:
    with pytest.raises(PermanentFailure, match="ainda não foram lidos"):
        build_mart(shop.work(), mart, [DAY])


def test_a_shipment_across_midnight_is_shared_exactly_whichever_day_is_built(shop: Shop) -> None:
    shop.put(
        order("1", line("A", "30.00"), at="2026-03-10T23:59:00-03:00", shipment="1"),
        order("2", line("A", "10.00"), at="2026-03-11T00:01:00-03:00", shipment="1"),
    )
    shop.ship("1", "10.00")
    shop.read(DAY, NEXT)
    shop.build(DAY, NEXT)
    assert [row["frete_vendedor"] for row in shop.lines().values()] == [Decimal("7.50"), Decimal("2.50")]
    shop.ship("1", "12.00")
    assert shop.stale() == [DAY, NEXT]
    shop.build(NEXT)
    assert [row["frete_vendedor"] for row in shop.lines().values()] == [Decimal("9.00"), Decimal("3.00")]
    assert [shop.client_days()[day]["frete_vendedor"] for day in (DAY, NEXT)] == [Decimal("9.00"), Decimal("3.00")]


def test_an_order_that_moves_across_midnight_leaves_its_old_day(shop: Shop) -> None:
    shop.put(order("1"), order("2", at="2026-03-10T12:00:00-03:00"))
    shop.read(DAY, NEXT)
    shop.build(DAY, NEXT)
    assert shop.put(order("2", at="2026-03-11T00:00:00-03:00")) == {DAY, NEXT}
    shop.build(NEXT)
    assert {day: row["pedidos"] for day, row in shop.client_days().items()} == {DAY: 1, NEXT: 1}


# --- the SKU of a sale is settled once


def test_a_sku_taken_from_the_listing_stays_when_the_listing_changes(shop: Shop) -> None:
    shop.list_item("MLB1", "antigo")
    shop.put(order("1", line(None, "10.00")))
    shop.read(DAY)
    shop.build(DAY)
    shop.list_item("MLB1", "novo", touch=[DAY])
    shop.put(order("2", line(None, "10.00")))
    shop.build(DAY)
    assert {key: row["sku"] for key, row in shop.lines().items()} == {("1", 1): "ANTIGO", ("2", 1): "NOVO"}


def test_a_bucket_waits_for_its_listing_and_is_then_settled(shop: Shop) -> None:
    shop.put(order("1", line(None, "10.00")))
    shop.read(DAY)
    shop.build(DAY)
    assert list(shop.sku_days()) == [(DAY, "__SEM_SKU__:MLB1")]
    assert shop.client_days()[DAY]["receita_sem_sku_pct"] == 1
    shop.list_item("MLB1", "abc", touch=[DAY])
    shop.build(DAY)
    assert list(shop.sku_days()) == [(DAY, "ABC")]
    assert shop.client_days()[DAY]["receita_sem_sku_pct"] == 0


def test_a_listing_known_to_have_no_sku_settles_the_bucket(shop: Shop) -> None:
    shop.list_item("MLB1", None)
    shop.put(order("1", line(None, "10.00")))
    shop.read(DAY)
    shop.build(DAY)
    shop.list_item("MLB1", "tarde-demais", touch=[DAY])
    shop.build(DAY)
    assert shop.lines()["1", 1]["sku"] == "__SEM_SKU__:MLB1"
    assert shop.client_days()[DAY]["skus_vendidos"] == 0


# --- processes and rehearsals


def test_two_builds_at_once_converge_to_what_one_build_gives(shop: Shop) -> None:
    golden(shop)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(shop.build, DAY, run_id=f"run-{n}", store=shop.database) for n in (1, 2)]
        written = [sum(outcome.written for outcome in run.result().values()) for run in runs]
    assert sum(written) == 6 + 3 + 1 + 3 + len(shop.rows("vw_attention"))
    assert shop.client_days()[DAY]["vendas_brutas"] == Decimal("679.60")
    assert shop.stale() == []


def test_what_is_stored_between_a_block_and_its_sums_waits_and_leaves_the_day_stale(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden(shop)
    shop.build(DAY)

    def store_something_of_ads() -> None:
        with shop.database.transaction() as conn:
            lock_client(conn, shop.client_id)
            ledgers.touch_sums(conn, shop.client_id, [DAY])

    with ThreadPoolExecutor(1) as pool:
        writers = []

        def build_ads_while_somebody_writes(work: Work, days: Iterable[date]) -> Outcome:
            outcome = build_ads(work, days)
            writers.append(pool.submit(store_something_of_ads))
            while not (writers[-1].done() or _somebody_waits(shop)):
                time.sleep(0.01)
            return outcome

        monkeypatch.setitem(BUILDERS, "fact_ads", build_ads_while_somebody_writes)
        with shop.database.transaction() as conn:
            ledgers.touch_sums(conn, shop.client_id, [DAY])
        build_mart(shop.work(), "fact_sku_day", [DAY])
        for writer in writers:
            writer.result()
    with shop.database.transaction() as conn:
        assert ledgers.stale_days(conn, shop.client_id, last_closed=NEXT) == {shop.client_id: [DAY]}
    (state,) = (row for row in shop.rows("day_state") if row["dia"] == DAY)
    assert state["sku_de"] < state["linhas_rev"]


def _somebody_waits(shop: Shop) -> bool:
    waiting = (
        "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
    )
    return bool(shop.execute(waiting)[0][0])


def test_a_rehearsal_predicts_the_build_and_writes_nothing(shop: Shop) -> None:
    golden(shop)
    before = shop.rows("day_state")
    with Rehearsal.over(shop.database) as store:
        work = shop.work(store=store)
        predicted = [build_mart(work, mart, [DAY]).written for mart in BUILDERS]
    assert [number for number in predicted if number] == [6 + 1, 3, 1, 3]  # one freight of nobody's sale
    assert all(rows == [] for rows in fingerprints(shop).values())
    assert (shop.rows("day_state"), shop.rows("updates_log")) == (before, [])
    assert [outcome.written for outcome in shop.build(DAY).values()] == predicted


def test_every_build_leaves_a_trace(shop: Shop) -> None:
    golden(shop)
    shop.build(DAY)
    trace = {row["resource"]: (row["status"], row["linhas_escritas"]) for row in shop.rows("updates_log")}
    # six lines, and the freight of the order that was cancelled before dispatch
    written = {"fact_order_line": 6 + 1, "fact_sku_day": 3, "agg_client_day": 1, "sku_portfolio": 3}
    assert trace == {mart: ("success", written.get(mart, 0)) for mart in BUILDERS}


def test_clients_never_see_each_other(shop: Shop) -> None:
    other = Shop(shop.database, "loja-brisa")
    golden(shop)
    golden(other)
    shop.build(DAY)
    assert (len(shop.lines()), len(other.lines())) == (6, 0)
    assert other.stale() == [DAY]
    other.build(DAY)
    shop.put(order("1001", line("A", "1.00")))
    shop.build(DAY)
    assert other.client_days()[DAY]["vendas_brutas"] == Decimal("679.60")


def test_more_days_than_one_transaction_takes_are_all_built(shop: Shop) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(70)]
    shop.put(order("1", at="2026-01-01T12:00:00-03:00"), order("2", at="2026-03-11T12:00:00-03:00"))
    shop.read(*days)
    now = datetime(2026, 3, 20, tzinfo=UTC)
    assert shop.build(*days, now=now)["agg_client_day"].days_done == set(days)
    assert shop.stale() == []


class Impatient:
    """Transactions in which no statement may take long."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        with self.database.transaction() as conn:
            conn.execute("set local statement_timeout = '4s'")
            yield conn


def test_sums_of_lines_the_statistics_do_not_know_yet_stay_fast(
    postgres_server: PostgresServer, migrated_template: str
) -> None:
    """A first build sums what it has just written; a plan made for one row would sum the day once per SKU."""
    with copied(postgres_server, migrated_template) as without_lines:
        shop = Shop(without_lines)
        shop.read(DAY)
        shop.put(*(order(str(n), line(f"SKU-{n}", "10.00")) for n in range(6_000)))
        shop.execute("analyze dashboard.fact_order_line")
        for mart in BUILDERS:
            build_mart(shop.work(store=Impatient(shop.database)), mart, [DAY])
        assert len(shop.sku_days()) == 6_000


def test_refused_orders_are_counted_by_day_and_reason_until_they_are_accepted(shop: Shop) -> None:
    shop.put(
        order("1", line("A", "10.00"), line("B", "5.00"), status="new"),
        order("2", line("A", "7.00"), currency_id="USD"),
        order("3", line("A", "3.00")),
    )
    shop.read(DAY)
    shop.build(DAY)

    def counted() -> dict[str, tuple[int, Decimal | None]]:
        return {row["motivo"]: (row["registros"], row["valor"]) for row in shop.rows("vw_quarantine")}

    assert counted() == {"status_desconhecido": (1, Decimal("15.00")), "moeda": (1, None)}
    shop.put(order("1", line("A", "10.00"), line("B", "5.00"), status="paid"))
    shop.build(DAY)
    assert counted() == {"moeda": (1, None)}


def test_what_is_to_be_looked_at_is_listed_while_it_is_so(shop: Shop) -> None:
    sale = order("1", line("A", "10.00", quantity=2), tags=["fraud_risk_detected"])
    lost = order("2", line("A", "7.00"), shipment="S", cancelled="2026-03-10T12:00:00.000-04:00")
    shop.put(sale, lost)
    shop.ship("S", "21.40")
    shop.read(DAY)
    shop.build(DAY)

    def listed() -> set[tuple[str, str, Decimal]]:
        return {(row["tipo"], row["chave"], row["valor"]) for row in shop.rows("vw_attention")}

    assert listed() == {("alerta_fraude", "1", Decimal("20.00")), ("frete_sem_venda", "S", Decimal("21.40"))}
    assert shop.client_days()[DAY]["frete_vendedor"] != Decimal("21.40")
    shop.put(sale | {"status": "cancelled"})
    shop.build(DAY)
    assert listed() == {("frete_sem_venda", "S", Decimal("21.40"))}
