"""What inspecting returned units found, and what the lost ones cost (kpis.md §5.2 custo_devolucao)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MEANING = (
    "Custo de devoluções: frete de devolução cobrado + frete e envio próprio de pedidos cancelados depois do envio"
    " + custo das unidades que voltaram sem condição de venda, foram descartadas ou faltaram. Pela data da venda; unidade não conferida de reclamação encerrada não custa nada."
)


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "mercado_livre_return_reviews",
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
        comment="O que se encontrou ao conferir as unidades devolvidas",
    )
    op.create_index(
        "ix_mercado_livre_return_reviews_dia",
        "mercado_livre_return_reviews",
        ["client_id", "dia"],
        unique=False,
        schema="raw",
    )
    op.execute("alter table raw.mercado_livre_return_reviews enable row level security")
    for column in (
        sa.Column(
            "unidades_perdidas",
            sa.Integer(),
            nullable=True,
            comment="Das que voltaram, as que não podem ser vendidas, foram descartadas ou faltaram; vazio quando não se sabe",
        ),
        sa.Column(
            "custo_perdas",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Custo das unidades perdidas; vazio quando não se sabe",
        ),
        sa.Column(
            "custo_devolucao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Parte do frete de devolução + custo das unidades perdidas; vazio sem nenhum dos dois ou com custo não lido",
        ),
        sa.Column(
            "custo_motivo",
            sa.Text(),
            nullable=True,
            comment="Por que o custo não é conhecido: devolucao_nao_lida, devolucao_condicao_desconhecida ou devolucao_sem_custo",
        ),
    ):
        op.add_column("fact_claim_line", column, schema="dashboard")
    op.execute(
        "update dashboard.fact_claim_line set custo_devolucao = frete_devolucao,"
        " custo_motivo = case when not custo_lido then 'devolucao_nao_lida' end"
    )
    # cancelled lines get their unit cost, and claims their units lost, where something came back
    op.execute(
        "update dashboard.day_state as estado set bruto_rev = bruto_rev + 1"
        " where exists (select from dashboard.fact_claim_line as linha"
        " where linha.client_id = estado.client_id and linha.dia_venda = estado.dia"
        " and linha.unidades_devolvidas > 0)"
    )
    for name in ("agg_client_day", "fact_sku_day", "vw_client_day", "vw_sku_day", "vw_client_month"):
        op.execute(f"comment on column dashboard.{name}.custo_devolucao is '{MEANING}'")
