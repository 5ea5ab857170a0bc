"""Full stock per inventory id as it stands over time (contract §7.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from viang_pipeline.sandbox.truth import last_at


@dataclass(frozen=True, slots=True)
class InventoryState:
    """Stock of one inventory id from ``at`` on; ``blocked`` by reason is not available."""

    at: datetime
    available: int
    blocked: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class InventoryBook:
    """Who owns an inventory id, and its states."""

    owners: dict[str, int] = field(default_factory=dict)
    states: dict[str, list[InventoryState]] = field(default_factory=lambda: defaultdict(list))

    def stock(
        self,
        seller_id: int,
        inventory_id: str,
        *,
        at: datetime,
        available: int,
        blocked: Mapping[str, int] | None = None,
    ) -> None:
        """From ``at`` on this much lies in Full."""
        self.owners[inventory_id] = seller_id
        self.states[inventory_id].append(InventoryState(at, available, tuple((blocked or {}).items())))
        self.states[inventory_id].sort(key=attrgetter("at"))

    def state_at(self, inventory_id: str, instant: datetime) -> InventoryState | None:
        """What lies there at ``instant``; None before anything did."""
        return last_at(self.states.get(inventory_id, []), instant)
