"""Visits, stock and account: raw payloads, photos and their marts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "fact_account_day",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio (America/Sao_Paulo)"),
        sa.Column(
            "reputacao_nivel",
            sa.Text(),
            nullable=True,
            comment="Cor da reputação: 1_red a 5_green; vazio quando a conta ainda não tem",
        ),
        sa.Column("reputacao_nivel_real", sa.Text(), nullable=True, comment="Cor sem a proteção, quando há proteção"),
        sa.Column("reputacao_medalha", sa.Text(), nullable=True, comment="MercadoLíder: silver, gold ou platinum"),
        sa.Column("periodo", sa.Text(), nullable=True, comment="Período das taxas"),
        sa.Column("vendas_concluidas", sa.BigInteger(), nullable=True, comment="Vendas concluídas no período"),
        sa.Column(
            "rep_reclamacoes", sa.Numeric(precision=12, scale=6), nullable=True, comment="Taxa de reclamações mostrada"
        ),
        sa.Column("rep_atrasos", sa.Numeric(precision=12, scale=6), nullable=True, comment="Taxa de atrasos mostrada"),
        sa.Column(
            "rep_cancelamentos",
            sa.Numeric(precision=12, scale=6),
            nullable=True,
            comment="Taxa de cancelamentos mostrada",
        ),
        sa.Column(
            "rep_reclamacoes_real",
            sa.Numeric(precision=12, scale=6),
            nullable=True,
            comment="Taxa de reclamações sem a proteção",
        ),
        sa.Column(
            "rep_atrasos_real",
            sa.Numeric(precision=12, scale=6),
            nullable=True,
            comment="Taxa de atrasos sem a proteção",
        ),
        sa.Column(
            "rep_cancelamentos_real",
            sa.Numeric(precision=12, scale=6),
            nullable=True,
            comment="Taxa de cancelamentos sem a proteção",
        ),
        sa.Column("capturado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a foto foi tirada"),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "dia"),
        schema="dashboard",
        comment="Foto da reputação da conta no fechamento do dia",
    )
    op.create_table(
        "fact_stock_client_day",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio (America/Sao_Paulo)"),
        sa.Column(
            "estoque_full", sa.BigInteger(), nullable=True, comment="Disponível no Full, cada inventário uma vez"
        ),
        sa.Column("estoque_full_indisponivel", sa.BigInteger(), nullable=True, comment="Não disponível no Full"),
        sa.Column(
            "estoque_anunciado",
            sa.BigInteger(),
            nullable=True,
            comment="Quantidade anunciada, cada estoque compartilhado uma vez",
        ),
        sa.Column(
            "indisponivel_por_motivo",
            pg.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Não disponível no Full, por motivo",
        ),
        sa.Column("capturado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a foto foi tirada"),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "dia"),
        schema="dashboard",
        comment="Foto do estoque da conta no fechamento do dia",
    )
    op.create_table(
        "fact_stock_sku_day",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio (America/Sao_Paulo)"),
        sa.Column("sku", sa.Text(collation="C"), nullable=False, comment="SKU, ou __SEM_SKU__:anúncio"),
        sa.Column(
            "estoque_full", sa.BigInteger(), nullable=True, comment="Disponível no Full; vazio sem inventário Full"
        ),
        sa.Column("estoque_full_indisponivel", sa.BigInteger(), nullable=True, comment="Não disponível no Full"),
        sa.Column(
            "estoque_anunciado",
            sa.BigInteger(),
            nullable=True,
            comment="Quantidade anunciada, cada estoque compartilhado uma vez",
        ),
        sa.Column("motivo", sa.Text(), nullable=True, comment="Por que o estoque Full é vazio"),
        sa.Column("capturado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a foto foi tirada"),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "dia", "sku"),
        schema="dashboard",
        comment="Foto do estoque por SKU no fechamento do dia",
    )
    op.create_table(
        "fact_visits_client_day",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio (America/Sao_Paulo)"),
        sa.Column("visitas", sa.BigInteger(), nullable=False, comment="Visitas únicas da conta"),
        sa.Column(
            "visitas_anuncios",
            sa.BigInteger(),
            nullable=False,
            comment="Σ visitas dos anúncios observados; só para conferir",
        ),
        sa.Column(
            "anuncios_observados",
            sa.BigInteger(),
            nullable=False,
            comment="Anúncios cujas visitas do dia foram observadas",
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "dia"),
        schema="dashboard",
        comment="Visitas da conta por dia, com a soma dos anúncios para conferência",
    )
    op.create_table(
        "fact_visits_sku_day",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio (America/Sao_Paulo)"),
        sa.Column("sku", sa.Text(collation="C"), nullable=False, comment="SKU, ou __SEM_SKU__:anúncio"),
        sa.Column(
            "visitas",
            sa.BigInteger(),
            nullable=True,
            comment="Σ visitas dos anúncios só deste SKU; vazio quando não se pode dizer",
        ),
        sa.Column(
            "pedidos_com_visita",
            sa.BigInteger(),
            nullable=True,
            comment="Pedidos válidos nesses anúncios: numerador da conversão",
        ),
        sa.Column("motivo", sa.Text(), nullable=True, comment="Por que a visita é vazia"),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "dia", "sku"),
        schema="dashboard",
        comment="Visitas por SKU e dia: só de anúncios que carregam um único SKU",
    )
    op.create_table(
        "visit_readings",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("anuncio", sa.Text(collation="C"), nullable=False, comment="Anúncio"),
        sa.Column("de", sa.Date(), nullable=False, comment="Primeiro dia cujas visitas foram observadas"),
        sa.Column("ate", sa.Date(), nullable=False, comment="Último dia cujas visitas foram observadas"),
        sa.Column("movimento_em", sa.Date(), nullable=True, comment="Último dia com visita"),
        sa.PrimaryKeyConstraint("client_id", "anuncio"),
        schema="dashboard",
        comment="Que dias de cada anúncio tiveram as visitas observadas",
    )
    op.create_table(
        "mercado_livre_account",
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
        comment="Foto da conta e da reputação por dia",
    )
    op.create_index(
        "ix_mercado_livre_account_dia", "mercado_livre_account", ["client_id", "dia"], unique=False, schema="raw"
    )
    op.create_table(
        "mercado_livre_account_visits",
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
        comment="Visitas únicas da conta por dia",
    )
    op.create_index(
        "ix_mercado_livre_account_visits_dia",
        "mercado_livre_account_visits",
        ["client_id", "dia"],
        unique=False,
        schema="raw",
    )
    op.create_table(
        "mercado_livre_inventory",
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
        comment="Foto do estoque Full por código de inventário e dia",
    )
    op.create_index(
        "ix_mercado_livre_inventory_dia", "mercado_livre_inventory", ["client_id", "dia"], unique=False, schema="raw"
    )
    op.create_table(
        "mercado_livre_listing_stock",
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
        comment="Foto das quantidades anunciadas por dia",
    )
    op.create_index(
        "ix_mercado_livre_listing_stock_dia",
        "mercado_livre_listing_stock",
        ["client_id", "dia"],
        unique=False,
        schema="raw",
    )
    op.create_table(
        "mercado_livre_visits",
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
        comment="Visitas por anúncio e dia; dia observado sem linha não teve visita",
    )
    op.create_index(
        "ix_mercado_livre_visits_dia", "mercado_livre_visits", ["client_id", "dia"], unique=False, schema="raw"
    )
    op.execute("alter table dashboard.fact_account_day enable row level security")
    op.execute("alter table dashboard.fact_stock_client_day enable row level security")
    op.execute("alter table dashboard.fact_stock_sku_day enable row level security")
    op.execute("alter table dashboard.fact_visits_client_day enable row level security")
    op.execute("alter table dashboard.fact_visits_sku_day enable row level security")
    op.execute("alter table dashboard.visit_readings enable row level security")
    op.execute("alter table raw.mercado_livre_account enable row level security")
    op.execute("alter table raw.mercado_livre_account_visits enable row level security")
    op.execute("alter table raw.mercado_livre_inventory enable row level security")
    op.execute("alter table raw.mercado_livre_listing_stock enable row level security")
    op.execute("alter table raw.mercado_livre_visits enable row level security")
