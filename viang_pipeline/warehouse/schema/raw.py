"""What the sources said, one table per kind of answer."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, LargeBinary, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from viang_pipeline.warehouse.schema.base import Instant, Key, metadata


def _raw_table(name: str, comment: str, *extra: Index) -> Table:
    return Table(
        name,
        metadata,
        Column("client_id", Key, primary_key=True, comment="Cliente"),
        Column("chave", Key, primary_key=True, comment="Chave natural na fonte"),
        Column("dia", Date, nullable=False, comment="Dia de negócio"),
        Column("payload", JSONB, nullable=False, comment="Resposta da fonte, sem dado pessoal"),
        Column("hash", LargeBinary, nullable=False, comment="Resumo do conteúdo"),
        Column("visto_em", Instant, nullable=False, comment="Primeira vez visto"),
        Column("lido_em", Instant, nullable=False, comment="Quando esta versão foi lida"),
        Index(f"ix_{name}_dia", "client_id", "dia"),
        *extra,
        schema="raw",
        comment=comment,
    )


mercado_livre_orders = _raw_table(
    "mercado_livre_orders",
    "Pedidos do Mercado Livre",
    Index("ix_mercado_livre_orders_envio", "client_id", text("(payload #>> '{shipping,id}')")),
    Index("ix_mercado_livre_orders_pacote", "client_id", text("(payload ->> 'pack_id')")),
)
mercado_livre_shipments = _raw_table("mercado_livre_shipments", "Envios do Mercado Livre")
mercado_livre_shipment_history = _raw_table(
    "mercado_livre_shipment_history", "Histórico de status dos envios com pedido cancelado"
)
mercado_livre_shipment_costs = _raw_table("mercado_livre_shipment_costs", "Custos dos envios do Mercado Livre")
mercado_livre_listings = _raw_table("mercado_livre_listings", "Anúncios do Mercado Livre")
mercado_livre_ads_accounts = _raw_table(
    "mercado_livre_ads_accounts", "Conta de Product Ads como encontrada em cada noite: com_ads ou sem_ads"
)
mercado_livre_ads_days = _raw_table(
    "mercado_livre_ads_days", "Product Ads da conta por dia: série diária do anunciante (total de controle) e estado"
)
mercado_livre_ads_groups = _raw_table("mercado_livre_ads_groups", "Grupos de anúncios por dia: a unidade cobrada")
mercado_livre_ads_group_items = _raw_table(
    "mercado_livre_ads_group_items", "Anúncios de cada grupo por dia, uma vez cada, onde o grupo não é de um só anúncio"
)
mercado_livre_ads_campaigns = _raw_table("mercado_livre_ads_campaigns", "Campanhas de Product Ads, também as ocultas")
mercado_livre_ads_campaign_days = _raw_table(
    "mercado_livre_ads_campaign_days", "Impressões perdidas de cada campanha por dia, em porcentagem"
)

mercado_livre_visits = _raw_table(
    "mercado_livre_visits",
    "Visitas por anúncio e dia; dia observado sem linha não teve visita",
)
mercado_livre_account_visits = _raw_table("mercado_livre_account_visits", "Visitas únicas da conta por dia")
mercado_livre_inventory = _raw_table("mercado_livre_inventory", "Foto do estoque Full por código de inventário e dia")
mercado_livre_listing_stock = _raw_table("mercado_livre_listing_stock", "Foto das quantidades anunciadas por dia")
mercado_livre_account = _raw_table("mercado_livre_account", "Foto da conta e da reputação por dia")

mercado_livre_claims = _raw_table("mercado_livre_claims", "Reclamações do Mercado Livre, pelo dia de abertura")
mercado_livre_returns = _raw_table("mercado_livre_returns", "Devoluções das reclamações")
mercado_livre_return_costs = _raw_table("mercado_livre_return_costs", "Frete de devolução cobrado do vendedor")
mercado_livre_return_reviews = _raw_table(
    "mercado_livre_return_reviews", "O que se encontrou ao conferir as unidades devolvidas"
)

mercado_livre_billing_lines = _raw_table(
    "mercado_livre_billing_lines", "Linhas da fatura do Mercado Livre, pela chave do período"
)
mercado_livre_billing_summaries = _raw_table(
    "mercado_livre_billing_summaries", "Resumos da fatura por período e documento"
)
mercado_livre_order_discounts = _raw_table("mercado_livre_order_discounts", "Descontos dos pedidos e quem os paga")

bling_account = _raw_table("bling_account", "Empresa conectada no Bling, como identificada em cada leitura")
bling_deposits = _raw_table("bling_deposits", "Depósitos do Bling, também os inativos")
bling_channels = _raw_table("bling_channels", "Canais de venda do Bling: a que plataforma pertence cada loja")
bling_statuses = _raw_table("bling_statuses", "Situações dos pedidos de venda na conta do Bling")
bling_expense_categories = _raw_table("bling_expense_categories", "Categorias de receitas e despesas do Bling")
bling_orders = _raw_table(
    "bling_orders",
    "Pedidos de venda do Bling, com itens e taxas; excluídos ficam marcados",
    Index("ix_bling_orders_loja", "client_id", text("(payload ->> 'numeroLoja')")),
)
bling_products = _raw_table("bling_products", "Produtos do Bling como estão agora")
bling_structures = _raw_table("bling_structures", "Composição dos kits do Bling")
bling_supplier_links = _raw_table("bling_supplier_links", "Custo de cada fornecedor por produto do Bling")
bling_store_links = _raw_table("bling_store_links", "Código do anúncio de cada produto do Bling nas lojas")
bling_cost_photos = _raw_table(
    "bling_cost_photos",
    "Custo de cada produto do Bling a partir do dia, gravado só quando muda: o Bling não guarda passado",
)
bling_stock = _raw_table("bling_stock", "Foto dos saldos de cada produto do Bling por depósito e dia")
bling_receivables = _raw_table("bling_receivables", "Contas a receber do Bling, pelo vencimento")
bling_payables = _raw_table("bling_payables", "Contas a pagar do Bling com categoria e competência, pelo vencimento")
bling_invoices = _raw_table("bling_invoices", "Notas fiscais eletrônicas do Bling, pela emissão")

upseller_orders = _raw_table(
    "upseller_orders",
    "Subpedidos da exportação do UpSeller, por plataforma",
    Index("ix_upseller_orders_pedido", "client_id", text("(payload ->> 'order_external_id')")),
)
upseller_stock = _raw_table("upseller_stock", "Lista de estoque do UpSeller por SKU, armazém e dia do arquivo")
upseller_products = _raw_table("upseller_products", "Produtos do UpSeller")
upseller_links = _raw_table("upseller_links", "Ligações entre SKU e anúncio do UpSeller")
upseller_kits = _raw_table("upseller_kits", "Composição dos kits do UpSeller")

RAW_TABLES: tuple[Table, ...] = tuple(t for t in metadata.tables.values() if t.schema == "raw")
