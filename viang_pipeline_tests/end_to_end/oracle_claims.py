"""What claims and returns must amount to after each night, from the sandbox's truth alone (kpis.md §5.2, §5.7, §7).

Every change of a claim is seen the night after it. A return moves without its claim and is looked at again while it or
its claim is open or no charge is known, for sixty days from the opening; later it stays as it was last seen.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.claims_truth import Claim, ClaimState, ReturnState
from viang_pipeline.sandbox.truth import Order

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ENDED = ("delivered", "cancelled", "expired", "failed", "not_delivered")
FOLLOWED = timedelta(days=60)


@dataclass
class Day:
    """Numbers of a day; ``cost`` in centavos, None while a cost is unread."""

    devolucoes: int = 0
    devolucoes_no_dia: int = 0
    unidades_devolvidas: int = 0
    reclamacoes: int = 0
    mediacoes: int = 0
    cost: int | None = 0


@dataclass
class Seen:
    """A claim as last read."""

    state: ClaimState
    back: ReturnState | None = None
    charge: int | None = None


class ClaimsOracle:
    """Claims of one seller opened since the first day of the client."""

    def __init__(self, world: World, seller_id: int, first: date) -> None:
        self.claims = [c for c in world.claims.claims.values() if c.seller_id == seller_id and opened(c) >= first]
        self.first = first
        self.seen: dict[int, Seen] = {}

    def night(self, now: datetime) -> None:
        """A complete reading at ``now``."""
        for claim in self.claims:
            state = claim.state_at(now)
            if state is None:
                continue
            before = self.seen.get(claim.claim_id)
            changed = before is None or before.state != state
            seen = Seen(state, before and before.back, before.charge if before else None)
            self.seen[claim.claim_id] = seen
            followed = local(now) - opened(claim) <= FOLLOWED
            ended = settled(before) and not changed
            if state.with_return and (changed or (followed and not ended)):
                seen.back = claim.return_at(now) or seen.back
            if state.with_return and (changed or (followed and not (ended and seen.charge is not None))):
                known = claim.charge_at(now)
                seen.charge = seen.charge if known is None else known

    def days(self) -> dict[date, Day]:
        """Numbers per client-day."""
        found: dict[date, Day] = defaultdict(Day)
        for claim in self.claims:
            if claim.claim_id in self.seen:
                self._add(claim, found)
        return dict(found)

    def sku_days(self) -> dict[tuple[date, str], tuple[int, int]]:
        """(Day of sale, SKU) → returns and units back."""
        claims: dict[tuple[date, str], set[int]] = defaultdict(set)
        units_back: dict[tuple[date, str], int] = defaultdict(int)
        for claim in self.claims:
            seen = self.seen.get(claim.claim_id)
            for order, units in self._orders(claim) if seen else ():
                assert seen is not None
                key = (local(order.created_at), order.seller_sku or "")
                if seen.state.with_return:
                    claims[key].add(claim.claim_id)
                if seen.back is not None and seen.back.status == "delivered":
                    units_back[key] += units
        return {key: (len(found), units_back[key]) for key, found in claims.items()}

    def _orders(self, claim: Claim) -> list[tuple[Order, int]]:
        """The orders a claim is known to be about: its own if it names one, its return's once that is read."""
        if self.seen[claim.claim_id].back is not None:
            return [(claim.order, claim.quantity), *claim.also_back]
        return [(claim.order, claim.quantity)] if claim.resource == "order" else []

    def _add(self, claim: Claim, found: dict[date, Day]) -> None:
        seen, orders = self.seen[claim.claim_id], self._orders(claim)
        found[opened(claim)].reclamacoes += 1
        found[opened(claim)].mediacoes += seen.state.stage == "dispute"
        if seen.back is not None:
            found[local(claim.returns[0].at)].devolucoes_no_dia += 1
        for sale in {local(order.created_at) for order, _ in orders}:
            found[sale].devolucoes += seen.state.with_return
            if seen.charge is None and seen.state.status != "closed":
                found[sale].cost = None
        if seen.back is not None and seen.back.status == "delivered":
            for order, units in orders:
                found[local(order.created_at)].unidades_devolvidas += units
        known = [order for order, _ in orders if local(order.created_at) >= self.first]
        if seen.charge is not None and known:
            for order, part in zip(known, split(seen.charge, known), strict=True):
                day = found[local(order.created_at)]
                day.cost = None if day.cost is None else day.cost + part


def split(amount: int, orders: list[Order]) -> list[int]:
    """An amount over orders by value: floors first, missing centavos to the largest remainders (§4.3)."""
    whole = sum(order.total for order in orders)
    parts = [amount * order.total // whole for order in orders]
    by_rest = sorted(range(len(orders)), key=lambda n: (-(amount * orders[n].total % whole), str(orders[n].order_id)))
    for n in by_rest[: amount - sum(parts)]:
        parts[n] += 1
    return parts


def settled(seen: Seen | None) -> bool:
    """Whether nothing more is expected: return and claim are over."""
    return seen is not None and seen.back is not None and seen.back.status in ENDED and seen.state.status == "closed"


def opened(claim: Claim) -> date:
    return local(claim.created_at)


def local(instant: datetime) -> date:
    return instant.astimezone(SAO_PAULO).date()
