"""A client of its own for each test of the marts, in a database the tests of a file share."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from viang_pipeline_tests.conftest import Connected, PostgresServer, copied
from viang_pipeline_tests.marts.shop import Shop

_numbers = count(1)


@pytest.fixture(scope="module")
def database(postgres_server: PostgresServer, migrated_template: str) -> Iterator[Connected]:
    """Making it would be a third of what a test costs, and no client sees anything of another."""
    with copied(postgres_server, migrated_template) as created:
        yield created


@pytest.fixture
def shop(database: Connected) -> Shop:
    """A client nobody has told anything yet."""
    return Shop(database, f"loja-{next(_numbers)}")
