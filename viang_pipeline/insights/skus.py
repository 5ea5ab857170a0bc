"""Which SKUs the fact sheet names: best sellers, what moved revenue most, losses, and ads that sold nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from viang_pipeline.domain.comparisons import Comparison, Reading, compare
from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.domain.sku import NO_SKU

Role = Literal["mais_vendido", "maior_alta", "maior_queda", "pior_margem", "ads_sem_venda"]

BEST, OTHERS = 5, 3
ENOUGH_COVERAGE = Decimal("0.8")


@dataclass(frozen=True)
class SkuFigures:
    """One SKU's sums of a period (BRL), and its revenue of the window before."""

    sku: str
    faturamento: Decimal
    faturamento_antes: Decimal
    unidades: Decimal
    mc: Decimal | None
    faturamento_coberto: Decimal
    ads_investimento: Decimal
    vendas_finais: bool | None
    margem_final: bool | None


@dataclass(frozen=True)
class Pick:
    """A SKU named for a reason, with the figure that is the reason."""

    role: Role
    rank: int
    figures: SkuFigures
    metric: str
    value: Decimal
    comparison: Comparison | None = None
    coverage: Decimal | None = None

    @property
    def final(self) -> bool:
        """Whether the figure no longer moves."""
        return bool(self.figures.vendas_finais if self.metric == "faturamento" else self.figures.margem_final)


def chosen(skus: Iterable[SkuFigures], *, comparable: bool) -> list[Pick]:
    """The SKUs worth naming; rises and falls only when both windows are ``comparable``."""
    known = [each for each in skus if not each.sku.startswith(NO_SKU)]
    selling = [each for each in known if each.faturamento > 0]
    best = sorted(selling, key=lambda each: (-each.faturamento, each.sku))[:BEST]
    picks = _revenue("mais_vendido", best, comparable=comparable)
    if comparable:
        moved = sorted(known, key=lambda each: (each.faturamento - each.faturamento_antes, each.sku))
        falls = [each for each in moved if each.faturamento < each.faturamento_antes][:OTHERS]
        rises = [each for each in reversed(moved) if each.faturamento > each.faturamento_antes][:OTHERS]
        picks += _revenue("maior_alta", rises, comparable=True) + _revenue("maior_queda", falls, comparable=True)
    losing = sorted(
        (each for each in selling if each.mc is not None and each.mc < 0 and _coverage(each) >= ENOUGH_COVERAGE),
        key=lambda each: (each.mc or 0, each.sku),
    )
    for rank, each in enumerate(losing[:OTHERS], 1):
        if each.mc is not None:
            picks.append(Pick("pior_margem", rank, each, "mc", each.mc, coverage=_coverage(each)))
    wasted = sorted(
        (each for each in known if not each.faturamento and each.ads_investimento > 0),
        key=lambda each: (-each.ads_investimento, each.sku),
    )
    for rank, each in enumerate(wasted[:OTHERS], 1):
        picks.append(Pick("ads_sem_venda", rank, each, "ads_investimento", each.ads_investimento))
    return picks


def _revenue(role: Role, skus: Sequence[SkuFigures], *, comparable: bool) -> list[Pick]:
    metric = BY_ID["faturamento"]
    return [
        Pick(
            role, rank, each, metric.id, each.faturamento,
            compare(metric, Reading(each.faturamento), Reading(each.faturamento_antes)) if comparable else None,
        )
        for rank, each in enumerate(skus, 1)
    ]  # fmt: skip


def _coverage(each: SkuFigures) -> Decimal:
    return each.faturamento_coberto / each.faturamento
