"""What a run reads, before it begins or on its way; only the process that runs are forked from imports it."""

from __future__ import annotations

import gc
import importlib
import warnings

import dagster as dg

from viang_pipeline.sources.payloads import learn_all
from viang_pipeline.sources.trust import trusted

DAGSTERS = ("dagster._grpc.server", "dagster._core.storage.local_compute_log_manager")
OURS = ("viang_pipeline.instance.storage", "viang_pipeline.instance.launcher")
LATER = ("httpcore", "psycopg2.extras", "upath.implementations.local")

gc.disable()
for module in (*DAGSTERS, *OURS, *LATER):
    importlib.import_module(module)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)
    from viang_pipeline.definitions import defs

    defs.get_repository_def().get_all_jobs()
learn_all()
trusted()

# None of it is ever garbage: a collector that walked it would copy its pages in every run.
gc.collect()
gc.freeze()
gc.enable()
