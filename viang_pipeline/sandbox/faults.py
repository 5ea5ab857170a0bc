"""Faults that can be switched on: deterministic, counted, by route and seller.

What each kind does to an answer stands in gate.py; the book decides which one a request meets.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from viang_pipeline.sandbox.world import World

FaultKind = Literal[
    "status", "delay", "slow", "reset", "lost", "partial", "policy_agent", "scope", "rate_limit", "hook"
]
KINDS = frozenset(get_args(FaultKind))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    path: str = "*"
    method: str | None = None
    seller: int | None = None
    times: int | None = 1
    skip: int = 0
    probability: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Fault(_Where):
    """One fault.

    ``kind``: ``status`` (``status`` with plain ``body`` and optional ``retry_after``; the request
    took effect only when ``processed``) · ``delay``
    (``seconds`` before processing) · ``slow`` (processed, answered after ``seconds``) · ``reset`` (processed, cut in
    the middle of the body) · ``lost`` (processed, dropped without an answer) · ``partial`` (206, ``missing`` blocks
    null) · ``policy_agent`` and ``scope`` (403) · ``rate_limit`` (beyond ``limit`` requests in ``seconds`` of real time
    → 429 with empty body) · ``hook`` (calls ``hook(world, now)`` before serving).
    ``path`` is a pattern on the path, ``seller`` an id. It strikes ``times`` matching requests (None: all) after
    letting ``skip`` pass, each with ``probability`` drawn from ``seed``.
    """

    kind: FaultKind
    status: int = field(default=503, kw_only=True)
    body: str = field(default="", kw_only=True)
    retry_after: str | None = field(default=None, kw_only=True)
    seconds: float = field(default=0.0, kw_only=True)
    limit: int = field(default=0, kw_only=True)
    missing: tuple[str, ...] = field(default=(), kw_only=True)
    processed: bool = field(default=False, kw_only=True)
    hook: Callable[[World, datetime], None] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault kind {self.kind!r}; one of {sorted(KINDS)}")


@dataclass(slots=True)
class _Armed:
    fault: Fault
    seen: int = 0
    struck: int = 0
    recent: deque[float] = field(default_factory=deque)
    random: random.Random = field(default_factory=random.Random)

    def strikes(self, method: str, path: str, seller: int | None) -> bool:
        fault = self.fault
        if not fnmatchcase(path, fault.path) or (fault.method and fault.method != method):
            return False
        if fault.seller is not None and fault.seller != seller:
            return False
        self.seen += 1
        if self.seen <= fault.skip or (fault.times is not None and self.struck >= fault.times):
            return False
        if fault.kind == "rate_limit" and not self._too_many():
            return False
        if self.random.random() >= fault.probability:
            return False
        self.struck += 1
        return True

    def _too_many(self) -> bool:
        now = time.monotonic()
        while self.recent and self.recent[0] <= now - self.fault.seconds:
            self.recent.popleft()
        self.recent.append(now)
        return len(self.recent) > self.fault.limit


class FaultBook:
    """The faults switched on, in the order they were added."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Switch a fault on."""
        with self._lock:
            self._armed.append(_Armed(fault, random=random.Random(fault.seed)))

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._armed.clear()

    def striking(self, method: str, path: str, seller: int | None) -> list[Fault]:
        """The faults this request meets; asking counts as the request."""
        with self._lock:
            return [armed.fault for armed in self._armed if armed.strikes(method, path, seller)]
