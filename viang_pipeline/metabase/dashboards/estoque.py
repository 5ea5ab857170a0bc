"""Estoque: what lies there, what it is worth, what runs out."""

from viang_pipeline.metabase.cards import (
    BRL,
    CLIENT,
    DAY,
    NUMBER,
    PERCENT,
    SINCE,
    SKU,
    TEXT,
    UNITS,
    UNTIL,
    Dashboard,
    chart,
    number,
    row,
    table,
)

ESTOQUE = Dashboard(
    "estoque",
    "Viang · Estoque",
    "Valor do estoque na foto mais nova do período e como está cada SKU hoje.",
    (
        row(
            4,
            (number("valor", "Valor do estoque (custo)", "valor_estoque", BRL, "Foto mais nova de cada cliente."), 6),
            (
                number(
                    "valor_cobertura", "Cobertura do valor", "valor_estoque_cobertura", PERCENT,
                    "Unidades em estoque com custo conhecido ÷ unidades em estoque.",
                ),
                4,
            ),
            (number("em_ruptura", "SKUs em ruptura", "skus", UNITS), 4),
            (number("taxa_ruptura", "Taxa de ruptura (30 dias)", "taxa_ruptura", PERCENT), 4),
            (
                number(
                    "venda_perdida", "Venda perdida estimada", "venda_perdida_est", BRL,
                    "Últimos 30 dias; supõe que os dias sem estoque venderiam como os outros.",
                ),
                6,
            ),
        ),
        row(
            7,
            (
                chart(
                    "line", "por_dia", "Valor do estoque por dia", ("dia", "client_id"),
                    {"valor_estoque": ("Valor do estoque", BRL)},
                ),
                14,
            ),
            (chart("bar", "estados", "SKUs por estado", ("estado",), {"skus": ("SKUs", UNITS)}, axis="Estado"), 10),
        ),
        row(
            10,
            (
                table(
                    "comprar", "Comprar", "Em ruptura ou com cobertura menor que o prazo de reposição.",
                    client_id=("Cliente", TEXT), sku=("SKU", TEXT), estado=("Estado", TEXT),
                    estoque_disponivel=("Disponível", UNITS), estoque_dia=("Foto de", DAY),
                    cobertura_dias=("Cobertura (dias)", NUMBER), vmd_30_ajustada=("Venda média diária", NUMBER),
                    venda_perdida_est=("Venda perdida", BRL), curva_abc=("Curva", TEXT),
                ),
                14,
            ),
            (
                table(
                    "excesso", "Excesso e parados", "Acima do teto informado, ou com estoque e sem venda em 30 dias.",
                    client_id=("Cliente", TEXT), sku=("SKU", TEXT), estoque_disponivel=("Disponível", UNITS),
                    cobertura_dias=("Cobertura (dias)", NUMBER), unidades_30d=("Unidades, 30 dias", UNITS),
                    curva_abc=("Curva", TEXT),
                ),
                10,
            ),
        ),
    ),
    (CLIENT, SINCE, UNTIL, SKU),
)  # fmt: skip
