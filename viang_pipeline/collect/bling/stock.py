"""The nightly photo of balances per product and deposit (kpis.md §5.8, D11, D12).

A photo taken on day R is the closing stock of R-1. The first complete read of a night wins and is never rewritten;
none is taken for a past day: Bling keeps no history.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from viang_pipeline.collect.bling.feeds import Take, photograph, read_feeds, require_read_today, single
from viang_pipeline.collect.bling.stored import as_row
from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.sources.bling.client import BlingClient

TABLE = "raw.bling_stock"
RESOURCE = "stock"

_WITH_STOCK = """
    select chave::bigint from raw.bling_products
    where client_id = %s and not payload ? 'excluido'
      and payload ->> 'formato' is distinct from 'V' and payload ->> 'tipo' is distinct from 'S'
    order by 1
"""
"""Services have no stock, and parents of variations none of their own."""


def collect_bling_stock(work: Work, api: BlingClient, days: Iterable[date]) -> Outcome:
    """Photograph the balances unless tonight's photo exists.

    Raises PartialCollectionError when the read fails, or when tonight's products are not there; nothing is stored then.
    """
    return read_feeds(work, api, days, (single(RESOURCE, _stock),))


def _stock(work: Work, api: BlingClient, days: list[date]) -> Take:
    def take(night: date) -> Take:
        require_read_today(work, "products", "bling/products")
        with work.store.transaction() as conn:
            products = [product for (product,) in conn.execute(_WITH_STOCK, [work.client_id])]
        found = api.balances(products)
        rows = [as_row(f"{balance.produto.id}|{night}", balance, night) for balance in found]
        return Take({TABLE: rows}, touches="sums", detail={"produtos": len(products), "fotografados": len(rows)})

    return photograph(work, RESOURCE, days, take)
