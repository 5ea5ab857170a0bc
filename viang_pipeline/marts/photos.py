"""Stock and reputation of the closing of each day, from the night's photos (kpis.md §5.8, §5.9, D11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from importlib.resources import files

import psycopg
from psycopg.types.json import Jsonb

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.stock_photo import Announced, Inventory, SkuStock, sku_stock
from viang_pipeline.marts.blocks import Block, Rows, build_block
from viang_pipeline.warehouse.load import Query

STOCK_SKU = Block(
    "fact_stock_sku_day",
    ("dia", "sku"),
    (
        "estoque_full", "estoque_full_indisponivel", "indisponivel_por_motivo", "estoque_anunciado", "motivo",
        "capturado_em",
    ),
)  # fmt: skip
STOCK_CLIENT = Block(
    "fact_stock_client_day",
    ("dia",),
    ("estoque_full", "estoque_full_indisponivel", "estoque_anunciado", "indisponivel_por_motivo", "capturado_em"),
)
ACCOUNT = Block(
    "fact_account_day",
    ("dia",),
    (
        "reputacao_nivel", "reputacao_nivel_real", "reputacao_medalha", "periodo", "vendas_concluidas",
        "rep_reclamacoes", "rep_atrasos", "rep_cancelamentos",
        "rep_reclamacoes_real", "rep_atrasos_real", "rep_cancelamentos_real", "capturado_em",
    ),
)  # fmt: skip


def build_stock(work: Work, days: Iterable[date]) -> Outcome:
    """Stock of the days that were photographed; the others have no row."""
    return build_block(work, days, {STOCK_SKU: _sku_rows, STOCK_CLIENT: _query("stock_client_day.sql")})


def build_account(work: Work, days: Iterable[date]) -> Outcome:
    """Reputation of the days that were photographed."""
    return build_block(work, days, {ACCOUNT: _query("account_day.sql")})


def _query(name: str) -> Rows:
    text = files("viang_pipeline.marts").joinpath("sql", name).read_text(encoding="utf-8")

    def rows(conn: psycopg.Connection, client_id: str, days: list[date]) -> Query:
        return Query(text, {"client_id": client_id, "dias": days})

    return rows


def _sku_rows(conn: psycopg.Connection, client_id: str, days: list[date]) -> Iterable[tuple[object, ...]]:
    announced: dict[date, list[Announced]] = defaultdict(list)
    taken: dict[date, datetime] = {}
    for day, listing, sku, unit, inventory, quantity, at in _photo(conn, "announced_of_days.sql", client_id, days):
        announced[day].append(Announced(listing, sku, unit, inventory, quantity))
        taken[day] = max(at, taken.get(day, at))
    inventories: dict[date, dict[str, Inventory]] = defaultdict(dict)
    for day, inventory, available, blocked, reasons in _photo(conn, "inventory_of_days.sql", client_id, days):
        inventories[day][inventory] = Inventory(available, blocked, reasons)
    for day in sorted(announced):
        for sku, found in sku_stock(announced[day], inventories[day]).items():
            yield _row(day, sku, found, taken[day])


def _photo(conn: psycopg.Connection, name: str, client_id: str, days: list[date]) -> list[tuple]:  # type: ignore[type-arg]
    text = files("viang_pipeline.marts").joinpath("sql", name).read_bytes()
    return conn.execute(text, {"client_id": client_id, "dias": days}).fetchall()


def _row(day: date, sku: str, found: SkuStock, taken: datetime) -> tuple[object, ...]:
    reasons = None if found.blocked_for is None else Jsonb(found.blocked_for)
    return day, sku, found.full, found.blocked, reasons, found.announced, found.reason, taken
