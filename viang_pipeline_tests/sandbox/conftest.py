from __future__ import annotations

from collections.abc import Iterator

import pytest

from viang_pipeline.sandbox.marketplace import Options
from viang_pipeline_tests.sandbox.shop import START, Shop, open_shop


@pytest.fixture(scope="module")
def served() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


@pytest.fixture
def shop(served: Shop) -> Shop:
    """The module's server with clock, faults, limits, switches and request log as new."""
    served.sandbox.clock.set(START)
    served.sandbox.faults.clear()
    served.sandbox.hidden_limits.clear()
    served.sandbox.clear_requests()
    served.sandbox._market.options = Options()
    return served
