"""What every table is made of: the types of columns, and what each built row says of its making."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, Numeric, Text
from sqlalchemy.types import TypeEngine

from viang_pipeline.domain.metrics import Metric

metadata = MetaData()

Key = Text(collation="C")
Instant = DateTime(timezone=True)
Money = Numeric(18, 2)
Rate = Numeric(12, 6)
UnitCost = Numeric(18, 4)
"""Per unit, before it is multiplied and rounded once on the line (kpis.md R3)."""


def metric_column(metric: Metric) -> Column[object]:
    """The column of a metric, of the type its unit has. Raises KeyError for a unit no daily table holds yet."""
    types: dict[str, TypeEngine[object]] = {"BRL": Money, "un": BigInteger(), "fração": Rate}  # type: ignore[dict-item]
    return Column(metric.id, types[metric.unidade], comment=metric.comment)


PROVENANCE = (
    ("versao_metrica", Integer, "Versão das definições usadas"),
    ("run_id", Text, "Execução que gravou a linha pela última vez"),
    ("calculado_em", Instant, "Quando a linha mudou pela última vez"),
)


def provenance() -> list[Column[object]]:
    """Columns of how a built row came about."""
    return [Column(name, kind, nullable=False, comment=comment) for name, kind, comment in PROVENANCE]  # type: ignore[arg-type]


def sku_key() -> Column[str]:
    """The key of what is kept by SKU."""
    return Column("sku", Key, primary_key=True, comment="SKU, ou __SEM_SKU__:anúncio")
