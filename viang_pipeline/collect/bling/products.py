"""Products of one client as they are now, what they cost from each night on, their kits, suppliers and stores."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

import psycopg

from viang_pipeline.collect.bling.feeds import (
    Feed,
    Take,
    photograph,
    read_feeds,
    require_read_today,
    single,
    week_over,
)
from viang_pipeline.collect.bling.stored import N, as_row, by_id, gone_rows, known, state_rows, whole_list
from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.domain.sku import normalise_sku
from viang_pipeline.sources.bling.client import BlingClient
from viang_pipeline.sources.bling.payloads.products import CostPhoto, Product, StoreLink, Structure, SupplierLink
from viang_pipeline.warehouse.load import RawRow

PRODUCTS = "raw.bling_products"
COSTS = "raw.bling_cost_photos"
STRUCTURES = "raw.bling_structures"
CHECKED_PER_NIGHT = 50
"""Products no list shows that are asked for by id; the others wait for another night."""

KIT = "E"


def collect_bling_products(work: Work, api: BlingClient, days: Iterable[date]) -> Outcome:
    """Read products and photograph their costs; kits, suppliers and stores once a week. The days asked for are only
    marked as read, but for the photo: that is yesterday's.

    Raises PartialCollectionError when one of them cannot be read; the others are stored.
    """
    return read_feeds(work, api, days, FEEDS)


def _products(work: Work, api: BlingClient, days: list[date]) -> Take:
    """Three passes, one per stock filter. A product may slip through when its stock changes between them, so what no
    pass shows is asked for by id, and only a 404 says that it is gone."""
    found = by_id(api.products())
    with work.store.transaction() as conn:
        stored = known(conn, PRODUCTS, work.client_id)
        gone_before = _gone(conn, work.client_id)
    absent = sorted(stored.keys() - found.keys() - gone_before, key=int)
    if absent:
        found |= by_id(api.products([int(key) for key in absent]))
        absent = [key for key in absent if key not in found]
    gone = [key for key in absent[:CHECKED_PER_NIGHT] if api.product_is_gone(int(key))]
    rows = state_rows(stored, found, last_closed_day(work.clock())) + gone_rows(stored, gone, Product)
    detail: dict[str, object] = {"lidos": len(found), "ausentes": len(absent), "excluidos": len(gone)}
    return Take({PRODUCTS: rows}, settles=set(days), detail=detail)


def _gone(conn: psycopg.Connection, client_id: str) -> set[str]:
    rows = conn.execute(
        "select chave from raw.bling_products where client_id = %s and payload ? 'excluido'", [client_id]
    )
    return {key for (key,) in rows}


def _costs(work: Work, api: BlingClient, days: list[date]) -> Take:
    """The photo of a night is written only for products whose cost, code or state is not that of their last one."""

    def take(night: date) -> Take:
        require_read_today(work, "products", "bling/products")
        with work.store.transaction() as conn:
            products = known(conn, PRODUCTS, work.client_id)
            last = _last_photos(conn, work.client_id)
        rows = []
        moved: set[str] = set()
        for key, stored in products.items():
            product = stored.value(Product)
            photo = CostPhoto(product.id, product.codigo, product.precoCusto, product.situacao, product.formato)
            row = as_row(f"{key}|{night}", photo, night)
            if not product.excluido and (key not in last or last[key].hash != row.hash):
                rows.append(row)
                sku = normalise_sku(product.codigo)
                before = last.get(key)
                if before is None or before.sku != sku:
                    moved |= {each for each in (sku, before.sku if before else None) if each is not None}
        detail: dict[str, object] = {"produtos": len(products), "fotografados": len(rows)}
        # Sales before a first photo use it (D16); a code that is another one now takes kits and costs of any day along.
        return Take({COSTS: rows}, touches="lines", skus=moved, detail=detail)

    return photograph(work, "costs", days, take)


class _Last(NamedTuple):
    """A product's newest photo: its digest, and the code as it was then."""

    hash: bytes
    sku: str | None


def _last_photos(conn: psycopg.Connection, client_id: str) -> dict[str, _Last]:
    """Product → its newest photo."""
    rows = conn.execute(
        "select distinct on (produto) split_part(chave, '|', 1) as produto, hash, payload ->> 'codigo'"
        " from raw.bling_cost_photos where client_id = %s order by produto, dia desc",
        [client_id],
    )
    return {key: _Last(digest, normalise_sku(code)) for key, digest, code in rows}


def _structures(work: Work, api: BlingClient, days: list[date]) -> Take:
    """Kits whose components were never read, and once a week all of them. A kit without structure has none: stored as
    gone, so that it is not asked for every night."""
    now = work.clock()
    weekly = week_over(work, "structures")
    with work.store.transaction() as conn:
        stored = known(conn, STRUCTURES, work.client_id)
        kits = {
            key for key, product in known(conn, PRODUCTS, work.client_id).items() if _is_kit(product.value(Product))
        }
    rows: list[RawRow] = []
    for key in sorted(kits if weekly else kits - stored.keys(), key=int):
        structure = api.structure(int(key)) or Structure(excluido=True)
        rows += state_rows(stored, {key: structure}, last_closed_day(now))
    return Take(
        {STRUCTURES: rows},
        settles=set(days),
        touches="history",
        moves={"structures": now} if weekly else {},
        detail={"kits": len(kits), "lidos": len(rows)},
    )


def _is_kit(product: Product) -> bool:
    return product.formato == KIT and not product.excluido


def _weekly(
    resource: str, kind: type[N], read: Callable[[BlingClient], list[N]]
) -> Callable[[Work, BlingClient, list[date]], Take]:
    """A whole list read once a week; in between the days wanted are settled by the last one."""
    table = f"raw.bling_{resource}"

    def take(work: Work, api: BlingClient, days: list[date]) -> Take:
        if not week_over(work, resource):
            return Take(settles=set(days))
        now = work.clock()
        found = by_id(read(api))
        with work.store.transaction() as conn:
            stored = known(conn, table, work.client_id)
        rows = whole_list(stored, found, kind, last_closed_day(now))
        return Take(
            {table: rows}, settles=set(days), touches="history", moves={resource: now}, detail={"lidos": len(found)}
        )

    return take


FEEDS: tuple[Feed, ...] = (
    single("products", _products),
    single("costs", _costs),
    single("structures", _structures),
    single("supplier_links", _weekly("supplier_links", SupplierLink, lambda api: api.supplier_links())),
    single("store_links", _weekly("store_links", StoreLink, lambda api: api.store_links())),
)
