"""What the mart of discounts must show, from the sandbox's truth alone (contract §3.6)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from viang_pipeline.sandbox import World

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def order_discounts(world: World, until: datetime) -> dict[str, tuple[date, int, int]]:
    """Order → day of the sale, discount in the price plus granted ones, and the seller's part; centavos."""
    found = {}
    for order in world.orders.values():
        off = max(order.full_unit_price - order.unit_price, 0)
        granted = world.discounts.granted.get(order.order_id, [])
        if order.created_at < until and (off or granted):
            total = off * order.quantity + sum(each.total for each in granted)
            mine = (order.seller_discount * order.quantity if off else 0) + sum(each.seller for each in granted)
            found[str(order.order_id)] = (order.created_at.astimezone(SAO_PAULO).date(), total, mine)
    return found
