"""Margem: contribution margin, always with how much of the sales it speaks of."""

from viang_pipeline.metabase.cards import (
    BRL,
    CLIENT,
    DAY,
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
    trend,
)

MARGEM = Dashboard(
    "margem",
    "Viang · Margem",
    "Margem de contribuição das vendas cobertas, depois de Ads. Não é lucro: despesas fixas ficam fora.",
    (
        row(
            4,
            (
                trend(
                    "mc", "Margem de contribuição", "mc", BRL,
                    "Comparada só quando as coberturas diferem no máximo 5 pontos.",
                ),
                6,
            ),
            (number("mc_pct", "Margem de contribuição (%)", "mc_pct", PERCENT, "Σ margem ÷ Σ faturamento coberto."), 6),
            (
                number(
                    "mc_cobertura", "Cobertura da margem", "mc_cobertura", PERCENT,
                    "Faturamento coberto ÷ faturamento. Abaixo de 80 %, a margem diz pouco.",
                ),
                6,
            ),
            (
                number(
                    "dias_preliminares", "Dias preliminares", "dias", UNITS,
                    "Dias cujas vendas, Ads ou devoluções ainda podem mudar.",
                ),
                6,
            ),
        ),
        row(
            7,
            (
                chart(
                    "line", "por_dia", "Margem e cobertura por dia", ("dia",),
                    {"mc_pct": ("Margem", PERCENT), "mc_cobertura": ("Cobertura", PERCENT)},
                ),
                14,
            ),
            (
                table(
                    "custos", "Custos do período", "Cada custo sobre o faturamento em que ele é conhecido.",
                    custo=("Custo", TEXT), valor=("Valor", BRL), sobre_o_conhecido=("Sobre o faturamento", PERCENT),
                    cobertura=("Cobertura", PERCENT),
                ),
                10,
            ),
        ),
        row(
            9,
            (
                table(
                    "por_sku", "Margem por SKU", "Os 200 de menor margem no período.",
                    client_id=("Cliente", TEXT), sku=("SKU", TEXT), faturamento=("Faturamento", BRL),
                    mc=("Margem (R$)", BRL), mc_pct=("Margem (%)", PERCENT),
                    mc_cobertura=("Cobertura da margem", PERCENT), acos_equilibrio=("ACOS de equilíbrio", PERCENT),
                ),
                24,
            ),
        ),
        row(
            8,
            (
                table(
                    "meses", "Meses e lucro", "Só meses lidos por inteiro; o lucro é vazio quando falta algo.",
                    client_id=("Cliente", TEXT), mes=("Mês", DAY), faturamento=("Faturamento", BRL),
                    mc=("Margem (R$)", BRL), mc_pct=("Margem (%)", PERCENT),
                    mc_cobertura=("Cobertura da margem", PERCENT), despesas_fixas=("Despesas fixas", BRL),
                    custos_full=("Custos do Full", BRL), lucro=("Lucro", BRL), maturidade=("Situação", TEXT),
                ),
                24,
            ),
        ),
    ),
    (CLIENT, SINCE, UNTIL, SKU),
)  # fmt: skip
