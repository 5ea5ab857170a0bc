"""The metric dictionary as data: one record per number the platform shows (kpis.md §5), one file per family.

Feeds the table columns and their comments, ``metric_definitions``, Dagster's column metadata and the docs.
"""

from __future__ import annotations

from viang_pipeline.domain.metrics.costs import COSTS
from viang_pipeline.domain.metrics.record import METRIC_VERSION, Metric
from viang_pipeline.domain.metrics.sales import SALES

__all__ = ["BY_ID", "METRICS", "METRIC_VERSION", "Metric", "additive_metrics", "ratio_metrics", "table_metrics"]

METRICS: tuple[Metric, ...] = SALES + COSTS


BY_ID: dict[str, Metric] = {metric.id: metric for metric in METRICS}


def table_metrics(grain: str) -> tuple[Metric, ...]:
    """Metrics stored as columns at a grain: everything but ratios, which live only in views (R5)."""
    return tuple(m for m in METRICS if grain in m.graos and m.aditividade != "R")


def ratio_metrics(grain: str) -> tuple[Metric, ...]:
    """Metrics the views compute from stored sums at a grain."""
    return tuple(m for m in METRICS if grain in m.graos and m.aditividade == "R")


def additive_metrics(grain: str) -> tuple[Metric, ...]:
    """Class A metrics: Σ over SKUs of a day equals the client-day (I1)."""
    return tuple(m for m in METRICS if grain in m.graos and m.aditividade == "A")
