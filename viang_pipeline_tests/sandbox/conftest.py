from __future__ import annotations

from collections.abc import Iterator

import pytest

from viang_pipeline.sandbox.bling.limits import BlingLimits
from viang_pipeline.sandbox.bling.service import BlingOptions
from viang_pipeline.sandbox.marketplace import Options
from viang_pipeline_tests.sandbox.bling_shop import Erp
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


@pytest.fixture
def erp(shop: Shop) -> Erp:
    """The shop's ERP with switches and log as new and without limits, so that a test may ask as it likes."""
    shop.sandbox.bling.options = BlingOptions()
    shop.sandbox.bling.limits = BlingLimits(shop.sandbox.clock)
    shop.sandbox.bling.limits.switch_off()
    return Erp(shop)
