"""The demo's marketplace: the sandbox in a process of its own, on the machine's clock, the same all day long."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from viang_pipeline.failures import TransientFailure
from viang_pipeline.sandbox import Sandbox
from viang_pipeline.sandbox.generate import generate_world
from viang_pipeline.sandbox.profiles import DEMO_PROFILES
from viang_pipeline.warehouse import embedded

SEED = 2026
HISTORY = timedelta(days=95)
START_SECONDS = 120
QUOTA = 20_000_000
"""Requests per hour the simulated platform grants, so that the demo is not paced like a real account."""


@dataclass(frozen=True)
class DemoSeller:
    """A seller of the simulated marketplace."""

    slug: str
    name: str
    seller_id: int


@dataclass(frozen=True)
class DemoMarket:
    """A running marketplace: its sellers, and the settings that point the pipeline at it."""

    sellers: list[DemoSeller]
    environment: dict[str, str]


@contextmanager
def demo_market(home: Path, yesterday: date) -> Iterator[DemoMarket]:
    """Start the marketplace of ``yesterday`` for the length of a ``with`` block.

    The world is generated anew for each day; data of another day's world in ``home`` are removed first. Raises
    TransientFailure when the process does not come up.
    """
    _forget_other_world(home, yesterday)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, yesterday), daemon=True, name="sandbox")
    process.start()
    theirs.close()
    try:
        if not ours.poll(START_SECONDS):
            raise TransientFailure("O mercado simulado não subiu", where="sandbox", action="Tente de novo.")
        sellers, environment = ours.recv()
        yield DemoMarket([DemoSeller(*seller) for seller in sellers], environment)
    finally:
        process.terminate()
        process.join()


def _forget_other_world(home: Path, yesterday: date) -> None:
    mark = home / "world.json"
    wanted = {"seed": SEED, "yesterday": yesterday.isoformat()}
    if mark.exists() and json.loads(mark.read_text(encoding="utf-8")) == wanted:
        return
    if mark.exists():
        embedded.stop(home)
        shutil.rmtree(embedded.data_folder(home), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps(wanted), encoding="utf-8")


def _serve(answer: Connection, yesterday: date) -> None:
    """Runs in the child: build the world, serve it, tell the parent how to reach it, wait to be ended."""
    world = generate_world(
        seed=SEED, first_day=yesterday - HISTORY, last_day=yesterday, profiles=DEMO_PROFILES, days_after=14
    )
    with Sandbox(world, port=0) as sandbox:
        sandbox.clock.follow_real_time()
        sandbox.max_requests_per_hour = QUOTA
        sandbox.bling.limits.switch_off()
        environment = {
            "MERCADO_LIVRE_API_URL": sandbox.url,
            "MERCADO_LIVRE_AUTH_URL": sandbox.url,
            "MERCADO_LIVRE_APP_ID": str(sandbox.app_id),
            "MERCADO_LIVRE_APP_SECRET": sandbox.app_secret,
            "MERCADO_LIVRE_REDIRECT_URI": sandbox.redirect_uri,
        } | sandbox.bling.environment(sandbox.url)
        answer.send(([(s.slug, s.name, s.seller_id) for s in world.sellers.values()], environment))
        with suppress(EOFError):
            answer.recv()  # nothing is ever sent: it ends when the parent does, however that dies
