"""Cost, tax, own courier and margin on order lines and in their sums."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    for name in ("vw_client_day", "vw_sku_day", "vw_client_quality"):
        op.execute(f"drop view dashboard.{name}")
    op.add_column(
        "fact_order_line",
        sa.Column(
            "custo_unitario",
            sa.Numeric(precision=18, scale=4),
            nullable=True,
            comment="Custo por unidade em vigor no dia da venda; vazio quando desconhecido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_order_line",
        sa.Column(
            "custo_origem",
            sa.Text(),
            nullable=True,
            comment="De onde veio o custo: cliente, kit, bling, bling_fornecedor, upseller_…",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_order_line",
        sa.Column(
            "custo",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Quantidade × custo por unidade, nas vendas válidas",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_order_line",
        sa.Column(
            "outros_variaveis",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Embalagem e outros custos variáveis; vazio: não informado, conta como 0",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_order_line",
        sa.Column(
            "aliquota",
            sa.Numeric(precision=12, scale=6),
            nullable=True,
            comment="Alíquota efetiva em vigor no dia da venda",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_order_line",
        sa.Column(
            "imposto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Base × alíquota, nas vendas válidas; vazio quando desconhecido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_order_line",
        sa.Column(
            "custo_envio_proprio",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Parte do custo do envio próprio; 0 nos outros envios; vazio quando desconhecido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_order_line",
        sa.Column(
            "coberta",
            sa.Boolean(),
            nullable=False,
            server_default="false",
            comment="Venda válida com tarifa, frete, custo, imposto e envio próprio conhecidos",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "custo_envio_proprio",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Custo Flex / envio próprio: custo informado por envio próprio, uma vez por envio, rateado pelas linhas do envio.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "imposto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Imposto estimado: Σ base da linha × alíquota em vigor no dia da venda. Base: valor da venda, sem descontar a comissão, mais o frete da nota se o cliente assim informou.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "cmv",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Custo da mercadoria vendida: Σ quantidade × custo por unidade em vigor no dia da venda. Kit: a soma dos componentes. Custo zero é desconhecido, se não foi confirmado.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "lucro_bruto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Lucro bruto: faturamento das linhas com custo conhecido − CMV. Antes de comissão, frete, imposto e Ads.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "faturamento_coberto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento coberto: Σ valor das linhas com tarifa, frete, custo, imposto, envio próprio e devoluções conhecidos.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "mc_pre_ads",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Margem de contribuição antes de Ads (R$): nas linhas cobertas: faturamento − comissão − frete − envio próprio − CMV − imposto − custo de devoluções − outros variáveis. Leia com a cobertura ao lado. Sem vendas válidas, é menos o custo de devoluções.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "ads_na_margem",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Ads atribuído à margem: SKU: investimento × faturamento coberto ÷ faturamento, ou todo ele sem vendas; cliente: Σ SKUs + não alocável.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "mc",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Margem de contribuição (R$): margem antes de Ads − Ads atribuído à margem. Não é lucro: despesas fixas ficam fora.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "faturamento_com_custo",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com custo conhecido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "faturamento_com_imposto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com imposto conhecido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "outros_variaveis",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Embalagem e outros custos variáveis das vendas válidas; o não informado conta como 0",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "custo_envio_proprio",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Custo Flex / envio próprio: custo informado por envio próprio, uma vez por envio, rateado pelas linhas do envio.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "imposto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Imposto estimado: Σ base da linha × alíquota em vigor no dia da venda. Base: valor da venda, sem descontar a comissão, mais o frete da nota se o cliente assim informou.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "aliquota_efetiva",
            sa.Numeric(precision=12, scale=6),
            nullable=True,
            comment="Alíquota efetiva: alíquota em vigor no dia: a informada, ou a do Simples pela receita de 12 meses.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "cmv",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Custo da mercadoria vendida: Σ quantidade × custo por unidade em vigor no dia da venda. Kit: a soma dos componentes. Custo zero é desconhecido, se não foi confirmado.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "lucro_bruto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Lucro bruto: faturamento das linhas com custo conhecido − CMV. Antes de comissão, frete, imposto e Ads.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "faturamento_coberto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento coberto: Σ valor das linhas com tarifa, frete, custo, imposto, envio próprio e devoluções conhecidos.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "mc_pre_ads",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Margem de contribuição antes de Ads (R$): nas linhas cobertas: faturamento − comissão − frete − envio próprio − CMV − imposto − custo de devoluções − outros variáveis. Leia com a cobertura ao lado. Sem vendas válidas, é menos o custo de devoluções.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "ads_na_margem",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Ads atribuído à margem: SKU: investimento × faturamento coberto ÷ faturamento, ou todo ele sem vendas; cliente: Σ SKUs + não alocável.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "mc",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Margem de contribuição (R$): margem antes de Ads − Ads atribuído à margem. Não é lucro: despesas fixas ficam fora.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "faturamento_com_custo",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com custo conhecido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "faturamento_com_imposto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com imposto conhecido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "outros_variaveis",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Embalagem e outros custos variáveis das vendas válidas; o não informado conta como 0",
        ),
        schema="dashboard",
    )
    for table in ("agg_client_day", "fact_sku_day"):
        op.alter_column(
            table,
            "custo_devolucao",
            comment="Custo de devoluções: frete de devolução cobrado + frete e envio próprio de pedidos cancelados depois do envio. Pela data da venda; não inclui o custo de unidades perdidas.",
            existing_comment="Custo de devoluções: frete de devolução cobrado + frete de pedidos cancelados depois do envio. Pela data da venda; não inclui o custo de unidades perdidas.",
            schema="dashboard",
        )
    # What stands in the table gets a value so that the column can be there, and is built again.
    op.alter_column("fact_order_line", "coberta", server_default=None, schema="dashboard")
    op.execute("update dashboard.day_state set bruto_rev = bruto_rev + 1, linhas_rev = linhas_rev + 1")
    op.execute(Path(__file__).with_name("0016_margin_views.sql").read_text(encoding="utf-8"))
