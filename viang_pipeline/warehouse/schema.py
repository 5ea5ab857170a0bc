"""Every table and view, declared once: columns, keys and Portuguese comments.

Feeds the migrations' drift test, the loaders, Dagster's column metadata and the docs. Metric columns come from
domain/metrics. Migrations hold the frozen DDL; this file holds what the newest revision looks like.
"""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files
from typing import Any, get_args

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine

from viang_pipeline.domain.metrics import BY_ID, Metric, ratio_metrics, table_metrics
from viang_pipeline.domain.restatement import Reason

metadata = MetaData()

Key = Text(collation="C")
Instant = DateTime(timezone=True)
Money = Numeric(18, 2)
Rate = Numeric(12, 6)


def _metric_column(metric: Metric) -> Column[object]:
    types: dict[str, TypeEngine[object]] = {"BRL": Money, "un": BigInteger(), "fração": Rate}  # type: ignore[dict-item]
    return Column(metric.id, types[metric.unidade], comment=metric.comment)


# --- registry and access -------------------------------------------------------------------------------------------

clients = Table(
    "clients",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Identificador do cliente: a-z, 0-9 e hífen; é também a chave de partição"),
    Column("nome", Text, nullable=False, comment="Nome do cliente como aparece nas telas"),
    Column("status", Text, nullable=False, server_default="ativo", comment="ativo, pausado ou encerrado"),
    Column("fuso", Text, nullable=False, server_default="America/Sao_Paulo", comment="Fuso horário do dia de negócio"),
    Column("inicio_historico", Date, nullable=False, comment="Primeiro dia que os dados cobrem"),
    Column("emails", ARRAY(Text), nullable=False, server_default=text("'{}'"), comment="Destinatários dos relatórios"),
    Column("autoridade_estoque", Text, comment="Quem manda no estoque próprio: bling ou upseller"),
    Column("canais_bling", ARRAY(Text), nullable=False, server_default=text("'{}'"), comment="Lojas do Bling cujos pedidos entram como venda"),
    Column("depositos_excluidos", ARRAY(Text), nullable=False, server_default=text("'{}'"), comment="Depósitos do Bling que não contam como estoque próprio"),
    Column("preferencias", JSONB, nullable=False, server_default=text("'{}'"), comment="Preferências de relatório e de alerta"),
    Column("sal", Text, nullable=False, server_default=text("gen_random_uuid()::text"), comment="Segredo dos pseudônimos de comprador deste cliente"),
    Column("criado_em", Instant, nullable=False, server_default=text("now()"), comment="Quando o cliente foi cadastrado"),
    Column("atualizado_em", Instant, nullable=False, server_default=text("now()"), comment="Última mudança do cadastro"),
    CheckConstraint("client_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name="ck_clients_client_id"),
    CheckConstraint("status in ('ativo', 'pausado', 'encerrado')", name="ck_clients_status"),
    CheckConstraint("autoridade_estoque in ('bling', 'upseller')", name="ck_clients_autoridade_estoque"),
    schema="dashboard",
    comment="Cadastro de clientes (vendedores) da agência",
)  # fmt: skip

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("platform", Text, primary_key=True, comment="mercado_livre ou bling"),
    Column("account_id", BigInteger, comment="Conta do vendedor na plataforma"),
    Column("access_token", LargeBinary, nullable=False, comment="Token de acesso, cifrado"),
    Column("refresh_token", LargeBinary, nullable=False, comment="Token de renovação, cifrado"),
    Column("expires_at", Instant, nullable=False, comment="Fim da validade do token de acesso"),
    Column("status", Text, nullable=False, server_default="ativo", comment="ativo ou reautorizar"),
    Column("versao", BigInteger, nullable=False, server_default="1", comment="Aumenta a cada par novo guardado"),
    Column("intencao_id", Uuid, comment="Renovação em curso: marca gravada antes do envio"),
    Column("intencao_em", Instant, comment="Quando a renovação em curso começou"),
    Column("envios", SmallInteger, nullable=False, server_default="0", comment="Vezes que o token de renovação guardado pode ter sido enviado sem resposta"),
    Column("motivo", Text, comment="Por que precisa de nova autorização"),
    Column("atualizado_em", Instant, nullable=False, server_default=text("now()"), comment="Última mudança da linha"),
    CheckConstraint("status in ('ativo', 'reautorizar')", name="ck_api_tokens_status"),
    schema="dashboard",
    comment="Tokens OAuth por cliente e plataforma, sempre cifrados",
)  # fmt: skip

