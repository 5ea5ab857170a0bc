"""A client of its own for each test of the marts."""

from __future__ import annotations

import pytest

from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.marts.shop import Shop


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)
