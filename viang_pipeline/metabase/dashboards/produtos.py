"""Produtos: what sells, what stopped selling, what comes back."""

from viang_pipeline.metabase.cards import (
    BRL,
    CLIENT,
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

PRODUTOS = Dashboard(
    "produtos",
    "Viang · Produtos",
    "O que vende, o que caiu e o que volta. Curva ABC e tendência são de hoje; o resto é do período.",
    (
        row(
            4,
            (number("skus_vendidos", "SKUs vendidos", "skus", UNITS), 8),
            (number("preco_medio", "Preço médio praticado", "preco_medio", BRL, "Σ faturamento ÷ Σ unidades."), 8),
            (
                number(
                    "sem_sku", "Faturamento sem SKU", "receita_sem_sku_pct", PERCENT,
                    "Do cliente inteiro: este número não segue o filtro de SKU.",
                ),
                8,
            ),
        ),
        row(
            7,
            (
                chart(
                    "bar", "faturamento_por_dia", "Faturamento por dia", ("dia", "situacao"),
                    {"faturamento": ("Faturamento", BRL)}, stacked=True, note="Dias preliminares em outra cor.",
                ),
                16,
            ),
            (
                chart(
                    "bar", "curva_abc", "Curva ABC (90 dias)", ("curva_abc",),
                    {"faturamento_90d": ("Faturamento em 90 dias", BRL)}, axis="Curva",
                ),
                8,
            ),
        ),
        row(
            10,
            (
                table(
                    "mais_vendidos", "Mais vendidos", "Os 200 de maior faturamento no período.",
                    client_id=("Cliente", TEXT), sku=("SKU", TEXT), faturamento=("Faturamento", BRL),
                    unidades=("Unidades", UNITS), preco_medio=("Preço médio", BRL), mc_pct=("Margem", PERCENT),
                    mc_cobertura=("Cobertura da margem", PERCENT), curva_abc=("Curva", TEXT),
                    tendencia=("Tendência", TEXT),
                ),
                24,
            ),
        ),
        row(
            8,
            (
                table(
                    "em_queda", "Em queda", "Venda dos últimos 30 dias bem abaixo da dos 60 dias anteriores.",
                    client_id=("Cliente", TEXT), sku=("SKU", TEXT), unidades_60d_antes=("60 dias antes", UNITS),
                    unidades_30d=("30 dias", UNITS), vmd_30=("Venda média diária", NUMBER),
                    faturamento_90d=("Faturamento, 90 dias", BRL), curva_abc=("Curva", TEXT),
                ),
                12,
            ),
            (
                table(
                    "devolvidos", "Devoluções por SKU",
                    "Pela data da venda. Taxa só das vendas com mais de 30 dias: as outras ainda podem voltar.",
                    client_id=("Cliente", TEXT), sku=("SKU", TEXT), pedidos=("Pedidos", UNITS),
                    devolucoes=("Devoluções", UNITS), taxa_devolucao=("Taxa de devolução", PERCENT),
                    custo_devolucao=("Custo de devoluções", BRL),
                ),
                12,
            ),
        ),
    ),
    (CLIENT, SINCE, UNTIL, SKU),
)  # fmt: skip
