"""Billed fees in the sums, what was billed by period, and our figures against the platform's."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    for name in ("vw_client_day", "vw_sku_day"):
        op.execute(f"drop view dashboard.{name}")
    op.add_column(
        "agg_client_day",
        sa.Column(
            "comissao_faturada",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Tarifa de venda faturada: Σ tarifa líquida das linhas de fatura dos pedidos, créditos descontados. Chega depois; serve para conferir.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "divergencia_comissao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Divergência de tarifa: tarifa faturada − comissão, só dos pedidos faturados. Positivo: faturaram mais do que o estimado.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "faturamento_com_tarifa_faturada",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento dos pedidos cuja tarifa já foi faturada; vazio sem leitura das faturas",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "maturidade_cobranca",
            sa.Text(),
            nullable=False,
            server_default="preliminar",
            comment="Faturas: preliminar, ou final quando fecham os períodos a que o dia pode pertencer",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "comissao_faturada",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Tarifa de venda faturada: Σ tarifa líquida das linhas de fatura dos pedidos, créditos descontados. Chega depois; serve para conferir.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "divergencia_comissao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Divergência de tarifa: tarifa faturada − comissão, só dos pedidos faturados. Positivo: faturaram mais do que o estimado.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "faturamento_com_tarifa_faturada",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento dos pedidos cuja tarifa já foi faturada; vazio sem leitura das faturas",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "maturidade_cobranca",
            sa.Text(),
            nullable=False,
            server_default="preliminar",
            comment="Faturas: preliminar, ou final quando fecham os períodos a que o dia pode pertencer",
        ),
        schema="dashboard",
    )
    op.create_table(
        "fact_billing_line",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("order_id", sa.Text(collation="C"), nullable=False, comment="Pedido"),
        sa.Column("line_no", sa.SmallInteger(), nullable=False, comment="Linha do pedido"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio da venda (America/Sao_Paulo)"),
        sa.Column("sku", sa.Text(collation="C"), nullable=False, comment="SKU da linha"),
        sa.Column("valor", sa.Numeric(precision=18, scale=2), nullable=False, comment="Preço unitário × quantidade"),
        sa.Column(
            "comissao_faturada",
            sa.Numeric(precision=18, scale=2),
            nullable=False,
            comment="Parte da linha na tarifa faturada do pedido",
        ),
        sa.Column(
            "divergencia_comissao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Tarifa faturada menos a estimada; vazio sem estimativa",
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "order_id", "line_no"),
        schema="dashboard",
        comment="Tarifa de venda faturada nas linhas dos pedidos válidos, ao lado da estimada",
    )
    op.create_index(
        "ix_fact_billing_line_dia", "fact_billing_line", ["client_id", "dia"], unique=False, schema="dashboard"
    )
    op.create_table(
        "reconciliation",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column(
            "fonte",
            sa.Text(collation="C"),
            nullable=False,
            comment="cobranca: faturas da plataforma; painel: números que uma pessoa leu no painel do vendedor",
        ),
        sa.Column(
            "periodo",
            sa.Text(collation="C"),
            nullable=False,
            comment="Período de faturamento (AAAA-MM, não é o mês civil) ou dias do painel",
        ),
        sa.Column("item", sa.Text(collation="C"), nullable=False, comment="Tipo de cobrança ou métrica comparada"),
        sa.Column(
            "inicio", sa.Date(), nullable=False, comment="Primeiro dia do painel; nas faturas, a chave do período"
        ),
        sa.Column(
            "fim",
            sa.Date(),
            nullable=True,
            comment="Último dia do painel; vazio nas faturas, cujo corte varia por conta",
        ),
        sa.Column(
            "cobranca_mensal",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Tudo o que foi cobrado do tipo no período; vazio no painel",
        ),
        sa.Column(
            "nosso",
            sa.Numeric(),
            nullable=True,
            comment="Nosso número: estimativa dos mesmos pedidos, ou a métrica; vazio quando não há",
        ),
        sa.Column(
            "informado",
            sa.Numeric(),
            nullable=True,
            comment="Número da plataforma para o mesmo recorte; vazio quando não há o que comparar",
        ),
        sa.Column("diferenca", sa.Numeric(), nullable=True, comment="Informado menos nosso"),
        sa.Column(
            "diferenca_pct", sa.Numeric(precision=12, scale=6), nullable=True, comment="Diferença sobre o nosso número"
        ),
        sa.Column(
            "tolerancia", sa.Numeric(), nullable=True, comment="Diferença aceita; vazio quando o item só informa"
        ),
        sa.Column(
            "confere",
            sa.Boolean(),
            nullable=True,
            comment="Se a diferença cabe na tolerância; vazio quando não se compara",
        ),
        sa.Column("comparados", sa.BigInteger(), nullable=True, comment="Pedidos comparados; vazio no painel"),
        sa.Column("divergentes", sa.BigInteger(), nullable=True, comment="Pedidos fora da tolerância; vazio no painel"),
        sa.Column("motivo", sa.Text(), nullable=True, comment="Por que não se compara, ou que variante confere"),
        sa.Column(
            "final", sa.Boolean(), nullable=False, comment="Se o período fechou, ou se os dias já não devem mudar"
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.CheckConstraint("fonte in ('cobranca', 'painel')", name="ck_reconciliation_fonte"),
        sa.PrimaryKeyConstraint("client_id", "fonte", "periodo", "item"),
        schema="dashboard",
        comment="Nossos números contra as faturas e contra o painel do vendedor",
    )
    op.create_table(
        "panel_figures",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("inicio", sa.Date(), nullable=False, comment="Primeiro dia mostrado no painel"),
        sa.Column("fim", sa.Date(), nullable=False, comment="Último dia mostrado no painel"),
        sa.Column(
            "metrica",
            sa.Text(collation="C"),
            nullable=False,
            comment="Métrica do painel, com o identificador do dicionário",
        ),
        sa.Column("valor", sa.Numeric(), nullable=False, comment="Número lido no painel: reais, unidades ou fração"),
        sa.Column("informado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando foi informado"),
        sa.CheckConstraint("inicio <= fim", name="ck_panel_figures_dias"),
        sa.PrimaryKeyConstraint("client_id", "inicio", "fim", "metrica"),
        schema="dashboard",
        comment="Números do painel do vendedor, informados por uma pessoa: o painel não tem API",
    )
    for name in ("fact_billing_line", "reconciliation", "panel_figures"):
        op.execute(f"alter table dashboard.{name} enable row level security")
    op.alter_column(
        "metric_definitions",
        "graos",
        comment="Grãos permitidos: S = SKU-dia, C = cliente-dia, C (período) = cliente e período de faturamento",
        existing_comment="Grãos permitidos: S = SKU-dia, C = cliente-dia",
        schema="dashboard",
    )
    # What stands in the tables gets a value so that the column can be there, and is built again.
    for table in ("agg_client_day", "fact_sku_day"):
        op.alter_column(table, "maturidade_cobranca", server_default=None, schema="dashboard")
    op.execute("update dashboard.day_state set linhas_rev = linhas_rev + 1")
    op.execute(Path(__file__).with_name("0012_bills_in_sums_views.sql").read_text(encoding="utf-8"))
