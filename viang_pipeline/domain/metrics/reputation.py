"""Reputation of the account as the platform states it (kpis.md §5.9): never recomputed from orders, never averaged."""

from viang_pipeline.domain.metrics.record import Metric

_TABLE = "fact_account_day"
_SOURCE = "Mercado Livre: conta"
_NONE = "não se aplica"
_PHOTO = "NULL sem foto do dia"
_PERIOD = "Vale para o período informado ao lado; durante a proteção a taxa real fica na coluna _real."

REPUTATION: tuple[Metric, ...] = (
    Metric(
        "reputacao_nivel", "Reputação (cor)", "Reputation level", "classe", ("C",), "P",
        "cor informada pela plataforma, de 1_red a 5_green", _SOURCE, 1, 0, cancelamento=_NONE,
        regra_null=f"{_PHOTO} ou conta sem reputação", tabela=_TABLE,
    ),
    Metric(
        "reputacao_medalha", "MercadoLíder", "Power seller status", "classe", ("C",), "P",
        "medalha informada pela plataforma", _SOURCE, 1, 0, cancelamento=_NONE,
        regra_null=f"{_PHOTO} ou sem medalha", tabela=_TABLE,
    ),
    Metric(
        "rep_reclamacoes", "Reclamações (taxa da reputação)", "Reputation claims rate", "fração", ("C",), "P",
        "taxa informada pela plataforma", _SOURCE, -1, 0, cancelamento=_NONE, regra_null=_PHOTO, ressalva=_PERIOD, tabela=_TABLE,
    ),
    Metric(
        "rep_atrasos", "Atrasos (taxa da reputação)", "Reputation late handling rate", "fração", ("C",), "P",
        "taxa informada pela plataforma", _SOURCE, -1, 0, cancelamento=_NONE, regra_null=_PHOTO, ressalva=_PERIOD, tabela=_TABLE,
    ),
    Metric(
        "rep_cancelamentos", "Cancelamentos (taxa da reputação)", "Reputation cancellations rate", "fração", ("C",), "P",
        "taxa informada pela plataforma", _SOURCE, -1, 0, cancelamento=_NONE, regra_null=_PHOTO,
        ressalva=f"{_PERIOD} Não é a taxa de cancelamento das vendas.", tabela=_TABLE,
    ),
)  # fmt: skip
