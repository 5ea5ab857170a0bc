"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 600.0
"""Seconds: far above what is measured, so that only what never comes fails."""


class NeverCameError(AssertionError):
    """What was waited for did not come."""


def until(found: Callable[[], object], what: str, patience: float = PATIENCE) -> float:
    """Seconds until ``found`` is true. Raises NeverCameError naming ``what``."""
    begun = time.monotonic()
    while not found():
        if time.monotonic() - begun > patience:
            raise NeverCameError(f"still waiting after {patience:.0f} s: {what}")
        time.sleep(0.2)
    return time.monotonic() - begun
