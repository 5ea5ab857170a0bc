"""One record of the metric dictionary (kpis.md §1 "Metric record").

A change of meaning is a new id, never an edit (R12).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["BRL", "un", "un/dia", "fração", "dias", "nota", "classe"]
Additivity = Literal["A", "S", "D", "R", "P"]

METRIC_VERSION = 1


@dataclass(frozen=True)
class Metric:
    """One metric. ``graos``: S = SKU-day, C = client-day. ``polaridade``: +1 higher is better, -1 lower, 0 neutral.

    ``aditividade``: A adds up over SKUs and days; S is a state, of one moment; D counts distinct things and is counted
    again at each grain; R is a ratio of sums, in views only, with a ``denominador``; P holds at a point in time.
    ``dias_ate_final``: days after the day until it should no longer change. ``tabela``: where a figure stands that is no
    column of the two daily tables.
    """

    id: str
    nome_pt: str
    name_en: str
    unidade: Unit
    graos: tuple[str, ...]
    aditividade: Additivity
    numerador: str
    fonte: str
    polaridade: Literal[1, 0, -1]
    dias_ate_final: int
    denominador: str | None = None
    inclusoes: str = ""
    exclusoes: str = ""
    cancelamento: str = "sai da métrica quando o pedido é cancelado"
    regra_null: str = "NULL quando os pedidos do dia não foram lidos por completo"
    ressalva: str = ""
    tabela: str | None = None
    versao: int = METRIC_VERSION

    @property
    def comment(self) -> str:
        """The Portuguese column comment analysts read in Metabase."""
        formula = self.numerador if self.denominador is None else f"{self.numerador} ÷ {self.denominador}"
        return f"{self.nome_pt}: {formula}." + (f" {self.ressalva}" if self.ressalva else "")


# Sources and populations most records name.
PEDIDOS = "Mercado Livre: pedidos"
ENVIOS = "Mercado Livre: custos de envio"
VALIDAS = "linhas de pedidos paid ou partially_refunded"
BRUTAS = "linhas de pedidos pagos, inclusive os cancelados depois"
SPLIT = "pacotes divididos, pedidos de teste, moeda ou status desconhecidos"
