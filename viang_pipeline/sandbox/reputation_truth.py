"""A seller's reputation as the platform shows it over time (contract §10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from viang_pipeline.sandbox.truth import last_at


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in millionths and the number of cases; ``real`` (millionths, cases) is the truth of a protected seller."""

    millionths: int
    value: int
    real: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ReputationState:
    """The reputation from ``at`` on."""

    at: datetime
    level: str | None = "5_green"
    medal: str | None = "gold"
    period: str = "60 days"
    sales: int = 830
    claims: Rate = Rate(10_800, 9)
    delays: Rate = Rate(31_000, 26)
    cancellations: Rate = Rate(1_200, 1)
    real_level: str | None = None


USUAL = ReputationState(datetime.min.replace(tzinfo=UTC))


def reputation_at(states: Sequence[ReputationState], instant: datetime) -> ReputationState:
    """The reputation shown at ``instant``; the usual good one when nothing was scripted."""
    return last_at(states, instant) or USUAL
