"""Every metric column the database shows, held against the oracle, to the centavo."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from viang_pipeline.domain.metrics.ads import ADS
from viang_pipeline.domain.metrics.after_sale import AFTER_SALE
from viang_pipeline.domain.metrics.billing import BILLING
from viang_pipeline.domain.metrics.stock import STOCK
from viang_pipeline.domain.metrics.traffic import TRAFFIC
from viang_pipeline.warehouse.schema import MATURITY_COLUMNS
from viang_pipeline_tests.end_to_end.driver import Installation
from viang_pipeline_tests.end_to_end.driver import Row as Shown
from viang_pipeline_tests.end_to_end.oracle import Oracle, Row
from viang_pipeline_tests.end_to_end.oracle_all import WholeOracle

NOT_METRICS = {
    "client_id",
    "dia",
    "sku",
    "faltantes",
    "hash",
    "versao_metrica",
    "run_id",
    "calculado_em",
}
MARGIN_RATIOS = {"mc_cobertura", "mc_pct", "acos_equilibrio", "roas_equilibrio"}
BLOCKS = {
    *(metric.id for metric in (*ADS, *TRAFFIC, *STOCK, *BILLING)),
    *(metric.id for metric in AFTER_SALE if not metric.id.startswith("taxa_cancelamento")),
    *(name for name, _ in MATURITY_COLUMNS),
    "pedidos_com_visita",
    "faturamento_com_tarifa_faturada",
    "ads_rateado",
    "estoque_avaliado",
    "estoque_presente",
    "faturamento_coberto",
    "mc_pre_ads",
    "ads_na_margem",
    "mc",
    *MARGIN_RATIOS,
}
"""What does not come from order lines alone; ``compare_everything`` compares it too."""

NOT_COMPARED = NOT_METRICS - {"faltantes"}

NOT_READ = "visita_nao_lida"
COLD_FOR = timedelta(days=7)
MONEY_RATIOS = ("ticket_medio", "ticket_medio_pedido", "preco_medio")
MOST_SHOWN = 25


@dataclass
class Comparison:
    """How much was compared, and where the database and the oracle disagree."""

    client_days: int = 0
    sku_days: int = 0
    values: int = 0
    differences: list[str] = field(default_factory=list)

    def __add__(self, other: Comparison) -> Comparison:
        return Comparison(
            self.client_days + other.client_days,
            self.sku_days + other.sku_days,
            self.values + other.values,
            self.differences + other.differences,
        )

    def __str__(self) -> str:
        head = f"{self.client_days} client-days, {self.sku_days} SKU-days, {self.values} values compared"
        return "\n".join([f"{head}; {len(self.differences)} differ", *self.differences[:MOST_SHOWN]])


def compare(installation: Installation, client_id: str, oracle: Oracle) -> Comparison:
    """Both views of a client against the oracle: the same rows, the same columns, the same values."""
    found = Comparison()
    days = installation.client_days(client_id)
    found.client_days = len(days)
    _compare(f"{client_id} cliente-dia", days, oracle.client_days(), found)
    skus = installation.sku_days(client_id)
    found.sku_days = len(skus)
    _compare(f"{client_id} SKU-dia", skus, oracle.sku_days(), found)
    return found


def compare_everything(installation: Installation, client_id: str, oracle: WholeOracle) -> Comparison:
    """Both views of a client and the photos beside them: the same rows, every column, the same values."""
    found = Comparison()
    days, skus = installation.client_days(client_id), installation.sku_days(client_id)
    found.client_days, found.sku_days = len(days), len(skus)
    _compare_rows(f"{client_id} cliente-dia", days, oracle.client_days(), found)
    _compare_rows(f"{client_id} SKU-dia", skus, _as_far_as_read(skus, oracle.sku_days(), oracle), found)
    rows = installation.rows("select * from dashboard.fact_stock_sku_day where client_id = %s", client_id)
    announced = {(row["dia"], row["sku"]): {"estoque_anunciado": row["estoque_anunciado"]} for row in rows}
    stock = {key: {"estoque_anunciado": each.announced} for key, each in oracle.traffic.stock().items()}
    _compare_rows(f"{client_id} estoque", announced, stock, found)
    rows = installation.rows("select * from dashboard.fact_ads_client_day where client_id = %s", client_id)
    ads = {row["dia"]: {name: row[name] for name in ("estado", "pendente")} for row in rows}
    states = {
        day: {name: row[name] for name in ("estado", "pendente")} for day, row in oracle.ads.client_days().items()
    }
    _compare_rows(f"{client_id} anúncios", ads, states, found)
    rows = installation.rows("select * from dashboard.fact_account_day where client_id = %s", client_id)
    shown = {row["dia"]: {name: row[name] for name in ("reputacao_nivel", "rep_reclamacoes")} for row in rows}
    expected = {
        day: {"reputacao_nivel": level, "rep_reclamacoes": rate}
        for day, (level, rate) in oracle.traffic.reputation().items()
    }
    _compare_rows(f"{client_id} conta", shown, expected, found)
    return found


def _as_far_as_read(
    shown: Mapping[tuple[date, str], Shown], expected: dict[tuple[date, str], dict[str, object]], oracle: WholeOracle
) -> dict[tuple[date, str], dict[str, object]]:
    """A cold listing is read once a week: until then its SKU has no visits and says so, and nothing else changes."""
    youngest = max(oracle.traffic.read_at, default=oracle.starts) - COLD_FOR
    for key, row in expected.items():
        if key[0] > youngest and NOT_READ in shown.get(key, {}).get("faltantes", ()):
            row |= {"visitas": None, "visitas_dias_observados": 0, "pedidos_com_visita": None, "conversao": None}
            row["faltantes"] = sorted({*row["faltantes"], NOT_READ})  # type: ignore[misc]
    return expected


def _compare_rows(
    what: str, shown: Mapping[Any, Shown], expected: Mapping[Any, Mapping[str, object]], found: Comparison
) -> None:
    for key in sorted(shown.keys() ^ expected.keys(), key=str):
        found.differences.append(f"{what} {key}: row only in the {'database' if key in shown else 'oracle'}")
    for key in sorted(shown.keys() & expected.keys(), key=str):
        row, truth = shown[key], expected[key]
        names = row.keys() - NOT_COMPARED
        if names != truth.keys():
            found.differences.append(f"{what}: columns {sorted(names ^ truth.keys())} are only on one side")
        for name in sorted(names & truth.keys()):
            found.values += 1
            value, wanted = row[name], in_reais(name, truth[name], row[name])
            if value != wanted:
                found.differences.append(f"{what} {key} {name}: shown {value}, true {wanted}")


def _compare(what: str, shown: Mapping[Hashable, Shown], expected: Mapping[Hashable, Row], found: Comparison) -> None:
    for key in sorted(shown.keys() ^ expected.keys(), key=str):
        # A day with a stock photo, ads or visits has a row of its own; it must not speak of sales.
        if key in expected or any(shown[key][name] for name in shown[key].keys() - NOT_METRICS - BLOCKS):
            found.differences.append(f"{what} {key}: row only in the {'database' if key in shown else 'oracle'}")
    for key in sorted(shown.keys() & expected.keys(), key=str):
        row, truth = shown[key], expected[key]
        names = row.keys() - NOT_METRICS - BLOCKS
        if names != truth.keys():
            found.differences.append(f"{what}: columns {sorted(names ^ truth.keys())} are only on one side")
        for name in sorted(names & truth.keys()):
            found.values += 1
            value, wanted = row[name], in_reais(name, truth[name], row[name])
            if value != wanted:
                found.differences.append(f"{what} {key} {name}: shown {value}, true {wanted}")


def in_reais(name: str, wanted: object, shown: object) -> object:
    """The oracle's centavos as the column's unit: money columns are decimals, counts whole numbers."""
    return Decimal(wanted) / 100 if isinstance(wanted, int) and isinstance(shown, Decimal) else wanted