oauth_states = Table(
    "oauth_states",
    metadata,
    Column("state_hash", LargeBinary, primary_key=True, comment="Resumo do parâmetro state; o valor não é guardado"),
    Column("client_id", Key, nullable=False, comment="Cliente que está autorizando"),
    Column("platform", Text, nullable=False, comment="mercado_livre ou bling"),
    Column("verifier", LargeBinary, nullable=False, comment="Verificador PKCE, cifrado"),
    Column("redirect_uri", Text, nullable=False, comment="Endereço de retorno usado no pedido"),
    Column("criado_em", Instant, nullable=False, comment="Quando o pedido começou"),
    Column("expira_em", Instant, nullable=False, comment="Fim da validade: 10 minutos"),
    Column("usado_em", Instant, comment="Quando foi usado; vale uma única vez"),
    schema="dashboard",
    comment="Pedidos de autorização em andamento",
)  # fmt: skip

rate_budgets = Table(
    "rate_budgets",
    metadata,
    Column(
        "escopo",
        Key,
        primary_key=True,
        comment="Aplicativo, conta ou endereço cujo limite é dividido entre os processos",
    ),
    Column("livre_em", Instant, nullable=False, comment="Instante do próximo pedido permitido"),
    Column("ritmo", Double, comment="Chamadas por segundo permitidas agora; vazio enquanto vale o teto"),
    Column(
        "ritmo_recusado", Double, comment="Chamadas por segundo permitidas quando o ritmo foi reduzido pela última vez"
    ),
    Column("reduzido_em", Instant, comment="Quando o ritmo foi reduzido pela última vez"),
    Column("contido_ate", Instant, comment="Até quando o ritmo não volta a subir"),
    Column("recusado_em", Instant, comment="Última recusa da plataforma por excesso de chamadas (429)"),
    Column("recusado_por", Text, comment="Conta que recebeu a última recusa"),
    schema="dashboard",
    comment="Ritmo de chamadas dividido entre processos",
)

# --- ledgers -------------------------------------------------------------------------------------------------------

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

# --- facts ---------------------------------------------------------------------------------------------------------

_PROVENANCE = (
    ("versao_metrica", Integer, "Versão das definições usadas"),
    ("run_id", Text, "Execução que gravou a linha pela última vez"),
    ("calculado_em", Instant, "Quando a linha mudou pela última vez"),
)


def _provenance() -> list[Column[object]]:
    return [Column(name, kind, nullable=False, comment=comment) for name, kind, comment in _PROVENANCE]  # type: ignore[arg-type]


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
    Column("reembolso", Money, nullable=False, comment="Parte do valor reembolsado nos pagamentos do pedido"),
    Column("reembolso_dia", Date, comment="Dia do reembolso"),
    Column("faltantes", ARRAY(Text), nullable=False, comment="O que falta na linha: códigos"),
    *_provenance(),
    CheckConstraint("situacao in ('valida', 'cancelada', 'pendente', 'excluida', 'quarentena')", name="ck_fact_order_line_situacao"),
    CheckConstraint("natureza_cancelamento in ('pre_envio', 'pos_envio')", name="ck_fact_order_line_natureza"),
    Index("ix_fact_order_line_dia", "client_id", "dia"),
    Index("ix_fact_order_line_reembolso", "client_id", "reembolso_dia", postgresql_where=text("reembolso_dia is not null")),
    Index("ix_fact_order_line_envio", "client_id", "envio"),
    schema="dashboard",
    comment="Linhas de pedido: a única verdade de onde saem SKU-dia e cliente-dia",
)  # fmt: skip

