"""Which figures the fact sheet states and how each is made from the sums of a window (kpis.md R5–R8).

Pure: a row of sums in, readings out. What a figure means is in the dictionary, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from viang_pipeline.domain.comparisons import Reading, Shares
from viang_pipeline.domain.periods import Window

Sums = Mapping[str, Any]
Block = Literal["vendas", "ads", "visitas", "devolucoes"]
Maturity = Literal["preliminar", "final"]

_SALES: tuple[Block, ...] = ("vendas",)
_ADS: tuple[Block, ...] = ("vendas", "ads")
_MARGIN: tuple[Block, ...] = ("vendas", "ads", "devolucoes")
_RETURNS: tuple[Block, ...] = ("vendas", "devolucoes")

STATED: dict[str, tuple[Block, ...]] = {
    "faturamento": _SALES,
    "vendas_brutas": _SALES,
    "pedidos": _SALES,
    "unidades": _SALES,
    "ticket_medio": _SALES,
    "preco_medio": _SALES,
    "valor_cancelado": _SALES,
    "taxa_cancelamento": _SALES,
    "reembolsos": _RETURNS,
    "faturamento_liquido": _RETURNS,
    "devolucoes": _RETURNS,
    "comissao": _SALES,
    "comissao_pct": _SALES,
    "frete_vendedor": _SALES,
    "cmv": _SALES,
    "imposto": _SALES,
    "custo_devolucao": _RETURNS,
    "lucro_bruto": _SALES,
    "mc_pre_ads": _RETURNS,
    "mc": _MARGIN,
    "mc_pct": _MARGIN,
    "mc_cobertura": _RETURNS,
    "ads_investimento": ("ads",),
    "ads_receita": ("ads",),
    "acos": ("ads",),
    "roas": ("ads",),
    "tacos": _ADS,
    "visitas": ("visitas",),
    "conversao": ("vendas", "visitas"),
}
"""Metric id → the blocks whose maturity it has, in the order they are told."""

RATIOS: dict[str, tuple[str, str]] = {
    "ticket_medio": ("faturamento", "compras"),
    "preco_medio": ("faturamento", "unidades"),
    "comissao_pct": ("comissao", "faturamento_com_comissao"),
    "mc_pct": ("mc", "faturamento_coberto"),
    "mc_cobertura": ("faturamento_coberto", "faturamento"),
    "acos": ("ads_investimento", "ads_receita"),
    "roas": ("ads_receita", "ads_investimento"),
    "tacos": ("ads_investimento", "faturamento"),
    "conversao": ("pedidos_com_visita", "visitas_observadas"),
}

COVERED: dict[str, str] = {
    "comissao": "faturamento_com_comissao",
    "comissao_pct": "faturamento_com_comissao",
    "frete_vendedor": "faturamento_com_frete",
    "cmv": "faturamento_com_custo",
    "lucro_bruto": "faturamento_com_custo",
    "mc_pre_ads": "faturamento_coberto",
    "mc": "faturamento_coberto",
    "mc_pct": "faturamento_coberto",
}
"""Metric id → the revenue it stands on."""

_SHARES = {
    "comissao": "comissao_coberta",
    "frete_vendedor": "frete_coberto",
    "custo_envio_proprio": "envio_coberto",
    "cmv": "custo_coberto",
    "imposto": "imposto_coberto",
    "outros_variaveis": "outros_cobertos",
    "custo_devolucao": "custo_devolucao",
    "ads_na_margem": "ads_na_margem",
}


def ratio(numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
    """A ratio of sums; None when either is unknown or there is nothing to divide by (R6)."""
    return None if numerator is None or not denominator else numerator / denominator


def value_of(metric: str, sums: Sums) -> Decimal | None:
    """A metric of a window; None = not known."""
    if metric == "taxa_cancelamento":
        cancelled, valid = sums["pedidos_cancelados"], sums["pedidos"]
        return None if cancelled is None or valid is None else ratio(cancelled, cancelled + valid)
    if metric in RATIOS:
        return ratio(*(sums[name] for name in RATIOS[metric]))
    value: Decimal | None = sums[metric]
    return value


def reading(metric: str, sums: Sums, window: Window) -> Reading:
    """The metric of a window with what the guards of a comparison ask."""
    return Reading(
        value_of(metric, sums),
        complete=days_read(sums) == window.days,
        coverage=coverage(metric, sums),
        covered_orders=sums["pedidos_cobertos"] or 0,
        ads_closed=(sums["dias_ads_fechados"] or 0) == window.days,
    )


def coverage(metric: str, sums: Sums) -> Decimal | None:
    """The part of the revenue a metric stands on; None where coverage does not apply."""
    return ratio(sums[COVERED[metric]], sums["faturamento"]) if metric in COVERED else None


def days_read(sums: Sums) -> int:
    """Days of the window whose orders were read completely."""
    return sums["dias_lidos"] or 0


def maturity(metric: str, sums: Sums) -> Maturity:
    """``final`` only when every block the metric stands on is final on every day."""
    return "final" if all(sums[_FINAL[block]] for block in STATED[metric]) else "preliminar"


_FINAL: dict[Block, str] = {
    "vendas": "vendas_finais",
    "ads": "ads_finais",
    "visitas": "visitas_finais",
    "devolucoes": "devolucoes_finais",
}


def shares(sums: Sums) -> Shares | None:
    """The margin of a window and what each cost takes of covered revenue; None when any part is unknown."""
    revenue = sums["faturamento_coberto"]
    parts = {component: ratio(sums[column], revenue) for component, column in _SHARES.items()}
    margin = ratio(sums["mc"], revenue)
    known = {component: part for component, part in parts.items() if part is not None}
    return None if margin is None or len(known) < len(parts) else Shares(margin, known)


def parameters(client_id: str, windows: Mapping[str, Window]) -> dict[str, object]:
    """What ``windows.sql`` is asked with."""
    first: list[date] = [window.first for window in windows.values()]
    return {"client_id": client_id, "nomes": list(windows), "de": first, "ate": [w.last for w in windows.values()]}
