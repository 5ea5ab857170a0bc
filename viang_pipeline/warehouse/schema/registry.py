"""Clients, their grants, and the budgets of calls."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from viang_pipeline.warehouse.schema.base import Instant, Key, metadata

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
    Column("lojas_upseller", JSONB, nullable=False, server_default=text("'{}'"), comment="Nome da loja no UpSeller → canal de venda"),
    Column("ordem_custo", ARRAY(Text), nullable=False, server_default=text("'{bling,upseller}'"), comment="De quem vem o custo depois da tabela do próprio cliente, em ordem"),
    Column("metodo_custo", Text, nullable=False, server_default="vigente", comment="vigente, medio_ponderado ou fifo"),
    Column("imposto_sobre_frete", Boolean, nullable=False, server_default=text("false"), comment="Se o frete cobrado na nota entra na base do imposto"),
    Column("preferencias", JSONB, nullable=False, server_default=text("'{}'"), comment="Preferências de relatório e de alerta"),
    Column("sal", Text, nullable=False, server_default=text("gen_random_uuid()::text"), comment="Segredo dos pseudônimos de comprador deste cliente"),
    Column("criado_em", Instant, nullable=False, server_default=text("now()"), comment="Quando o cliente foi cadastrado"),
    Column("atualizado_em", Instant, nullable=False, server_default=text("now()"), comment="Última mudança do cadastro"),
    CheckConstraint("client_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name="ck_clients_client_id"),
    CheckConstraint("status in ('ativo', 'pausado', 'encerrado')", name="ck_clients_status"),
    CheckConstraint("autoridade_estoque in ('bling', 'upseller')", name="ck_clients_autoridade_estoque"),
    CheckConstraint("metodo_custo in ('vigente', 'medio_ponderado', 'fifo')", name="ck_clients_metodo_custo"),
    schema="dashboard",
    comment="Cadastro de clientes (vendedores) da agência",
)  # fmt: skip

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("platform", Text, primary_key=True, comment="mercado_livre ou bling"),
    Column("account_id", BigInteger, comment="Conta do vendedor na plataforma"),
    Column("conta_externa", Text, comment="Identificador da conta na plataforma, quando não é um número"),
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
