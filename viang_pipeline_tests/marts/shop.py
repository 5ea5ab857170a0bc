"""One client's raw data, written the way collection writes it: payloads without personal data, days marked as read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row

from viang_pipeline.collect.work import Outcome, Transactions, Work
from viang_pipeline.domain.business_day import business_day, parse_instant
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.warehouse import clients, ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline_tests.conftest import Connected

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
DAY = date(2026, 3, 10)
SELLER = 77

_json = msgspec.json.Encoder(decimal_format="number", order="deterministic")


def line(
    sku: str | None, price: str, quantity: int = 1, fee: str | None = "1.00", listing: str = "MLB1"
) -> dict[str, Any]:
    """One entry of ``order_items``; amounts as decimal text."""
    item = {"id": listing} | ({"seller_sku": sku} if sku else {})
    found = {"item": item, "quantity": quantity, "unit_price": Decimal(price)}
    return found if fee is None else found | {"sale_fee": Decimal(fee)}


def payment(status: str = "approved", refunded: str = "0", at: str = "2026-03-10T12:00:00.000-04:00") -> dict[str, Any]:
    """One payment attempt."""
    return {"status": status, "transaction_amount_refunded": Decimal(refunded), "date_last_modified": at, "tags": []}


def order(
    order_id: str, *lines: dict[str, Any], at: str = "2026-03-10T11:00:00.000-04:00", **given: Any
) -> dict[str, Any]:
    """One stored order. ``shipment`` and ``pack`` by id; ``cancelled`` the instant of the cancellation."""
    body: dict[str, Any] = {
        "id": order_id,
        "status": given.pop("status", "paid"),
        "date_created": at,
        "last_updated": at,
        "date_last_updated": given.pop("changed", at),
        "currency_id": "BRL",
        "context": {"site": "MLB"},
        "seller": {"id": SELLER},
        "buyer_key": given.pop("buyer", f"comprador-{order_id}"),
        "tags": given.pop("tags", []),
        "order_items": list(lines) or [line("A", "100.00")],
        "payments": given.pop("payments", [payment()]),
    }
    if (shipment := given.pop("shipment", None)) is not None:
        body["shipping"] = {"id": shipment}
    if (pack := given.pop("pack", None)) is not None:
        body["pack_id"] = pack
    if (cancelled := given.pop("cancelled", None)) is not None:
        body |= {"status": "cancelled", "cancel_detail": {"date": cancelled, "code": given.pop("code", "buyer_regret")}}
    return body | given


class Shop:
    """A registered client and its raw tables."""

    def __init__(self, database: Connected, client_id: str = "loja-aurora", starts: date = date(2026, 1, 1)) -> None:
        self.database = database
        self.client_id = client_id
        with database.transaction() as conn:
            clients.add(conn, client_id, client_id, inicio_historico=starts, default_start=starts)

    def read(self, *days: date, at: datetime = NOW) -> None:
        """The orders of these days were read completely."""
        with self.database.transaction() as conn:
            ledgers.touch_days(conn, self.client_id, days)
            ledgers.mark_read(conn, self.client_id, "mercado_livre", "orders", days, at)

    def put(self, *orders: dict[str, Any], touch: bool = True) -> set[date]:
        """Store orders; the days that changed."""
        rows = [self._row(body["id"], body, business_day(parse_instant(body["date_created"]))) for body in orders]
        return self._upsert("orders", rows, touch)

    def ship(
        self,
        shipment: str,
        cost: str | None = None,
        *,
        left: str | None = None,
        history: bool = True,
        day: date = DAY,
        buyer: str = "0",
        logistic: str = "drop_off",
    ) -> None:
        """Store a shipment, what was observed of its cost and history, and touch the days of its orders."""
        self._upsert("shipments", [self._row(shipment, {"id": shipment, "logistic": {"type": logistic}}, day)], False)
        if cost is not None:
            costs = {"senders": [{"user_id": SELLER, "cost": Decimal(cost)}], "receiver": {"cost": Decimal(buyer)}}
            self._upsert("shipment_costs", [self._row(shipment, costs, day)], False)
        if history:
            events = [{"status": "ready_to_ship", "date": "2026-03-10T12:00:00.000-04:00"}]
            events += [{"status": "shipped", "date": left}] if left else []
            self._upsert("shipment_history", [self._row(shipment, {"events": events}, day)], False)
        with self.database.transaction() as conn:
            days = conn.execute(
                "select distinct dia from raw.mercado_livre_orders"
                " where client_id = %s and payload #>> '{shipping,id}' = %s",
                [self.client_id, shipment],
            ).fetchall()
            ledgers.touch_days(conn, self.client_id, [found for (found,) in days])

    def list_item(self, listing: str, sku: str | None, *, touch: Iterable[date] = ()) -> None:
        """Store a listing with or without SKU attribute."""
        attributes = [{"id": "SELLER_SKU", "value_name": sku}] if sku else []
        self._upsert("listings", [self._row(listing, {"id": listing, "attributes": attributes}, DAY)], False)
        with self.database.transaction() as conn:
            ledgers.touch_days(conn, self.client_id, touch)

    def keep(self, table: str, key: str, body: dict[str, Any], day: date = DAY) -> None:
        """Store a row of any raw table, and leave every day with orders to be rebuilt."""
        with self.database.transaction() as conn:
            upsert_raw(conn, f"raw.{table}", self.client_id, [self._row(key, body, day)])
        self._touch_sold(date.min)

    def told(
        self,
        costs: Mapping[str, str] | None = None,
        rate: str | None = None,
        courier: str | None = None,
        since: date = date(2026, 1, 1),
    ) -> None:
        """What the client told from ``since`` on: costs by SKU, a tax rate, the cost of an own-courier shipment."""
        for sku, cost in (costs or {}).items():
            self.execute(
                "insert into dashboard.custo_sku"
                " (client_id, sku, custo_unitario, custo_zero_confirmado, vigente_de, informado_em)"
                " values (%s, %s, %s, false, %s, now())",
                self.client_id, sku, cost, since,
            )  # fmt: skip
        if rate is not None:
            self.execute(
                "insert into dashboard.aliquota_imposto (client_id, regime, aliquota, vigente_de, informado_em)"
                " values (%s, 'informada', %s, %s, now())",
                self.client_id, rate, since,
            )  # fmt: skip
        if courier is not None:
            self.execute(
                "insert into dashboard.custo_envio_proprio (client_id, custo, vigente_de, informado_em)"
                " values (%s, %s, %s, now())",
                self.client_id, courier, since,
            )  # fmt: skip
        self._touch_sold(since)

    def link(self, listing: str, sku: str, since: date, variation: str = "") -> None:
        """The client told the SKU of a listing, or of one of its variations."""
        self.execute(
            "insert into dashboard.sku_links (client_id, conta, anuncio, variacao, sku, vigente_de, informado_em)"
            " values (%s, %s, %s, %s, %s, %s, now())",
            self.client_id, str(SELLER), listing, variation, sku, since,
        )  # fmt: skip
        self._touch_sold(since)

    def _touch_sold(self, since: date) -> None:
        with self.database.transaction() as conn:
            rows = conn.execute(
                "select distinct dia from raw.mercado_livre_orders where client_id = %s and dia >= %s",
                [self.client_id, since],
            ).fetchall()
            ledgers.touch_days(conn, self.client_id, [day for (day,) in rows])

    def read_claims(self, *days: date, at: datetime = NOW) -> None:
        """The claims of these days were read completely; there are none."""
        with self.database.transaction() as conn:
            ledgers.mark_read(conn, self.client_id, "mercado_livre", "claims", days, at)
            ledgers.touch_sums(conn, self.client_id, days)

    def work(self, *, store: Transactions | None = None, run_id: str = "run-1", now: datetime = NOW) -> Work:
        return Work(store or self.database, self.client_id, run_id, "daily_update", lambda: now)

    def build(
        self, *days: date, run_id: str = "run-1", now: datetime = NOW, store: Transactions | None = None
    ) -> dict[str, Outcome]:
        """All marts, in order."""
        work = self.work(store=store or self.database.session, run_id=run_id, now=now)
        return {mart: build_mart(work, mart, days) for mart in BUILDERS}

    def rows(self, table: str, order_by: str = "1, 2, 3") -> list[dict[str, Any]]:
        """Rows of this client in ``dashboard``."""
        with self.database.transaction() as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(
                f"select * from dashboard.{table} where client_id = %s order by {order_by}",  # type: ignore[arg-type]
                [self.client_id],
            ).fetchall()

    def sku_days(self) -> dict[tuple[date, str], dict[str, Any]]:
        return {(row["dia"], row["sku"]): row for row in self.rows("vw_sku_day")}

    def client_days(self) -> dict[date, dict[str, Any]]:
        return {row["dia"]: row for row in self.rows("vw_client_day")}

    def lines(self) -> dict[tuple[str, int], dict[str, Any]]:
        return {(row["order_id"], row["line_no"]): row for row in self.rows("fact_order_line")}

    def stale(self, last_closed: date = date(2026, 3, 19)) -> list[date]:
        with self.database.transaction() as conn:
            return ledgers.stale_days(conn, self.client_id, last_closed=last_closed).get(self.client_id, [])

    def execute(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self.database.transaction() as conn:
            cursor: psycopg.Cursor[Any] = conn.execute(statement, values)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def forget(self, table: str, condition: str = "true", *values: object) -> None:
        """What is stored of this client in ``table`` goes, as far as it meets a condition."""
        self.execute(f"delete from {table} where client_id = %s and ({condition})", self.client_id, *values)

    @staticmethod
    def _row(key: str, body: dict[str, Any], day: date) -> RawRow:
        payload = _json.encode(body)
        return RawRow(day, key, payload, blake2b(payload, digest_size=16).digest())

    def _upsert(self, resource: str, rows: list[RawRow], touch: bool) -> set[date]:
        with self.database.transaction() as conn:
            write = upsert_raw(conn, f"raw.mercado_livre_{resource}", self.client_id, rows)
            if touch:
                ledgers.touch_days(conn, self.client_id, write.changed_days)
        return set(write.changed_days)


def golden(shop: Shop) -> None:
    """The day of kpis.md §10, as far as orders, shipments, refunds, costs and taxes go."""
    shop.put(
        order("1001", line("A", "100.00", fee="12.00"), shipment="1"),
        order("1002", line("B", "49.90", 3, fee="7.24", listing="MLB2"), pack="501", shipment="2"),
        order("1003", line("A", "100.00", fee="12.00"), pack="501", shipment="2", buyer="comprador-1002"),
        order("1004", line("C", "80.00", fee="9.60", listing="MLB3"), shipment="4"),
        order(
            "1005",
            line("A", "100.00", 2, fee="12.00"),
            shipment="5",
            cancelled="2026-03-10T20:00:00.000-04:00",
            payments=[],
        ),
        order(
            "1006",
            line("B", "49.90", fee="7.24", listing="MLB2"),
            shipment="6",
            status="partially_refunded",
            payments=[payment(refunded="10.00")],
        ),
    )
    shop.ship("1", "20.45")
    shop.ship("2", "18.00", buyer="9.99")
    shop.ship("4", "15.00")
    shop.ship("5", "10.00")
    shop.ship("6")
    shop.told({"A": "40.00", "B": "15.00"}, "0.0532")
    shop.read(DAY)
