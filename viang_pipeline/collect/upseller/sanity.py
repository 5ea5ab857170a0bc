"""What a good file may still lack, seen against what is stored: shops a sub-account does not see, unknown channels."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from viang_pipeline.collect.upseller.report import KIND_NAMES
from viang_pipeline.sources.upseller import Reading
from viang_pipeline.sources.upseller.payloads import Suborder


def notices(conn: psycopg.Connection, client_id: str, reading: Reading) -> list[str]:
    """Warnings about one file; none of them refuses it (contract §9, §10.5)."""
    found = [_fewer_shops(conn, client_id, reading)]
    if reading.kind == "links":
        found.append(_shops_without_channel(conn, client_id, reading.shops))
    if reading.kind == "orders":
        found.append(_unknown_to_mercado_livre(conn, client_id, reading))
    return [notice for notice in found if notice]


def _fewer_shops(conn: psycopg.Connection, client_id: str, reading: Reading) -> str | None:
    """A sub-account exports only the shops it may see, and nothing in the file says so."""
    row = conn.execute(
        "select relatorio -> 'lojas' from dashboard.upseller_files"
        " where client_id = %s and tipo = %s and situacao = 'importado' and retrato_de <= %s"
        " order by retrato_de desc, importado_em desc limit 1",
        [client_id, KIND_NAMES[reading.kind], reading.shown_at],
    ).fetchone()
    before = set(row[0] or ()) if row else set()
    missing = sorted(before - set(reading.shops))
    if len(reading.shops) >= len(before):
        return None
    return (
        f"o arquivo anterior tinha {len(before)} loja(s) e este tem {len(reading.shops)}; falta {', '.join(missing)}: "
        "confira se a exportação não é de uma subconta"
    )


def _shops_without_channel(conn: psycopg.Connection, client_id: str, shops: Iterable[str]) -> str | None:
    """Links name no platform: the client's settings say which channel a shop is."""
    rows = conn.execute(
        "select shop from dashboard.clients, unnest(%s::text[]) as shop"
        " where client_id = %s and not lojas_upseller ? shop order by shop",
        [list(shops), client_id],
    ).fetchall()
    return f"lojas sem canal no cadastro do cliente: {', '.join(shop for (shop,) in rows)}" if rows else None


def _unknown_to_mercado_livre(conn: psycopg.Connection, client_id: str, reading: Reading) -> str | None:
    """Orders of Mercado Livre the platform itself did not tell, by order or pack id, on days it was asked about."""
    told = [
        (order.order_external_id, found.day)
        for found in reading.records
        if isinstance(order := found.found.value, Suborder) and order.platform == "mercado_livre"
    ]
    if not told:
        return None
    row = conn.execute(
        """
        select count(distinct told.pedido)
        from unnest(%(orders)s::text[], %(days)s::date[]) as told(pedido, dia)
        join dashboard.source_reads as lidos
          on (lidos.client_id, lidos.source, lidos.resource, lidos.dia)
           = (%(client)s, 'mercado_livre', 'orders', told.dia) and lidos.completo
        where not exists (
            select from raw.mercado_livre_orders where client_id = %(client)s and chave = told.pedido
        ) and told.pedido not in (
            select payload ->> 'pack_id' from raw.mercado_livre_orders
            where client_id = %(client)s and payload ? 'pack_id' and dia between %(first)s and %(last)s
        )
        """,
        {
            "client": client_id,
            "orders": [order for order, _ in told],
            "days": [day for _, day in told],
            "first": min(day for _, day in told if day),
            "last": max(day for _, day in told if day),
        },
    ).fetchone()
    count = row[0] if row else 0
    return f"{count} pedido(s) do Mercado Livre que a própria plataforma não mostrou" if count else None
