"""How figures, comparisons and reasons are said in a report. NULL is "não informado" with its reason, never 0 (R4)."""

from __future__ import annotations

from decimal import Decimal

from viang_pipeline.domain.brazilian import (
    decimal_text,
    integer_text,
    money_text,
    multiple_text,
    percent_text,
    points_text,
    signed_percent_text,
)
from viang_pipeline.domain.comparisons import MULTIPLES, Comparison, Refusal, is_rate
from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.reports.theme import BAD, GOOD, SOFT, Colour

UNKNOWN = "não informado"
DASH = "–"

REFUSALS: dict[Refusal, str] = {
    "sem_valor": "sem valor no período",
    "sem_valor_anterior": "sem base de comparação",
    "periodo_incompleto": "período não lido por inteiro",
    "cobertura_diferente": "coberturas diferentes demais",
    "poucos_pedidos_cobertos": "poucos pedidos cobertos",
    "ads_nao_fechados": "Ads ainda não fechados",
    "identidade_nao_fecha": "as partes não somam o todo",
}

MISSING = {
    "ads_nao_lidos": "Ads não lidos",
    "ads_fora_do_alcance": "Ads além dos 90 dias que a plataforma mostra",
    "visitas_nao_lidas": "visitas não lidas",
    "estoque_sem_foto": "estoque do Full sem foto",
    "estoque_proprio_nao_lido": "estoque próprio não lido",
    "estoque_sem_custo": "parte do estoque sem custo conhecido",
    "reclamacoes_nao_lidas": "reclamações não lidas",
    "devolucao_nao_lida": "custo de devolução ainda não lido",
    "custo_nao_informado": "custo do produto não informado",
    "sem_custo": "custo do produto não informado",
    "imposto_nao_informado": "imposto não informado",
    "tarifa_nao_informada": "tarifa de venda não informada",
    "frete_nao_observado": "frete do vendedor ainda não observado",
    "frete_comprador_nao_observado": "frete do comprador ainda não observado",
    "custo_envio_proprio_nao_informado": "custo do envio próprio não informado",
    "envio_nao_lido": "envio não lido",
    "sku_nao_identificado": "itens sem SKU identificado",
    "sku_duplicado": "SKU com custos diferentes no cadastro",
    "tarifa_nao_faturada": "tarifa ainda não faturada",
    "custo_atual_em_venda_antiga": "custo de hoje usado em venda antiga",
    "custo_desconhecido": "custo do produto não informado",
    "componente_sem_custo": "componente de kit sem custo",
}

MOTIVES = {
    "status_mudou": "pedido mudou de situação",
    "pagamento_tardio": "pagamento tardio",
    "reembolso": "reembolso ou devolução",
    "ads_atribuicao": "atribuição de Ads",
    "visita_tardia": "visitas tardias",
    "custo_alterado": "custo alterado",
    "imposto_alterado": "imposto alterado",
    "remapeamento_sku": "SKU remapeado",
    "correcao_formula": "correção de fórmula",
    "reprocesso": "releitura",
}

STATES = {
    "RUPTURA": "Ruptura",
    "COMPRA_URGENTE": "Compra urgente",
    "COMPRAR_EM_BREVE": "Comprar em breve",
    "COBERTURA_BAIXA": "Cobertura baixa",
    "ADEQUADA": "Adequada",
    "EXCESSO": "Excesso",
}

COMPONENTS = {
    "comissao": "Comissão",
    "frete_vendedor": "Frete",
    "custo_envio_proprio": "Envio próprio",
    "cmv": "Custo do produto",
    "imposto": "Imposto",
    "custo_devolucao": "Devoluções",
    "outros_variaveis": "Outros variáveis",
    "ads_na_margem": "Ads",
}


def short_name(metric_id: str) -> str:
    """A metric's name without what stands in brackets."""
    return BY_ID[metric_id].nome_pt.partition(" (")[0]


def reason_text(code: str) -> str:
    """A reason code in words; an unknown one with spaces."""
    return MISSING.get(code, code.replace("_", " "))


def value_text(metric_id: str, value: Decimal | None) -> str:
    """A metric's value with its unit; "não informado" where there is none."""
    if value is None:
        return UNKNOWN
    unit = BY_ID[metric_id].unidade
    if metric_id in MULTIPLES:
        return multiple_text(value)
    if unit == "BRL":
        return money_text(value)
    if unit == "fração":
        return percent_text(value, 2 if metric_id == "conversao" else 1)
    if unit == "un":
        return integer_text(value)
    return decimal_text(value, 1)


def change_text(metric_id: str, comparison: Comparison) -> str:
    """``+12,3 %``, ``-1,2 p.p.``, "estável", or a dash where a guard refuses."""
    if comparison.refused is not None or comparison.difference is None:
        return DASH
    if comparison.direction == "estavel":
        return "estável"
    if is_rate(BY_ID[metric_id]):
        return points_text(comparison.difference)
    if comparison.relative is None:
        amount = value_text(metric_id, comparison.difference)
        return amount if comparison.difference < 0 else f"+{amount}"
    return signed_percent_text(comparison.relative)


def refusal_text(comparison: Comparison) -> str:
    """Why there is no comparison; empty when there is one."""
    return REFUSALS[comparison.refused] if comparison.refused is not None else ""


def tone_colour(comparison: Comparison) -> Colour:
    """Green for better, red for worse, grey for neither."""
    return {"bom": GOOD, "ruim": BAD, "neutro": SOFT}[comparison.tone]
