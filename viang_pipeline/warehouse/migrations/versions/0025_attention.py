"""What an analyst should look at: fraud alerts on sales that count, and freight without a sale (kpis.md §3, D4).

Days built before are listed when they are rebuilt, which 0019 has asked for.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "fact_attention",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio da venda (America/Sao_Paulo)"),
        sa.Column(
            "tipo",
            sa.Text(collation="C"),
            nullable=False,
            comment="alerta_fraude: venda válida com alerta de fraude; frete_sem_venda: frete de envio cujos pedidos "
            "foram todos cancelados antes do envio",
        ),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Pedido do alerta, ou envio do frete"),
        sa.Column(
            "valor",
            sa.Numeric(precision=18, scale=2),
            nullable=False,
            comment="Valor do pedido, ou custo do frete para o vendedor",
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "dia", "tipo", "chave"),
        schema="dashboard",
        comment="O que olhar: vendas com alerta de fraude e fretes que não são de venda nenhuma",
    )
    op.execute("alter table dashboard.fact_attention enable row level security")
    op.execute(Path(__file__).with_name("0025_attention_views.sql").read_text(encoding="utf-8"))
