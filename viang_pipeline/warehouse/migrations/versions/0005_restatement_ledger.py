"""The ledger of changes of numbers already shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REASONS = (
    "'status_mudou', 'pagamento_tardio', 'reembolso', 'ads_atribuicao', 'visita_tardia', 'custo_alterado',"
    " 'imposto_alterado', 'remapeamento_sku', 'correcao_formula', 'reprocesso'"
)


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "restatement_ledger",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Número do registro"),
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio cujo número mudou"),
        sa.Column("sku", sa.Text(collation="C"), nullable=True, comment="SKU; vazio para o número do cliente no dia"),
        sa.Column(
            "metrica", sa.Text(collation="C"), nullable=False, comment="Métrica ou coluna de cobertura que mudou"
        ),
        sa.Column("antes", sa.Numeric(), nullable=True, comment="Valor mostrado antes; vazio quando não havia"),
        sa.Column(
            "depois", sa.Numeric(), nullable=True, comment="Valor mostrado desde então; vazio quando deixou de haver"
        ),
        sa.Column("motivo", sa.Text(), nullable=False, comment="Por que mudou"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a mudança"),
        sa.Column("registrado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a mudança foi gravada"),
        sa.CheckConstraint(f"motivo in ({REASONS})", name="ck_restatement_ledger_motivo"),
        sa.PrimaryKeyConstraint("id"),
        schema="dashboard",
        comment="Toda mudança de um número que já tinha sido mostrado",
    )
    op.create_index("ix_restatement_ledger_dia", "restatement_ledger", ["client_id", "dia"], schema="dashboard")
    op.create_index(
        "ix_restatement_ledger_quando", "restatement_ledger", ["client_id", "registrado_em"], schema="dashboard"
    )
    op.execute("alter table dashboard.restatement_ledger enable row level security")
