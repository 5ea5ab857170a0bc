"""Installations that read the sandbox over HTTP, without waiting between repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from functools import partial

import pytest

from viang_pipeline.collect.bling.access import bling_client
from viang_pipeline.marts import rehearse
from viang_pipeline.sandbox import World
from viang_pipeline.settings import Settings
from viang_pipeline.sources import http, pacing
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.end_to_end.driver import Installation, installed
from viang_pipeline_tests.end_to_end.erp import UNPACED

Install = Callable[..., Installation]


@pytest.fixture
def install(
    database: Database, settings_env: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Install]:
    """``install(world, now=…)``: a configured installation on a fresh database, reading that world."""
    monkeypatch.setattr(http, "FIRST_BACKOFF", 0.0)
    monkeypatch.setattr(http, "_wait", lambda state: 0.0)
    monkeypatch.setattr(pacing, "BLING_TOKEN_RATE", UNPACED)
    monkeypatch.setattr(pacing, "BLING_ADDRESS_RATE", UNPACED)
    monkeypatch.setattr(rehearse, "bling_client", partial(bling_client, rate=UNPACED))
    settings_env()
    with ExitStack() as running:

        def start(world: World, now: datetime | None = None) -> Installation:
            return running.enter_context(installed(world, database, monkeypatch, now=now))

        yield start
