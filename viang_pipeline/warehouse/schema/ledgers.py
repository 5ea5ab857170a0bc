"""What was read, how far, what has to be built again, and what changed after it was shown."""

from __future__ import annotations

from typing import get_args

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from viang_pipeline.domain.restatement import Reason
from viang_pipeline.warehouse.schema.base import Instant, Key, metadata

updates_log = Table(
    "updates_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Número do registro"),
    Column("run_id", Text, nullable=False, comment="Execução do Dagster ou comando"),
    Column("job_name", Text, nullable=False, comment="Nome do job"),
    Column("client_id", Key, comment="Cliente"),
    Column("source", Text, comment="Fonte: mercado_livre, bling, upseller ou marts"),
    Column("resource", Text, comment="Recurso lido ou tabela construída"),
    Column("janela_inicio", Instant, comment="Começo da janela"),
    Column("janela_fim", Instant, comment="Fim da janela (exclusivo)"),
    Column("status", Text, nullable=False, comment="success, partial, error ou skipped"),
    Column("iniciado_em", Instant, nullable=False, comment="Começo"),
    Column("terminado_em", Instant, nullable=False, comment="Fim"),
    Column("requisicoes", Integer, nullable=False, server_default="0", comment="Chamadas feitas, repetições incluídas"),
    Column("linhas_lidas", BigInteger, nullable=False, server_default="0", comment="Linhas lidas"),
    Column("linhas_escritas", BigInteger, nullable=False, server_default="0", comment="Linhas gravadas ou apagadas"),
    Column("linhas_inalteradas", BigInteger, nullable=False, server_default="0", comment="Linhas já iguais"),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'"), comment="Detalhes, sem dado pessoal"),
    CheckConstraint("status in ('success', 'partial', 'error', 'skipped')", name="ck_updates_log_status"),
    Index("ix_updates_log_client", "client_id", "source", "terminado_em"),
    Index("ix_updates_log_run", "run_id"),
    Index("ix_updates_log_falha", "terminado_em", postgresql_where=text("status = 'error' and source is null")),
    schema="dashboard",
    comment="Auditoria: uma linha por execução, cliente, fonte e janela",
)  # fmt: skip

source_reads = Table(
    "source_reads",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("source", Text, primary_key=True, comment="Fonte"),
    Column("resource", Text, primary_key=True, comment="Recurso"),
    Column("dia", Date, primary_key=True, comment="Dia de negócio"),
    Column("completo", Boolean, nullable=False, comment="Se o dia foi lido por completo"),
    Column("completo_em", Instant, comment="Última leitura completa"),
    Column("tentado_em", Instant, nullable=False, comment="Última tentativa"),
    Column("motivo", Text, comment="Por que a última tentativa não foi completa"),
    schema="dashboard",
    comment="O que foi lido de cada fonte, por dia, e se foi completo",
)

source_cursors = Table(
    "source_cursors",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("source", Text, primary_key=True, comment="Fonte"),
    Column("resource", Text, primary_key=True, comment="Recurso"),
    Column("lido_ate", Instant, nullable=False, comment="Mudanças vistas até este instante"),
    Column("atualizado_em", Instant, nullable=False, comment="Quando o cursor andou"),
    schema="dashboard",
    comment="Até onde as mudanças de cada fonte já foram vistas",
)

order_reads = Table(
    "order_reads",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("source", Key, primary_key=True, comment="Fonte"),
    Column("lido_em", Instant, primary_key=True, comment="Quando a leitura que guardou a janela começou"),
    Column("filtro", Key, primary_key=True, comment="Campo pelo qual a busca filtra: criação ou última mudança"),
    Column("janela_inicio", Instant, primary_key=True, comment="Começo da janela"),
    Column("janela_fim", Instant, nullable=False, comment="Fim da janela (exclusivo)"),
    Column("anunciados", BigInteger, nullable=False, comment="Pedidos que a busca anunciou"),
    Column("guardados", BigInteger, nullable=False, comment="Desses, os lidos e, quando da janela e do histórico, guardados"),
    schema="dashboard",
    comment="O que cada busca de pedidos anunciou e quanto disso foi guardado",
)  # fmt: skip

day_state = Table(
    "day_state",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("dia", Date, primary_key=True, comment="Dia de negócio"),
    Column("bruto_rev", BigInteger, nullable=False, server_default="0", comment="Aumenta quando o dado bruto do dia muda"),
    Column("linhas_de", BigInteger, nullable=False, server_default="-1", comment="Revisão bruta da qual as linhas foram feitas"),
    Column("linhas_rev", BigInteger, nullable=False, server_default="0", comment="Aumenta quando as linhas do dia mudam"),
    Column("sku_de", BigInteger, nullable=False, server_default="-1", comment="Revisão das linhas em fact_sku_day"),
    Column("cliente_de", BigInteger, nullable=False, server_default="-1", comment="Revisão das linhas em agg_client_day"),
    Index(
        "ix_day_state_pendente",
        "client_id",
        "dia",
        postgresql_where=text("bruto_rev > linhas_de or linhas_rev > sku_de or linhas_rev > cliente_de"),
    ),
    schema="dashboard",
    comment="O que mudou em cada dia e o que já foi reconstruído",
)  # fmt: skip

