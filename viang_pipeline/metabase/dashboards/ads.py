"""Ads: what was spent, what it brought, and where it eats the margin."""

from viang_pipeline.metabase.cards import (
    BRL,
    CLIENT,
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

ADS = Dashboard(
    "ads",
    "Viang · Ads",
    "Investimento e receita de Ads. A atribuição da plataforma cresce por até 14 dias: dias recentes ainda mudam.",
    (
        row(
            4,
            (trend("investimento", "Investimento em Ads", "investimento", BRL), 5),
            (trend("receita", "Receita de Ads", "receita", BRL, "Direta + assistida. É venda, não lucro."), 5),
            (number("acos", "ACOS", "acos", PERCENT, "Σ investimento ÷ Σ receita de Ads."), 5),
            (number("tacos", "TACOS", "tacos", PERCENT, "Σ investimento ÷ Σ faturamento, orgânico incluído."), 5),
            (number("dias_nao_finais", "Dias ainda não finais", "dias", UNITS, "Ads são finais a partir de D+15."), 4),
        ),
        row(
            7,
            (
                chart(
                    "bar", "por_dia", "Investimento por dia", ("dia", "situacao"),
                    {"investimento": ("Investimento", BRL)}, stacked=True, note="Dias ainda não finais em outra cor.",
                ),
                12,
            ),
            (
                chart(
                    "line", "indices_por_dia", "ACOS e TACOS por dia", ("dia",),
                    {"acos": ("ACOS", PERCENT), "tacos": ("TACOS", PERCENT)},
                ),
                12,
            ),
        ),
        row(
            10,
            (
                table(
                    "por_sku", "Ads por SKU", "Acima do ACOS de equilíbrio, o Ads dá prejuízo.",
                    client_id=("Cliente", TEXT), sku=("SKU", TEXT), investimento=("Investimento", BRL),
                    receita=("Receita", BRL), acos=("ACOS", PERCENT), acos_equilibrio=("ACOS de equilíbrio", PERCENT),
                    cpc=("CPC", BRL), cliques=("Cliques", UNITS), unidades=("Unidades por Ads", UNITS),
                    rateado=("Rateado", TEXT),
                ),
                16,
            ),
            (
                table(
                    "nao_alocado", "Ads sem SKU", "Acima de 5 % do total, há algo a conferir.",
                    client_id=("Cliente", TEXT), investimento=("Investimento", BRL),
                    nao_alocado=("Não alocável", BRL), nao_alocado_pct=("Parte", PERCENT),
                ),
                8,
            ),
        ),
    ),
    (CLIENT, SINCE, UNTIL, SKU),
)  # fmt: skip
