"""What every forked process has before it begins: the work, and what that would import only on its way.

Frozen: what was imported is no garbage, and a collector that walks it copies its pages in every process.
"""

from __future__ import annotations

import gc

import email_validator  # noqa: F401
import httpcore  # noqa: F401
import openpyxl  # type: ignore[import-untyped]  # noqa: F401

import viang_pipeline.reports.render  # noqa: F401
import viang_pipeline_tests.crashes.works  # noqa: F401
from viang_pipeline.sources.payloads import learn_all
from viang_pipeline.sources.trust import trusted

learn_all()
trusted()
gc.collect()
gc.freeze()
