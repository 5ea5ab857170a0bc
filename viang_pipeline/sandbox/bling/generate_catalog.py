"""A believable shelf for the listings a seller has: products, costs, links, deposits and what lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.catalog_truth import Product, Structure
from viang_pipeline.sandbox.bling.notation import from_wall
from viang_pipeline.sandbox.bling.truth import Channel, Deposit
from viang_pipeline.sandbox.truth import Listing

COST_SHARE = (0.35, 0.55)
WITHOUT_COST_EVERY = 6
"""Every so manyth product has no cost at its default supplier, while another supplier knows one."""
COST_RISES = (0.4, 0.75)
"""When costs go up, as a share of the days told."""


@dataclass(slots=True)
class Shelf:
    """The products by what they are sold as: (listing id, variation id or None)."""

    market: Channel
    shopee: Channel
    sold: list[Product] = field(default_factory=list)
    by_listing: dict[tuple[str, int | None], Product] = field(default_factory=dict)
    kit: Product | None = None


def morning(day: date, hour: int = 9) -> datetime:
    """An instant of a day in Brasília."""
    return from_wall(datetime.combine(day, time(hour)))


def fill_shelf(
    account: BlingAccount, listings: Sequence[Listing], days: Sequence[date], chance: Random, *, twin: bool
) -> Shelf:
    """Every listing as a product, plus what only an ERP has: kits, services, retired goods; with ``twin`` a repeated
    code of another cost."""
    opened = account.company.since
    shelf = Shelf(
        account.add_channel(f"ML {account.company.name}", "MercadoLivre", at=opened),
        account.add_channel("Shopee", "Shopee", at=opened),
    )
    full = any(listing.inventory_id for listing in listings)
    mirror = account.add_deposit("Full", at=opened, ignored=True) if full else None
    former = account.add_deposit("Galpão antigo", at=opened, ignored=True)
    account.close_deposit(former, at=opened + timedelta(days=10))
    by_code: dict[str, Product] = {}
    for listing in listings:
        _add_listing(account, shelf, listing, by_code, chance)
    account.set_balance(shelf.sold[0], 7, deposit=former, at=opened)
    _add_oddities(account, shelf, chance, twin=twin)
    for share in COST_RISES:
        _raise_costs(account, morning(days[int(len(days) * share)]), chance)
    for product in shelf.sold:
        _move_stock(account, product, days, mirror, chance)
    return shelf


def _add_listing(
    account: BlingAccount, shelf: Shelf, listing: Listing, by_code: dict[str, Product], chance: Random
) -> None:
    state, at = listing.states[0], account.company.since
    code = state.sku or state.custom_field or ""
    parent = None
    if listing.variations:
        parent = account.add_product(state.title, at=at, code=code, price=state.price, format="V")
    for variation in listing.variations or (None,):
        name = f"{state.title} Cor:{variation.name}" if variation else state.title
        own_code = code if variation is None else variation.sku or variation.custom_field or ""
        price = variation.price if variation and variation.price else state.price
        product = by_code.get(own_code) if own_code else None
        if product is None:
            product = account.add_product(name, at=at, code=own_code, price=price, parent=parent)
            shelf.sold.append(product)
            _price_it(account, product, price, chance)
            if own_code:
                by_code[own_code] = product
        shelf.by_listing[listing.listing_id, variation.variation_id if variation else None] = product
        account.link_store(product, shelf.market, listing.listing_id, at=at, price=price)


def _price_it(account: BlingAccount, product: Product, price: int, chance: Random) -> None:
    cost = round(price * chance.uniform(*COST_SHARE))
    at, position = account.company.since, len(account.supplier_links)
    unknown = position % WITHOUT_COST_EVERY == WITHOUT_COST_EVERY - 1
    account.link_supplier(product, at=at, cost=0 if unknown else cost)
    if unknown or position % 4 == 1:
        account.link_supplier(
            product, at=at, cost=cost * 104 // 100, supplier_id=account.supplier_id + 10**6, default=False
        )


def _add_oddities(account: BlingAccount, shelf: Shelf, chance: Random, *, twin: bool) -> None:
    at = account.company.since
    single, last = shelf.sold[0], shelf.sold[-1].states[0]
    first = single.states[0]
    shelf.kit = account.add_product(
        f"Kit 2 {first.name}"[:120],
        at=at,
        code=f"KIT-{first.code}-2",
        price=first.price * 19 // 10,
        format="E",
        structure=Structure(((single.product_id, Decimal(2)),)),
    )
    account.link_store(shelf.kit, shelf.shopee, f"{chance.randrange(10**9, 10**10)}", at=at)
    if twin and last.code:
        again = account.add_product(f"{last.name} (lote novo)"[:120], at=at, code=last.code, price=last.price, stock=4)
        account.link_supplier(again, at=at, cost=round(last.price * 0.6))
    account.add_product("Embalagem para presente", at=at, code="EMB-PRES", price=500, kind="S")
    retired = account.add_product("Item fora de linha", at=at, code="FORA-1", price=1990, cost=800, stock=3)
    account.change_product(retired, at=at + timedelta(days=5), active=False)
    mistake = account.add_product("Cadastro por engano", at=at, price=100)
    account.delete_product(mistake, at=at + timedelta(days=6))


def _raise_costs(account: BlingAccount, at: datetime, chance: Random) -> None:
    for links in account.supplier_links.values():
        for link in links:
            known = link.states[-1].cost
            if known and chance.random() < 0.5:
                account.set_cost(link, at=at, cost=round(known * chance.uniform(1.03, 1.08)))


def _move_stock(
    account: BlingAccount, product: Product, days: Sequence[date], mirror: Deposit | None, chance: Random
) -> None:
    """Every week a count: most goods are there, some ran out, a few are owed."""
    level = chance.randint(20, 200)
    account.set_balance(product, level, at=account.company.since)
    for day in days[:: chance.randint(5, 8)]:
        level -= chance.randint(2, 30)
        if level < -5 or (level <= 10 and chance.random() < 0.7):
            level += chance.randint(60, 180)
        at = morning(day, chance.randint(7, 19))
        account.set_balance(product, level, reserved=min(max(level, 0), chance.randint(0, 4)), at=at)
        if mirror is not None:
            account.set_balance(product, chance.randint(0, 60), deposit=mirror, at=at)
