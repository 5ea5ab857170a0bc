"""Stock and reputation of the closing of each day, from the night's photos (kpis.md §5.8, §5.9, D11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from importlib.resources import files

import psycopg
from psycopg.types.json import Jsonb

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.own_stock import UNKNOWN, usable
from viang_pipeline.domain.stock_photo import Announced, Inventory, SkuStock, sku_stock
from viang_pipeline.domain.stock_value import stock_value
from viang_pipeline.marts.blocks import Block, build_block
from viang_pipeline.marts.own_stock import OwnPhoto, OwnPhotos, read_own_stock
from viang_pipeline.marts.terms import read_costs

NO_ORDER = ""
"""What lies in stock was not sold yet."""

STOCK_SKU = Block(
    "fact_stock_sku_day",
    ("dia", "sku"),
    (
        "estoque_full", "estoque_full_indisponivel", "indisponivel_por_motivo", "estoque_anunciado", "motivo",
        "estoque_proprio", "estoque_reservado", "estoque_transito", "estoque_disponivel", "motivo_disponivel",
        "valor_estoque", "motivo_valor", "capturado_em",
    ),
)  # fmt: skip
STOCK_CLIENT = Block(
    "fact_stock_client_day",
    ("dia",),
    (
        "estoque_full", "estoque_full_indisponivel", "estoque_anunciado", "indisponivel_por_motivo",
        "full_lido", "estoque_proprio", "estoque_reservado", "estoque_transito", "estoque_disponivel",
        "motivo_disponivel", "valor_estoque", "estoque_avaliado", "estoque_presente", "capturado_em",
    ),
)  # fmt: skip
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
    """Stock of the days that were photographed, by the marketplace or by who tells of the own stock.

    The client's value is that of its SKUs, so they come first.
    """
    return build_block(work, days, {STOCK_SKU: _sku_rows, STOCK_CLIENT: _client_rows})


def build_account(work: Work, days: Iterable[date]) -> Outcome:
    """Reputation of the days that were photographed."""
    return build_block(work, days, {ACCOUNT: partial(_photo, "account_day.sql")})


def _sku_rows(conn: psycopg.Connection, client_id: str, days: list[date]) -> Iterable[tuple[object, ...]]:
    announced: dict[date, list[Announced]] = defaultdict(list)
    taken: dict[date, datetime] = {}
    for day, listing, sku, unit, inventory, quantity, at in _photo("announced_of_days.sql", conn, client_id, days):
        announced[day].append(Announced(listing, sku, unit, inventory, quantity))
        taken[day] = max(at, taken.get(day, at))
    inventories: dict[date, dict[str, Inventory]] = defaultdict(dict)
    for day, inventory, available, blocked, reasons in _photo("inventory_of_days.sql", conn, client_id, days):
        inventories[day][inventory] = Inventory(available, blocked, reasons)
    own = read_own_stock(conn, client_id, days)
    costs = read_costs(conn, client_id, days)
    for day in sorted(announced.keys() | own.days.keys()):
        photo = own.days.get(day)
        listed = sku_stock(announced[day], inventories[day])
        at = _latest(taken.get(day), photo)
        for sku in sorted(listed.keys() | (photo.skus.keys() if photo else set())):
            *held, stock, reason = _held(own, day, sku, listed.get(sku), full_read=day in taken)
            value = stock_value(stock, costs.of(sku, day, NO_ORDER))
            yield day, sku, *_full(listed.get(sku)), *held, stock, reason, *value, at


def _full(found: SkuStock | None) -> tuple[object, ...]:
    if found is None:
        return None, None, None, None, None
    reasons = None if found.blocked_for is None else Jsonb(found.blocked_for)
    return found.full, found.blocked, reasons, found.announced, found.reason


def _held(
    own: OwnPhotos, day: date, sku: str, listed: SkuStock | None, *, full_read: bool
) -> tuple[int | None, int | None, int | None, int | None, str | None]:
    photo = own.days.get(day)
    held = photo.skus.get(sku) if photo else None
    full, shared = (listed.full, listed.reason) if listed else (None, None)
    stock, reason = usable(held, full, authority=own.authority is not None, read=photo is not None, full_read=full_read)
    if stock is not None and shared is not None:
        stock, reason = None, shared
    available, reserved, in_transit, _ = held or UNKNOWN
    return available, reserved, in_transit, stock, reason


def _client_rows(conn: psycopg.Connection, client_id: str, days: list[date]) -> Iterable[tuple[object, ...]]:
    own = read_own_stock(conn, client_id, days)
    marketplace = {row[0]: row for row in _photo("stock_client_day.sql", conn, client_id, days)}
    values = {day: value for day, *value in _photo("stock_value_of_days.sql", conn, client_id, days)}
    for day in sorted(marketplace.keys() | own.days.keys()):
        _, full, blocked, announced, reasons, taken = marketplace.get(day, (day, None, None, None, {}, None))
        photo = own.days.get(day)
        held = photo.total if photo else UNKNOWN
        # Of both systems or of none: half of it would read as a stock that shrank.
        stock, reason = usable(
            photo.total if photo else None,
            full,
            authority=own.authority is not None,
            read=photo is not None,
            full_read=day in marketplace,
        )
        at = _latest(taken, photo)
        value = (None, None, None) if stock is None else _value(stock, *values.get(day, (None, 0, 0, 0)))
        yield day, full, blocked, announced, Jsonb(reasons), day in marketplace, *held[:3], stock, reason, *value, at


def _value(
    stock: int, value: Decimal | None, valued: int, present: int, balance: int
) -> tuple[Decimal | None, int, int]:
    """Value, units it is of, and units there are: those of SKUs, and what no SKU can be told to have."""
    present += max(stock - balance, 0)
    return value if valued or not present else None, valued, present


def _latest(marketplace: datetime | None, own: OwnPhoto | None) -> datetime:
    return max(instant for instant in (marketplace, own.taken if own else None) if instant is not None)


def _photo(name: str, conn: psycopg.Connection, client_id: str, days: list[date]) -> list[tuple]:  # type: ignore[type-arg]
    text = files("viang_pipeline.marts").joinpath("sql", name).read_bytes()
    return conn.execute(text, {"client_id": client_id, "dias": days}).fetchall()