# Revenue of the lines whose component is known: numerators of coverage, and denominators of rates over covered lines.
COVERAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("faturamento_com_comissao", "Faturamento das linhas com tarifa conhecida"),
    ("faturamento_com_frete", "Faturamento das linhas com frete observado"),
    ("faturamento_com_repasse", "Faturamento das linhas com tarifa e frete conhecidos"),
    (
        "faturamento_com_tarifa_faturada",
        "Faturamento dos pedidos cuja tarifa já foi faturada; vazio sem leitura das faturas",
    ),
)


# What ratios and readers need beside the metrics.
SUPPORT_COLUMNS: tuple[tuple[str, TypeEngine[Any], str], ...] = (
    ("valor_cancelado_sem_pagamento", Money, "Parte do valor cancelado de pedidos que nunca foram pagos"),
    ("pedidos_cancelados_pre", BigInteger(), "Pedidos cancelados antes do envio"),
    (
        "pedidos_com_visita",
        BigInteger(),
        "Pedidos válidos dos anúncios cuja visita foi observada: numerador da conversão",
    ),
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
    *[_metric_column(m) for m in table_metrics("S")],
    *_coverage(),
    *_support(),
    Column(
        "ads_rateado", Boolean, nullable=False, comment="Se o gasto de Ads veio do rateio de um anúncio com vários SKUs"
    ),
    Column("faltantes", ARRAY(Text), nullable=False, comment="O que falta no dia: códigos"),
    Column("hash", Text, nullable=False, comment="Resumo das colunas de negócio"),
    *_provenance(),
    schema="dashboard",
    comment="Métricas por cliente, dia e SKU",
)

agg_client_day = Table(
    "agg_client_day",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("dia", Date, primary_key=True, comment="Dia de negócio (America/Sao_Paulo)"),
    *[_metric_column(m) for m in table_metrics("C")],
    *_coverage(),
    *_support(),
    Column("faturamento_sem_sku", Money, comment="Faturamento de itens sem SKU identificado"),
    Column("faltantes", ARRAY(Text), nullable=False, comment="O que falta no dia: códigos"),
    Column("hash", Text, nullable=False, comment="Resumo das colunas de negócio"),
    *_provenance(),
    schema="dashboard",
    comment="Métricas por cliente e dia",
)

_ADS_COLUMNS: tuple[tuple[str, TypeEngine[Any], str], ...] = (
    ("ads_investimento", Money, "Investimento em Ads"),
    ("ads_impressoes", BigInteger(), "Impressões"),
    ("ads_cliques", BigInteger(), "Cliques"),
    ("ads_receita_direta", Money, "Vendas do próprio produto clicado"),
    ("ads_receita_assistida", Money, "Vendas de outro produto depois do clique"),
    ("ads_receita", Money, "Receita direta + assistida"),
    ("ads_unidades", BigInteger(), "Unidades atribuídas a Ads"),
)

fact_ads_sku_day = Table(
    "fact_ads_sku_day",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("dia", Date, primary_key=True, comment="Dia como rotulado pela plataforma"),
    Column("sku", Key, primary_key=True, comment="SKU, ou __SEM_SKU__:anúncio"),
    *[Column(name, kind, nullable=False, comment=comment) for name, kind, comment in _ADS_COLUMNS],
    Column("ads_rateado", Boolean, nullable=False, comment="Se alguma parte veio do rateio de um anúncio com vários SKUs"),
    *_provenance(),
    schema="dashboard",
    comment="Ads de cada SKU por dia: só o que pôde ser atribuído; o resto fica em fact_ads_client_day",
)  # fmt: skip

