"""The instant the sandbox shows: set by hand, or following real time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from viang_pipeline.sandbox.timeline import instant_of


class SandboxClock:
    """A movable now, in aware UTC instants cut to milliseconds."""

    def __init__(self, now: datetime) -> None:
        self._fixed: datetime | None = instant_of(now)

    def now(self) -> datetime:
        """The current instant of the sandbox."""
        return self._fixed if self._fixed is not None else instant_of(datetime.now(UTC))

    def set(self, instant: datetime) -> None:
        """Stand still at ``instant``."""
        self._fixed = instant_of(instant)

    def advance(self, by: timedelta) -> None:
        """Move forward (or back) and stand still there."""
        self._fixed = instant_of(self.now() + by)

    def follow_real_time(self) -> None:
        """Show the machine's clock from now on."""
        self._fixed = None
