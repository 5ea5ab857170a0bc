"""How long a SKU's stock lasts and what its absence costs (kpis.md §5.8): cover, stock-out, state, lost sales.

Pure: the newest photo, the days of the last 30 and the client's policy in, statements out. What the photos, the history
or a missing policy do not carry is refused with its reason.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from viang_pipeline.domain.portfolio import ENOUGH_RECENT_DAYS, ENOUGH_UNITS, FEW_UNITS, RECENT, SHORT_HISTORY

NO_POLICY = "politica_nao_informada"
NO_PHOTO = "estoque_nao_fotografado"
FEW_PHOTOS = "poucas_fotos_de_estoque"
NO_SALES = "sem_giro"

State = Literal["RUPTURA", "COMPRA_URGENTE", "COMPRAR_EM_BREVE", "COBERTURA_BAIXA", "ADEQUADA", "EXCESSO"]

_RATE = Decimal("0.000001")
_CENT = Decimal("0.01")


class Policy(NamedTuple):
    """The client's days: until goods arrive, safety, what a purchase should cover; ``ceiling`` None = never excess."""

    lead: int
    safety: int
    target: int
    ceiling: int | None


class SkuWindow(NamedTuple):
    """A SKU on the newest day: ``stock`` None = not photographed or not known.

    Over the last 30 days: ``units`` and ``revenue`` (BRL) sold, ``demand`` = those units and the ones its kits took
    (§4.2), ``computed`` days with numbers, and of the days with known stock those ``with_stock`` and ``without``.
    ``units_90``: of the last 90. ``paused_empty``: a listing is paused because its stock ended.
    """

    stock: int | None
    units: int
    demand: int
    revenue: Decimal
    computed: int
    with_stock: int
    without: int
    units_90: int
    paused_empty: bool = False


class Position(NamedTuple):
    """``cover`` in days, ``lost`` in BRL; ``missing`` says why a statement is not made."""

    adjusted_pace: Decimal | None
    cover: Decimal | None
    out_of_stock: bool | None
    state: State | None
    lost: Decimal | None
    missing: tuple[str, ...]


def position(window: SkuWindow, policy: Policy | None) -> Position:
    """Everything §5.8 states about one SKU."""
    enough = window.computed >= ENOUGH_RECENT_DAYS
    seen = enough and window.with_stock + window.without >= ENOUGH_RECENT_DAYS
    cover = _cover(window) if enough else None
    return Position(
        _rate(Decimal(window.units) / window.with_stock) if seen and window.with_stock else None,
        cover,
        _out_of_stock(window, enough=enough),
        None if policy is None or _refusals(window, policy) else _state(window, cover, policy),
        _lost(window) if seen else None,
        tuple(_missing(window, policy, seen=seen)),
    )


def _cover(window: SkuWindow) -> Decimal | None:
    """``cobertura_dias``: no sales is "sem giro", never infinite; what is owed covers nothing."""
    if window.stock is None or window.demand <= 0:
        return None
    return _rate(Decimal(max(window.stock, 0)) * RECENT / window.demand)


def _out_of_stock(window: SkuWindow, *, enough: bool) -> bool | None:
    """``em_ruptura``: a listing its seller paused is none; one paused because stock ended is."""
    if window.stock is None:
        return None
    if window.stock > 0:
        return False
    return True if window.paused_empty else window.demand > 0 if enough else None


def _state(window: SkuWindow, cover: Decimal | None, policy: Policy) -> State | None:
    """``estado_estoque``: the first limit that is not passed; without a ceiling excess is never stated."""
    if window.stock is not None and window.stock <= 0:
        return "RUPTURA"
    if cover is None:
        return None
    steps: tuple[tuple[State, bool], ...] = (
        ("COMPRA_URGENTE", cover <= policy.lead),
        ("COMPRAR_EM_BREVE", cover <= policy.lead + policy.safety),
        ("COBERTURA_BAIXA", cover < policy.lead + policy.safety + policy.target),
        ("EXCESSO", policy.ceiling is not None and cover > policy.ceiling),
    )
    return next((state for state, applies in steps if applies), "ADEQUADA")


def _lost(window: SkuWindow) -> Decimal | None:
    """``venda_perdida_est``: ``vmd_30_ajustada × preco_medio`` is the revenue of a day with stock.

    Printed with its assumption, that the days without would have sold like the others. None when no day had stock.
    """
    if window.without == 0:
        return Decimal("0.00")
    if window.with_stock == 0:
        return None
    return (window.revenue * window.without / window.with_stock).quantize(_CENT, ROUND_HALF_UP)


def _refusals(window: SkuWindow, policy: Policy | None) -> list[str]:
    """Why no state of stock is stated."""
    return [
        reason
        for reason, applies in (
            (NO_POLICY, policy is None),
            (NO_PHOTO, window.stock is None),
            (SHORT_HISTORY, window.computed < ENOUGH_RECENT_DAYS),
            (FEW_UNITS, window.units_90 < ENOUGH_UNITS),
        )
        if applies
    ]


def _missing(window: SkuWindow, policy: Policy | None, *, seen: bool) -> list[str]:
    reasons = _refusals(window, policy)
    if not seen and SHORT_HISTORY not in reasons:
        reasons.append(FEW_PHOTOS)
    if window.demand <= 0:
        reasons.append(NO_SALES)
    return reasons


def _rate(value: Decimal) -> Decimal:
    return value.quantize(_RATE, ROUND_HALF_UP)
