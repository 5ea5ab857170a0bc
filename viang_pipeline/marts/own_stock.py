"""The seller's own stock as the one authority of the client photographed it (kpis.md §5.8, D11, D12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from math import floor
from typing import Any

import psycopg

from viang_pipeline.domain.own_stock import Balance, OwnStock, held, own_stock
from viang_pipeline.domain.sku import normalise_sku
from viang_pipeline.warehouse import ledgers

BALANCES = {"bling": "bling_balances.sql", "upseller": "upseller_balances.sql"}


@dataclass(frozen=True)
class OwnPhoto:
    """What the authority told of the closing of one day. ``total``: held of all SKUs, those that share a code too."""

    taken: datetime
    skus: Mapping[str, OwnStock]
    total: OwnStock


@dataclass(frozen=True)
class OwnPhotos:
    """``authority`` None: nobody says what this client holds; a day without a photo was not read."""

    authority: str | None
    days: Mapping[date, OwnPhoto] = field(default_factory=dict)


def read_own_stock(conn: psycopg.Connection, client_id: str, days: list[date]) -> OwnPhotos:
    """The photos of the days, as far as they were taken."""
    row = conn.execute(_sql("stock_authority.sql"), {"client_id": client_id}).fetchone()
    authority, excluded = row if row is not None else (None, [])
    if authority is None:
        return OwnPhotos(None)
    balances: dict[date, list[Balance]] = defaultdict(list)
    taken: dict[date, datetime] = {}
    for day, sku, product, deposit, on_hand, available, transit, virtual, at in conn.execute(
        _sql(BALANCES[authority]), {"client_id": client_id, "dias": days}
    ):
        taken[day] = max(at, taken.get(day, at))
        sku = normalise_sku(sku) or ""
        balances[day].append(
            Balance(sku, product, deposit, _units(on_hand), _whole(available), _units(transit), virtual)
        )
    if authority == "bling" and days:
        # A night of an API is a photo when it was read to its end; a list brought by hand is one.
        read = ledgers.complete_days(conn, client_id, authority, "stock", min(days), max(days))
        taken = {day: at for day, at in taken.items() if day in read}
    return OwnPhotos(authority, {day: _photo(balances[day], excluded, taken[day]) for day in sorted(taken)})


def _photo(balances: list[Balance], excluded: list[str], taken: datetime) -> OwnPhoto:
    named = [balance for balance in balances if balance.sku]
    return OwnPhoto(taken, own_stock(named, excluded), held(balances, excluded))


def _units(quantity: Decimal | None) -> int | None:
    return None if quantity is None else _whole(quantity)


def _whole(quantity: Decimal) -> int:
    """Whole units: half a unit cannot be sold."""
    return floor(quantity)


def _sql(name: str) -> Any:
    return files("viang_pipeline.marts").joinpath("sql", name).read_bytes()
