"""Visits and conversion (kpis.md §5.7). Visits are never split over SKUs (§4.3)."""

from viang_pipeline.domain.metrics.record import Metric

_VISITS = "Mercado Livre: visitas"
_NONE = "não se aplica"

TRAFFIC: tuple[Metric, ...] = (
    Metric(
        "visitas", "Visitas", "Visits", "un", ("S", "C"), "S",
        "visitas únicas por dia: do SKU, Σ dos anúncios só dele; do cliente, a série da conta", _VISITS, 1, 3,
        cancelamento=_NONE, regra_null="NULL sem leitura do dia; no SKU, também quando um anúncio tem vários SKUs",
        ressalva="A soma dos SKUs não é a visita do cliente.",
    ),
    Metric(
        "visitas_dias_observados", "Dias com visita observada", "Observed days", "un", ("S", "C"), "A",
        "1 quando a visita do dia foi observada", _VISITS, 0, 3, cancelamento=_NONE, regra_null="nunca é NULL",
    ),
    Metric(
        "conversao", "Taxa de conversão", "Conversion rate", "fração", ("S", "C"), "R", "pedidos válidos", _VISITS, 1, 7,
        denominador="visitas", inclusoes="só dias e anúncios com visita observada", regra_null="NULL sem visitas",
    ),
    Metric(
        "conversao_ml", "Conversão (igual ao painel)", "Panel conversion", "fração", ("C",), "R", "pedidos brutos", _VISITS, 1, 7,
        denominador="visitas", cancelamento="permanece na métrica", regra_null="NULL sem visitas",
    ),
)  # fmt: skip
