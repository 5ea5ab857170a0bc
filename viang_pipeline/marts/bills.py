"""Stored bills as the domain sees them: centavos, orders as text."""

from __future__ import annotations

from viang_pipeline.domain.billing import BilledOrder, BillLine
from viang_pipeline.domain.money import centavos
from viang_pipeline.sources.mercado_livre.payloads.billing import BillingLine, BillingSummary


def bill_line(line: BillingLine) -> BillLine:
    """A line of a bill."""
    info = line.charge_info
    return BillLine(
        detail=str(info.detail_id),
        document=line.document or "BILL",
        kind=info.detail_type,
        code=info.detail_sub_type,
        amount=centavos(info.detail_amount),
        orders=tuple(
            BilledOrder(
                str(sale.order_id),
                0 if sale.transaction_amount is None else centavos(sale.transaction_amount),
                None if sale.sale_fee is None else centavos(sale.sale_fee.net),
            )
            for sale in line.sales_info
            if sale.order_id is not None
        ),
    )


def announced_totals(summary: BillingSummary) -> dict[str, int]:
    """Sub type → centavos of a summary, credits negative."""
    totals: dict[str, int] = {}
    for row in summary.bill_includes.charges:
        totals[row.type] = totals.get(row.type, 0) + centavos(row.amount)
    for row in summary.bill_includes.bonuses:
        totals[row.type] = totals.get(row.type, 0) - abs(centavos(row.amount))
    return totals
