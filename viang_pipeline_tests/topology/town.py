"""Two small shops with Bling, served from a process of their own, and the reins by which a night is held up.

The same arguments give the same marketplace, so that a second one answers an undisturbed twin alike.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

from viang_pipeline.sandbox import Fault, Sandbox
from viang_pipeline.sandbox.generate import generate_world
from viang_pipeline.sandbox.profiles import AUTO_PARTS, HOUSEHOLD, Profile
from viang_pipeline.sandbox.world import World

SPAWN = multiprocessing.get_context("spawn")
FIRST = date(2026, 3, 2)
"""The first day with sales, and the first day of both clients."""

UNPACED = 10**9
SHOPS: tuple[Profile, ...] = (
    replace(HOUSEHOLD, slug="aurora", orders_per_day=5, products=HOUSEHOLD.products[:5]),
    replace(AUTO_PARTS, slug="ipiranga", orders_per_day=3, products=AUTO_PARTS.products[:4]),
)
CLIENTS = tuple(profile.slug for profile in SHOPS)
HELD = CLIENTS[0]
"""The client whose run is held up where a disturbance is to strike it."""


def world(days: int) -> World:
    """The shops, selling for that many days."""
    return generate_world(11, first_day=FIRST, last_day=FIRST + timedelta(days=days), profiles=SHOPS, days_after=1)


def opened(sandbox: Sandbox) -> Sandbox:
    """Nobody waits for a pace here."""
    sandbox.max_requests_per_hour = UNPACED
    sandbox.bling.limits.switch_off()
    return sandbox


def addresses(sandbox: Sandbox) -> dict[str, str]:
    """What an installation needs to know of a marketplace."""
    return {
        "MERCADO_LIVRE_API_URL": sandbox.url,
        "MERCADO_LIVRE_AUTH_URL": sandbox.url,
        "MERCADO_LIVRE_APP_ID": sandbox.app_id,
        "MERCADO_LIVRE_APP_SECRET": sandbox.app_secret,
        "MERCADO_LIVRE_REDIRECT_URI": sandbox.redirect_uri,
        **sandbox.bling.environment(sandbox.url),
    }


@dataclass
class Town:
    """A marketplace in another process."""

    environment: dict[str, str]
    pipe: Connection = field(repr=False)

    def at(self, instant: datetime) -> None:
        """Move its clock."""
        self._order("at", instant)

    def hold(self, path: str, seconds: float, *, answered: bool = False) -> None:
        """Hold up the next call of HELD whose path matches; ``reached`` is true from then on.

        ``answered``: it takes effect at once, and only its answer is late.
        """
        self._order("hold", path, seconds, answered)

    def reached(self) -> bool:
        """Whether the call that is held has come."""
        return bool(self._order("reached"))

    def let_go(self) -> None:
        """Hold up nothing further."""
        self._order("let_go")

    def _order(self, *order: Any) -> Any:
        self.pipe.send(order)
        return self.pipe.recv()


@contextmanager
def town(days: int) -> Iterator[Town]:
    """Serve the marketplace from a process of its own for the length of a ``with`` block."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs, days), daemon=True, name="town")
    process.start()
    theirs.close()
    try:
        yield Town(ours.recv(), ours)
    finally:
        ours.close()
        process.join(10)
        process.kill()


def _serve(parent: Connection, days: int) -> None:
    """Runs in the child: serve, and do as told until the parent is gone."""
    with opened(Sandbox(world(days))) as sandbox, suppress(EOFError):
        parent.send(addresses(sandbox))
        reached: list[datetime] = []
        while True:
            name, *details = parent.recv()
            if name == "at":
                sandbox.clock.set(*details)
            elif name == "hold":
                path, seconds, answered = details
                where: dict[str, Any] = {"path": path, "seller": sandbox.world.seller(HELD).seller_id}
                reached.clear()
                sandbox.faults.add(Fault("hook", hook=lambda _, now: reached.append(now), **where))
                # ``processed``: nobody heard the answer, so the platform lets the renewal be asked for again.
                held = Fault("slow", seconds=seconds, processed=True, **where)
                sandbox.faults.add(held if answered else Fault("delay", seconds=seconds, **where))
            elif name == "let_go":
                sandbox.faults.clear()
            parent.send(bool(reached))