shipment_readings = Table(
    "shipment_readings",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("envio", Key, primary_key=True, comment="Envio"),
    Column("lido_em", Instant, nullable=False, comment="Última leitura do envio"),
    Column("custo_observado", Boolean, nullable=False, comment="Se o custo já foi observado"),
    Column("terminal", Boolean, nullable=False, comment="Se o envio terminou"),
    Column("cancelados", Integer, nullable=False, comment="Pedidos cancelados do envio na última leitura"),
    Column("proxima_em", Date, comment="Dia da próxima leitura; vazio quando não há mais"),
    schema="dashboard",
    comment="Quando cada envio foi lido e quando será lido de novo",
)

visit_readings = Table(
    "visit_readings",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("anuncio", Key, primary_key=True, comment="Anúncio"),
    Column("de", Date, nullable=False, comment="Primeiro dia cujas visitas foram observadas"),
    Column("ate", Date, nullable=False, comment="Último dia cujas visitas foram observadas"),
    Column("movimento_em", Date, comment="Último dia com visita"),
    schema="dashboard",
    comment="Que dias de cada anúncio tiveram as visitas observadas",
)

billing_readings = Table(
    "billing_readings",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("periodo", Date, primary_key=True, comment="Período de faturamento: chave AAAA-MM-01, que não é o mês civil"),
    Column("lido_em", Instant, nullable=False, comment="Última leitura completa"),
    Column("linhas", BigInteger, nullable=False, comment="Linhas na última leitura completa"),
    Column("primeira_linha_em", Instant, comment="Primeira leitura completa que trouxe linhas"),
    Column("bruto_rev", BigInteger, nullable=False, comment="Aumenta quando linhas ou resumo mudam"),
    Column("mart_de", BigInteger, nullable=False, comment="Revisão dos dados brutos usada na última montagem"),
    schema="dashboard",
    comment="Quando cada período de faturamento foi lido por completo",
)  # fmt: skip

order_line_sku = Table(
    "order_line_sku",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("order_id", Key, primary_key=True, comment="Pedido"),
    Column("line_no", SmallInteger, primary_key=True, comment="Linha do pedido"),
    Column("sku", Key, nullable=False, comment="SKU congelado na primeira vez que o pedido foi visto"),
    Column("sku_bruto", Text, comment="Texto original do SKU"),
    Column("origem", Text, nullable=False, comment="De onde veio o SKU"),
    Column("visto_em", Instant, nullable=False, comment="Quando foi congelado"),
    schema="dashboard",
    comment="SKU de linhas cujo pedido não traz SKU, congelado na primeira leitura",
)

listing_skus = Table(
    "listing_skus",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("anuncio", Key, primary_key=True, comment="Anúncio"),
    Column("vigente_de", Date, primary_key=True, comment="Dia a partir do qual vale; antes do primeiro vale o primeiro"),
    Column("status", Text, comment="Status do anúncio: active, paused, closed…"),
    Column("skus", ARRAY(Text), nullable=False, comment="SKU de cada variação, ou um só para anúncio sem variações"),
    schema="dashboard",
    comment="Que SKUs cada anúncio carrega, com a data em que isso foi visto",
)  # fmt: skip

restatement_ledger = Table(
    "restatement_ledger",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Número do registro"),
    Column("client_id", Key, nullable=False, comment="Cliente"),
    Column("dia", Date, nullable=False, comment="Dia de negócio cujo número mudou"),
    Column("sku", Key, comment="SKU; vazio para o número do cliente no dia"),
    Column("metrica", Key, nullable=False, comment="Métrica ou coluna de cobertura que mudou"),
    Column("antes", Numeric, comment="Valor mostrado antes; vazio quando não havia"),
    Column("depois", Numeric, comment="Valor mostrado desde então; vazio quando deixou de haver"),
    Column("motivo", Text, nullable=False, comment="Por que mudou"),
    Column("run_id", Text, nullable=False, comment="Execução que gravou a mudança"),
    Column("registrado_em", Instant, nullable=False, comment="Quando a mudança foi gravada"),
    CheckConstraint(f"motivo in ({', '.join(repr(reason) for reason in get_args(Reason))})", name="ck_restatement_ledger_motivo"),
    Index("ix_restatement_ledger_dia", "client_id", "dia"),
    Index("ix_restatement_ledger_quando", "client_id", "registrado_em"),
    schema="dashboard",
    comment="Toda mudança de um número que já tinha sido mostrado",
)  # fmt: skip
