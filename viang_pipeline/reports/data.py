"""Everything a report says, as plain values: read once in one snapshot, then drawn without the database.

Money is Decimal in BRL, rates are fractions, None is "not known" and never 0.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b
from typing import Literal

from viang_pipeline.domain.comparisons import Comparison
from viang_pipeline.insights.facts import FactSheet

State = Literal["preliminar", "final"]


@dataclass(frozen=True)
class Figure:
    """A metric of the period with its two comparisons. ``coverage``: the part of the revenue it stands on."""

    metric: str
    value: Decimal | None
    previous: Comparison
    year: Comparison
    coverage: Decimal | None = None


@dataclass(frozen=True)
class Block:
    """A part of the numbers and whether it still moves; ``final_on``: the day it no longer should. ``almost``: only
    sales attributed to ads may still grow (kpis.md §7)."""

    name: str
    maturity: State
    final_on: date | None
    almost: bool = False


@dataclass(frozen=True)
class Day:
    """One day of the period. ``read``: its orders were read completely; only then is a figure 0 and not None."""

    dia: date
    read: bool
    faturamento: Decimal | None = None
    mc: Decimal | None = None
    faturamento_coberto: Decimal | None = None
    ads_investimento: Decimal | None = None
    ads_receita: Decimal | None = None
    valor_cancelado: Decimal | None = None


@dataclass(frozen=True)
class Bridge:
    """From covered revenue to the margin: ``costs`` by component, all over covered lines (kpis.md §5.5)."""

    revenue: Decimal
    costs: Mapping[str, Decimal]
    before_ads: Decimal
    ads: Decimal | None
    margin: Decimal | None


@dataclass(frozen=True)
class Sku:
    """One SKU in the period; ``mc`` is None where no line of it is covered or its ads were not read."""

    sku: str
    title: str | None
    faturamento: Decimal
    faturamento_antes: Decimal
    unidades: Decimal
    mc: Decimal | None
    mc_pct: Decimal | None
    cobertura: Decimal | None
    ads_investimento: Decimal


@dataclass(frozen=True)
class Skus:
    """What is shown of all SKUs sold or advertised: ``count`` of them, the unidentified apart (R13)."""

    count: int
    best: tuple[Sku, ...]
    worst: tuple[Sku, ...]
    wasted: tuple[Sku, ...]
    unidentified: Decimal


@dataclass(frozen=True)
class AbcClass:
    """One class of the ABC curve over 90 days."""

    curva: str
    skus: int
    faturamento: Decimal


@dataclass(frozen=True)
class StockSku:
    """A SKU that needs a decision on its stock."""

    sku: str
    title: str | None
    curva_abc: str | None
    estoque_disponivel: int | None
    vmd_30: Decimal | None
    cobertura_dias: Decimal | None
    estado: str | None
    venda_perdida_est: Decimal | None


@dataclass(frozen=True)
class Portfolio:
    """How the SKUs stand on ``dia``, the newest complete day; None where it was never computed."""

    dia: date
    abc: tuple[AbcClass, ...]
    states: Mapping[str, int]
    unknown_states: int
    out_of_stock: int
    lost: Decimal | None
    urgent: tuple[StockSku, ...]


@dataclass(frozen=True)
class Stock:
    """The stock photographed on ``dia``, the newest of the period."""

    dia: date
    estoque_disponivel: int | None
    valor_estoque: Decimal | None
    valor_estoque_cobertura: Decimal | None
    taxa_ruptura: Decimal | None


@dataclass(frozen=True)
class AfterSale:
    """Cancellations and what came back, which are four different things (R16)."""

    valor_cancelado_pre: Decimal | None
    valor_devolvido: Decimal | None
    unidades_devolvidas: Decimal | None
    reclamacoes: Decimal | None
    mediacoes: Decimal | None


@dataclass(frozen=True)
class Reputation:
    """The account as photographed on ``dia``. ``protected``: the shown figures are not the real ones."""

    dia: date
    nivel: str | None
    nivel_real: str | None
    medalha: str | None
    periodo: str | None
    vendas_concluidas: int | None
    rates: Mapping[str, Decimal | None]
    real_rates: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Restated:
    """How much a metric of the period moved after it was shown, for one reason."""

    metrica: str
    motivo: str
    days: int
    diferenca: Decimal | None


RESTATED_METRICS = (
    "faturamento", "vendas_brutas", "valor_cancelado", "reembolsos", "faturamento_liquido", "unidades", "comissao",
    "frete_vendedor", "cmv", "imposto", "custo_devolucao", "mc_pre_ads", "ads_investimento", "ads_receita", "mc",
    "visitas",
)  # fmt: skip
"""The metrics whose moves are told; the rest follow from them."""


@dataclass(frozen=True)
class Changes:
    """What changed after the report of ``since``; ``since`` None: this is the first report of the period."""

    since: datetime | None
    moves: tuple[Restated, ...] = ()


@dataclass(frozen=True)
class SourceRead:
    """How much of the period a resource of a source was read. ``last``: when, the last time it was complete."""

    source: str
    resource: str
    days: int
    last: datetime | None


@dataclass(frozen=True)
class Quality:
    """What the numbers lack. ``missing``: reason → days of the period it holds for; shares of revenue as fractions."""

    sem_sku: Decimal | None
    sem_custo: Decimal | None
    sem_frete: Decimal | None
    sem_imposto: Decimal | None
    missing: Mapping[str, int]
    reads: tuple[SourceRead, ...]
    quarantined: int


@dataclass(frozen=True)
class ReportData:
    """One report. ``as_of``: the newest complete reading of the period's orders, None when there is none."""

    sheet: FactSheet
    figures: Mapping[str, Figure]
    blocks: tuple[Block, ...]
    days: tuple[Day, ...]
    bridge: Bridge | None
    skus: Skus
    portfolio: Portfolio | None
    stock: Stock | None
    after_sale: AfterSale
    reputation: Reputation | None
    quality: Quality
    as_of: datetime | None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say of the period."""
        return all(day.faturamento is None for day in self.days)

    @property
    def state(self) -> State:
        """``final`` only when the whole period was read and every block of it is final (kpis.md §7)."""
        done = self.sheet.period.whole and self.sheet.complete and not self.empty
        return "final" if done and all(block.maturity == "final" for block in self.blocks) else "preliminar"

    @property
    def final_on(self) -> date | None:
        """The day the last block becomes final, None when all are."""
        return max((block.final_on for block in self.blocks if block.final_on), default=None)

    @cached_property
    def hash(self) -> str:
        """A stable digest of what the report says; reading the same again is no change."""
        said = replace(
            self,
            as_of=None,
            quality=replace(self.quality, reads=tuple(replace(read, last=None) for read in self.quality.reads)),
        )
        body = json.dumps(asdict(said), default=_stable, sort_keys=True, ensure_ascii=False)
        return blake2b(body.encode(), digest_size=16).hexdigest()


def _stable(value: object) -> str:
    if isinstance(value, Mapping):
        return json.dumps(dict(value), default=_stable, sort_keys=True)
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
