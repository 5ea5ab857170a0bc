"""The Bling accounts of a world, one per seller that keeps its books there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from random import Random
from threading import RLock

from viang_pipeline.sandbox.bling.ground import Ids
from viang_pipeline.sandbox.bling.money_verbs import MoneyVerbs
from viang_pipeline.sandbox.bling.truth import AccountTraits, Company
from viang_pipeline.sandbox.timeline import instant_of
from viang_pipeline.sandbox.truth import Seller


class BlingAccount(MoneyVerbs):
    """Everything that ever happens in one ERP account; a verb per happening. What is visible depends on the instant."""


class BlingBook:
    """All Bling accounts; ``lock`` is the world's own."""

    def __init__(self, lock: RLock) -> None:
        self._accounts: dict[int, BlingAccount] = {}
        self._promises: list[Callable[[], object]] = []
        self._ids = Ids(lock)

    @property
    def accounts(self) -> dict[int, BlingAccount]:
        """By seller id; what was promised is opened now."""
        with self._ids.lock:
            while self._promises:
                self._promises.pop(0)()
            return self._accounts

    def promise(self, opening: Callable[[], object]) -> None:
        """Open an account when somebody first asks for any: its books take time that most worlds never need."""
        self._promises.append(opening)

    def open_account(
        self, seller: Seller, *, at: datetime, lower_case_bearer: bool | None = None, name: str | None = None
    ) -> BlingAccount:
        """The seller's Bling account, with the seeded statuses and a general deposit.

        Unless told, every second account gets ``token_type`` in lower case.
        """
        with self._ids.lock:
            draw = Random(f"bling:{seller.slug}")
            root = "".join(str(draw.randrange(10)) for _ in range(8))
            company = Company(
                company_id=hashlib.md5(f"{seller.seller_id}:{seller.slug}".encode()).hexdigest(),
                name=name or f"{seller.name} Ltda",
                cnpj=f"{root[:2]}.{root[2:5]}.{root[5:]}/0001-{draw.randrange(100):02d}",
                email=f"financeiro@{seller.slug}.exemplo.com.br",
                since=instant_of(at),
            )
            lower = len(self._accounts) % 2 == 1 if lower_case_bearer is None else lower_case_bearer
            account = BlingAccount(self._ids, seller.seller_id, company, AccountTraits(lower))
            self._accounts[seller.seller_id] = account
            return account

    def account(self, seller: Seller | int) -> BlingAccount:
        """The account of a seller. Raises KeyError."""
        return self.accounts[seller if isinstance(seller, int) else seller.seller_id]
