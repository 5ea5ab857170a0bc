"""Where analysts look: what order searches announced, what was refused, why stock is blocked (kpis.md §5.8, §5.10)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "order_reads",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("source", sa.Text(collation="C"), nullable=False, comment="Fonte"),
        sa.Column(
            "lido_em",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Quando a leitura que guardou a janela começou",
        ),
        sa.Column(
            "filtro",
            sa.Text(collation="C"),
            nullable=False,
            comment="Campo pelo qual a busca filtra: criação ou última mudança",
        ),
        sa.Column("janela_inicio", sa.DateTime(timezone=True), nullable=False, comment="Começo da janela"),
        sa.Column("janela_fim", sa.DateTime(timezone=True), nullable=False, comment="Fim da janela (exclusivo)"),
        sa.Column("anunciados", sa.BigInteger(), nullable=False, comment="Pedidos que a busca anunciou"),
        sa.Column(
            "guardados",
            sa.BigInteger(),
            nullable=False,
            comment="Desses, os lidos e, quando da janela e do histórico, guardados",
        ),
        sa.PrimaryKeyConstraint("client_id", "source", "lido_em", "filtro", "janela_inicio"),
        schema="dashboard",
        comment="O que cada busca de pedidos anunciou e quanto disso foi guardado",
    )
    op.create_table(
        "fact_quarantine_day",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio da venda (America/Sao_Paulo)"),
        sa.Column(
            "motivo",
            sa.Text(collation="C"),
            nullable=False,
            comment="Por que foram recusados: status_desconhecido, moeda, site ou invalido",
        ),
        sa.Column("registros", sa.BigInteger(), nullable=False, comment="Pedidos recusados, fora de todos os números"),
        sa.Column(
            "valor",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Σ preço unitário × quantidade dos recusados; vazio quando não está em reais",
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "dia", "motivo"),
        schema="dashboard",
        comment="Pedidos recusados por dia e motivo: contagens, sem nenhum dado do pedido",
    )
    op.add_column(
        "fact_stock_sku_day",
        sa.Column(
            "indisponivel_por_motivo",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="Não disponível no Full, por motivo; vazio sem inventário Full",
        ),
        schema="dashboard",
    )
    for name in ("order_reads", "fact_quarantine_day"):
        op.execute(f"alter table dashboard.{name} enable row level security")
    for name in ("0015_quality_history.sql", "0015_quality_views.sql"):
        op.execute(Path(__file__).with_name(name).read_text(encoding="utf-8"))
