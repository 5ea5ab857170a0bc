"""``fact_billing_line``: the billed fee of valid orders at their lines, beside the estimate (kpis.md §5.2).

The two sums join it by day and SKU; an order that is not billed yet has no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter

import psycopg

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.billing import SoldLine, billed_lines
from viang_pipeline.domain.money import centavos, reais
from viang_pipeline.marts.blocks import Block, build_block

LINE = Block(
    "fact_billing_line", ("order_id", "line_no"), ("dia", "sku", "valor", "comissao_faturada", "divergencia_comissao")
)


def build_billed_lines(work: Work, days: Iterable[date]) -> Outcome:
    """Spread the billed fees of the days' valid orders over their lines."""
    return build_block(work, days, {LINE: _rows})


def _rows(conn: psycopg.Connection, client_id: str, days: list[date]) -> Iterator[tuple[object, ...]]:
    sold = conn.execute(
        """
        select linha.order_id, linha.line_no, linha.dia, linha.sku, linha.valor, linha.comissao,
               tarifa.comissao_faturada
        from dashboard.fact_order_line as linha
        join dashboard.billing_order_fee as tarifa using (client_id, order_id)
        where linha.client_id = %s and linha.dia = any(%s) and linha.situacao = 'valida'
        order by linha.order_id, linha.line_no
        """,
        [client_id, days],
    ).fetchall()
    for order, of_order in groupby(sold, itemgetter(0)):
        rows = list(of_order)
        lines = [SoldLine(row[1], centavos(row[4]), None if row[5] is None else centavos(row[5])) for row in rows]
        for row, part in zip(rows, billed_lines(order, centavos(rows[0][6]), lines), strict=True):
            difference = None if part.difference is None else reais(part.difference)
            yield (*row[:5], reais(part.billed), difference)
