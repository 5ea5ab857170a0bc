"""Orders as UpSeller's files and Bling tell them, stored the way collection stores them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import upsert_raw
from viang_pipeline_tests.marts.shop import DAY, NOW, Shop

SHOPEE_STORE, ML_STORE, UNLISTED = 204000002, 204000001, 204000009


def item(sku: str | None, price: str | None, quantity: int = 1, **given: Any) -> dict[str, Any]:
    """A listing item of a suborder."""
    found = {"qty_sold": quantity, "unit_price": None if price is None else Decimal(price), "listing_sku": sku} | given
    return {name: value for name, value in found.items() if value is not None}


def upseller(
    shop: Shop,
    /,
    number: str,
    *items: dict[str, Any],
    part: str = "1",
    at: str = "2026-03-10T12:00:00-03:00",
    **given: Any,
) -> None:
    """A suborder; ``part``: its own number. The day is that of ``at``."""
    day = datetime.fromisoformat(at).astimezone(SAO_PAULO).date()
    sold = list(items) or [item("A", "100.00")]
    body: dict[str, Any] = {
        "platform": "shopee",
        "order_external_id": number,
        "suborder_id": part,
        "cancelled": False,
        "returned": False,
        "items": sold,
        "components": [{"item": n} for n in range(len(sold))],
        "shop": "Loja Um SP",
        "status": "Enviado",
        "ordered_at": at,
        "paid_at": at,
        "currency": "BRL",
        "fee_total": Decimal("20.00"),
        "buyer_freight": Decimal(0),
        "freight_total": Decimal(0),
    } | given
    body = {name: value for name, value in body.items() if value is not None}
    _put(shop, "upseller_orders", f"{body['platform']}|{number}|{part}", body, day)


def bling(
    shop: Shop, key: int, number: str | None, *, store: int = SHOPEE_STORE, day: date = DAY, **given: Any
) -> None:
    """A sales order: one unit of A for 100.00 with fee and freight."""
    body: dict[str, Any] = {
        "id": key,
        "data": day.isoformat(),
        "loja": {"id": store},
        "situacao": {"id": 9, "valor": 1},
        "totalProdutos": Decimal("100.00"),
        "total": Decimal("100.00"),
        "itens": [{"id": 1, "codigo": "A", "quantidade": 1, "valor": Decimal("100.00"), "produto": {"id": 7}}],
        "transporte": {"frete": Decimal(0)},
        "taxas": {"taxaComissao": Decimal("14.00"), "custoFrete": Decimal("9.00"), "valorBase": Decimal("100.00")},
    } | given
    if number is not None:
        body["numeroLoja"] = number
    _put(shop, "bling_orders", str(key), body, day)


def stores(shop: Shop, *listed: int) -> None:
    """Bling's stores, and those of them that bring sales."""
    kinds = {SHOPEE_STORE: "Shopee", ML_STORE: "MercadoLivre", UNLISTED: "Amazon"}
    for number, kind in kinds.items():
        _put(shop, "bling_channels", str(number), {"id": number, "tipo": kind}, DAY)
    shop.execute(
        "update dashboard.clients set canais_bling = %s where client_id = %s",
        [str(number) for number in listed],
        shop.client_id,
    )


def bling_was_read(shop: Shop, *days: date) -> None:
    """Bling's orders of these days were read completely."""
    with shop.database.transaction() as conn:
        ledgers.mark_read(conn, shop.client_id, "bling", "orders", days, NOW + timedelta(hours=1))
        ledgers.touch_days(conn, shop.client_id, days)


def _put(shop: Shop, table: str, key: str, body: dict[str, Any], day: date) -> None:
    with shop.database.transaction() as conn:
        write = upsert_raw(conn, f"raw.{table}", shop.client_id, [shop._row(key, body, day)])
        ledgers.touch_days(conn, shop.client_id, write.changed_days)
