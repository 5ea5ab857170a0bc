"""One client-year of 100 000 orders, from raw payloads to client-day, against a bare floor.

Floor: parse the same payloads with orjson into tuples, binary COPY of the same rows. Run: python -m benchmarks.rebuild
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import blake2b
from pathlib import Path

import orjson
import psycopg

from benchmarks.harness import Measure, measure, median, postgres, table
from viang_pipeline.collect.work import Work
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.marts.build import BUILDERS
from viang_pipeline.warehouse import ledgers, schema
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.session import Session

CLIENT = "loja-grande"
FIRST, LAST = date(2025, 10, 1), date(2026, 9, 30)
NOW = datetime(2026, 10, 2, 6, 0, tzinfo=UTC)
SKUS = 400

MARTS = tuple(table.name for table in schema.metadata.sorted_tables if table.name.startswith(("fact_", "agg_", "sku_")))

Rows = tuple[list[int], list[tuple[object, ...]]]
"""Type of each column, and the rows."""


def orders(count: int) -> list[RawRow]:
    """Stored order payloads of one year: packs, cancellations, partial refunds, multi-unit lines."""
    rng = random.Random(7)
    rows = []
    start = datetime(2025, 10, 1, 3, 0, tzinfo=UTC)
    span = (LAST - FIRST).days * 86_400 + 86_000
    for n in range(count):
        at = start + timedelta(seconds=rng.randrange(span))
        price, quantity = rng.randrange(1_990, 39_990), 1 if rng.random() < 0.85 else rng.randrange(2, 5)
        fee, status = price * 12 // 100, rng.random()
        refunded = 0
        name = "paid"
        if status < 0.05:
            name, refunded = "cancelled", price * quantity
        elif status < 0.07:
            name, refunded = "partially_refunded", 500
        sku, stamp = rng.randrange(SKUS), at.isoformat(timespec="milliseconds")
        payload = {
            "id": 2_000_011_000_000_000 + n,
            "status": name,
            "date_created": stamp,
            "order_items": [
                {
                    "item": {
                        "id": f"MLB{5_550_000_000 + sku}",
                        "title": f"Produto de catálogo número {sku} com um título de tamanho usual",
                        "category_id": "MLB1234",
                        "seller_sku": f"SKU-{sku:04d}",
                        "condition": "new",
                        "user_product_id": f"MLBU{900_000 + sku}",
                    },
                    "quantity": quantity,
                    "unit_price": price / 100,
                    "full_unit_price": price / 100 + 10,
                    "sale_fee": fee / 100,
                    "currency_id": "BRL",
                    "listing_type_id": "gold_special",
                }
            ],
            "date_closed": stamp,
            "last_updated": stamp,
            "date_last_updated": stamp,
            "pack_id": 2_000_009_000_000_000 + n // 2 if n % 10 < 2 else None,
            "currency_id": "BRL",
            "total_amount": price * quantity / 100,
            "paid_amount": price * quantity / 100,
            "payments": [
                {
                    "id": 120_000_000_000 + n,
                    "status": "refunded" if name == "cancelled" else "approved",
                    "transaction_amount": price * quantity / 100,
                    "transaction_amount_refunded": refunded / 100,
                    "marketplace_fee": fee * quantity / 100,
                    "installments": 1,
                    "payment_type": "account_money",
                    "date_created": stamp,
                    "date_approved": stamp,
                    "date_last_modified": stamp,
                }
            ],
            "shipping": {"id": 45_000_000_000 + (n // 2 if n % 10 < 2 else n + 10_000_000)},
            "seller": {"id": 424_242},
            "tags": ["delivered", "paid"],
            "context": {"channel": "marketplace", "site": "MLB", "flows": ["catalog"]},
            "cancel_detail": {"group": "buyer", "code": "x", "date": stamp} if name == "cancelled" else None,
            "buyer_key": f"{rng.randrange(60_000):032x}",
        }
        body = orjson.dumps({key: value for key, value in payload.items() if value is not None})
        day = (at - timedelta(hours=3)).date()
        rows.append(RawRow(day, str(payload["id"]), body, blake2b(body, digest_size=16).digest()))
    return rows


def load(database: Database, count: int, folder: Path) -> None:
    """Raw tables of the client, complete for the whole year, and the same payloads as files for the floor."""
    found = orders(count)
    _write_lines(folder / "orders.ndjson", found)
    shipments: dict[str, date] = {}
    for row in found:
        shipments.setdefault(str(orjson.loads(row.payload)["shipping"]["id"]), row.dia)
    rng = random.Random(8)
    with database.transaction() as conn:
        conn.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico) values (%s, %s, %s)",
            [CLIENT, "Loja Grande", FIRST],
        )
        upsert_raw(conn, "raw.mercado_livre_orders", CLIENT, found, read_at=NOW)
        for name, body in (
            ("shipments", lambda: b'{"id":1,"status":"delivered","logistic":{"mode":"me2","type":"drop_off"}}'),
            ("shipment_costs", lambda: orjson.dumps({"senders": [{"cost": rng.randrange(900, 3900) / 100}]})),
        ):
            rows = [RawRow(day, key, body(), key.encode()) for key, day in shipments.items()]
            _write_lines(folder / f"{name}.ndjson", rows)
            upsert_raw(conn, f"raw.mercado_livre_{name}", CLIENT, rows, read_at=NOW)
        history = {
            str(order["shipping"]["id"]): row.dia
            for row in found
            if (order := orjson.loads(row.payload))["status"] == "cancelled"
        }
        events = [RawRow(day, key, b'{"events":[]}', key.encode()) for key, day in history.items()]
        upsert_raw(conn, "raw.mercado_livre_shipment_history", CLIENT, events, read_at=NOW)
        days = days_between(FIRST, LAST)
        ledgers.mark_read(conn, CLIENT, "mercado_livre", "orders", days, NOW)
        ledgers.touch_days(conn, CLIENT, days)
    with database.connect(autocommit=True) as conn:
        conn.execute("vacuum analyze")


def rebuild(database: Database) -> dict[str, int]:
    """Rows written per mart."""
    with Session(database) as session:
        work = Work(session, CLIENT, "benchmark", "benchmark", lambda: NOW)
        return {mart: build(work, days_between(FIRST, LAST)).written for mart, build in BUILDERS.items()}


def floor(database: Database, folder: Path, rows: dict[str, Rows]) -> int:
    """The payloads that rebuild reads, with orjson into tuples; binary COPY of the tuples that rebuild writes."""
    _parse(folder)
    for name, (types, tuples) in rows.items():
        with _bare_copy(database, name) as copy:
            copy.set_types(types)
            for row in tuples:
                copy.write_row(row)
    return sum(len(tuples) for _, tuples in rows.values())


def encoded_floor(database: Database, folder: Path, rows: dict[str, bytes]) -> int:
    """The same with rows somebody else has encoded: only the parsing and what Postgres does with the bytes is left."""
    _parse(folder)
    for name, encoded in rows.items():
        with _bare_copy(database, name) as copy:
            copy.write(encoded)
    return len(rows)


def _parse(folder: Path) -> None:
    """Every payload into a tuple of what lines are made of."""
    orders = []
    for line in (folder / "orders.ndjson").read_bytes().split(b"\n"):
        order = orjson.loads(line)
        item = order["order_items"][0]
        orders.append(
            (order["id"], order["date_created"], item["item"]["seller_sku"], item["quantity"], order["status"])
        )
    others = [
        tuple(orjson.loads(line).values())
        for name in ("shipments", "shipment_costs")
        for line in (folder / f"{name}.ndjson").read_bytes().split(b"\n")
    ]
    assert orders
    assert others


@contextmanager
def _bare_copy(database: Database, name: str) -> Iterator[psycopg.Copy]:
    """COPY into a table with the columns of a mart and nothing else: no key, no index, no check."""
    with database.transaction() as conn, conn.cursor() as cursor:
        cursor.execute(f"create table public.floor_{name} (like dashboard.{name})")
        with cursor.copy(f"copy public.floor_{name} from stdin (format binary)") as copy:
            yield copy
        cursor.execute(f"drop table public.floor_{name}")


def _tuples(database: Database) -> dict[str, Rows]:
    """The rows rebuild wrote, as Python has them, with the types of their columns."""
    found: dict[str, Rows] = {}
    with database.transaction() as conn:
        for name in MARTS:
            cursor = conn.execute(f"select * from dashboard.{name}")
            found[name] = [column.type_code for column in cursor.description or ()], cursor.fetchall()
    return found


def _encoded(database: Database) -> dict[str, bytes]:
    """The same as Postgres' own binary format."""
    found = {}
    with database.transaction() as conn, conn.cursor() as cursor:
        for name in MARTS:
            with cursor.copy(f"copy dashboard.{name} to stdout (format binary)") as copy:
                found[name] = b"".join(bytes(part) for part in copy)
    return found


