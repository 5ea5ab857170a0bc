"""Bills: charges, the billed fee of each order, and periods."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, SmallInteger, Table, Text

from viang_pipeline.warehouse.schema.base import Key, Money, metadata, provenance

billing_charge = Table(
    "billing_charge",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("detalhe", Key, primary_key=True, comment="Linha da fatura na plataforma"),
    Column("order_id", Key, primary_key=True, comment="Pedido; vazio quando a linha não é de um pedido"),
    Column("periodo", Date, nullable=False, comment="Período de faturamento: chave AAAA-MM-01, que não é o mês civil"),
    Column("documento", Text, nullable=False, comment="BILL (fatura) ou CREDIT_NOTE (nota de crédito)"),
    Column("tipo", Text, nullable=False, comment="CHARGE (cobrança) ou BONUS (crédito)"),
    Column("sub_tipo", Text, nullable=False, comment="Código da cobrança na plataforma"),
    Column("significado", Text, nullable=False, comment="O que o código quer dizer; desconhecido quando não se sabe"),
    Column("custo_do_vendedor", Boolean, nullable=False, comment="Falso para o acréscimo de parcelamento, que o comprador paga"),
    Column("valor", Money, nullable=False, comment="Valor do pedido na linha; créditos são negativos"),
    Column("tarifa_liquida", Money, comment="Tarifa líquida do pedido informada na linha"),
    Column("envio", Key, comment="Envio"),
    Column("criado_em_texto", Text, nullable=False, comment="Hora como a plataforma escreve; o fuso não é informado"),
    *provenance(),
    CheckConstraint("tipo in ('CHARGE', 'BONUS')", name="ck_billing_charge_tipo"),
    CheckConstraint("documento in ('BILL', 'CREDIT_NOTE')", name="ck_billing_charge_documento"),
    Index("ix_billing_charge_periodo", "client_id", "periodo"),
    Index("ix_billing_charge_pedido", "client_id", "order_id"),
    schema="dashboard",
    comment="Linhas da fatura do Mercado Livre, repartidas pelos pedidos; só para conferência",
)  # fmt: skip

billing_order_fee = Table(
    "billing_order_fee",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("order_id", Key, primary_key=True, comment="Pedido"),
    Column("comissao_faturada", Money, nullable=False, comment="Tarifa de venda faturada, créditos descontados"),
    *provenance(),
    schema="dashboard",
    comment="Tarifa de venda faturada por pedido; pedido ainda não faturado não tem linha",
)

billing_period = Table(
    "billing_period",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("periodo", Date, primary_key=True, comment="Período de faturamento: chave AAAA-MM-01, que não é o mês civil"),
    Column("sub_tipo", Key, primary_key=True, comment="Código da cobrança na plataforma"),
    Column("significado", Text, nullable=False, comment="O que o código quer dizer; desconhecido quando não se sabe"),
    Column("custo_do_vendedor", Boolean, nullable=False, comment="Falso para o acréscimo de parcelamento, que o comprador paga"),
    Column("cobranca_mensal", Money, nullable=False, comment="Soma das linhas; créditos são negativos"),
    Column("resumo", Money, comment="Total do resumo da plataforma; vazio sem resumo"),
    Column("confere", Boolean, comment="Se as linhas somam o resumo em cada documento; vazio sem resumo"),
    Column("divergencia", Money, comment="Linhas menos resumo"),
    Column("fechado", Boolean, nullable=False, comment="Se o período foi lido depois de o seguinte começar"),
    *provenance(),
    schema="dashboard",
    comment="Cobrança de cada período por código, conferida com o resumo da plataforma",
)  # fmt: skip

fact_billing_line = Table(
    "fact_billing_line",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("order_id", Key, primary_key=True, comment="Pedido"),
    Column("line_no", SmallInteger, primary_key=True, comment="Linha do pedido"),
    Column("dia", Date, nullable=False, comment="Dia de negócio da venda (America/Sao_Paulo)"),
    Column("sku", Key, nullable=False, comment="SKU da linha"),
    Column("valor", Money, nullable=False, comment="Preço unitário × quantidade"),
    Column("comissao_faturada", Money, nullable=False, comment="Parte da linha na tarifa faturada do pedido"),
    Column("divergencia_comissao", Money, comment="Tarifa faturada menos a estimada; vazio sem estimativa"),
    *provenance(),
    Index("ix_fact_billing_line_dia", "client_id", "dia"),
    schema="dashboard",
    comment="Tarifa de venda faturada nas linhas dos pedidos válidos, ao lado da estimada",
)
