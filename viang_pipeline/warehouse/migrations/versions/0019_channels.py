"""Sales of other channels, what an ERP's orders are, and what keeps sales out of the margin (kpis.md R13, R14, D19)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "agg_channel_day",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio (America/Sao_Paulo)"),
        sa.Column(
            "canal", sa.Text(collation="C"), nullable=False, comment="Canal de venda: mercado_livre, shopee, amazon …"
        ),
        sa.Column(
            "vendas_brutas",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Vendas brutas (GMV): Σ preço unitário × quantidade, cancelados incluídos. Nunca é igual ao valor recebido; não inclui frete pago pelo comprador.",
        ),
        sa.Column(
            "faturamento",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento (bruto válido): Σ preço unitário × quantidade das vendas válidas. Descontos pagos pelo vendedor já estão dentro do preço.",
        ),
        sa.Column(
            "valor_cancelado",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Valor cancelado: Σ preço unitário × quantidade dos pedidos cancelados. Valor pedido, não dinheiro devolvido.",
        ),
        sa.Column(
            "valor_cancelado_pre",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Cancelado antes do envio: parte do valor cancelado cujo envio não tinha saído.",
        ),
        sa.Column(
            "valor_devolvido",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Devolvido (estorno total após envio): parte do valor cancelado cujo envio já tinha saído.",
        ),
        sa.Column(
            "reembolsos",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Reembolsos (por data da venda): Σ valor reembolsado dos pagamentos de pedidos válidos. Não inclui o estorno de pedidos cancelados, que já saíram do faturamento.",
        ),
        sa.Column(
            "faturamento_liquido",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento líquido de devoluções: faturamento − reembolsos. Líquido de devoluções, não de tarifas nem de impostos.",
        ),
        sa.Column(
            "pedidos_brutos",
            sa.BigInteger(),
            nullable=True,
            comment="Vendas (quantidade, bruta): pedidos distintos, cancelados incluídos.",
        ),
        sa.Column("pedidos", sa.BigInteger(), nullable=True, comment="Pedidos válidos: pedidos válidos distintos."),
        sa.Column(
            "pedidos_cancelados",
            sa.BigInteger(),
            nullable=True,
            comment="Pedidos cancelados: pedidos cancelados distintos.",
        ),
        sa.Column(
            "pedidos_pendentes",
            sa.BigInteger(),
            nullable=True,
            comment="Pedidos aguardando pagamento: pedidos ainda não pagos. Explica por que o dia ainda pode crescer.",
        ),
        sa.Column(
            "compras",
            sa.BigInteger(),
            nullable=True,
            comment="Compras (carrinhos): carrinhos distintos de pedidos válidos. Somar por SKU superestima: um carrinho pode ter vários SKUs.",
        ),
        sa.Column(
            "unidades",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades vendidas: Σ quantidade das vendas válidas. Um kit é 1 unidade do kit.",
        ),
        sa.Column(
            "unidades_brutas",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades (brutas): Σ quantidade, cancelados incluídos.",
        ),
        sa.Column(
            "comissao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Tarifa de venda (comissão): Σ tarifa unitária × quantidade das vendas válidas.",
        ),
        sa.Column(
            "frete_vendedor",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Frete pago pelo vendedor: custo do remetente, uma vez por envio, rateado pelas linhas do envio.",
        ),
        sa.Column(
            "custo_envio_proprio",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Custo Flex / envio próprio: custo informado por envio próprio, uma vez por envio, rateado pelas linhas do envio.",
        ),
        sa.Column(
            "repasse_estimado",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Repasse estimado: faturamento − comissao − frete_vendedor, nas linhas em que os dois são conhecidos. Não desconta parcelamento, impostos, reembolsos posteriores nem Ads.",
        ),
        sa.Column(
            "cmv",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Custo da mercadoria vendida: Σ quantidade × custo por unidade em vigor no dia da venda. Kit: a soma dos componentes. Custo zero é desconhecido, se não foi confirmado.",
        ),
        sa.Column(
            "lucro_bruto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Lucro bruto: faturamento das linhas com custo conhecido − CMV. Antes de comissão, frete, imposto e Ads.",
        ),
        sa.Column(
            "imposto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Imposto estimado: Σ base da linha × alíquota em vigor no dia da venda. Base: valor da venda, sem descontar a comissão, mais o frete da nota se o cliente assim informou.",
        ),
        sa.Column(
            "faturamento_coberto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento coberto: Σ valor das linhas com tarifa, frete, custo, imposto, envio próprio e devoluções conhecidos.",
        ),
        sa.Column(
            "mc_pre_ads",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Margem de contribuição antes de Ads (R$): nas linhas cobertas: faturamento − comissão − frete − envio próprio − CMV − imposto − custo de devoluções − outros variáveis. Leia com a cobertura ao lado. Sem vendas válidas, é menos o custo de devoluções.",
        ),
        sa.Column(
            "faturamento_com_comissao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com tarifa conhecida",
        ),
        sa.Column(
            "faturamento_com_frete",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com frete observado",
        ),
        sa.Column(
            "faturamento_com_repasse",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com tarifa e frete conhecidos",
        ),
        sa.Column(
            "faturamento_com_custo",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com custo conhecido",
        ),
        sa.Column(
            "faturamento_com_imposto",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com imposto conhecido",
        ),
        sa.Column(
            "valor_cancelado_sem_pagamento",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Parte do valor cancelado de pedidos que nunca foram pagos",
        ),
        sa.Column(
            "outros_variaveis",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Embalagem e outros custos variáveis das vendas válidas; o não informado conta como 0",
        ),
        sa.Column(
            "faturamento_sem_sku",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento de itens sem SKU identificado",
        ),
        sa.Column(
            "faltantes",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="O que falta nas vendas do canal no dia: códigos",
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "dia", "canal"),
        schema="dashboard",
        comment="Vendas e margem por cliente, dia e canal de venda",
    )
    op.create_table(
        "order_match",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("fonte", sa.Text(collation="C"), nullable=False, comment="De onde é o pedido: bling ou upseller"),
        sa.Column(
            "chave",
            sa.Text(collation="C"),
            nullable=False,
            comment="Pedido na fonte: id do Bling, ou plataforma e número no UpSeller",
        ),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia do pedido na fonte"),
        sa.Column(
            "canal", sa.Text(), nullable=True, comment="Canal de venda da loja do pedido; vazio quando não se sabe"
        ),
        sa.Column("numero", sa.Text(), nullable=True, comment="Número do pedido na loja; vazio quando não tem"),
        sa.Column(
            "situacao",
            sa.Text(),
            nullable=False,
            comment="casado: é venda do Mercado Livre, achada; sem_par: é do Mercado Livre e não foi achada; quarentena: não se decide; venda: entra como venda de outro canal; fora: não entra",
        ),
        sa.Column("criterio", sa.Text(), nullable=True, comment="Como foi casado: pedido (pelo número) ou pacote"),
        sa.Column("pedidos", postgresql.ARRAY(sa.Text()), nullable=False, comment="Pedidos do Mercado Livre que ele é"),
        sa.Column("motivo", sa.Text(), nullable=True, comment="Por que não foi casado, ou não entra: código"),
        sa.Column(
            "maturidade",
            sa.Text(),
            nullable=False,
            comment="preliminar, ou final quando os pedidos do Mercado Livre do dia já não devem mudar",
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.CheckConstraint("(criterio is not null) = (situacao = 'casado')", name="ck_order_match_criterio"),
        sa.CheckConstraint(
            "situacao in ('casado', 'sem_par', 'quarentena', 'venda', 'fora')", name="ck_order_match_situacao"
        ),
        sa.PrimaryKeyConstraint("client_id", "fonte", "chave"),
        schema="dashboard",
        comment="Pedidos do Bling e do UpSeller e o que são para nós: pelo número, nunca por data ou valor",
    )
    op.create_index("ix_order_match_dia", "order_match", ["client_id", "dia"], schema="dashboard")
    op.create_index(
        "ix_mercado_livre_orders_pacote",
        "mercado_livre_orders",
        ["client_id", sa.text("(payload ->> 'pack_id')")],
        schema="raw",
    )
    op.create_index(
        "ix_upseller_orders_pedido",
        "upseller_orders",
        ["client_id", sa.text("(payload ->> 'order_external_id')")],
        schema="raw",
    )
    for table in ("agg_client_day", "fact_sku_day"):
        op.add_column(
            table,
            sa.Column(
                "faturamento_mercado_livre",
                sa.Numeric(precision=18, scale=2),
                nullable=True,
                comment="Parte do faturamento vendida no Mercado Livre: base do que só ele informa",
            ),
            schema="dashboard",
        )
        op.add_column(
            table,
            sa.Column(
                "pedidos_mercado_livre",
                sa.BigInteger(),
                nullable=True,
                comment="Pedidos válidos do Mercado Livre: denominador da taxa de devolução",
            ),
            schema="dashboard",
        )
        op.add_column(
            table,
            sa.Column(
                "pedidos_brutos_mercado_livre",
                sa.BigInteger(),
                nullable=True,
                comment="Pedidos brutos do Mercado Livre: numerador da conversão do painel",
            ),
            schema="dashboard",
        )
        # Until now every sale was Mercado Livre's.
        op.execute(
            f"update dashboard.{table} set faturamento_mercado_livre = faturamento, pedidos_mercado_livre = pedidos,"
            " pedidos_brutos_mercado_livre = pedidos_brutos"
        )
    op.execute("alter table dashboard.agg_channel_day enable row level security")
    op.execute("alter table dashboard.order_match enable row level security")
    # Files that are here already bring lines, and every day its channels.
    op.execute("update dashboard.day_state set bruto_rev = bruto_rev + 1, linhas_rev = linhas_rev + 1")
    op.execute(Path(__file__).with_name("0019_channels_views.sql").read_text(encoding="utf-8"))
