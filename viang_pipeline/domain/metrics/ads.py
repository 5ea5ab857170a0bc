"""Product Ads metrics (kpis.md §5.6). Ratios are always recomputed from sums; the source's own are discarded (R6)."""

from viang_pipeline.domain.metrics.record import Metric

_ADS = "Mercado Ads: Product Ads"
_NULL = "NULL quando os Ads do dia não foram lidos; 0 quando a conta não tem Ads"
_RATEIO = "O gasto de um anúncio com vários SKUs é rateado pelo faturamento de cada um."
_KEPT = "não muda quando a venda é cancelada"


def _sum(
    id: str, nome_pt: str, name_en: str, unidade: str, numerador: str, polaridade: int, dias: int, ressalva: str = ""
) -> Metric:
    return Metric(
        id, nome_pt, name_en, unidade, ("S", "C"), "A", numerador, _ADS, polaridade, dias,  # type: ignore[arg-type]
        cancelamento=_KEPT, regra_null=_NULL, ressalva=ressalva,
    )  # fmt: skip


def _ratio(
    id: str, nome_pt: str, name_en: str, unidade: str, numerador: str, denominador: str, polaridade: int,
    *, graos: tuple[str, ...] = ("S", "C"), dias: int = 15, ressalva: str = "",
) -> Metric:  # fmt: skip
    return Metric(
        id, nome_pt, name_en, unidade, graos, "R", numerador, _ADS, polaridade, dias, denominador=denominador,  # type: ignore[arg-type]
        cancelamento=_KEPT, regra_null=f"NULL sem {denominador}", ressalva=ressalva,
    )  # fmt: skip


ADS: tuple[Metric, ...] = (
    _sum("ads_investimento", "Investimento em Ads", "Ad spend", "BRL", "Σ custo dos grupos de anúncios, sem repetições", 0, 2, _RATEIO),
    _sum("ads_impressoes", "Impressões", "Impressions", "un", "Σ impressões", 1, 2),
    _sum("ads_cliques", "Cliques", "Clicks", "un", "Σ cliques", 1, 2),
    _sum("ads_receita_direta", "Receita direta de Ads", "Direct ad revenue", "BRL", "Σ vendas do próprio produto clicado", 1, 15, "Atribuição da plataforma: cresce por até 14 dias."),
    _sum("ads_receita_assistida", "Receita assistida", "Assisted ad revenue", "BRL", "Σ vendas de outro produto depois do clique", 1, 15, "Pertence ao produto clicado, não ao vendido."),
    _sum("ads_receita", "Receita de Ads", "Ad revenue", "BRL", "receita direta + receita assistida", 1, 15, "Atribuição da plataforma: cresce por até 14 dias."),
    _sum("ads_unidades", "Unidades por Ads", "Ad units", "un", "Σ unidades atribuídas a Ads", 1, 15),
    Metric(
        "ads_nao_alocado", "Ads não alocável", "Non-allocable ad spend", "BRL", ("C",), "A",
        "total diário do anunciante − Σ investimento nos SKUs", _ADS, 0, 2, cancelamento=_KEPT, regra_null=_NULL,
        ressalva="Acima de 5 % do total, há algo a conferir.",
    ),
    Metric(
        "ads_itens_vs_campanha", "Diferença entre itens e grupos de Ads", "Ad reconciliation gap", "BRL", ("C",), "A",
        "Σ custo dos itens − Σ custo dos grupos", _ADS, 0, 2, cancelamento=_KEPT, regra_null=_NULL,
        ressalva="Conferência: o valor cobrado é o do grupo.",
    ),
    _ratio("ads_ctr", "CTR", "Click-through rate", "fração", "cliques", "impressões", 1, dias=2),
    _ratio("ads_cpc", "CPC", "Cost per click", "BRL", "investimento em Ads", "cliques", -1, dias=2),
    _ratio("acos", "ACOS", "ACOS", "fração", "investimento em Ads", "receita de Ads", -1),
    _ratio("roas", "ROAS", "ROAS", "fração", "receita de Ads", "investimento em Ads", 1, ressalva="É venda, não lucro."),
    _ratio("tacos", "TACOS", "Total ACOS", "fração", "investimento em Ads", "faturamento", -1, ressalva="Sobre todas as vendas válidas, orgânicas incluídas."),
    _ratio("ads_cvr", "Conversão de Ads", "Ad conversion", "fração", "unidades por Ads", "cliques", 1, ressalva="Unidades por clique, não pedidos."),
    _ratio("ads_cpa", "Custo por venda de Ads", "Cost per ad unit", "BRL", "investimento em Ads", "unidades por Ads", -1),
    _ratio("ads_participacao", "Participação de Ads nas vendas", "Ad share of sales", "fração", "receita de Ads", "vendas brutas", 0, graos=("C",)),
)  # fmt: skip
