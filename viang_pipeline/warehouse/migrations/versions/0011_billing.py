"""Billing and discounts: raw payloads, charges by order and by period, discounts by order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "billing_readings",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column(
            "periodo",
            sa.Date(),
            nullable=False,
            comment="Período de faturamento: chave AAAA-MM-01, que não é o mês civil",
        ),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Última leitura completa"),
        sa.Column("linhas", sa.BigInteger(), nullable=False, comment="Linhas na última leitura completa"),
        sa.Column(
            "primeira_linha_em",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Primeira leitura completa que trouxe linhas",
        ),
        sa.Column("bruto_rev", sa.BigInteger(), nullable=False, comment="Aumenta quando linhas ou resumo mudam"),
        sa.Column(
            "mart_de", sa.BigInteger(), nullable=False, comment="Revisão dos dados brutos usada na última montagem"
        ),
        sa.PrimaryKeyConstraint("client_id", "periodo"),
        schema="dashboard",
        comment="Quando cada período de faturamento foi lido por completo",
    )
    op.create_table(
        "billing_charge",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("detalhe", sa.Text(collation="C"), nullable=False, comment="Linha da fatura na plataforma"),
        sa.Column(
            "order_id",
            sa.Text(collation="C"),
            nullable=False,
            comment="Pedido; vazio quando a linha não é de um pedido",
        ),
        sa.Column(
            "periodo",
            sa.Date(),
            nullable=False,
            comment="Período de faturamento: chave AAAA-MM-01, que não é o mês civil",
        ),
        sa.Column("documento", sa.Text(), nullable=False, comment="BILL (fatura) ou CREDIT_NOTE (nota de crédito)"),
        sa.Column("tipo", sa.Text(), nullable=False, comment="CHARGE (cobrança) ou BONUS (crédito)"),
        sa.Column("sub_tipo", sa.Text(), nullable=False, comment="Código da cobrança na plataforma"),
        sa.Column(
            "significado",
            sa.Text(),
            nullable=False,
            comment="O que o código quer dizer; desconhecido quando não se sabe",
        ),
        sa.Column(
            "custo_do_vendedor",
            sa.Boolean(),
            nullable=False,
            comment="Falso para o acréscimo de parcelamento, que o comprador paga",
        ),
        sa.Column(
            "valor",
            sa.Numeric(precision=18, scale=2),
            nullable=False,
            comment="Valor do pedido na linha; créditos são negativos",
        ),
        sa.Column(
            "tarifa_liquida",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Tarifa líquida do pedido informada na linha",
        ),
        sa.Column("envio", sa.Text(collation="C"), nullable=True, comment="Envio"),
        sa.Column(
            "criado_em_texto",
            sa.Text(),
            nullable=False,
            comment="Hora como a plataforma escreve; o fuso não é informado",
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.CheckConstraint("documento in ('BILL', 'CREDIT_NOTE')", name="ck_billing_charge_documento"),
        sa.CheckConstraint("tipo in ('CHARGE', 'BONUS')", name="ck_billing_charge_tipo"),
        sa.PrimaryKeyConstraint("client_id", "detalhe", "order_id"),
        schema="dashboard",
        comment="Linhas da fatura do Mercado Livre, repartidas pelos pedidos; só para conferência",
    )
    op.create_index(
        "ix_billing_charge_pedido", "billing_charge", ["client_id", "order_id"], unique=False, schema="dashboard"
    )
    op.create_index(
        "ix_billing_charge_periodo", "billing_charge", ["client_id", "periodo"], unique=False, schema="dashboard"
    )
    op.create_table(
        "billing_order_fee",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("order_id", sa.Text(collation="C"), nullable=False, comment="Pedido"),
        sa.Column(
            "comissao_faturada",
            sa.Numeric(precision=18, scale=2),
            nullable=False,
            comment="Tarifa de venda faturada, créditos descontados",
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "order_id"),
        schema="dashboard",
        comment="Tarifa de venda faturada por pedido; pedido ainda não faturado não tem linha",
    )
    op.create_table(
        "billing_period",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column(
            "periodo",
            sa.Date(),
            nullable=False,
            comment="Período de faturamento: chave AAAA-MM-01, que não é o mês civil",
        ),
        sa.Column("sub_tipo", sa.Text(collation="C"), nullable=False, comment="Código da cobrança na plataforma"),
        sa.Column(
            "significado",
            sa.Text(),
            nullable=False,
            comment="O que o código quer dizer; desconhecido quando não se sabe",
        ),
        sa.Column(
            "custo_do_vendedor",
            sa.Boolean(),
            nullable=False,
            comment="Falso para o acréscimo de parcelamento, que o comprador paga",
        ),
        sa.Column(
            "cobranca_mensal",
            sa.Numeric(precision=18, scale=2),
            nullable=False,
            comment="Soma das linhas; créditos são negativos",
        ),
        sa.Column(
            "resumo",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Total do resumo da plataforma; vazio sem resumo",
        ),
        sa.Column(
            "confere",
            sa.Boolean(),
            nullable=True,
            comment="Se as linhas somam o resumo em cada documento; vazio sem resumo",
        ),
        sa.Column("divergencia", sa.Numeric(precision=18, scale=2), nullable=True, comment="Linhas menos resumo"),
        sa.Column(
            "fechado", sa.Boolean(), nullable=False, comment="Se o período foi lido depois de o seguinte começar"
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "periodo", "sub_tipo"),
        schema="dashboard",
        comment="Cobrança de cada período por código, conferida com o resumo da plataforma",
    )
    op.create_table(
        "fact_order_discount",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("order_id", sa.Text(collation="C"), nullable=False, comment="Pedido"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio da venda (America/Sao_Paulo)"),
        sa.Column(
            "desconto_total",
            sa.Numeric(precision=18, scale=2),
            nullable=False,
            comment="Descontos do pedido, de quem quer que os pague",
        ),
        sa.Column(
            "desconto_vendedor",
            sa.Numeric(precision=18, scale=2),
            nullable=False,
            comment="Parte paga pelo vendedor; já está no preço, nunca se subtrai do faturamento",
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "order_id"),
        schema="dashboard",
        comment="Descontos por pedido e quem os paga; informativo",
    )
    op.create_index(
        "ix_fact_order_discount_dia", "fact_order_discount", ["client_id", "dia"], unique=False, schema="dashboard"
    )
    op.create_table(
        "mercado_livre_billing_lines",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column(
            "payload", pg.JSONB(astext_type=sa.Text()), nullable=False, comment="Resposta da fonte, sem dado pessoal"
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Linhas da fatura do Mercado Livre, pela chave do período",
    )
    op.create_index(
        "ix_mercado_livre_billing_lines_dia",
        "mercado_livre_billing_lines",
        ["client_id", "dia"],
        unique=False,
        schema="raw",
    )
    op.create_table(
        "mercado_livre_billing_summaries",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column(
            "payload", pg.JSONB(astext_type=sa.Text()), nullable=False, comment="Resposta da fonte, sem dado pessoal"
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Resumos da fatura por período e documento",
    )
    op.create_index(
        "ix_mercado_livre_billing_summaries_dia",
        "mercado_livre_billing_summaries",
        ["client_id", "dia"],
        unique=False,
        schema="raw",
    )
    op.create_table(
        "mercado_livre_order_discounts",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column(
            "payload", pg.JSONB(astext_type=sa.Text()), nullable=False, comment="Resposta da fonte, sem dado pessoal"
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Descontos dos pedidos e quem os paga",
    )
    op.create_index(
        "ix_mercado_livre_order_discounts_dia",
        "mercado_livre_order_discounts",
        ["client_id", "dia"],
        unique=False,
        schema="raw",
    )
    op.execute("alter table dashboard.billing_readings enable row level security")
    op.execute("alter table dashboard.billing_charge enable row level security")
    op.execute("alter table dashboard.billing_order_fee enable row level security")
    op.execute("alter table dashboard.billing_period enable row level security")
    op.execute("alter table dashboard.fact_order_discount enable row level security")
    op.execute("alter table raw.mercado_livre_billing_lines enable row level security")
    op.execute("alter table raw.mercado_livre_billing_summaries enable row level security")
    op.execute("alter table raw.mercado_livre_order_discounts enable row level security")
