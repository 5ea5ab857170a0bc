"""Stock as photographed at night (kpis.md §5.8): a missed photo is NULL for ever, and none is ever rewritten (D11)."""

from viang_pipeline.domain.metrics.record import Metric

_FULL = "Mercado Livre: estoque Full"
_OWN = "Bling ou UpSeller: saldo disponível"
_NONE = "não se aplica"
_PHOTO = "NULL sem foto do dia"
_COST = "estoque disponível; tabela de custos do cliente, Bling e UpSeller"

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
    Metric(
        "estoque_proprio", "Estoque próprio", "Own stock", "un", ("S", "C"), "S",
        "Σ disponível nos depósitos que contam, de uma única autoridade por cliente", _OWN, 0, 0, cancelamento=_NONE,
        regra_null=f"{_PHOTO}; ausente não é zero; NULL quando dois produtos têm o mesmo SKU",
        exclusoes="depósitos que espelham o Full ou o cliente deixou de fora; kits virtuais",
        ressalva="Saldo negativo é mercadoria devida.",
    ),
    Metric(
        "estoque_reservado", "Estoque reservado", "Reserved stock", "un", ("S", "C"), "S",
        "Σ em mãos − disponível", _OWN, 0, 0, cancelamento=_NONE, regra_null=_PHOTO,
        ressalva="Nunca somado ao disponível.",
    ),
    Metric(
        "estoque_transito", "Estoque em trânsito", "Stock in transit", "un", ("S", "C"), "S",
        "Σ a caminho, de compras e de transferências", _OWN, 0, 0, cancelamento=_NONE,
        regra_null=f"{_PHOTO} ou quando a fonte não o diz", ressalva="Só para compras.",
    ),
    Metric(
        "estoque_disponivel", "Estoque disponível total", "Usable stock", "un", ("S", "C"), "S",
        "estoque próprio + Full", f"{_OWN}; {_FULL}", 0, 0, cancelamento=_NONE,
        regra_null="NULL quando uma das partes não foi lida ou ninguém responde pelo estoque próprio",
        ressalva="Fechamento do dia; nunca somar entre dias.",
    ),
    Metric(
        "valor_estoque", "Valor do estoque (custo)", "Stock value", "BRL", ("S", "C"), "S",
        "Σ estoque disponível × custo por unidade em vigor no dia", _COST, 0, 0, cancelamento=_NONE,
        regra_null="NULL sem estoque disponível ou sem custo conhecido; no cliente, soma da parte conhecida, com cobertura",
        ressalva="Fechamento do dia; nunca somar entre dias. Mercadoria devida não tem valor.",
    ),
    Metric(
        "valor_estoque_cobertura", "Cobertura do valor do estoque", "Stock value coverage", "fração", ("C",), "R",
        "unidades em estoque com custo conhecido", _COST, 1, 0, denominador="unidades em estoque", cancelamento=_NONE,
        regra_null="NULL sem unidades em estoque",
    ),
)  # fmt: skip
