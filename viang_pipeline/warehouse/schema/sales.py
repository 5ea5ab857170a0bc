"""Order lines, their two sums, and discounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from viang_pipeline.domain.metrics import BY_ID, table_metrics
from viang_pipeline.warehouse.schema.base import (
    Instant,
    Key,
    Money,
    Rate,
    UnitCost,
    metadata,
    metric_column,
    provenance,
)
from viang_pipeline.warehouse.schema.photos import STOCK_VALUED

fact_order_line = Table(
    "fact_order_line",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("order_id", Key, primary_key=True, comment="Pedido"),
    Column("line_no", SmallInteger, primary_key=True, comment="Linha do pedido, a partir de 1"),
    Column("dia", Date, nullable=False, comment="Dia de negócio da venda (America/Sao_Paulo)"),
    Column("criado_em", Instant, nullable=False, comment="Instante em que o comprador fez o pedido"),
    Column("canal", Text, nullable=False, comment="Canal de venda"),
    Column("conta", BigInteger, comment="Conta do vendedor no canal"),
    Column("compra", Key, nullable=False, comment="Carrinho: pack:… ou order:…"),
    Column("anuncio", Key, nullable=False, comment="Anúncio vendido"),
    Column("variacao", Key, comment="Variação do anúncio"),
    Column("sku", Key, nullable=False, comment="SKU normalizado, ou __SEM_SKU__:anúncio"),
    Column("sku_bruto", Text, comment="Texto original do SKU"),
    Column("sku_origem", Text, nullable=False, comment="De onde veio o SKU"),
    Column("status", Text, nullable=False, comment="Status do pedido na fonte"),
    Column("situacao", Text, nullable=False, comment="valida, cancelada, pendente, excluida ou quarentena"),
    Column("motivo", Text, comment="Por que a linha foi excluída ou está em quarentena"),
    Column("natureza_cancelamento", Text, comment="pre_envio ou pos_envio"),
    Column("cancelado_em", Instant, comment="Instante real do cancelamento"),
    Column("cancelado_antes_do_pagamento", Boolean, nullable=False, comment="Cancelado sem nenhum pagamento aprovado"),
    Column("comprador", Text, comment="Pseudônimo do comprador; nenhum dado pessoal é guardado"),
    Column("quantidade", Integer, nullable=False, comment="Unidades"),
    Column("preco_unitario", Money, nullable=False, comment="Preço por unidade, já com descontos"),
    Column("valor", Money, nullable=False, comment="Preço unitário × quantidade"),
    Column("tarifa_unitaria", Money, comment="Tarifa de venda por unidade"),
    Column("comissao", Money, comment="Tarifa unitária × quantidade"),
    Column("envio", Key, comment="Envio da linha"),
    Column("tipo_logistico", Text, comment="Tipo de logística do envio"),
    Column("frete_vendedor", Money, comment="Parte do frete do vendedor; vazio quando não observado"),
    Column("frete_comprador", Money, comment="Parte do frete do comprador; vazio quando não observado"),
    Column("custo_unitario", UnitCost, comment="Custo por unidade em vigor no dia da venda; vazio quando desconhecido"),
    Column("custo_origem", Text, comment="De onde veio o custo: cliente, kit, bling, bling_fornecedor, upseller_…"),
    Column("custo", Money, comment="Quantidade × custo por unidade, nas vendas válidas"),
    Column("outros_variaveis", Money, comment="Embalagem e outros custos variáveis; vazio: não informado, conta como 0"),
    Column("aliquota", Rate, comment="Alíquota efetiva em vigor no dia da venda"),
    Column("imposto", Money, comment="Base × alíquota, nas vendas válidas; vazio quando desconhecido"),
    Column("custo_envio_proprio", Money, comment="Parte do custo do envio próprio; 0 nos outros envios; vazio quando desconhecido"),
    Column("coberta", Boolean, nullable=False, comment="Venda válida com tarifa, frete, custo, imposto e envio próprio conhecidos"),
    Column("reembolso", Money, nullable=False, comment="Parte do valor reembolsado nos pagamentos do pedido"),
    Column("reembolso_dia", Date, comment="Dia do reembolso"),
    Column("faltantes", ARRAY(Text), nullable=False, comment="O que falta na linha: códigos"),
    *provenance(),
    CheckConstraint("situacao in ('valida', 'cancelada', 'pendente', 'excluida', 'quarentena')", name="ck_fact_order_line_situacao"),
    CheckConstraint("natureza_cancelamento in ('pre_envio', 'pos_envio')", name="ck_fact_order_line_natureza"),
    Index("ix_fact_order_line_dia", "client_id", "dia"),
    Index("ix_fact_order_line_reembolso", "client_id", "reembolso_dia", postgresql_where=text("reembolso_dia is not null")),
    Index("ix_fact_order_line_envio", "client_id", "envio"),
    schema="dashboard",
    comment="Linhas de pedido: a única verdade de onde saem SKU-dia e cliente-dia",
)  # fmt: skip

fact_quarantine_day = Table(
    "fact_quarantine_day",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("dia", Date, primary_key=True, comment="Dia de negócio da venda (America/Sao_Paulo)"),
    Column("motivo", Key, primary_key=True, comment="Por que foram recusados: status_desconhecido, moeda, site, invalido, valor_absurdo, preco_nao_informado ou quantidade_fracionada"),
    Column("registros", BigInteger, nullable=False, comment="Pedidos recusados, fora de todos os números"),
    Column("valor", Money, comment="Σ preço unitário × quantidade dos recusados; vazio quando não está em reais ou é absurda"),
    *provenance(),
    schema="dashboard",
    comment="Pedidos recusados por dia e motivo: contagens, sem nenhum dado do pedido",
)  # fmt: skip

fact_attention = Table(
    "fact_attention",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("dia", Date, primary_key=True, comment="Dia de negócio da venda (America/Sao_Paulo)"),
    Column("tipo", Key, primary_key=True, comment="alerta_fraude: venda válida com alerta de fraude; frete_sem_venda: frete de envio cujos pedidos foram todos cancelados antes do envio"),
    Column("chave", Key, primary_key=True, comment="Pedido do alerta, ou envio do frete"),
    Column("valor", Money, nullable=False, comment="Valor do pedido, ou custo do frete para o vendedor"),
    *provenance(),
    schema="dashboard",
    comment="O que olhar: vendas com alerta de fraude e fretes que não são de venda nenhuma",
)  # fmt: skip

# Revenue of the lines whose component is known: numerators of coverage, and denominators of rates over covered lines.
COVERAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("faturamento_com_comissao", "Faturamento das linhas com tarifa conhecida"),
    ("faturamento_com_frete", "Faturamento das linhas com frete observado"),
    ("faturamento_com_repasse", "Faturamento das linhas com tarifa e frete conhecidos"),
    ("faturamento_com_custo", "Faturamento das linhas com custo conhecido"),
    ("faturamento_com_imposto", "Faturamento das linhas com imposto conhecido"),
    (
        "faturamento_com_tarifa_faturada",
        "Faturamento dos pedidos cuja tarifa já foi faturada; vazio sem leitura das faturas",
    ),
)


# What ratios and readers need beside the metrics.
SUPPORT_COLUMNS: tuple[tuple[str, TypeEngine[Any], str], ...] = (
    ("valor_cancelado_sem_pagamento", Money, "Parte do valor cancelado de pedidos que nunca foram pagos"),
    ("pedidos_cancelados_pre", BigInteger(), "Pedidos cancelados antes do envio"),
    ("outros_variaveis", Money, "Embalagem e outros custos variáveis das vendas válidas; o não informado conta como 0"),
    (
        "pedidos_com_visita",
        BigInteger(),
        "Pedidos válidos dos anúncios cuja visita foi observada: numerador da conversão",
    ),
    ("faturamento_mercado_livre", Money, "Parte do faturamento vendida no Mercado Livre: base do que só ele informa"),
    ("pedidos_mercado_livre", BigInteger(), "Pedidos válidos do Mercado Livre: denominador da taxa de devolução"),
    ("pedidos_brutos_mercado_livre", BigInteger(), "Pedidos brutos do Mercado Livre: numerador da conversão do painel"),
)
MATURITY_COLUMNS: tuple[tuple[str, str], ...] = (
    ("maturidade_vendas", "Pedidos: preliminar, ou final a partir de D+7"),
    ("maturidade_ads", "Ads: preliminar, quase_final a partir de D+4, final a partir de D+15"),
    ("maturidade_visitas", "Visitas: preliminar, ou final a partir de D+3"),
    ("maturidade_devolucoes", "Devoluções: preliminar, ou final a partir de D+45"),
    ("maturidade_cobranca", "Faturas: preliminar, ou final quando fecham os períodos a que o dia pode pertencer"),
)


def _support() -> list[Column[Any]]:
    columns: list[Column[Any]] = [Column(name, kind, comment=comment) for name, kind, comment in SUPPORT_COLUMNS]
    return columns + [Column(name, Text, nullable=False, comment=comment) for name, comment in MATURITY_COLUMNS]


def _coverage() -> list[Column[Decimal]]:
    return [Column(name, Money, comment=comment) for name, comment in COVERAGE_COLUMNS]


fact_sku_day = Table(
    "fact_sku_day",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("dia", Date, primary_key=True, comment="Dia de negócio (America/Sao_Paulo)"),
    Column("sku", Key, primary_key=True, comment="SKU, ou __SEM_SKU__:anúncio"),
    *[metric_column(m) for m in table_metrics("S")],
    *_coverage(),
    *_support(),
    Column(
        "ads_rateado", Boolean, nullable=False, comment="Se o gasto de Ads veio do rateio de um anúncio com vários SKUs"
    ),
    Column("faltantes", ARRAY(Text), nullable=False, comment="O que falta no dia: códigos"),
    Column("hash", Text, nullable=False, comment="Resumo das colunas de negócio"),
    *provenance(),
    schema="dashboard",
    comment="Métricas por cliente, dia e SKU",
)

agg_client_day = Table(
    "agg_client_day",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("dia", Date, primary_key=True, comment="Dia de negócio (America/Sao_Paulo)"),
    *[metric_column(m) for m in table_metrics("C")],
    *_coverage(),
    *_support(),
    Column("faturamento_sem_sku", Money, comment="Faturamento de itens sem SKU identificado"),
    *[Column(name, BigInteger, comment=comment) for name, comment in STOCK_VALUED],
    Column("faltantes", ARRAY(Text), nullable=False, comment="O que falta no dia: códigos"),
    Column("hash", Text, nullable=False, comment="Resumo das colunas de negócio"),
    *provenance(),
    schema="dashboard",
    comment="Métricas por cliente e dia",
)

_CHANNEL_METRICS = (
    "vendas_brutas", "faturamento", "valor_cancelado", "valor_cancelado_pre", "valor_devolvido", "reembolsos",
    "faturamento_liquido", "pedidos_brutos", "pedidos", "pedidos_cancelados", "pedidos_pendentes", "compras", "unidades",
    "unidades_brutas", "comissao", "frete_vendedor", "custo_envio_proprio", "repasse_estimado", "cmv", "lucro_bruto",
    "imposto", "faturamento_coberto", "mc_pre_ads",
)  # fmt: skip
_CHANNEL_SUPPORT = ("valor_cancelado_sem_pagamento", "outros_variaveis")
_CHANNEL_COVERAGE = tuple(
    (name, comment) for name, comment in COVERAGE_COLUMNS if name != "faturamento_com_tarifa_faturada"
)

agg_channel_day = Table(
    "agg_channel_day",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("dia", Date, primary_key=True, comment="Dia de negócio (America/Sao_Paulo)"),
    Column("canal", Key, primary_key=True, comment="Canal de venda: mercado_livre, shopee, amazon …"),
    *[metric_column(BY_ID[name]) for name in _CHANNEL_METRICS],
    *[Column(name, Money, comment=comment) for name, comment in _CHANNEL_COVERAGE],
    *[Column(name, kind, comment=comment) for name, kind, comment in SUPPORT_COLUMNS if name in _CHANNEL_SUPPORT],
    Column("faturamento_sem_sku", Money, comment="Faturamento de itens sem SKU identificado"),
    Column("faltantes", ARRAY(Text), nullable=False, comment="O que falta nas vendas do canal no dia: códigos"),
    *provenance(),
    schema="dashboard",
    comment="Vendas e margem por cliente, dia e canal de venda",
)

fact_order_discount = Table(
    "fact_order_discount",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("order_id", Key, primary_key=True, comment="Pedido"),
    Column("dia", Date, nullable=False, comment="Dia de negócio da venda (America/Sao_Paulo)"),
    Column("desconto_total", Money, nullable=False, comment="Descontos do pedido, de quem quer que os pague"),
    Column("desconto_vendedor", Money, nullable=False, comment="Parte paga pelo vendedor; já está no preço, nunca se subtrai do faturamento"),
    *provenance(),
    Index("ix_fact_order_discount_dia", "client_id", "dia"),
    schema="dashboard",
    comment="Descontos por pedido e quem os paga; informativo",
)  # fmt: skip
