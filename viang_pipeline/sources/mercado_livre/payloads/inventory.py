"""Full stock of an inventory id (contract §7.4). Spellings of a reason vary and are settled here."""

from __future__ import annotations

import re
from typing import ClassVar

from viang_pipeline.sources.payloads import Payload

_SPELLINGS = {"damage": "damaged"}
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Blocked(Payload):
    """A quantity that may not be sold, and why."""

    ignored: ClassVar[frozenset[str]] = frozenset({"conditions"})

    status: str
    quantity: int

    def __post_init__(self) -> None:
        plain = _HUMP.sub("_", self.status).lower()
        self.status = _SPELLINGS.get(plain, plain)


class FulfillmentStock(Payload):
    """What lies in Full. ``total`` = available + not available."""

    ignored: ClassVar[frozenset[str]] = frozenset({"external_references"})

    inventory_id: str
    total: int
    available_quantity: int
    not_available_quantity: int
    not_available_detail: tuple[Blocked, ...] = ()

    def __post_init__(self) -> None:
        self.not_available_detail = tuple(sorted(self.not_available_detail, key=lambda b: (b.status, b.quantity)))


class AnnouncedStock(Payload):
    """What a listing or variation announces, kept as a photo. ``unidade``: the stock it shares with others;
    ``available_quantity`` None: it is not on sale."""

    anuncio: str
    unidade: str
    available_quantity: int | None = None
    variacao: str | None = None
    sku: str | None = None
    inventory_id: str | None = None
