"""The ground of a Bling account: identity, ids, channels, deposits, statuses and categories."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import count
from threading import RLock

from viang_pipeline.sandbox.bling.truth import (
    SEEDED_STATUSES,
    AccountTraits,
    Category,
    Channel,
    Company,
    Deposit,
    Status,
)
from viang_pipeline.sandbox.timeline import instant_of


class Ids:
    """The counters all accounts share, so that an id is of one account only; and the world's lock."""

    def __init__(self, lock: RLock) -> None:
        self.lock = lock
        self._counts = {
            "product": count(16_200_000_011),
            "supplier": count(16_900_000_500),
            "deposit": count(14_800_001),
            "channel": count(204_000_001),
            "status": count(462_001),
            "category": count(33_000_001),
            "supplier_link": count(701),
            "store_link": count(90_001),
            "sale": count(19_000_000_101),
            "item": count(31_000_000_001),
            "buyer": count(9_000_001),
            "invoice": count(21_000_000_077),
            "receivable": count(51_000_001),
            "payable": count(52_000_009),
            "payment": count(61_000_001),
        }

    def next(self, kind: str) -> int:
        """A new id."""
        return next(self._counts[kind])


class AccountGround:
    """What every verb of an account needs. ``seller_id`` is the Mercado Livre account of the same client."""

    def __init__(self, ids: Ids, seller_id: int, company: Company, traits: AccountTraits) -> None:
        self.ids = ids
        self.seller_id = seller_id
        self.company = company
        self.traits = traits
        self.statuses: list[Status] = list(SEEDED_STATUSES)
        self.channels: dict[int, Channel] = {}
        self.deposits: dict[int, Deposit] = {}
        self.categories: dict[int, Category] = {}
        self.general = self.add_deposit("Geral", at=company.since, default=True)
        self.supplier_id = ids.next("supplier")
        """The supplier a product has when nobody says which."""

    def new_buyer(self) -> int:
        """A buyer nobody on a marketplace knows; who it is follows from the id."""
        return self.ids.next("buyer")

    def add_channel(self, name: str, kind: str, *, at: datetime) -> Channel:
        """A store connected at ``at``; ``kind`` such as ``MercadoLivre`` or ``Shopee``."""
        with self.ids.lock:
            channel = Channel(self.ids.next("channel"), name, kind, instant_of(at))
            self.channels[channel.channel_id] = channel
            return channel

    def reconnect(self, channel: Channel, *, at: datetime) -> Channel:
        """The integration is connected anew: the old store is switched off and a new id begins (§11)."""
        with self.ids.lock:
            channel.closed_at = instant_of(at)
            return self.add_channel(channel.name, channel.kind, at=at)

    def add_deposit(self, name: str, *, at: datetime, default: bool = False, ignored: bool = False) -> Deposit:
        """A deposit; ``ignored`` is desconsiderarSaldo, as for a mirror of Full."""
        with self.ids.lock:
            deposit = Deposit(self.ids.next("deposit"), name, instant_of(at), default, ignored)
            self.deposits[deposit.deposit_id] = deposit
            return deposit

    def close_deposit(self, deposit: Deposit, *, at: datetime) -> None:
        """Inactive from ``at`` on."""
        with self.ids.lock:
            deposit.closed_at = instant_of(at)

    def add_status(self, name: str, value: int, *, inherited: int = 0, colour: str = "#7A5CFF") -> Status:
        """A status of the account's own, with a big id."""
        with self.ids.lock:
            status = Status(self.ids.next("status"), name, value, inherited, colour)
            self.statuses.append(status)
            return status

    def status(self, status_id: int) -> Status:
        """A status by its id. Raises KeyError."""
        for status in self.statuses:
            if status.status_id == status_id:
                return status
        raise KeyError(status_id)

    def add_category(self, name: str, kind: int, *, parent: Category | None = None, active: bool = True) -> Category:
        """An income (2) or expense (1) category."""
        with self.ids.lock:
            parent_id = parent.category_id if parent else 0
            category = Category(self.ids.next("category"), name, kind, parent_id, active)
            self.categories[category.category_id] = category
            return category

    def refuse(self, resources: Iterable[str], *, error: str = "insufficient_scope") -> None:
        """Answer 403 for resources such as ``contas/pagar``: a scope never granted, or ``FORBIDDEN``."""
        with self.ids.lock:
            self.traits.refusals |= dict.fromkeys(resources, error)

    def suspend(self) -> None:
        """The company falls into arrears: no consent, no token call (§2)."""
        with self.ids.lock:
            self.traits.suspended = True