fact_ads_client_day = Table(
    "fact_ads_client_day",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("dia", Date, primary_key=True, comment="Dia como rotulado pela plataforma; dia não lido não tem linha"),
    Column("estado", Text, nullable=False, comment="lido; sem_ads: a conta não anuncia, zero é fato; fora_do_alcance: mais de 90 dias, vazio"),
    *[Column(name, kind, comment=f"{comment}, pela série diária do anunciante") for name, kind, comment in _ADS_COLUMNS],
    Column("ads_nao_alocado", Money, comment="Total do anunciante menos o atribuído a SKUs"),
    Column("ads_itens_vs_campanha", Money, comment="Soma dos itens menos soma dos grupos de anúncios"),
    Column("pendente", Boolean, nullable=False, comment="Gasto sem venda nem impressão depois do último dia completo: a plataforma ainda não terminou"),
    *_provenance(),
    CheckConstraint("estado in ('lido', 'sem_ads', 'fora_do_alcance')", name="ck_fact_ads_client_day_estado"),
    schema="dashboard",
    comment="Ads da conta por dia: o que a plataforma cobra, e o que não coube em nenhum SKU",
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


def _mart(name: str, comment: str, *columns: Column[Any]) -> Table:
    """A mart of one block that fact_sku_day and agg_client_day join by key."""
    return Table(
        name,
        metadata,
        Column("client_id", Key, primary_key=True, comment="Cliente"),
        Column("dia", Date, primary_key=True, comment="Dia de negócio (America/Sao_Paulo)"),
        *columns,
        *_provenance(),
        schema="dashboard",
        comment=comment,
    )


def _sku() -> Column[str]:
    return Column("sku", Key, primary_key=True, comment="SKU, ou __SEM_SKU__:anúncio")


fact_visits_sku_day = _mart(
    "fact_visits_sku_day",
    "Visitas por SKU e dia: só de anúncios que carregam um único SKU",
    _sku(),
    Column("visitas", BigInteger, comment="Σ visitas dos anúncios só deste SKU; vazio quando não se pode dizer"),
    Column("pedidos_com_visita", BigInteger, comment="Pedidos válidos nesses anúncios: numerador da conversão"),
    Column("motivo", Text, comment="Por que a visita é vazia"),
)
fact_visits_client_day = _mart(
    "fact_visits_client_day",
    "Visitas da conta por dia, com a soma dos anúncios para conferência",
    Column("visitas", BigInteger, nullable=False, comment="Visitas únicas da conta"),
    Column(
        "visitas_anuncios", BigInteger, nullable=False, comment="Σ visitas dos anúncios observados; só para conferir"
    ),
    Column("anuncios_observados", BigInteger, nullable=False, comment="Anúncios cujas visitas do dia foram observadas"),
)
fact_stock_sku_day = _mart(
    "fact_stock_sku_day",
    "Foto do estoque por SKU no fechamento do dia",
    _sku(),
    Column("estoque_full", BigInteger, comment="Disponível no Full; vazio sem inventário Full"),
    Column("estoque_full_indisponivel", BigInteger, comment="Não disponível no Full"),
    Column("estoque_anunciado", BigInteger, comment="Quantidade anunciada, cada estoque compartilhado uma vez"),
    Column("motivo", Text, comment="Por que o estoque Full é vazio"),
    Column("capturado_em", Instant, nullable=False, comment="Quando a foto foi tirada"),
)
fact_stock_client_day = _mart(
    "fact_stock_client_day",
    "Foto do estoque da conta no fechamento do dia",
    Column("estoque_full", BigInteger, comment="Disponível no Full, cada inventário uma vez"),
    Column("estoque_full_indisponivel", BigInteger, comment="Não disponível no Full"),
    Column("estoque_anunciado", BigInteger, comment="Quantidade anunciada, cada estoque compartilhado uma vez"),
    Column("indisponivel_por_motivo", JSONB, nullable=False, comment="Não disponível no Full, por motivo"),
    Column("capturado_em", Instant, nullable=False, comment="Quando a foto foi tirada"),
)
fact_account_day = _mart(
    "fact_account_day",
    "Foto da reputação da conta no fechamento do dia",
    Column("reputacao_nivel", Text, comment="Cor da reputação: 1_red a 5_green; vazio quando a conta ainda não tem"),
    Column("reputacao_nivel_real", Text, comment="Cor sem a proteção, quando há proteção"),
    Column("reputacao_medalha", Text, comment="MercadoLíder: silver, gold ou platinum"),
    Column("periodo", Text, comment="Período das taxas"),
    Column("vendas_concluidas", BigInteger, comment="Vendas concluídas no período"),
    Column("rep_reclamacoes", Rate, comment="Taxa de reclamações mostrada"),
    Column("rep_atrasos", Rate, comment="Taxa de atrasos mostrada"),
    Column("rep_cancelamentos", Rate, comment="Taxa de cancelamentos mostrada"),
    Column("rep_reclamacoes_real", Rate, comment="Taxa de reclamações sem a proteção"),
    Column("rep_atrasos_real", Rate, comment="Taxa de atrasos sem a proteção"),
    Column("rep_cancelamentos_real", Rate, comment="Taxa de cancelamentos sem a proteção"),
    Column("capturado_em", Instant, nullable=False, comment="Quando a foto foi tirada"),
)

fact_claim_line = Table(
    "fact_claim_line",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("reclamacao", Key, primary_key=True, comment="Reclamação"),
    Column("order_id", Key, primary_key=True, comment="Pedido; vazio quando a reclamação não é de um pedido conhecido"),
    Column("line_no", SmallInteger, primary_key=True, comment="Linha do pedido; 0 sem pedido conhecido"),
    Column("sku", Key, comment="SKU da linha"),
    Column("dia_venda", Date, comment="Dia da venda"),
    Column("dia_abertura", Date, nullable=False, comment="Dia em que a reclamação foi aberta"),
    Column("tipo", Text, comment="Tipo na plataforma; mediations não quer dizer mediação"),
    Column("estagio", Text, comment="Estágio na plataforma"),
    Column("status", Text, nullable=False, comment="opened ou closed"),
    Column("mediacao", Boolean, nullable=False, comment="Se está ou terminou em disputa"),
    Column("devolucao", Boolean, nullable=False, comment="Se há devolução"),
    Column("dia_devolucao", Date, comment="Dia em que a devolução foi aberta"),
    Column("devolucao_status", Text, comment="Situação da devolução"),
    Column("unidades_devolvidas", Integer, nullable=False, comment="Unidades que chegaram de volta"),
    Column("frete_devolucao", Money, comment="Parte do frete de devolução cobrado do vendedor"),
    Column("custo_lido", Boolean, nullable=False, comment="Se o custo já é conhecido"),
    *_provenance(),
    Index("ix_fact_claim_line_venda", "client_id", "dia_venda"),
    Index("ix_fact_claim_line_abertura", "client_id", "dia_abertura"),
    schema="dashboard",
    comment="Reclamações e devoluções nas linhas dos pedidos",
)  # fmt: skip

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
    *_provenance(),
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
    *_provenance(),
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
    *_provenance(),
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
    *_provenance(),
    Index("ix_fact_billing_line_dia", "client_id", "dia"),
    schema="dashboard",
    comment="Tarifa de venda faturada nas linhas dos pedidos válidos, ao lado da estimada",
)

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("fonte", Key, primary_key=True, comment="cobranca: faturas da plataforma; painel: números que uma pessoa leu no painel do vendedor"),
    Column("periodo", Key, primary_key=True, comment="Período de faturamento (AAAA-MM, não é o mês civil) ou dias do painel"),
    Column("item", Key, primary_key=True, comment="Tipo de cobrança ou métrica comparada"),
    Column("inicio", Date, nullable=False, comment="Primeiro dia do painel; nas faturas, a chave do período"),
    Column("fim", Date, comment="Último dia do painel; vazio nas faturas, cujo corte varia por conta"),
    Column("cobranca_mensal", Money, comment="Tudo o que foi cobrado do tipo no período; vazio no painel"),
    Column("nosso", Numeric, comment="Nosso número: estimativa dos mesmos pedidos, ou a métrica; vazio quando não há"),
    Column("informado", Numeric, comment="Número da plataforma para o mesmo recorte; vazio quando não há o que comparar"),
    Column("diferenca", Numeric, comment="Informado menos nosso"),
    Column("diferenca_pct", Rate, comment="Diferença sobre o nosso número"),
    Column("tolerancia", Numeric, comment="Diferença aceita; vazio quando o item só informa"),
    Column("confere", Boolean, comment="Se a diferença cabe na tolerância; vazio quando não se compara"),
    Column("comparados", BigInteger, comment="Pedidos comparados; vazio no painel"),
    Column("divergentes", BigInteger, comment="Pedidos fora da tolerância; vazio no painel"),
    Column("motivo", Text, comment="Por que não se compara, ou que variante confere"),
    Column("final", Boolean, nullable=False, comment="Se o período fechou, ou se os dias já não devem mudar"),
    *_provenance(),
    CheckConstraint("fonte in ('cobranca', 'painel')", name="ck_reconciliation_fonte"),
    schema="dashboard",
    comment="Nossos números contra as faturas e contra o painel do vendedor",
)  # fmt: skip

