"""Bling and UpSeller payloads, and the parameters people give: costs, taxes, couriers, kits, links, policies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NEW_TABLES = (
    "dashboard.aliquota_imposto",
    "dashboard.categorias_despesa",
    "dashboard.custo_envio_proprio",
    "dashboard.custo_sku",
    "dashboard.kits",
    "dashboard.parametros_historico",
    "dashboard.politica_estoque",
    "dashboard.sku_links",
    "dashboard.upseller_files",
    "raw.bling_account",
    "raw.bling_channels",
    "raw.bling_cost_photos",
    "raw.bling_deposits",
    "raw.bling_expense_categories",
    "raw.bling_invoices",
    "raw.bling_orders",
    "raw.bling_payables",
    "raw.bling_products",
    "raw.bling_receivables",
    "raw.bling_statuses",
    "raw.bling_stock",
    "raw.bling_store_links",
    "raw.bling_structures",
    "raw.bling_supplier_links",
    "raw.upseller_kits",
    "raw.upseller_links",
    "raw.upseller_orders",
    "raw.upseller_products",
    "raw.upseller_stock",
)


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "aliquota_imposto",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("regime", sa.Text(), nullable=False, comment="informada ou simples"),
        sa.Column(
            "aliquota",
            sa.Numeric(precision=12, scale=6),
            nullable=True,
            comment="Alíquota efetiva informada, como fração",
        ),
        sa.Column(
            "rbt12",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Receita bruta dos 12 meses antes do mês, para o Simples (Anexo I)",
        ),
        sa.Column("vigente_de", sa.Date(), nullable=False, comment="Primeiro dia em que vale"),
        sa.Column(
            "informado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando este valor foi informado"
        ),
        sa.CheckConstraint("(regime = 'informada') = (aliquota is not null)", name="ck_aliquota_imposto_informada"),
        sa.CheckConstraint("(regime = 'simples') = (rbt12 is not null)", name="ck_aliquota_imposto_simples"),
        sa.CheckConstraint("regime in ('informada', 'simples')", name="ck_aliquota_imposto_regime"),
        sa.CheckConstraint("aliquota >= 0 and aliquota < 1", name="ck_aliquota_imposto_fracao"),
        sa.PrimaryKeyConstraint("client_id", "vigente_de"),
        schema="dashboard",
        comment="Imposto sobre a venda: alíquota efetiva informada, ou receita de 12 meses para a tabela do Simples",
    )
    op.create_table(
        "categorias_despesa",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("categoria", sa.Text(collation="C"), nullable=False, comment="Categoria no Bling"),
        sa.Column("fixa", sa.Boolean(), nullable=False, comment="Se é despesa fixa a partir do dia"),
        sa.Column("vigente_de", sa.Date(), nullable=False, comment="Primeiro dia em que vale"),
        sa.Column(
            "informado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando este valor foi informado"
        ),
        sa.PrimaryKeyConstraint("client_id", "categoria", "vigente_de"),
        schema="dashboard",
        comment="Categorias do Bling que são despesa fixa",
    )
    op.create_table(
        "custo_envio_proprio",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("custo", sa.Numeric(precision=18, scale=2), nullable=False, comment="Custo por envio"),
        sa.Column("vigente_de", sa.Date(), nullable=False, comment="Primeiro dia em que vale"),
        sa.Column(
            "informado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando este valor foi informado"
        ),
        sa.CheckConstraint("custo >= 0", name="ck_custo_envio_proprio_custo"),
        sa.PrimaryKeyConstraint("client_id", "vigente_de"),
        schema="dashboard",
        comment="Custo de um envio pelo próprio vendedor (Flex)",
    )
    op.create_table(
        "custo_sku",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("sku", sa.Text(collation="C"), nullable=False, comment="SKU normalizado"),
        sa.Column(
            "custo_unitario",
            sa.Numeric(precision=18, scale=4),
            nullable=True,
            comment="Custo por unidade; vazio: deixou de ser informado",
        ),
        sa.Column(
            "custo_zero_confirmado",
            sa.Boolean(),
            nullable=False,
            comment="Se zero é mesmo o custo, e não falta de informação",
        ),
        sa.Column(
            "outros_variaveis",
            sa.Numeric(precision=18, scale=4),
            nullable=True,
            comment="Embalagem e outros custos variáveis por unidade; vazio: não informado",
        ),
        sa.Column("vigente_de", sa.Date(), nullable=False, comment="Primeiro dia em que vale"),
        sa.Column(
            "informado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando este valor foi informado"
        ),
        sa.CheckConstraint("custo_unitario >= 0", name="ck_custo_sku_custo"),
        sa.CheckConstraint("outros_variaveis >= 0", name="ck_custo_sku_outros"),
        sa.PrimaryKeyConstraint("client_id", "sku", "vigente_de"),
        schema="dashboard",
        comment="Custo por unidade informado pelo cliente: manda em qualquer outra fonte",
    )
    op.create_table(
        "kits",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("sku_kit", sa.Text(collation="C"), nullable=False, comment="SKU do kit"),
        sa.Column("sku_componente", sa.Text(collation="C"), nullable=False, comment="SKU do componente"),
        sa.Column("quantidade", sa.Integer(), nullable=False, comment="Unidades do componente em um kit"),
        sa.Column("vigente_de", sa.Date(), nullable=False, comment="Primeiro dia em que vale"),
        sa.Column(
            "informado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando este valor foi informado"
        ),
        sa.CheckConstraint("quantidade > 0", name="ck_kits_quantidade"),
        sa.PrimaryKeyConstraint("client_id", "sku_kit", "sku_componente", "vigente_de"),
        schema="dashboard",
        comment="Composição dos kits informada pelo cliente; as linhas de um dia são a composição inteira a partir dele",
    )
    op.create_table(
        "parametros_historico",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Ordem das mudanças"),
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("parametro", sa.Text(), nullable=False, comment="Tabela do parâmetro"),
        sa.Column(
            "chave",
            pg.JSONB(),
            nullable=False,
            comment="Chave da linha, com o dia em que começa a valer",
        ),
        sa.Column("antes", pg.JSONB(), nullable=True, comment="Valor antes; vazio quando não havia"),
        sa.Column("depois", pg.JSONB(), nullable=True, comment="Valor depois; vazio quando foi retirado"),
        sa.Column("origem", sa.Text(), nullable=False, comment="Como foi informado: comando e arquivo, sem pasta"),
        sa.Column("registrado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando"),
        sa.PrimaryKeyConstraint("id"),
        schema="dashboard",
        comment="Toda mudança de parâmetro, com o valor de antes",
    )
    op.create_table(
        "politica_estoque",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("sku", sa.Text(collation="C"), nullable=False, comment="SKU; * vale para todos"),
        sa.Column("prazo_dias", sa.Integer(), nullable=False, comment="Dias até a mercadoria chegar"),
        sa.Column("seguranca_dias", sa.Integer(), nullable=False, comment="Dias de segurança além do prazo"),
        sa.Column("alvo_dias", sa.Integer(), nullable=False, comment="Dias de venda que uma compra deve cobrir"),
        sa.Column(
            "teto_dias",
            sa.Integer(),
            nullable=True,
            comment="A partir de quantos dias há excesso; vazio: não se afirma",
        ),
        sa.Column("vigente_de", sa.Date(), nullable=False, comment="Primeiro dia em que vale"),
        sa.Column(
            "informado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando este valor foi informado"
        ),
        sa.CheckConstraint("least(prazo_dias, seguranca_dias, alvo_dias) >= 0", name="ck_politica_estoque_dias"),
        sa.PrimaryKeyConstraint("client_id", "sku", "vigente_de"),
        schema="dashboard",
        comment="Política de compras do cliente: sem ela nenhum estado de estoque é afirmado",
    )
    op.create_table(
        "sku_links",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("conta", sa.Text(collation="C"), nullable=False, comment="Conta do vendedor no canal"),
        sa.Column("anuncio", sa.Text(collation="C"), nullable=False, comment="Anúncio"),
        sa.Column(
            "variacao", sa.Text(collation="C"), nullable=False, comment="Variação; vazio vale para o anúncio inteiro"
        ),
        sa.Column("sku", sa.Text(collation="C"), nullable=False, comment="SKU normalizado"),
        sa.Column("vigente_de", sa.Date(), nullable=False, comment="Primeiro dia em que vale"),
        sa.Column(
            "informado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando este valor foi informado"
        ),
        sa.PrimaryKeyConstraint("client_id", "conta", "anuncio", "variacao", "vigente_de"),
        schema="dashboard",
        comment="SKU de anúncios que não o dizem, informado pelo cliente",
    )
    op.create_table(
        "upseller_files",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column(
            "sha256",
            sa.Text(collation="C"),
            nullable=False,
            comment="Resumo dos bytes do arquivo: os mesmos bytes não entram duas vezes",
        ),
        sa.Column("nome", sa.Text(), nullable=False, comment="Nome do arquivo, sem pasta"),
        sa.Column(
            "tipo",
            sa.Text(),
            nullable=True,
            comment="pedidos, estoque, produtos, ligacoes ou kits; vazio quando não se reconhece",
        ),
        sa.Column("situacao", sa.Text(), nullable=False, comment="importado ou recusado"),
        sa.Column("retrato_de", sa.DateTime(timezone=True), nullable=True, comment="Instante que o arquivo retrata"),
        sa.Column("importado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando foi lido"),
        sa.Column(
            "relatorio",
            pg.JSONB(),
            nullable=False,
            comment="O que foi lido, guardado e recusado, com linha e motivo",
        ),
        sa.CheckConstraint("situacao in ('importado', 'recusado')", name="ck_upseller_files_situacao"),
        sa.PrimaryKeyConstraint("client_id", "sha256"),
        schema="dashboard",
        comment="Arquivos do UpSeller que já chegaram",
    )
    op.create_table(
        "bling_account",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Empresa conectada no Bling, como identificada em cada leitura",
    )
    op.create_index("ix_bling_account_dia", "bling_account", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_channels",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Canais de venda do Bling: a que plataforma pertence cada loja",
    )
    op.create_index("ix_bling_channels_dia", "bling_channels", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_cost_photos",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Custo de cada produto do Bling a partir do dia, gravado só quando muda: o Bling não guarda passado",
    )
    op.create_index("ix_bling_cost_photos_dia", "bling_cost_photos", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_deposits",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Depósitos do Bling, também os inativos",
    )
    op.create_index("ix_bling_deposits_dia", "bling_deposits", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_expense_categories",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Categorias de receitas e despesas do Bling",
    )
    op.create_index(
        "ix_bling_expense_categories_dia", "bling_expense_categories", ["client_id", "dia"], unique=False, schema="raw"
    )
    op.create_table(
        "bling_invoices",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Notas fiscais eletrônicas do Bling, pela emissão",
    )
    op.create_index("ix_bling_invoices_dia", "bling_invoices", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_orders",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Pedidos de venda do Bling, com itens e taxas; excluídos ficam marcados",
    )
    op.create_index("ix_bling_orders_dia", "bling_orders", ["client_id", "dia"], unique=False, schema="raw")
    op.create_index(
        "ix_bling_orders_loja",
        "bling_orders",
        ["client_id", sa.literal_column("(payload ->> 'numeroLoja')")],
        unique=False,
        schema="raw",
    )
    op.create_table(
        "bling_payables",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Contas a pagar do Bling com categoria e competência, pelo vencimento",
    )
    op.create_index("ix_bling_payables_dia", "bling_payables", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_products",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Produtos do Bling como estão agora",
    )
    op.create_index("ix_bling_products_dia", "bling_products", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_receivables",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Contas a receber do Bling, pelo vencimento",
    )
    op.create_index("ix_bling_receivables_dia", "bling_receivables", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_statuses",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Situações dos pedidos de venda na conta do Bling",
    )
    op.create_index("ix_bling_statuses_dia", "bling_statuses", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_stock",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Foto dos saldos de cada produto do Bling por depósito e dia",
    )
    op.create_index("ix_bling_stock_dia", "bling_stock", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_store_links",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Código do anúncio de cada produto do Bling nas lojas",
    )
    op.create_index("ix_bling_store_links_dia", "bling_store_links", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_structures",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Composição dos kits do Bling",
    )
    op.create_index("ix_bling_structures_dia", "bling_structures", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "bling_supplier_links",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Custo de cada fornecedor por produto do Bling",
    )
    op.create_index(
        "ix_bling_supplier_links_dia", "bling_supplier_links", ["client_id", "dia"], unique=False, schema="raw"
    )
    op.create_table(
        "upseller_kits",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Composição dos kits do UpSeller",
    )
    op.create_index("ix_upseller_kits_dia", "upseller_kits", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "upseller_links",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Ligações entre SKU e anúncio do UpSeller",
    )
    op.create_index("ix_upseller_links_dia", "upseller_links", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "upseller_orders",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Subpedidos da exportação do UpSeller, por plataforma",
    )
    op.create_index("ix_upseller_orders_dia", "upseller_orders", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "upseller_products",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Produtos do UpSeller",
    )
    op.create_index("ix_upseller_products_dia", "upseller_products", ["client_id", "dia"], unique=False, schema="raw")
    op.create_table(
        "upseller_stock",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("payload", pg.JSONB(), nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Lista de estoque do UpSeller por SKU, armazém e dia do arquivo",
    )
    op.create_index("ix_upseller_stock_dia", "upseller_stock", ["client_id", "dia"], unique=False, schema="raw")
    op.add_column(
        "api_tokens",
        sa.Column(
            "conta_externa",
            sa.Text(),
            nullable=True,
            comment="Identificador da conta na plataforma, quando não é um número",
        ),
        schema="dashboard",
    )
    op.add_column(
        "clients",
        sa.Column(
            "lojas_upseller",
            pg.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Nome da loja no UpSeller → canal de venda",
        ),
        schema="dashboard",
    )
    op.add_column(
        "clients",
        sa.Column(
            "ordem_custo",
            pg.ARRAY(sa.Text()),
            server_default=sa.text("'{bling,upseller}'"),
            nullable=False,
            comment="De quem vem o custo depois da tabela do próprio cliente, em ordem",
        ),
        schema="dashboard",
    )
    op.add_column(
        "clients",
        sa.Column(
            "metodo_custo",
            sa.Text(),
            server_default="vigente",
            nullable=False,
            comment="vigente, medio_ponderado ou fifo",
        ),
        schema="dashboard",
    )
    op.add_column(
        "clients",
        sa.Column(
            "imposto_sobre_frete",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Se o frete cobrado na nota entra na base do imposto",
        ),
        schema="dashboard",
    )
    # ### end Alembic commands ###
    op.create_check_constraint(
        "ck_clients_metodo_custo",
        "clients",
        "metodo_custo in ('vigente', 'medio_ponderado', 'fifo')",
        schema="dashboard",
    )
    for table in NEW_TABLES:
        op.execute(f"alter table {table} enable row level security")
