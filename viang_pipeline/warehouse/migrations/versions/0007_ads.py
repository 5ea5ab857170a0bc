"""Product Ads: raw accounts, days, groups, items and campaigns, and what they come to per SKU and per client."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RAW = {
    "mercado_livre_ads_accounts": "Conta de Product Ads como encontrada em cada noite: com_ads ou sem_ads",
    "mercado_livre_ads_days": "Product Ads da conta por dia: série diária do anunciante (total de controle) e estado",
    "mercado_livre_ads_groups": "Grupos de anúncios por dia: a unidade cobrada",
    "mercado_livre_ads_group_items": "Anúncios de cada grupo por dia, uma vez cada, onde o grupo não é de um só anúncio",
    "mercado_livre_ads_campaigns": "Campanhas de Product Ads, também as ocultas",
    "mercado_livre_ads_campaign_days": "Impressões perdidas de cada campanha por dia, em porcentagem",
}
METRICS = (
    ("ads_investimento", sa.Numeric(precision=18, scale=2), "Investimento em Ads"),
    ("ads_impressoes", sa.BigInteger(), "Impressões"),
    ("ads_cliques", sa.BigInteger(), "Cliques"),
    ("ads_receita_direta", sa.Numeric(precision=18, scale=2), "Vendas do próprio produto clicado"),
    ("ads_receita_assistida", sa.Numeric(precision=18, scale=2), "Vendas de outro produto depois do clique"),
    ("ads_receita", sa.Numeric(precision=18, scale=2), "Receita direta + assistida"),
    ("ads_unidades", sa.BigInteger(), "Unidades atribuídas a Ads"),
)


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    for name, comment in RAW.items():
        _raw_table(name, comment)
    op.create_table(
        "fact_ads_sku_day",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia como rotulado pela plataforma"),
        sa.Column("sku", sa.Text(collation="C"), nullable=False, comment="SKU, ou __SEM_SKU__:anúncio"),
        *[sa.Column(name, kind, nullable=False, comment=comment) for name, kind, comment in METRICS],
        sa.Column(
            "ads_rateado",
            sa.Boolean(),
            nullable=False,
            comment="Se alguma parte veio do rateio de um anúncio com vários SKUs",
        ),
        *_provenance(),
        sa.PrimaryKeyConstraint("client_id", "dia", "sku"),
        schema="dashboard",
        comment="Ads de cada SKU por dia: só o que pôde ser atribuído; o resto fica em fact_ads_client_day",
    )
    op.create_table(
        "fact_ads_client_day",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column(
            "dia", sa.Date(), nullable=False, comment="Dia como rotulado pela plataforma; dia não lido não tem linha"
        ),
        sa.Column(
            "estado",
            sa.Text(),
            nullable=False,
            comment="lido; sem_ads: a conta não anuncia, zero é fato; fora_do_alcance: mais de 90 dias, vazio",
        ),
        *[
            sa.Column(name, kind, comment=f"{comment}, pela série diária do anunciante")
            for name, kind, comment in METRICS
        ],
        sa.Column(
            "ads_nao_alocado",
            sa.Numeric(precision=18, scale=2),
            comment="Total do anunciante menos o atribuído a SKUs",
        ),
        sa.Column(
            "ads_itens_vs_campanha",
            sa.Numeric(precision=18, scale=2),
            comment="Soma dos itens menos soma dos grupos de anúncios",
        ),
        sa.Column(
            "pendente",
            sa.Boolean(),
            nullable=False,
            comment="Gasto sem venda nem impressão depois do último dia completo: a plataforma ainda não terminou",
        ),
        *_provenance(),
        sa.CheckConstraint("estado in ('lido', 'sem_ads', 'fora_do_alcance')", name="ck_fact_ads_client_day_estado"),
        sa.PrimaryKeyConstraint("client_id", "dia"),
        schema="dashboard",
        comment="Ads da conta por dia: o que a plataforma cobra, e o que não coube em nenhum SKU",
    )
    for name in (*(f"raw.{name}" for name in RAW), "dashboard.fact_ads_sku_day", "dashboard.fact_ads_client_day"):
        op.execute(f"alter table {name} enable row level security")


def _raw_table(name: str, comment: str) -> None:
    op.create_table(
        name,
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
        comment=comment,
    )
    op.create_index(f"ix_{name}_dia", name, ["client_id", "dia"], unique=False, schema="raw")


def _provenance() -> list[sa.Column]:  # type: ignore[type-arg]
    return [
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Quando a linha mudou pela última vez",
        ),
    ]