panel_figures = Table(
    "panel_figures",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("inicio", Date, primary_key=True, comment="Primeiro dia mostrado no painel"),
    Column("fim", Date, primary_key=True, comment="Último dia mostrado no painel"),
    Column("metrica", Key, primary_key=True, comment="Métrica do painel, com o identificador do dicionário"),
    Column("valor", Numeric, nullable=False, comment="Número lido no painel: reais, unidades ou fração"),
    Column("informado_em", Instant, nullable=False, comment="Quando foi informado"),
    CheckConstraint("inicio <= fim", name="ck_panel_figures_dias"),
    schema="dashboard",
    comment="Números do painel do vendedor, informados por uma pessoa: o painel não tem API",
)  # fmt: skip

fact_order_discount = Table(
    "fact_order_discount",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("order_id", Key, primary_key=True, comment="Pedido"),
    Column("dia", Date, nullable=False, comment="Dia de negócio da venda (America/Sao_Paulo)"),
    Column("desconto_total", Money, nullable=False, comment="Descontos do pedido, de quem quer que os pague"),
    Column("desconto_vendedor", Money, nullable=False, comment="Parte paga pelo vendedor; já está no preço, nunca se subtrai do faturamento"),
    *_provenance(),
    Index("ix_fact_order_discount_dia", "client_id", "dia"),
    schema="dashboard",
    comment="Descontos por pedido e quem os paga; informativo",
)  # fmt: skip

