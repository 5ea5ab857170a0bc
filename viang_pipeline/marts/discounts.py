"""``fact_order_discount``: what was taken off an order and who pays it.

Informative: the seller's part is already inside ``unit_price`` and is never subtracted from revenue (kpis.md §5.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.money import centavos, reais
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.sources.mercado_livre.payloads.discounts import OrderDiscounts
from viang_pipeline.warehouse.load import converge
from viang_pipeline.warehouse.locks import lock_client

_discounts = msgspec.json.Decoder(OrderDiscounts, strict=False)


def build_discounts(work: Work, days: Iterable[date]) -> Outcome:
    """Rebuild the discounts of the orders of the days, in one transaction."""
    wanted = sorted(set(days))
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        stored = conn.execute(
            """
            select desconto.chave, pedido.dia, desconto.payload::text
            from raw.mercado_livre_order_discounts as desconto
            join raw.mercado_livre_orders as pedido using (client_id, chave)
            where desconto.client_id = %s and pedido.dia = any(%s)
            """,
            [work.client_id, wanted],
        ).fetchall()
        result = converge(
            conn,
            table="dashboard.fact_order_discount",
            key=("client_id", "order_id"),
            columns=("order_id", "dia", "desconto_total", "desconto_vendedor"),
            constants=provenance(work, work.clock()),
            volatile=("run_id", "calculado_em"),
            rows=[(order, day, *_sums(_discounts.decode(text))) for order, day, text in stored],
            scope=("client_id = %s and dia = any(%s)", [work.client_id, wanted]),
            touching=("dia",),
        )
    changed = {day for day in result.touched if isinstance(day, date)}
    return Outcome(
        read=len(stored),
        written=result.written,
        unchanged=result.unchanged,
        days_done=set(wanted),
        days_changed=changed,
    )


def _sums(found: OrderDiscounts) -> tuple[object, object]:
    """Whole discount and the seller's part in BRL: ``amounts`` are line totals already (contract §3.6)."""
    amounts = [item.amounts for detail in found.details for item in detail.items]
    return reais(sum(centavos(each.total) for each in amounts)), reais(sum(centavos(each.seller) for each in amounts))
