"""Rate budgets remember refusals, so that what one process learns slows all (contract Mercado Livre §1.2)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    for column in (
        sa.Column("ritmo", sa.Double(), comment="Chamadas por segundo permitidas agora; vazio enquanto vale o teto"),
        sa.Column(
            "ritmo_recusado",
            sa.Double(),
            comment="Chamadas por segundo permitidas quando o ritmo foi reduzido pela última vez",
        ),
        sa.Column("reduzido_em", sa.DateTime(timezone=True), comment="Quando o ritmo foi reduzido pela última vez"),
        sa.Column("contido_ate", sa.DateTime(timezone=True), comment="Até quando o ritmo não volta a subir"),
        sa.Column(
            "recusado_em",
            sa.DateTime(timezone=True),
            comment="Última recusa da plataforma por excesso de chamadas (429)",
        ),
        sa.Column("recusado_por", sa.Text(), comment="Conta que recebeu a última recusa"),
    ):
        op.add_column("rate_budgets", column, schema="dashboard")
    op.alter_column(
        "rate_budgets",
        "escopo",
        comment="Aplicativo, conta ou endereço cujo limite é dividido entre os processos",
        schema="dashboard",
    )
