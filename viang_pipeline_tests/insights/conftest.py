"""A client of its own for each test of the insights."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.session import Session
from viang_pipeline_tests.insights.world import World


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with Session(database) as session:
        yield World(database, session)
