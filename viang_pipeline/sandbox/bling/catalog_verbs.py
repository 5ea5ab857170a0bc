"""What happens to products: creation, changes, costs, links, stock; and what they are worth at an instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from viang_pipeline.sandbox.bling.catalog_truth import (
    Balance,
    CostState,
    Format,
    Kind,
    Product,
    ProductState,
    StoreLink,
    Structure,
    SupplierLink,
)
from viang_pipeline.sandbox.bling.ground import AccountGround, Ids
from viang_pipeline.sandbox.bling.truth import AccountTraits, Channel, Company, Deposit
from viang_pipeline.sandbox.timeline import instant_of
from viang_pipeline.sandbox.truth import last_at

NOTHING = Decimal(0)
_at = attrgetter("at")


class CatalogVerbs(AccountGround):
    """The products of an account."""

    def __init__(self, ids: Ids, seller_id: int, company: Company, traits: AccountTraits) -> None:
        super().__init__(ids, seller_id, company, traits)
        self.products: dict[int, Product] = {}
        self.supplier_links: dict[int, list[SupplierLink]] = {}
        """By product id."""
        self.store_links: dict[int, StoreLink] = {}
        self.balances: dict[int, dict[int, list[Balance]]] = {}

    def add_product(
        self,
        name: str,
        *,
        at: datetime,
        code: str = "",
        price: int = 0,
        cost: int | None = None,
        stock: Decimal | int | None = None,
        kind: Kind = "P",
        format: Format = "S",
        parent: Product | None = None,
        structure: Structure | None = None,
        active: bool = True,
    ) -> Product:
        """A product; ``cost`` makes a default supplier link, ``stock`` a balance in the general deposit."""
        with self.ids.lock:
            created = instant_of(at)
            parent_id = parent.product_id if parent else 0
            product = Product(self.ids.next("product"), created, kind, format, parent_id, structure)
            product.states.append(ProductState(created, name, code, price, active))
            self.products[product.product_id] = product
            if cost is not None:
                self.link_supplier(product, at=at, cost=cost)
            if stock is not None:
                self.set_balance(product, stock, at=at)
            return product

    def change_product(
        self,
        product: Product,
        *,
        at: datetime,
        name: str | None = None,
        code: str | None = None,
        price: int | None = None,
        active: bool | None = None,
    ) -> None:
        """New facts of a product from ``at`` on; None leaves a fact as it is."""
        given = {"name": name, "code": code, "price": price, "active": active}
        self._product_state(product, at, **{key: value for key, value in given.items() if value is not None})

    def delete_product(self, product: Product, *, at: datetime) -> None:
        """Gone from the lists that do not ask for deleted ones; its detail is a 404."""
        self._product_state(product, at, deleted=True)

    def link_supplier(
        self,
        product: Product,
        *,
        at: datetime,
        cost: int,
        purchase: int | None = None,
        supplier_id: int | None = None,
        default: bool = True,
    ) -> SupplierLink:
        """A supplier of the product; the cost of the default one is the product's."""
        with self.ids.lock:
            state = product.states[0]
            identity = self.ids.next("supplier_link")
            link = SupplierLink(
                identity, product.product_id, supplier_id or self.supplier_id, f"F-{identity}", state.name, default
            )
            self.supplier_links.setdefault(product.product_id, []).append(link)
        self.set_cost(link, at=at, cost=cost, purchase=purchase)
        return link

    def set_cost(self, link: SupplierLink, *, at: datetime, cost: int, purchase: int | None = None) -> None:
        """What the supplier asks from ``at`` on; Bling forgets what it was before."""
        with self.ids.lock:
            link.states.append(CostState(instant_of(at), cost, cost * 93 // 100 if purchase is None else purchase))
            link.states.sort(key=_at)

    def link_store(
        self, product: Product, channel: Channel, code: str, *, at: datetime, price: int = 0, promotional: int = 0
    ) -> StoreLink:
        """The product is sold in a store under the listing ``code``."""
        with self.ids.lock:
            identity = self.ids.next("store_link")
            link = StoreLink(identity, product.product_id, channel.channel_id, code, price, promotional, instant_of(at))
            self.store_links[identity] = link
            return link

    def set_balance(
        self,
        product: Product,
        physical: Decimal | int,
        *,
        at: datetime,
        reserved: Decimal | int = 0,
        deposit: Deposit | None = None,
    ) -> None:
        """The stock in a deposit (the general one unless given) from ``at`` on."""
        with self.ids.lock:
            place = (deposit or self.general).deposit_id
            states = self.balances.setdefault(product.product_id, {}).setdefault(place, [])
            states.append(Balance(instant_of(at), Decimal(physical), Decimal(reserved)))
            states.sort(key=_at)

    # --- what follows -------------------------------------------------------------------------------------------------

    def default_link(self, product: Product, instant: datetime) -> SupplierLink | None:
        """The link of the default supplier."""
        for link in self.supplier_links.get(product.product_id, ()):
            if link.default and link.state_at(instant):
                return link
        return None

    def cost(self, product: Product, instant: datetime) -> int:
        """``precoCusto``: the default supplier's, 0 without one."""
        link = self.default_link(product, instant)
        state = link.state_at(instant) if link else None
        return state.cost if state else 0

    def balances_at(self, product: Product, instant: datetime) -> dict[int, Balance]:
        """The stock by deposit; a virtual kit has what its scarcest component allows (§7.2)."""
        if product.structure is not None and product.structure.stock == "V":
            return self._kit_balances(product.structure, instant)
        found = {}
        for place, states in self.balances.get(product.product_id, {}).items():
            state = last_at(states, instant)
            if state is not None:
                found[place] = state
        return found

    def total(self, product: Product, instant: datetime) -> Balance:
        """Over all deposits that count."""
        counted = [b for place, b in self.balances_at(product, instant).items() if not self.deposits[place].ignored]
        return Balance(
            instant, sum((b.physical for b in counted), NOTHING), sum((b.reserved for b in counted), NOTHING)
        )

    def _kit_balances(self, structure: Structure, instant: datetime) -> dict[int, Balance]:
        parts = [
            (self.balances_at(self.products[product_id], instant), quantity)
            for product_id, quantity in structure.components
        ]
        places = {place for balances, _ in parts for place in balances}
        nothing = Balance(instant, NOTHING)
        found = {}
        for place in sorted(places):
            held = [(balances.get(place, nothing), quantity) for balances, quantity in parts]
            physical = min(balance.physical // quantity for balance, quantity in held)
            available = min(balance.available // quantity for balance, quantity in held)
            found[place] = Balance(instant, physical, physical - available)
        return found

    def _product_state(self, product: Product, at: datetime, **changes: object) -> None:
        when = instant_of(at)
        with self.ids.lock:
            last = product.states[-1]
            if when < last.at:
                raise ValueError("product changes are scripted in time order")
            product.states.append(replace(last, at=when, **changes))  # type: ignore[arg-type]
