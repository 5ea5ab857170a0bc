"""Products, their costs, links and balances over time. Money in centavos, quantities as Decimal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from viang_pipeline.sandbox.truth import last_at

Format = Literal["S", "V", "E"]
Kind = Literal["P", "S", "N"]


@dataclass(frozen=True, slots=True)
class ProductState:
    """A product from ``at`` on."""

    at: datetime
    name: str
    code: str
    price: int
    active: bool = True
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Structure:
    """What a kit is made of: (product id, quantity). ``stock`` V computed from components, F its own (§7.2)."""

    components: tuple[tuple[int, Decimal], ...]
    stock: Literal["F", "V"] = "V"
    movement: Literal["A", "M", "P"] = "M"


@dataclass(slots=True)
class Product:
    """A product, a parent of variations (format V), a variation (``parent_id``) or a kit (format E)."""

    product_id: int
    created_at: datetime
    kind: Kind
    format: Format
    parent_id: int = 0
    structure: Structure | None = None
    states: list[ProductState] = field(default_factory=list)

    def state_at(self, instant: datetime) -> ProductState | None:
        """How the product stands at ``instant``; None before it exists."""
        return last_at(self.states, instant)


@dataclass(frozen=True, slots=True)
class CostState:
    """What a supplier asks from ``at`` on: ``cost`` with freight and taxes shared in, ``purchase`` bare."""

    at: datetime
    cost: int
    purchase: int


@dataclass(slots=True)
class SupplierLink:
    """A supplier of a product. The default one's cost is the product's ``precoCusto``."""

    link_id: int
    product_id: int
    supplier_id: int
    code: str
    description: str
    default: bool
    states: list[CostState] = field(default_factory=list)

    def state_at(self, instant: datetime) -> CostState | None:
        """The price in force at ``instant``; None before the link exists."""
        return last_at(self.states, instant)


@dataclass(frozen=True, slots=True)
class StoreLink:
    """A product's listing in a store: ``code`` is the listing's."""

    link_id: int
    product_id: int
    channel_id: int
    code: str
    price: int
    promotional: int
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """The stock of a product in one deposit from ``at`` on; available = physical - reserved."""

    at: datetime
    physical: Decimal
    reserved: Decimal = Decimal(0)

    @property
    def available(self) -> Decimal:
        """Bling's "virtual" balance."""
        return self.physical - self.reserved
