"""What the seller holds himself, per SKU, from one authority's photo (kpis.md §5.8, D11, D12).

Pure: balances in, stock out. Absent is not zero; a negative balance stays negative (units owed).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

DUPLICATED = "sku_duplicado"
VIRTUAL_KIT = "kit_sem_estoque_proprio"


class Balance(NamedTuple):
    """One product in one deposit. ``product``: the authority's own id, which a SKU should have only once.

    ``on_hand``, ``available``, ``in_transit`` in units, None = not said; ``virtual``: computed from other products.
    """

    sku: str
    product: str
    deposit: str
    on_hand: int | None
    available: int
    in_transit: int | None = None
    virtual: bool = False


class OwnStock(NamedTuple):
    """``available`` None with a ``reason``. ``reserved`` is never part of ``available``."""

    available: int | None
    reserved: int | None
    in_transit: int | None
    reason: str | None


UNKNOWN = OwnStock(None, None, None, None)


def own_stock(balances: Iterable[Balance], excluded: Collection[str]) -> dict[str, OwnStock]:
    """SKU → what is held in the deposits that count (D12): Full's mirrors and the client's ``excluded`` do not.

    A product that lies only in deposits that do not count holds nothing of its own and is absent.
    """
    counted: dict[str, list[Balance]] = {}
    for balance in balances:
        if balance.deposit not in excluded:
            counted.setdefault(balance.sku, []).append(balance)
    return {sku: _together(of_sku) for sku, of_sku in sorted(counted.items())}


def held(balances: Iterable[Balance], excluded: Collection[str]) -> OwnStock:
    """What is held of all products together: two products of one SKU are both there, virtual kits are nothing."""
    counted = [b for b in balances if b.deposit not in excluded and not b.virtual]
    return _sum(counted)


def _together(balances: list[Balance]) -> OwnStock:
    if len({balance.product for balance in balances}) > 1:
        return OwnStock(None, None, None, DUPLICATED)
    if any(balance.virtual for balance in balances):
        return OwnStock(None, None, None, VIRTUAL_KIT)
    return _sum(balances)


def _sum(balances: list[Balance]) -> OwnStock:
    reserved = [None if b.on_hand is None else b.on_hand - b.available for b in balances]
    return OwnStock(
        sum(balance.available for balance in balances),
        _total(reserved),
        _total([balance.in_transit for balance in balances]),
        None,
    )


def _total(parts: list[int | None]) -> int | None:
    """None as soon as one part is unknown."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


NO_AUTHORITY = "autoridade_de_estoque_nao_definida"
NOT_READ = "estoque_proprio_nao_lido"
NOT_LISTED = "sku_fora_do_estoque_proprio"
FULL_NOT_READ = "estoque_full_nao_lido"


def usable(
    own: OwnStock | None, full: int | None, *, authority: bool, read: bool, full_read: bool
) -> tuple[int | None, str | None]:
    """``estoque_disponivel`` of a SKU, own + Full, and why it is NULL.

    ``own`` None: the authority does not list the SKU. Full alone is the answer only where the authority was read and
    does not know the SKU: a sum with an unread part would state a stock-out nobody saw.
    """
    if not authority:
        return None, NO_AUTHORITY
    if not read:
        return None, NOT_READ
    if not full_read:
        return None, FULL_NOT_READ
    if own is None:
        return full, None if full is not None else NOT_LISTED
    if own.available is None:
        return None, own.reason
    return own.available + (full or 0), None
