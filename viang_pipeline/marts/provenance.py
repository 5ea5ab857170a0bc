"""What every row of a mart says about its making: for whom, by which definitions, by which run and when."""

from __future__ import annotations

from datetime import datetime

from viang_pipeline.collect.work import Work
from viang_pipeline.domain.metrics import METRIC_VERSION


def provenance(work: Work, at: datetime) -> dict[str, object]:
    """The columns ``client_id``, ``versao_metrica``, ``run_id`` and ``calculado_em``, equal in all rows of a write."""
    return {
        "client_id": work.client_id,
        "versao_metrica": METRIC_VERSION,
        "run_id": work.run_id,
        "calculado_em": at,
    }
