"""Visão geral: how the sales of the period went, against the period before, client by client."""

from viang_pipeline.metabase.cards import (
    BRL,
    NUMBER,
    PERCENT,
    TEXT,
    UNITS,
    Dashboard,
    Heading,
    chart,
    number,
    row,
    table,
    trend,
)

VISAO_GERAL = Dashboard(
    "visao_geral",
    "Viang · Visão geral",
    "Vendas válidas do período, comparadas com o período imediatamente anterior, do mesmo tamanho.",
    (
        row(
            2,
            (
                Heading(
                    "leia",
                    "Sem datas escolhidas: **últimos 30 dias, até ontem**. Comparações só aparecem quando os pedidos "
                    "de todos os dias dos dois períodos foram lidos. Dias *preliminares* ainda podem mudar.",
                ),
                24,
            ),
        ),
        row(
            4,
            (trend("faturamento", "Faturamento", "faturamento", BRL, "Vendas válidas; não inclui canceladas."), 4),
            (trend("pedidos", "Pedidos válidos", "pedidos", UNITS), 4),
            (trend("ticket_medio", "Ticket médio (por compra)", "ticket_medio", BRL, "Σ faturamento ÷ Σ compras."), 4),
            (number("mc_pct", "Margem de contribuição (%)", "mc_pct", PERCENT, "Só das vendas cobertas."), 4),
            (
                number(
                    "mc_cobertura", "Cobertura da margem", "mc_cobertura", PERCENT,
                    "Parte do faturamento com todos os custos conhecidos. Abaixo de 80 %, a margem diz pouco.",
                ),
                4,
            ),
            (number("dias_preliminares", "Dias preliminares", "dias", UNITS, "As vendas ainda podem mudar."), 4),
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
                    "line", "conversao_por_dia", "Conversão por dia", ("dia",), {"conversao": ("Conversão", PERCENT)},
                    note="Σ pedidos ÷ Σ visitas, só de clientes com visitas observadas no dia.",
                ),
                8,
            ),
        ),
        row(
            7,
            (
                table(
                    "comparacao", "Comparação com o período anterior",
                    "Valores em %; taxas se comparam em pontos percentuais, nunca em % de %.",
                    numero=("Número", TEXT), unidade=("Unidade", TEXT), atual=("Período", NUMBER),
                    anterior=("Anterior", NUMBER), diferenca=("Diferença", NUMBER), variacao=("Variação", PERCENT),
                    leitura=("Leitura", TEXT),
                ),
                12,
            ),
            (
                table(
                    "por_cliente", "Clientes no período",
                    client_id=("Cliente", TEXT), faturamento=("Faturamento", BRL), pedidos=("Pedidos", UNITS),
                    ticket_medio=("Ticket médio", BRL), mc_pct=("Margem", PERCENT),
                    mc_cobertura=("Cobertura da margem", PERCENT), tacos=("TACOS", PERCENT),
                    taxa_cancelamento=("Cancelamento", PERCENT), dias_preliminares=("Dias preliminares", UNITS),
                ),
                12,
            ),
        ),
    ),
)  # fmt: skip