sku_portfolio = Table(
    "sku_portfolio",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    _sku(),
    Column("dia", Date, nullable=False, comment="Último dia da janela: o mais novo dia completo do cliente"),
    Column("unidades_30d", BigInteger, nullable=False, comment="Unidades válidas dos últimos 30 dias"),
    Column("unidades_60d_antes", BigInteger, nullable=False, comment="Unidades válidas dos 60 dias antes desses"),
    Column("faturamento_90d", Money, nullable=False, comment="Faturamento dos 90 dias"),
    Column("dias_calculados_30d", SmallInteger, nullable=False, comment="Dos últimos 30 dias, quantos têm números"),
    Column("dias_calculados_90d", SmallInteger, nullable=False, comment="Dos 90 dias, quantos têm números"),
    Column("vmd_30", Rate, comment=BY_ID["vmd_30"].comment),
    Column("curva_abc", Text, comment=BY_ID["curva_abc"].comment),
    Column("tendencia", Text, comment=BY_ID["tendencia"].comment),
    Column("faltantes", ARRAY(Text), nullable=False, comment="Por que algo não é afirmado: códigos"),
    *_provenance(),
    CheckConstraint("curva_abc in ('A', 'B', 'C')", name="ck_sku_portfolio_curva_abc"),
    CheckConstraint("tendencia in ('crescente', 'estavel', 'decrescente')", name="ck_sku_portfolio_tendencia"),
    schema="dashboard",
    comment="Como cada SKU está na carteira do cliente: ritmo, curva ABC e tendência no último dia completo",
)

