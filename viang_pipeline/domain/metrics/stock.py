"""Stock as photographed at night (kpis.md §5.8): a missed photo is NULL for ever, and none is ever rewritten (D11)."""

from viang_pipeline.domain.metrics.record import Metric

_FULL = "Mercado Livre: estoque Full"
_NONE = "não se aplica"
_PHOTO = "NULL sem foto do dia"

STOCK: tuple[Metric, ...] = (
    Metric(
        "estoque_full", "Estoque Full disponível", "Fulfilment stock available", "un", ("S", "C"), "S",
        "Σ disponível por código de inventário, cada um uma vez", _FULL, 0, 0, cancelamento=_NONE,
        regra_null=f"{_PHOTO} ou sem inventário Full", ressalva="Fechamento do dia; nunca somar entre dias.",
    ),
    Metric(
        "estoque_full_indisponivel", "Full indisponível", "Fulfilment stock unavailable", "un", ("S", "C"), "S",
        "Σ não disponível: avariado, perdido, em retirada, em transferência", _FULL, -1, 0, cancelamento=_NONE,
        regra_null=f"{_PHOTO} ou sem inventário Full",
    ),
)  # fmt: skip
