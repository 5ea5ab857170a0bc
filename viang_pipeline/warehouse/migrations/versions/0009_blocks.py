"""Ads, visits, stock, returns and maturity in the sums, and their ratios in the views."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    for name in ("vw_client_day", "vw_sku_day"):
        op.execute(f"drop view dashboard.{name}")
    op.add_column(
        "agg_client_day",
        sa.Column(
            "devolucoes",
            sa.BigInteger(),
            nullable=True,
            comment="Devoluções abertas (por data da venda): reclamações com devolução, pela data da venda. Devolução não é reembolso nem cancelamento.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "devolucoes_no_dia",
            sa.BigInteger(),
            nullable=True,
            comment="Devoluções abertas no dia: reclamações com devolução, pela data de abertura da devolução.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "unidades_devolvidas",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades devolvidas (recebidas): Σ unidades de devoluções recebidas. Pela data da venda.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "reclamacoes",
            sa.BigInteger(),
            nullable=True,
            comment="Reclamações abertas: reclamações pela data de abertura.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "mediacoes",
            sa.BigInteger(),
            nullable=True,
            comment="Mediações: reclamações em disputa, pela data de abertura. Reclamação comum não é mediação.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "custo_devolucao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Custo de devoluções: frete de devolução cobrado + frete de pedidos cancelados depois do envio. Pela data da venda; não inclui o custo de unidades perdidas.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "ads_investimento",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Investimento em Ads: Σ custo dos grupos de anúncios, sem repetições. O gasto de um anúncio com vários SKUs é rateado pelo faturamento de cada um.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column("ads_impressoes", sa.BigInteger(), nullable=True, comment="Impressões: Σ impressões."),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column("ads_cliques", sa.BigInteger(), nullable=True, comment="Cliques: Σ cliques."),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "ads_receita_direta",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Receita direta de Ads: Σ vendas do próprio produto clicado. Atribuição da plataforma: cresce por até 14 dias.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "ads_receita_assistida",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Receita assistida: Σ vendas de outro produto depois do clique. Pertence ao produto clicado, não ao vendido.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "ads_receita",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Receita de Ads: receita direta + receita assistida. Atribuição da plataforma: cresce por até 14 dias.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "ads_unidades", sa.BigInteger(), nullable=True, comment="Unidades por Ads: Σ unidades atribuídas a Ads."
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "ads_nao_alocado",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Ads não alocável: total diário do anunciante − Σ investimento nos SKUs. Acima de 5 % do total, há algo a conferir.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "ads_itens_vs_campanha",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Diferença entre itens e grupos de Ads: Σ custo dos itens − Σ custo dos grupos. Conferência: o valor cobrado é o do grupo.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "visitas",
            sa.BigInteger(),
            nullable=True,
            comment="Visitas: visitas únicas por dia: do SKU, Σ dos anúncios só dele; do cliente, a série da conta. A soma dos SKUs não é a visita do cliente.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "visitas_dias_observados",
            sa.BigInteger(),
            nullable=True,
            comment="Dias com visita observada: 1 quando a visita do dia foi observada.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "estoque_full",
            sa.BigInteger(),
            nullable=True,
            comment="Estoque Full disponível: Σ disponível por código de inventário, cada um uma vez. Fechamento do dia; nunca somar entre dias.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "estoque_full_indisponivel",
            sa.BigInteger(),
            nullable=True,
            comment="Full indisponível: Σ não disponível: avariado, perdido, em retirada, em transferência.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "valor_cancelado_sem_pagamento",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Parte do valor cancelado de pedidos que nunca foram pagos",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "pedidos_cancelados_pre", sa.BigInteger(), nullable=True, comment="Pedidos cancelados antes do envio"
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "pedidos_com_visita",
            sa.BigInteger(),
            nullable=True,
            comment="Pedidos válidos dos anúncios cuja visita foi observada: numerador da conversão",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "maturidade_vendas",
            sa.Text(),
            nullable=False,
            server_default="preliminar",
            comment="Pedidos: preliminar, ou final a partir de D+7",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "maturidade_ads",
            sa.Text(),
            nullable=False,
            server_default="preliminar",
            comment="Ads: preliminar, quase_final a partir de D+4, final a partir de D+15",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "maturidade_visitas",
            sa.Text(),
            nullable=False,
            server_default="preliminar",
            comment="Visitas: preliminar, ou final a partir de D+3",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "maturidade_devolucoes",
            sa.Text(),
            nullable=False,
            server_default="preliminar",
            comment="Devoluções: preliminar, ou final a partir de D+45",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "devolucoes",
            sa.BigInteger(),
            nullable=True,
            comment="Devoluções abertas (por data da venda): reclamações com devolução, pela data da venda. Devolução não é reembolso nem cancelamento.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "devolucoes_no_dia",
            sa.BigInteger(),
            nullable=True,
            comment="Devoluções abertas no dia: reclamações com devolução, pela data de abertura da devolução.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "unidades_devolvidas",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades devolvidas (recebidas): Σ unidades de devoluções recebidas. Pela data da venda.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "reclamacoes",
            sa.BigInteger(),
            nullable=True,
            comment="Reclamações abertas: reclamações pela data de abertura.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "mediacoes",
            sa.BigInteger(),
            nullable=True,
            comment="Mediações: reclamações em disputa, pela data de abertura. Reclamação comum não é mediação.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "custo_devolucao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Custo de devoluções: frete de devolução cobrado + frete de pedidos cancelados depois do envio. Pela data da venda; não inclui o custo de unidades perdidas.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "ads_investimento",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Investimento em Ads: Σ custo dos grupos de anúncios, sem repetições. O gasto de um anúncio com vários SKUs é rateado pelo faturamento de cada um.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column("ads_impressoes", sa.BigInteger(), nullable=True, comment="Impressões: Σ impressões."),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column("ads_cliques", sa.BigInteger(), nullable=True, comment="Cliques: Σ cliques."),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "ads_receita_direta",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Receita direta de Ads: Σ vendas do próprio produto clicado. Atribuição da plataforma: cresce por até 14 dias.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "ads_receita_assistida",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Receita assistida: Σ vendas de outro produto depois do clique. Pertence ao produto clicado, não ao vendido.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "ads_receita",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Receita de Ads: receita direta + receita assistida. Atribuição da plataforma: cresce por até 14 dias.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "ads_unidades", sa.BigInteger(), nullable=True, comment="Unidades por Ads: Σ unidades atribuídas a Ads."
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "visitas",
            sa.BigInteger(),
            nullable=True,
            comment="Visitas: visitas únicas por dia: do SKU, Σ dos anúncios só dele; do cliente, a série da conta. A soma dos SKUs não é a visita do cliente.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "visitas_dias_observados",
            sa.BigInteger(),
            nullable=True,
            comment="Dias com visita observada: 1 quando a visita do dia foi observada.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "estoque_full",
            sa.BigInteger(),
            nullable=True,
            comment="Estoque Full disponível: Σ disponível por código de inventário, cada um uma vez. Fechamento do dia; nunca somar entre dias.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "estoque_full_indisponivel",
            sa.BigInteger(),
            nullable=True,
            comment="Full indisponível: Σ não disponível: avariado, perdido, em retirada, em transferência.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "valor_cancelado_sem_pagamento",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Parte do valor cancelado de pedidos que nunca foram pagos",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "pedidos_cancelados_pre", sa.BigInteger(), nullable=True, comment="Pedidos cancelados antes do envio"
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "pedidos_com_visita",
            sa.BigInteger(),
            nullable=True,
            comment="Pedidos válidos dos anúncios cuja visita foi observada: numerador da conversão",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "maturidade_vendas",
            sa.Text(),
            nullable=False,
            server_default="preliminar",
            comment="Pedidos: preliminar, ou final a partir de D+7",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "maturidade_ads",
            sa.Text(),
            nullable=False,
            server_default="preliminar",
            comment="Ads: preliminar, quase_final a partir de D+4, final a partir de D+15",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "maturidade_visitas",
            sa.Text(),
            nullable=False,
            server_default="preliminar",
            comment="Visitas: preliminar, ou final a partir de D+3",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "maturidade_devolucoes",
            sa.Text(),
            nullable=False,
            server_default="preliminar",
            comment="Devoluções: preliminar, ou final a partir de D+45",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "ads_rateado",
            sa.Boolean(),
            nullable=False,
            server_default="false",
            comment="Se o gasto de Ads veio do rateio de um anúncio com vários SKUs",
        ),
        schema="dashboard",
    )
    # What stands in the tables gets a value so that the columns can be there, and is built again.
    for table in ("agg_client_day", "fact_sku_day"):
        for block in ("vendas", "ads", "visitas", "devolucoes"):
            op.alter_column(table, f"maturidade_{block}", server_default=None, schema="dashboard")
    op.alter_column("fact_sku_day", "ads_rateado", server_default=None, schema="dashboard")
    op.execute("update dashboard.day_state set linhas_rev = linhas_rev + 1")
    op.execute(Path(__file__).with_name("0009_blocks_views.sql").read_text(encoding="utf-8"))