metric_definitions = Table(
    "metric_definitions",
    metadata,
    Column("id", Key, primary_key=True, comment="Identificador da métrica"),
    Column("versao", Integer, primary_key=True, comment="Versão da definição"),
    Column("nome_pt", Text, nullable=False, comment="Nome em português"),
    Column("name_en", Text, nullable=False, comment="Nome em inglês"),
    Column("unidade", Text, nullable=False, comment="BRL, un, un/dia, fração, dias, nota ou classe"),
    Column(
        "graos",
        ARRAY(Text),
        nullable=False,
        comment="Grãos permitidos: S = SKU-dia, C = cliente-dia, C (período) = cliente e período de faturamento",
    ),
    Column("aditividade", Text, nullable=False, comment="A aditiva, S semiaditiva, D distinta, R razão, P pontual"),
    Column("numerador", Text, nullable=False, comment="Numerador ou fórmula"),
    Column("denominador", Text, comment="Denominador das razões"),
    Column("fonte", Text, nullable=False, comment="De onde vem"),
    Column("inclusoes", Text, nullable=False, comment="O que entra"),
    Column("exclusoes", Text, nullable=False, comment="O que não entra"),
    Column("cancelamento", Text, nullable=False, comment="Efeito do cancelamento"),
    Column("regra_null", Text, nullable=False, comment="Quando é vazio"),
    Column("dias_ate_final", Integer, nullable=False, comment="Dias até o número ser final"),
    Column("polaridade", SmallInteger, nullable=False, comment="+1 maior é melhor, -1 menor é melhor, 0 neutra"),
    Column("ressalva", Text, nullable=False, comment="Ressalva mostrada na tela"),
    Column("tabela", Text, comment="Tabela em que a métrica está; vazio nas colunas das duas tabelas diárias"),
    schema="dashboard",
    comment="Dicionário de métricas",
)

# --- raw -----------------------------------------------------------------------------------------------------------


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

mercado_livre_billing_lines = _raw_table(
    "mercado_livre_billing_lines", "Linhas da fatura do Mercado Livre, pela chave do período"
)
mercado_livre_billing_summaries = _raw_table(
    "mercado_livre_billing_summaries", "Resumos da fatura por período e documento"
)
mercado_livre_order_discounts = _raw_table("mercado_livre_order_discounts", "Descontos dos pedidos e quem os paga")

RAW_TABLES: tuple[Table, ...] = tuple(t for t in metadata.tables.values() if t.schema == "raw")

# --- views ---------------------------------------------------------------------------------------------------------

# name → (base table, ratio metrics added); the SELECT stands in the .sql file of the same name.
_VIEW_SOURCES: dict[str, tuple[Table, tuple[Metric, ...]]] = {
    "vw_sku_day": (fact_sku_day, ratio_metrics("S")),
    "vw_client_day": (agg_client_day, ratio_metrics("C")),
}
DAY_VIEWS: tuple[str, ...] = tuple(_VIEW_SOURCES)

