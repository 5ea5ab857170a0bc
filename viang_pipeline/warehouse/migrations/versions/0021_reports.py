"""Reports that were made (product.md §4)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "reports",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("periodo", sa.Text(collation="C"), nullable=False, comment="Mês AAAA-MM ou semana ISO AAAA-Www"),
        sa.Column("versao", sa.Integer(), nullable=False, comment="Versão do relatório do período: 1, 2, … quando os números mudam"),
        sa.Column("hash", sa.Text(), nullable=False, comment="Resumo dos dados do relatório: dados iguais, resumo igual"),
        sa.Column("maturidade", sa.Text(), nullable=False, comment="preliminar ou final"),
        sa.Column("caminho", sa.Text(), nullable=False, comment="Arquivo, dentro da pasta de dados"),
        sa.Column("bytes", sa.BigInteger(), nullable=False, comment="Tamanho do arquivo"),
        sa.Column("sha256", sa.Text(), nullable=False, comment="Resumo dos bytes do arquivo"),
        sa.Column("feito_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi feita"),
        sa.CheckConstraint("maturidade in ('preliminar', 'final')", name="ck_reports_maturidade"),
        sa.PrimaryKeyConstraint("client_id", "periodo", "versao"),
        schema="dashboard",
        comment="Relatórios feitos, por cliente, período e versão",
    )  # fmt: skip
    op.execute("alter table dashboard.reports enable row level security")
