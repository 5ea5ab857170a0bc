"""An account that sells on several platforms: what a World's seller sells, as UpSeller shows it, and more elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from viang_pipeline.sandbox.truth import Order, Seller
from viang_pipeline.sandbox.upseller.truth import Item, Kit, Link, Part, Product, SaleOrder, StockLine
from viang_pipeline.sandbox.world import World

WAREHOUSES = ("Galpão", "Full ML")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
OTHER_PLATFORMS = ("Shopee", "Shopee", "Shopee", "TikTok Shop", "Shein")


@dataclass
class Account:
    """Everything a full export of each kind would hold."""

    orders: list[SaleOrder] = field(default_factory=list)
    stock: list[StockLine] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    kits: list[Kit] = field(default_factory=list)


def generate_account(
    world: World, seller: Seller, *, since: datetime, until: datetime, seed: int = 1, others_per_day: float = 4.0
) -> Account:
    """The account of a seller with the orders of [since, until): those of the World on Mercado Livre, more elsewhere.

    The same arguments give the same account. Every SKU of the seller is a product; two of them make a kit.
    """
    chance = Random(f"{seed}:upseller:{seller.slug}")
    account = Account()
    skus = sorted(_skus(world, seller))
    costs = {sku: round(price * chance.uniform(0.35, 0.6)) for sku, price in skus}
    for sku, price in skus:
        account.products.append(Product(sku, f"Produto {sku}", price, costs[sku], spu=sku.split("-")[0], weight_g=300))
        for warehouse in WAREHOUSES[: chance.choice((1, 1, 2))]:
            account.stock.append(
                StockLine(
                    sku, warehouse, chance.randrange(0, 120), chance.randrange(0, 6), average_cost=costs[sku],
                    incoming_purchase=chance.choice((0, 0, 50)), title=f"Produto {sku}",
                )
            )  # fmt: skip
    if len(skus) > 1:
        account.kits.append(Kit(f"KIT-{skus[0][0]}", ((skus[0][0], 1), (skus[1][0], 2))))
    account.links = list(_links(world, seller))
    mine = [order for order in world.orders.values() if order.seller_id == seller.seller_id]
    account.orders += [
        _of_mercado_livre(order, seller, costs, until) for order in mine if since <= order.created_at < until
    ]
    account.orders += _elsewhere(account, seller, skus, costs, since, until, others_per_day, chance)
    account.orders.sort(key=lambda order: (order.ordered_at, order.order_id))
    return account


def _skus(world: World, seller: Seller) -> set[tuple[str, int]]:
    found: dict[str, int] = {}
    for listing in world.listings.values():
        if listing.seller_id != seller.seller_id:
            continue
        state = listing.states[0]
        for sku in [variation.sku for variation in listing.variations] or [state.sku or state.custom_field]:
            if sku:
                found.setdefault(sku, state.price)
    return set(found.items())


def _links(world: World, seller: Seller) -> Iterator[Link]:
    for listing in world.listings.values():
        if listing.seller_id != seller.seller_id:
            continue
        for variation in listing.variations:
            if variation.sku:
                variant = str(variation.variation_id)
                shop = f"{seller.name} ML"
                yield Link(variation.sku, shop, listing.listing_id, variation.sku, variant, variation.name)
        sku = listing.states[0].sku
        if sku and not listing.variations:
            yield Link(sku, f"{seller.name} ML", listing.listing_id, sku)


def _of_mercado_livre(order: Order, seller: Seller, costs: dict[str, int], now: datetime) -> SaleOrder:
    state = order.state_at(now) or order.states[0]
    sku = order.seller_sku or order.seller_custom_field
    cancelled = state.status == "cancelled"
    part = Part(sku, order.title if sku else None, order.quantity, costs.get(sku or ""))
    item = Item(
        sku, order.title, order.quantity, order.unit_price, (part,), order.listing_id,
        None if order.variation_id is None else str(order.variation_id),
    )  # fmt: skip
    paid = next((payment.approved_at for payment in state.payments if payment.approved_at), None)
    fee = order.sale_fee * order.quantity
    return SaleOrder(
        "Mercado Livre", str(order.order_id), f"UPML{order.order_id % 1_000_000:06d}", f"{seller.name} ML",
        order.created_at.replace(microsecond=0), (item,), order.buyer_id,
        paid_at=None if paid is None else paid.replace(microsecond=0),
        status="Cancelado" if cancelled else "Enviado", after_sale="Cancelado" if cancelled else None,
        fee=fee, profit=order.total - fee - (part.cost or 0), shipping="Mercado Envios Coleta",
    )  # fmt: skip


def _elsewhere(
    account: Account,
    seller: Seller,
    skus: Sequence[tuple[str, int]],
    costs: dict[str, int],
    since: datetime,
    until: datetime,
    per_day: float,
    chance: Random,
) -> Iterator[SaleOrder]:
    """Orders of the other platforms; of each tenth one nobody mapped the listing, each seventh is a kit."""
    seconds = int((until - since).total_seconds())
    for number in range(round(per_day * seconds / 86_400) if skus else 0):
        at = since + timedelta(seconds=chance.randrange(seconds))
        platform = chance.choice(OTHER_PLATFORMS)
        sku, price = chance.choice(skus)
        units = chance.choice((1, 1, 1, 2, 3))
        if number % 7 == 6 and account.kits:
            kit = account.kits[0]
            parts = tuple(Part(part, f"Produto {part}", each * units, costs[part]) for part, each in kit.components)
            item = Item(kit.sku, "Kit promocional", units, price * 2, parts)
        elif number % 10 == 9:
            item = Item(None, "Anúncio sem mapeamento", units, price, (Part(None, None, units, None, None),))
        else:
            item = Item(sku, f"Anúncio {sku}", units, price, (Part(sku, f"Produto {sku}", units, costs[sku]),))
        goods = item.unit_price * units
        fee = goods // 5
        cancelled = chance.random() < 0.05
        yield SaleOrder(
            platform, f"{at:%y%m%d}{''.join(chance.choices(LETTERS, k=8))}", f"UPSP{number:06d}",
            f"{seller.name} {platform}", at, (item,), chance.randrange(10**6, 10**7),
            paid_at=at + timedelta(minutes=chance.randrange(1, 60)),
            status="Cancelado" if cancelled else "Concluído", cancel_reason="Sem estoque" if cancelled else None,
            fee=fee, buyer_freight=chance.choice((0, 990)), discounts=chance.choice((0, 0, 500)),
            profit=goods - fee - sum(part.cost or 0 for part in item.parts),
        )  # fmt: skip
