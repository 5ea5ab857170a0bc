"""How two figures of a metric are compared, and when they are not (kpis.md §8). Pure, on Decimals.

A comparison that a guard refuses carries the reason instead of numbers; nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from viang_pipeline.domain.metrics import Metric
from viang_pipeline.domain.metrics.ads import ADS

Direction = Literal["subiu", "caiu", "estavel"]
Tone = Literal["bom", "ruim", "neutro"]
Refusal = Literal[
    "sem_valor",
    "sem_valor_anterior",
    "periodo_incompleto",
    "cobertura_diferente",
    "poucos_pedidos_cobertos",
    "ads_nao_fechados",
    "identidade_nao_fecha",
]

STABLE_AMOUNT = Decimal("0.02")
STABLE_RATE = Decimal("0.005")
COVERAGE_BAND = Decimal("0.05")
ENOUGH_COVERED_ORDERS = 20
IDENTITY_BAND = Decimal("0.001")

MULTIPLES = frozenset({"roas", "roas_equilibrio"})
"""Ratios shown as "so many times", not as a percentage: compared as amounts."""
_MARGIN_AMOUNTS = frozenset({"mc", "mc_pre_ads", "lucro_bruto", "ads_na_margem"})
_MARGIN_RATES = frozenset({"mc_pct", "acos_equilibrio", "roas_equilibrio"})
_ADS = frozenset(metric.id for metric in ADS) | {"ads_na_margem"}


@dataclass(frozen=True)
class Reading:
    """A figure of one window and what the guards ask of it.

    ``complete``: every day of the window was read; ``ads_closed``: every day's ads were read and none is pending;
    ``coverage``: fraction of revenue the figure stands on, None where coverage does not apply.
    """

    value: Decimal | None
    complete: bool = True
    coverage: Decimal | None = None
    covered_orders: int = 0
    ads_closed: bool = True


@dataclass(frozen=True)
class Comparison:
    """``difference``: in the metric's unit (a rate's as a fraction: 0.01 is one percentage point); ``relative``: as a
    fraction, amounts only, None when the previous is not positive. ``refused``: why there is none of these."""

    before: Decimal | None
    difference: Decimal | None = None
    relative: Decimal | None = None
    direction: Direction | None = None
    tone: Tone = "neutro"
    refused: Refusal | None = None


def is_rate(metric: Metric) -> bool:
    """Whether differences of a metric are percentage points, never percent of percent."""
    return metric.unidade == "fração" and metric.id not in MULTIPLES


def compare(metric: Metric, now: Reading, before: Reading) -> Comparison:
    """Compare two windows of a metric by every rule of kpis.md §8."""
    reason = _refusal(metric, now, before)
    if reason is not None or now.value is None or before.value is None:
        return Comparison(before.value, refused=reason)
    difference = now.value - before.value
    relative = None if is_rate(metric) or before.value <= 0 else difference / before.value
    direction = _direction(metric, difference, relative)
    return Comparison(before.value, difference, relative, direction, _tone(metric, direction))


def _refusal(metric: Metric, now: Reading, before: Reading) -> Refusal | None:
    if now.value is None:
        return "sem_valor"
    if before.value is None:
        return "sem_valor_anterior"
    if not (now.complete and before.complete):
        return "periodo_incompleto"
    if metric.id in _ADS and not (now.ads_closed and before.ads_closed):
        return "ads_nao_fechados"
    if metric.id in _MARGIN_RATES and min(now.covered_orders, before.covered_orders) < ENOUGH_COVERED_ORDERS:
        return "poucos_pedidos_cobertos"
    if metric.id in _MARGIN_AMOUNTS:
        if now.coverage is None or before.coverage is None:
            return "cobertura_diferente"
        if abs(now.coverage - before.coverage) > COVERAGE_BAND:
            return "cobertura_diferente"
    return None


def _direction(metric: Metric, difference: Decimal, relative: Decimal | None) -> Direction:
    if is_rate(metric):
        stable = abs(difference) < STABLE_RATE
    else:
        stable = difference == 0 or (relative is not None and abs(relative) < STABLE_AMOUNT)
    return "estavel" if stable else "subiu" if difference > 0 else "caiu"


def _tone(metric: Metric, direction: Direction) -> Tone:
    if direction == "estavel" or metric.polaridade == 0:
        return "neutro"
    return "bom" if (direction == "subiu") == (metric.polaridade > 0) else "ruim"


@dataclass(frozen=True)
class Shares:
    """A window's margin as a fraction of covered revenue, and what each cost takes of it (component → fraction)."""

    margin: Decimal
    costs: Mapping[str, Decimal]

    @property
    def closes(self) -> bool:
        """Whether margin = 1 − Σ shares within 0.1 percentage point."""
        return abs(1 - sum(self.costs.values(), Decimal(0)) - self.margin) <= IDENTITY_BAND


@dataclass(frozen=True)
class Decomposition:
    """What each component did to the margin, as fractions (+0.01: gave one percentage point); or why it is not said."""

    effects: Mapping[str, Decimal]
    refused: Refusal | None = None


def decompose(now: Shares | None, before: Shares | None, margin_change: Comparison) -> Decomposition:
    """Split a change of ``mc_pct`` over its costs, only when it may be compared and the identity holds in both."""
    if margin_change.refused is not None:
        return Decomposition({}, margin_change.refused)
    if now is None or before is None or not (now.closes and before.closes):
        return Decomposition({}, "identidade_nao_fecha")
    components = dict.fromkeys([*now.costs, *before.costs])
    zero = Decimal(0)
    return Decomposition({each: before.costs.get(each, zero) - now.costs.get(each, zero) for each in components})
