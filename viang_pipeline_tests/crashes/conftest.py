"""The house of the tests of kills, built once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from viang_pipeline_tests.conftest import PostgresServer, open_folder

if TYPE_CHECKING:
    from viang_pipeline_tests.crashes.house import House


@pytest.fixture(scope="module")
def house(postgres_server: PostgresServer, migrated_template: str) -> Iterator[House]:
    from viang_pipeline_tests.crashes.house import House  # brings the whole pipeline along

    with House(postgres_server, migrated_template, open_folder("homes-", postgres_server.home)).open() as opened:
        yield opened
