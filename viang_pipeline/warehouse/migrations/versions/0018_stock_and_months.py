"""What stock is worth and how long it lasts, and months with what only they have (kpis.md §5.2, §5.5, §5.8)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "fact_expense_month",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("mes", sa.Date(), nullable=False, comment="Mês de competência: seu primeiro dia"),
        sa.Column(
            "categoria",
            sa.Text(collation="C"),
            nullable=False,
            comment="Categoria no Bling; vazia quando a conta não tem nenhuma",
        ),
        sa.Column("descricao", sa.Text(), nullable=True, comment="Nome da categoria"),
        sa.Column(
            "fixa",
            sa.Boolean(),
            nullable=True,
            comment="Se é despesa fixa no primeiro dia do mês; vazio quando ninguém informou",
        ),
        sa.Column(
            "valor",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Σ valor das contas; vazio quando alguma não foi lida por inteiro",
        ),
        sa.Column("contas", sa.BigInteger(), nullable=False, comment="Contas a pagar, sem as canceladas"),
        sa.Column(
            "contas_nao_lidas",
            sa.BigInteger(),
            nullable=False,
            comment="Dessas, as sem detalhe ou sem competência, no mês do vencimento",
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "mes", "categoria"),
        schema="dashboard",
        comment="Contas a pagar por mês de competência e categoria",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "valor_estoque",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Valor do estoque (custo): Σ estoque disponível × custo por unidade em vigor no dia. Fechamento do dia; nunca somar entre dias. Mercadoria devida não tem valor.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "estoque_avaliado",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades em estoque com custo conhecido: numerador da cobertura do valor",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "estoque_presente",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades em estoque, sem descontar as devidas: denominador da cobertura do valor",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "valor_estoque",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Valor do estoque (custo): Σ estoque disponível × custo por unidade em vigor no dia. Fechamento do dia; nunca somar entre dias. Mercadoria devida não tem valor.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column(
            "valor_estoque",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Σ valor dos SKUs com custo conhecido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column(
            "estoque_avaliado",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades em estoque com custo conhecido: numerador da cobertura do valor",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column(
            "estoque_presente",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades em estoque, sem descontar as devidas: denominador da cobertura do valor",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_sku_day",
        sa.Column(
            "valor_estoque",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Estoque disponível × custo em vigor no dia; 0 quando não há unidades",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_sku_day",
        sa.Column(
            "motivo_valor", sa.Text(), nullable=True, comment="Por que o valor é vazio quando o estoque é conhecido"
        ),
        schema="dashboard",
    )
    op.alter_column(
        "metric_definitions",
        "tabela",
        existing_type=sa.TEXT(),
        comment="Tabela ou visão em que a métrica está; vazio nas colunas das duas tabelas diárias",
        existing_comment="Tabela em que a métrica está; vazio nas colunas das duas tabelas diárias",
        existing_nullable=True,
        schema="dashboard",
    )
    op.add_column(
        "sku_portfolio",
        sa.Column(
            "estoque_disponivel",
            sa.BigInteger(),
            nullable=True,
            comment="Estoque disponível na foto mais nova; vazio quando desconhecido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "sku_portfolio",
        sa.Column(
            "estoque_dia", sa.Date(), nullable=True, comment="Dia da foto, de no máximo uma semana; vazio sem foto"
        ),
        schema="dashboard",
    )
    op.add_column(
        "sku_portfolio",
        sa.Column(
            "demanda_30d",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Unidades que saíram nos últimos 30 dias, também dentro de kits",
        ),
        schema="dashboard",
    )
    op.add_column(
        "sku_portfolio",
        sa.Column(
            "dias_com_estoque",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="Dos últimos 30 dias, quantos tinham estoque",
        ),
        schema="dashboard",
    )
    op.add_column(
        "sku_portfolio",
        sa.Column(
            "dias_sem_estoque",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="Dos últimos 30 dias, quantos não tinham; o resto não se sabe",
        ),
        schema="dashboard",
    )
    op.add_column(
        "sku_portfolio",
        sa.Column(
            "vmd_30_ajustada",
            sa.Numeric(precision=12, scale=6),
            nullable=True,
            comment="VMD ajustada por ruptura: unidades dos últimos 30 dias ÷ dias com estoque. Segunda leitura do ritmo: nunca misturar com a VMD.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "sku_portfolio",
        sa.Column(
            "cobertura_dias",
            sa.Numeric(precision=18, scale=6),
            nullable=True,
            comment="Cobertura de estoque: estoque disponível ÷ venda média diária, com o que saiu em kits. Mercadoria devida não cobre nada.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "sku_portfolio",
        sa.Column(
            "em_ruptura",
            sa.Boolean(),
            nullable=True,
            comment="Em ruptura: estoque disponível ≤ 0 e houve venda em 30 dias, ou o anúncio foi pausado por falta de estoque. Anúncio pausado pelo vendedor não é ruptura.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "sku_portfolio",
        sa.Column(
            "estado_estoque",
            sa.Text(),
            nullable=True,
            comment="Estado de estoque: RUPTURA sem estoque; pela cobertura: COMPRA_URGENTE até o prazo, COMPRAR_EM_BREVE até prazo + segurança, COBERTURA_BAIXA abaixo disso + alvo, EXCESSO acima do teto, senão ADEQUADA. Sem teto informado, EXCESSO nunca é afirmado.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "sku_portfolio",
        sa.Column(
            "venda_perdida_est",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Venda perdida estimada: VMD ajustada × preço médio × dias sem estoque, dos últimos 30 dias. Supõe que os dias sem estoque venderiam como os outros.",
        ),
        schema="dashboard",
    )
    op.create_table_comment(
        "sku_portfolio",
        "Como cada SKU está na carteira do cliente: ritmo, curva ABC, tendência e estoque no último dia completo",
        existing_comment="Como cada SKU está na carteira do cliente: ritmo, curva ABC e tendência no último dia completo",
        schema="dashboard",
    )
    op.alter_column("sku_portfolio", "demanda_30d", server_default=None, schema="dashboard")
    op.alter_column("sku_portfolio", "dias_com_estoque", server_default=None, schema="dashboard")
    op.alter_column("sku_portfolio", "dias_sem_estoque", server_default=None, schema="dashboard")
    op.create_check_constraint(
        "ck_sku_portfolio_estado_estoque",
        "sku_portfolio",
        "estado_estoque in ('RUPTURA', 'COMPRA_URGENTE', 'COMPRAR_EM_BREVE', 'COBERTURA_BAIXA', 'ADEQUADA', 'EXCESSO')",
        schema="dashboard",
    )
    op.execute("alter table dashboard.fact_expense_month enable row level security")
    op.execute(Path(__file__).with_name("0018_stock_and_months_views.sql").read_text(encoding="utf-8"))
