"""Qualidade dos dados: what is late, missing, refused or changed; whether it agrees with the platform's own numbers."""

from viang_pipeline.metabase.cards import (
    BRL,
    DAY,
    NUMBER,
    PERCENT,
    TEXT,
    UNITS,
    Dashboard,
    chart,
    number,
    row,
    table,
)

QUALIDADE = Dashboard(
    "qualidade",
    "Viang · Qualidade dos dados",
    "O que falta, o que atrasou, o que mudou depois de mostrado, e se confere com a plataforma.",
    (
        row(
            4,
            (number("atrasadas", "Fontes atrasadas", "fontes", UNITS, "Sem leitura completa há mais de 36 horas."), 8),
            (number("dias_incompletos", "Dias com algo em falta", "dias", UNITS), 8),
            (number("quarentena", "Pedidos em quarentena", "registros", UNITS, "Não estão em nenhum número."), 8),
        ),
        row(
            8,
            (
                table(
                    "saude", "Está tudo em ordem?", "Uma linha por cliente e tema que pede atenção; vazio é bom.",
                    client_id=("Cliente", TEXT), tema=("Tema", TEXT), situacao=("Situação", TEXT),
                    detalhe=("O que é", TEXT), desde=("Desde", DAY), o_que_fazer=("O que fazer", TEXT),
                ),
                24,
            ),
        ),
        row(
            8,
            (
                table(
                    "lacunas", "O que falta por cliente", "Últimos 30 dias.",
                    client_id=("Cliente", TEXT), dia=("Até", DAY), completude_pedidos=("Pedidos lidos", PERCENT),
                    receita_sem_sku_pct=("Sem SKU", PERCENT), receita_sem_frete_pct=("Sem frete", PERCENT),
                    receita_sem_custo_pct=("Sem custo", PERCENT), receita_sem_imposto_pct=("Sem imposto", PERCENT),
                    dias_incompletos=("Dias incompletos", UNITS), reapresentacoes_7d=("Mudanças, 7 dias", UNITS),
                    reapresentacoes_7d_valor=("Valor das mudanças", BRL),
                ),
                24,
            ),
        ),
        row(
            8,
            (
                table(
                    "fontes", "Fontes",
                    client_id=("Cliente", TEXT), fonte=("Plataforma", TEXT), recurso=("O que é lido", TEXT),
                    lido_ate=("Lido até", DAY), ultima_leitura=("Última leitura", TEXT),
                    dias_sem_leitura=("Dias nunca lidos", UNITS), ultima_falha=("Última falha", TEXT),
                    motivo=("Motivo", TEXT),
                ),
                14,
            ),
            (
                chart(
                    "line", "maturidade", "Clientes com números finais, por dia", ("dia",),
                    {
                        "vendas": ("Vendas", UNITS), "ads": ("Ads", UNITS), "visitas": ("Visitas", UNITS),
                        "devolucoes": ("Devoluções", UNITS), "clientes": ("Clientes", UNITS),
                    },
                ),
                10,
            ),
        ),
        row(
            8,
            (
                table(
                    "confere", "Conferência com a plataforma",
                    client_id=("Cliente", TEXT), fonte=("Contra", TEXT), periodo=("Período", TEXT), item=("Item", TEXT),
                    nosso=("Nosso", NUMBER), informado=("Informado", NUMBER), diferenca=("Diferença", NUMBER),
                    diferenca_pct=("Diferença (%)", PERCENT), confere=("Confere", TEXT), motivo=("Motivo", TEXT),
                    maturidade=("Situação", TEXT),
                ),
                12,
            ),
            (
                table(
                    "reapresentacoes", "Números que mudaram", "Mudanças de dias do período, as mais novas primeiro.",
                    registrado_em=("Quando", TEXT), client_id=("Cliente", TEXT), dia=("Dia", DAY), sku=("SKU", TEXT),
                    nome=("Número", TEXT), antes=("Antes", NUMBER), depois=("Depois", NUMBER),
                    diferenca=("Diferença", NUMBER), motivo=("Motivo", TEXT),
                ),
                12,
            ),
        ),
    ),
)  # fmt: skip