_PORTFOLIO_COLUMNS = {c.name: c.comment or "" for c in sku_portfolio.columns}
_ACCOUNT_COLUMNS = {c.name: c.comment or "" for c in fact_account_day.columns}
_RESTATEMENT_COLUMNS = {
    "client_id": "Cliente",
    "dia": "Dia de negócio cujo número mudou",
    "sku": "SKU; vazio para o número do cliente no dia",
    "metrica": "Métrica ou coluna de cobertura que mudou",
    "nome": "Nome da métrica",
    "antes": "Valor mostrado antes; vazio quando não havia",
    "depois": "Valor mostrado desde então; vazio quando deixou de haver",
    "diferenca": "Depois menos antes; vazio quando um dos dois não havia",
    "motivo": "Por que mudou",
    "registrado_em": "Quando a mudança foi gravada",
}
_SOURCE_QUALITY_COLUMNS = {
    "client_id": "Cliente",
    "fonte": "Plataforma",
    "recurso": "O que é lido dela",
    "lido_ate": "Dia mais novo lido por completo",
    "ultima_leitura": "Última leitura completa",
    "frescor_min": "Minutos desde a última leitura completa",
    "dias_sem_leitura": "Dias nunca lidos por completo, do primeiro dia com pedidos lidos até ontem",
    "ultima_falha": "Última leitura que falhou, quando não houve outra completa depois",
    "motivo": "Por que falhou",
}
_CLIENT_QUALITY_COLUMNS = {
    "client_id": "Cliente",
    "dia": "Dia mais novo calculado",
    "receita_sem_sku_pct": "Nos últimos 30 dias: faturamento de itens sem SKU ÷ faturamento",
    "receita_sem_frete_pct": "Nos últimos 30 dias: faturamento sem frete observado ÷ faturamento",
    "dias_incompletos": "Dos últimos 30 dias, quantos têm algo em falta",
    "reapresentacoes_7d": "Números do cliente que mudaram nos últimos 7 dias depois de mostrados",
    "reapresentacoes_7d_valor": "Σ do quanto mudaram os valores em reais, sem sinal",
}
_BILLING_PERIOD_COLUMNS = {
    "client_id": "Cliente",
    "periodo": "Período de faturamento: chave AAAA-MM-01, que não é o mês civil",
    "cobranca_mensal": BY_ID["cobranca_mensal"].comment,
    "custo_do_vendedor": "Cobrança que é custo do vendedor: sem o acréscimo de parcelamento, que o comprador paga",
    "custo_sem_ads": "Custo do vendedor sem Ads, que já está no investimento em Ads",
    "custos_full": BY_ID["custos_full"].comment,
    "confere": "Se as linhas somam o resumo da plataforma: sim ou não; vazio sem resumo",
    "diferenca_resumo": "Linhas menos resumo",
    "maturidade": "preliminar, ou final quando o período fechou",
}
_RECONCILIATION_COLUMNS = {
    c.name: c.comment or "" for c in reconciliation.columns if c.name not in ("run_id", "final")
} | {
    "confere": "Se a diferença cabe na tolerância: sim ou não; vazio quando o item só informa",
    "confere_periodo": "Se todos os itens comparados do período conferem: sim ou não; vazio quando nenhum se compara",
    "maturidade": "preliminar, ou final quando o período fechou ou os dias já não devem mudar",
}


def view_sql(name: str) -> str:
    """The SELECT behind a view of ``dashboard``."""
    return files("viang_pipeline.warehouse").joinpath("views", f"{name}.sql").read_text(encoding="utf-8")


def view_comments() -> dict[str, dict[str, str]]:
    """View → column → Portuguese comment, which Metabase shows as description."""
    comments = {
        "vw_billing_period": _BILLING_PERIOD_COLUMNS,
        "vw_reconciliation": _RECONCILIATION_COLUMNS,
        "vw_sku_portfolio": _PORTFOLIO_COLUMNS,
        "vw_account_day": _ACCOUNT_COLUMNS,
        "vw_restatements": _RESTATEMENT_COLUMNS,
        "vw_source_quality": _SOURCE_QUALITY_COLUMNS,
        "vw_client_quality": _CLIENT_QUALITY_COLUMNS,
    }
    for name, (table, ratios) in _VIEW_SOURCES.items():
        columns = {column.name: column.comment or "" for column in table.columns}
        columns |= {metric.id: BY_ID[metric.id].comment for metric in ratios}
        comments[name] = columns
    return comments


VIEWS: tuple[str, ...] = tuple(view_comments())
