"""The metric dictionary as data: one record per number the platform shows (kpis.md §5), one file per family.

Feeds the table columns and their comments, ``metric_definitions``, Dagster's column metadata and the docs.
"""

from __future__ import annotations

from viang_pipeline.domain.metrics.ads import ADS
from viang_pipeline.domain.metrics.after_sale import AFTER_SALE
from viang_pipeline.domain.metrics.billing import BILLING
from viang_pipeline.domain.metrics.costs import COSTS
from viang_pipeline.domain.metrics.margin import MARGIN
from viang_pipeline.domain.metrics.months import MONTHS
from viang_pipeline.domain.metrics.portfolio import PORTFOLIO
from viang_pipeline.domain.metrics.record import METRIC_VERSION, Metric
from viang_pipeline.domain.metrics.reputation import REPUTATION
from viang_pipeline.domain.metrics.sales import SALES
from viang_pipeline.domain.metrics.stock import STOCK
from viang_pipeline.domain.metrics.traffic import TRAFFIC

__all__ = ["BY_ID", "METRICS", "METRIC_VERSION", "Metric", "additive_metrics", "ratio_metrics", "table_metrics"]

METRICS: tuple[Metric, ...] = (
    SALES + COSTS + MARGIN + AFTER_SALE + ADS + TRAFFIC + STOCK + BILLING + MONTHS + PORTFOLIO + REPUTATION
)


BY_ID: dict[str, Metric] = {metric.id: metric for metric in METRICS}


def table_metrics(grain: str) -> tuple[Metric, ...]:
    """Metrics stored as columns of a day at a grain: everything but ratios, which live only in views (R5)."""
    return tuple(m for m in METRICS if grain in m.graos and m.aditividade != "R" and m.tabela is None)


def ratio_metrics(grain: str) -> tuple[Metric, ...]:
    """Metrics the views compute from stored sums at a grain."""
    return tuple(m for m in METRICS if grain in m.graos and m.aditividade == "R" and m.tabela is None)


def additive_metrics(grain: str) -> tuple[Metric, ...]:
    """Class A metrics of order lines and claims: Σ over SKUs of a day equals the client-day (I1).

    Ads and the margin after them have a remainder that no SKU has (I4), and an observed day is one day whatever the
    number of SKUs.
    """
    apart = {metric.id for metric in ADS} | {"ads_na_margem", "mc", "visitas_dias_observados"}
    return tuple(m for m in table_metrics(grain) if m.aditividade == "A" and m.id not in apart)