def _write_lines(path: Path, rows: list[RawRow]) -> None:
    path.write_bytes(b"\n".join(row.payload for row in rows))


def run(count: int, repeats: int) -> str:
    """Measure and describe."""
    with postgres() as database, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        load(database, count, folder)
        first = measure(rebuild, database)
        again = [measure(rebuild, database) for _ in range(repeats)]
        floors = [measure(floor, database, folder, given=partial(_tuples, database)) for _ in range(repeats)]
        encoded = [measure(encoded_floor, database, folder, given=partial(_encoded, database)) for _ in range(repeats)]
    base, second = median(floors), median(again)
    assert all(sum(m.result.values()) == 0 for m in again), "a second run wrote rows"
    written = str(base.result)
    rows = [
        _row("floor: orjson into tuples + binary COPY of tuples", base, base, written),
        _row("floor without encoding: the same rows as bytes", median(encoded), base, written),
        _row("rebuild, first run", first, base, str(sum(first.result.values()))),
        _row("rebuild, second run", second, base, str(sum(second.result.values()))),
    ]
    return table(
        f"Rebuild of {count:,} orders, raw to client-day", rows, ("", "seconds", "× floor", "peak MiB", "rows written")
    )


def _row(name: str, found: Measure, base: Measure, written: str) -> tuple[str, ...]:
    return name, f"{found.seconds:.1f}", f"{found.seconds / base.seconds:.1f}", f"{found.peak_mib:.0f}", written


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print(run(options.orders, options.repeats))
