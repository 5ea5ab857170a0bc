"""Cancellation rates, returns, claims and what they cost (kpis.md §5.2 custo_devolucao, §5.7, R16)."""

from viang_pipeline.domain.metrics.record import PEDIDOS, SPLIT, Metric

_CLAIMS = "Mercado Livre: reclamações e devoluções"
_NULL = "NULL quando as reclamações não foram lidas"
_KEPT = "permanece na métrica"

AFTER_SALE: tuple[Metric, ...] = (
    Metric(
        "taxa_cancelamento", "Taxa de cancelamento", "Cancellation rate", "fração", ("S", "C"), "R",
        "pedidos cancelados", PEDIDOS, -1, 7, denominador="pedidos cancelados + válidos", exclusoes=SPLIT,
        cancelamento="é a métrica", regra_null="NULL sem pedidos", ressalva="Não é a taxa da reputação.",
    ),
    Metric(
        "taxa_cancelamento_pre", "Taxa de cancelamento antes do envio", "Pre-dispatch cancellation rate", "fração",
        ("S", "C"), "R", "pedidos cancelados antes do envio", PEDIDOS, -1, 7,
        denominador="pedidos cancelados + válidos", exclusoes=SPLIT, cancelamento="é a métrica",
        regra_null="NULL sem pedidos, ou quando o envio de um cancelado ainda não foi lido",
    ),
    Metric(
        "devolucoes", "Devoluções abertas (por data da venda)", "Returns, by sale day", "un", ("S", "C"), "D",
        "reclamações com devolução, pela data da venda", _CLAIMS, -1, 45, cancelamento=_KEPT, regra_null=_NULL,
        ressalva="Devolução não é reembolso nem cancelamento.",
    ),
    Metric(
        "devolucoes_no_dia", "Devoluções abertas no dia", "Returns opened", "un", ("S", "C"), "D",
        "reclamações com devolução, pela data de abertura da devolução", _CLAIMS, -1, 45, cancelamento=_KEPT,
        regra_null=_NULL,
    ),
    Metric(
        "unidades_devolvidas", "Unidades devolvidas (recebidas)", "Units physically back", "un", ("S", "C"), "A",
        "Σ unidades de devoluções recebidas", _CLAIMS, -1, 45, cancelamento=_KEPT, regra_null=_NULL,
        ressalva="Pela data da venda.",
    ),
    Metric(
        "taxa_devolucao", "Taxa de devolução", "Return rate", "fração", ("S", "C"), "R",
        "devoluções por data da venda", _CLAIMS, -1, 45, denominador="pedidos válidos", cancelamento=_KEPT,
        regra_null="NULL para vendas com menos de 30 dias e sem pedidos",
    ),
    Metric(
        "reclamacoes", "Reclamações abertas", "Claims opened", "un", ("S", "C"), "D",
        "reclamações pela data de abertura", _CLAIMS, -1, 45, cancelamento=_KEPT, regra_null=_NULL,
    ),
    Metric(
        "mediacoes", "Mediações", "Disputes", "un", ("S", "C"), "D",
        "reclamações em disputa, pela data de abertura", _CLAIMS, -1, 45, cancelamento=_KEPT, regra_null=_NULL,
        ressalva="Reclamação comum não é mediação.",
    ),
    Metric(
        "custo_devolucao", "Custo de devoluções", "Return cost", "BRL", ("S", "C"), "A",
        "frete de devolução cobrado + frete e envio próprio de pedidos cancelados depois do envio"
        " + custo das unidades que voltaram sem condição de venda, foram descartadas ou faltaram", _CLAIMS, -1, 45,
        cancelamento="inclui o frete do pedido cancelado depois do envio",
        regra_null="0 sem reclamação; NULL quando o custo de uma reclamação aberta ainda não foi lido, quando a condição"
        " de uma unidade devolvida é desconhecida ou quando uma unidade perdida não tem custo",
        ressalva="Pela data da venda; unidade não conferida de reclamação encerrada não custa nada.",
    ),
)  # fmt: skip
