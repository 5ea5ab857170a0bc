"""Every table of the first version: registry, tokens, ledgers, facts, dictionary and raw payloads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "agg_client_day",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio (America/Sao_Paulo)"),
        sa.Column(
            "vendas_brutas",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Vendas brutas (GMV): Σ preço unitário × quantidade, cancelados incluídos. Nunca é igual ao valor recebido; não inclui frete pago pelo comprador.",
        ),
        sa.Column(
            "faturamento",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento (bruto válido): Σ preço unitário × quantidade das vendas válidas. Descontos pagos pelo vendedor já estão dentro do preço.",
        ),
        sa.Column(
            "valor_cancelado",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Valor cancelado: Σ preço unitário × quantidade dos pedidos cancelados. Valor pedido, não dinheiro devolvido.",
        ),
        sa.Column(
            "valor_cancelado_pre",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Cancelado antes do envio: parte do valor cancelado cujo envio não tinha saído.",
        ),
        sa.Column(
            "valor_devolvido",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Devolvido (estorno total após envio): parte do valor cancelado cujo envio já tinha saído.",
        ),
        sa.Column(
            "reembolsos",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Reembolsos (por data da venda): Σ valor reembolsado dos pagamentos de pedidos válidos. Não inclui o estorno de pedidos cancelados, que já saíram do faturamento.",
        ),
        sa.Column(
            "reembolsos_no_dia",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Reembolsos (por data do reembolso): Σ valor reembolsado no dia, cancelados incluídos. Visão de caixa.",
        ),
        sa.Column(
            "faturamento_liquido",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento líquido de devoluções: faturamento − reembolsos. Líquido de devoluções, não de tarifas nem de impostos.",
        ),
        sa.Column(
            "pedidos_brutos",
            sa.BigInteger(),
            nullable=True,
            comment="Vendas (quantidade, bruta): pedidos distintos, cancelados incluídos.",
        ),
        sa.Column("pedidos", sa.BigInteger(), nullable=True, comment="Pedidos válidos: pedidos válidos distintos."),
        sa.Column(
            "pedidos_cancelados",
            sa.BigInteger(),
            nullable=True,
            comment="Pedidos cancelados: pedidos cancelados distintos.",
        ),
        sa.Column(
            "compras",
            sa.BigInteger(),
            nullable=True,
            comment="Compras (carrinhos): carrinhos distintos de pedidos válidos. Somar por SKU superestima: um carrinho pode ter vários SKUs.",
        ),
        sa.Column(
            "unidades",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades vendidas: Σ quantidade das vendas válidas. Um kit é 1 unidade do kit.",
        ),
        sa.Column(
            "unidades_brutas",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades (brutas): Σ quantidade, cancelados incluídos.",
        ),
        sa.Column(
            "compradores",
            sa.BigInteger(),
            nullable=True,
            comment="Compradores únicos: compradores distintos de pedidos válidos. Nunca somar entre dias.",
        ),
        sa.Column(
            "skus_vendidos",
            sa.BigInteger(),
            nullable=True,
            comment="SKUs distintos vendidos: SKUs distintos com unidades vendidas.",
        ),
        sa.Column(
            "pedidos_pendentes",
            sa.BigInteger(),
            nullable=True,
            comment="Pedidos aguardando pagamento: pedidos ainda não pagos. Explica por que o dia ainda pode crescer.",
        ),
        sa.Column(
            "comissao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Tarifa de venda (comissão): Σ tarifa unitária × quantidade das vendas válidas.",
        ),
        sa.Column(
            "frete_vendedor",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Frete pago pelo vendedor: custo do remetente, uma vez por envio, rateado pelas linhas do envio.",
        ),
        sa.Column(
            "frete_comprador",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Frete pago pelo comprador: custo do destinatário, uma vez por envio. Informativo.",
        ),
        sa.Column(
            "repasse_estimado",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Repasse estimado: faturamento − comissao − frete_vendedor, nas linhas em que os dois são conhecidos. Não desconta parcelamento, impostos, reembolsos posteriores nem Ads.",
        ),
        sa.Column(
            "faturamento_com_comissao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com tarifa conhecida",
        ),
        sa.Column(
            "faturamento_com_frete",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com frete observado",
        ),
        sa.Column(
            "faturamento_com_repasse",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com tarifa e frete conhecidos",
        ),
        sa.Column(
            "faturamento_sem_sku",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento de itens sem SKU identificado",
        ),
        sa.Column("faltantes", pg.ARRAY(sa.Text()), nullable=False, comment="O que falta no dia: códigos"),
        sa.Column("hash", sa.Text(), nullable=False, comment="Resumo das colunas de negócio"),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "dia"),
        schema="dashboard",
        comment="Métricas por cliente e dia",
    )
    op.create_table(
        "api_tokens",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("platform", sa.Text(), nullable=False, comment="mercado_livre ou bling"),
        sa.Column("account_id", sa.BigInteger(), nullable=True, comment="Conta do vendedor na plataforma"),
        sa.Column("access_token", sa.LargeBinary(), nullable=False, comment="Token de acesso, cifrado"),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=False, comment="Token de renovação, cifrado"),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="Fim da validade do token de acesso"
        ),
        sa.Column("status", sa.Text(), server_default="ativo", nullable=False, comment="ativo ou reautorizar"),
        sa.Column(
            "versao", sa.BigInteger(), server_default="1", nullable=False, comment="Aumenta a cada par novo guardado"
        ),
        sa.Column("intencao_id", sa.Uuid(), nullable=True, comment="Renovação em curso: marca gravada antes do envio"),
        sa.Column(
            "intencao_em", sa.DateTime(timezone=True), nullable=True, comment="Quando a renovação em curso começou"
        ),
        sa.Column(
            "envios",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="Vezes que o token de renovação guardado pode ter sido enviado sem resposta",
        ),
        sa.Column("motivo", sa.Text(), nullable=True, comment="Por que precisa de nova autorização"),
        sa.Column(
            "atualizado_em",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Última mudança da linha",
        ),
        sa.CheckConstraint("status in ('ativo', 'reautorizar')", name="ck_api_tokens_status"),
        sa.PrimaryKeyConstraint("client_id", "platform"),
        schema="dashboard",
        comment="Tokens OAuth por cliente e plataforma, sempre cifrados",
    )
    op.create_table(
        "clients",
        sa.Column(
            "client_id",
            sa.Text(collation="C"),
            nullable=False,
            comment="Identificador do cliente: a-z, 0-9 e hífen; é também a chave de partição",
        ),
        sa.Column("nome", sa.Text(), nullable=False, comment="Nome do cliente como aparece nas telas"),
        sa.Column("status", sa.Text(), server_default="ativo", nullable=False, comment="ativo, pausado ou encerrado"),
        sa.Column(
            "fuso",
            sa.Text(),
            server_default="America/Sao_Paulo",
            nullable=False,
            comment="Fuso horário do dia de negócio",
        ),
        sa.Column("inicio_historico", sa.Date(), nullable=False, comment="Primeiro dia que os dados cobrem"),
        sa.Column(
            "emails",
            pg.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Destinatários dos relatórios",
        ),
        sa.Column(
            "autoridade_estoque", sa.Text(), nullable=True, comment="Quem manda no estoque próprio: bling ou upseller"
        ),
        sa.Column(
            "canais_bling",
            pg.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Lojas do Bling cujos pedidos entram como venda",
        ),
        sa.Column(
            "depositos_excluidos",
            pg.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Depósitos do Bling que não contam como estoque próprio",
        ),
        sa.Column(
            "preferencias",
            pg.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Preferências de relatório e de alerta",
        ),
        sa.Column(
            "sal",
            sa.Text(),
            server_default=sa.text("gen_random_uuid()::text"),
            nullable=False,
            comment="Segredo dos pseudônimos de comprador deste cliente",
        ),
        sa.Column(
            "criado_em",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Quando o cliente foi cadastrado",
        ),
        sa.Column(
            "atualizado_em",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Última mudança do cadastro",
        ),
        sa.CheckConstraint("autoridade_estoque in ('bling', 'upseller')", name="ck_clients_autoridade_estoque"),
        sa.CheckConstraint("client_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name="ck_clients_client_id"),
        sa.CheckConstraint("status in ('ativo', 'pausado', 'encerrado')", name="ck_clients_status"),
        sa.PrimaryKeyConstraint("client_id"),
        schema="dashboard",
        comment="Cadastro de clientes (vendedores) da agência",
    )
    op.create_table(
        "day_state",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column(
            "bruto_rev",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Aumenta quando o dado bruto do dia muda",
        ),
        sa.Column(
            "linhas_de",
            sa.BigInteger(),
            server_default="-1",
            nullable=False,
            comment="Revisão bruta da qual as linhas foram feitas",
        ),
        sa.Column(
            "linhas_rev",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Aumenta quando as linhas do dia mudam",
        ),
        sa.Column(
            "sku_de", sa.BigInteger(), server_default="-1", nullable=False, comment="Revisão das linhas em fact_sku_day"
        ),
        sa.Column(
            "cliente_de",
            sa.BigInteger(),
            server_default="-1",
            nullable=False,
            comment="Revisão das linhas em agg_client_day",
        ),
        sa.PrimaryKeyConstraint("client_id", "dia"),
        schema="dashboard",
        comment="O que mudou em cada dia e o que já foi reconstruído",
    )
    op.create_index(
        "ix_day_state_pendente",
        "day_state",
        ["client_id", "dia"],
        unique=False,
        schema="dashboard",
        postgresql_where=sa.text("bruto_rev > linhas_de or linhas_rev > sku_de or linhas_rev > cliente_de"),
    )
    op.create_table(
        "fact_order_line",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("order_id", sa.Text(collation="C"), nullable=False, comment="Pedido"),
        sa.Column("line_no", sa.SmallInteger(), nullable=False, comment="Linha do pedido, a partir de 1"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio da venda (America/Sao_Paulo)"),
        sa.Column(
            "criado_em", sa.DateTime(timezone=True), nullable=False, comment="Instante em que o comprador fez o pedido"
        ),
        sa.Column("canal", sa.Text(), nullable=False, comment="Canal de venda"),
        sa.Column("conta", sa.BigInteger(), nullable=True, comment="Conta do vendedor no canal"),
        sa.Column("compra", sa.Text(collation="C"), nullable=False, comment="Carrinho: pack:… ou order:…"),
        sa.Column("anuncio", sa.Text(collation="C"), nullable=False, comment="Anúncio vendido"),
        sa.Column("variacao", sa.Text(collation="C"), nullable=True, comment="Variação do anúncio"),
        sa.Column("sku", sa.Text(collation="C"), nullable=False, comment="SKU normalizado, ou __SEM_SKU__:anúncio"),
        sa.Column("sku_bruto", sa.Text(), nullable=True, comment="Texto original do SKU"),
        sa.Column("sku_origem", sa.Text(), nullable=False, comment="De onde veio o SKU"),
        sa.Column("status", sa.Text(), nullable=False, comment="Status do pedido na fonte"),
        sa.Column("situacao", sa.Text(), nullable=False, comment="valida, cancelada, pendente, excluida ou quarentena"),
        sa.Column("motivo", sa.Text(), nullable=True, comment="Por que a linha foi excluída ou está em quarentena"),
        sa.Column("natureza_cancelamento", sa.Text(), nullable=True, comment="pre_envio ou pos_envio"),
        sa.Column("cancelado_em", sa.DateTime(timezone=True), nullable=True, comment="Instante real do cancelamento"),
        sa.Column(
            "cancelado_antes_do_pagamento",
            sa.Boolean(),
            nullable=False,
            comment="Cancelado sem nenhum pagamento aprovado",
        ),
        sa.Column(
            "comprador", sa.Text(), nullable=True, comment="Pseudônimo do comprador; nenhum dado pessoal é guardado"
        ),
        sa.Column("quantidade", sa.Integer(), nullable=False, comment="Unidades"),
        sa.Column(
            "preco_unitario",
            sa.Numeric(precision=18, scale=2),
            nullable=False,
            comment="Preço por unidade, já com descontos",
        ),
        sa.Column("valor", sa.Numeric(precision=18, scale=2), nullable=False, comment="Preço unitário × quantidade"),
        sa.Column(
            "tarifa_unitaria", sa.Numeric(precision=18, scale=2), nullable=True, comment="Tarifa de venda por unidade"
        ),
        sa.Column("comissao", sa.Numeric(precision=18, scale=2), nullable=True, comment="Tarifa unitária × quantidade"),
        sa.Column("envio", sa.Text(collation="C"), nullable=True, comment="Envio da linha"),
        sa.Column("tipo_logistico", sa.Text(), nullable=True, comment="Tipo de logística do envio"),
        sa.Column(
            "frete_vendedor",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Parte do frete do vendedor; vazio quando não observado",
        ),
        sa.Column(
            "frete_comprador",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Parte do frete do comprador; vazio quando não observado",
        ),
        sa.Column(
            "reembolso",
            sa.Numeric(precision=18, scale=2),
            nullable=False,
            comment="Parte do valor reembolsado nos pagamentos do pedido",
        ),
        sa.Column("reembolso_dia", sa.Date(), nullable=True, comment="Dia do reembolso"),
        sa.Column("faltantes", pg.ARRAY(sa.Text()), nullable=False, comment="O que falta na linha: códigos"),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.CheckConstraint("natureza_cancelamento in ('pre_envio', 'pos_envio')", name="ck_fact_order_line_natureza"),
        sa.CheckConstraint(
            "situacao in ('valida', 'cancelada', 'pendente', 'excluida', 'quarentena')",
            name="ck_fact_order_line_situacao",
        ),
        sa.PrimaryKeyConstraint("client_id", "order_id", "line_no"),
        schema="dashboard",
        comment="Linhas de pedido: a única verdade de onde saem SKU-dia e cliente-dia",
    )
    op.create_index("ix_fact_order_line_dia", "fact_order_line", ["client_id", "dia"], unique=False, schema="dashboard")
    op.create_index(
        "ix_fact_order_line_envio", "fact_order_line", ["client_id", "envio"], unique=False, schema="dashboard"
    )
    op.create_index(
        "ix_fact_order_line_reembolso",
        "fact_order_line",
        ["client_id", "reembolso_dia"],
        unique=False,
        schema="dashboard",
        postgresql_where=sa.text("reembolso_dia is not null"),
    )
    op.create_table(
        "fact_sku_day",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio (America/Sao_Paulo)"),
        sa.Column("sku", sa.Text(collation="C"), nullable=False, comment="SKU, ou __SEM_SKU__:anúncio"),
        sa.Column(
            "vendas_brutas",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Vendas brutas (GMV): Σ preço unitário × quantidade, cancelados incluídos. Nunca é igual ao valor recebido; não inclui frete pago pelo comprador.",
        ),
        sa.Column(
            "faturamento",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento (bruto válido): Σ preço unitário × quantidade das vendas válidas. Descontos pagos pelo vendedor já estão dentro do preço.",
        ),
        sa.Column(
            "valor_cancelado",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Valor cancelado: Σ preço unitário × quantidade dos pedidos cancelados. Valor pedido, não dinheiro devolvido.",
        ),
        sa.Column(
            "valor_cancelado_pre",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Cancelado antes do envio: parte do valor cancelado cujo envio não tinha saído.",
        ),
        sa.Column(
            "valor_devolvido",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Devolvido (estorno total após envio): parte do valor cancelado cujo envio já tinha saído.",
        ),
        sa.Column(
            "reembolsos",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Reembolsos (por data da venda): Σ valor reembolsado dos pagamentos de pedidos válidos. Não inclui o estorno de pedidos cancelados, que já saíram do faturamento.",
        ),
        sa.Column(
            "reembolsos_no_dia",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Reembolsos (por data do reembolso): Σ valor reembolsado no dia, cancelados incluídos. Visão de caixa.",
        ),
        sa.Column(
            "faturamento_liquido",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento líquido de devoluções: faturamento − reembolsos. Líquido de devoluções, não de tarifas nem de impostos.",
        ),
        sa.Column(
            "pedidos_brutos",
            sa.BigInteger(),
            nullable=True,
            comment="Vendas (quantidade, bruta): pedidos distintos, cancelados incluídos.",
        ),
        sa.Column("pedidos", sa.BigInteger(), nullable=True, comment="Pedidos válidos: pedidos válidos distintos."),
        sa.Column(
            "pedidos_cancelados",
            sa.BigInteger(),
            nullable=True,
            comment="Pedidos cancelados: pedidos cancelados distintos.",
        ),
        sa.Column(
            "compras",
            sa.BigInteger(),
            nullable=True,
            comment="Compras (carrinhos): carrinhos distintos de pedidos válidos. Somar por SKU superestima: um carrinho pode ter vários SKUs.",
        ),
        sa.Column(
            "unidades",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades vendidas: Σ quantidade das vendas válidas. Um kit é 1 unidade do kit.",
        ),
        sa.Column(
            "unidades_brutas",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades (brutas): Σ quantidade, cancelados incluídos.",
        ),
        sa.Column(
            "comissao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Tarifa de venda (comissão): Σ tarifa unitária × quantidade das vendas válidas.",
        ),
        sa.Column(
            "frete_vendedor",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Frete pago pelo vendedor: custo do remetente, uma vez por envio, rateado pelas linhas do envio.",
        ),
        sa.Column(
            "repasse_estimado",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Repasse estimado: faturamento − comissao − frete_vendedor, nas linhas em que os dois são conhecidos. Não desconta parcelamento, impostos, reembolsos posteriores nem Ads.",
        ),
        sa.Column(
            "faturamento_com_comissao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com tarifa conhecida",
        ),
        sa.Column(
            "faturamento_com_frete",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com frete observado",
        ),
        sa.Column(
            "faturamento_com_repasse",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Faturamento das linhas com tarifa e frete conhecidos",
        ),
        sa.Column("faltantes", pg.ARRAY(sa.Text()), nullable=False, comment="O que falta no dia: códigos"),
        sa.Column("hash", sa.Text(), nullable=False, comment="Resumo das colunas de negócio"),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "dia", "sku"),
        schema="dashboard",
        comment="Métricas por cliente, dia e SKU",
    )
    op.create_table(
        "metric_definitions",
        sa.Column("id", sa.Text(collation="C"), nullable=False, comment="Identificador da métrica"),
        sa.Column("versao", sa.Integer(), nullable=False, comment="Versão da definição"),
        sa.Column("nome_pt", sa.Text(), nullable=False, comment="Nome em português"),
        sa.Column("name_en", sa.Text(), nullable=False, comment="Nome em inglês"),
        sa.Column("unidade", sa.Text(), nullable=False, comment="BRL, un, fração, dias ou nota"),
        sa.Column(
            "graos", pg.ARRAY(sa.Text()), nullable=False, comment="Grãos permitidos: S = SKU-dia, C = cliente-dia"
        ),
        sa.Column(
            "aditividade", sa.Text(), nullable=False, comment="A aditiva, S semiaditiva, D distinta, R razão, P pontual"
        ),
        sa.Column("numerador", sa.Text(), nullable=False, comment="Numerador ou fórmula"),
        sa.Column("denominador", sa.Text(), nullable=True, comment="Denominador das razões"),
        sa.Column("fonte", sa.Text(), nullable=False, comment="De onde vem"),
        sa.Column("inclusoes", sa.Text(), nullable=False, comment="O que entra"),
        sa.Column("exclusoes", sa.Text(), nullable=False, comment="O que não entra"),
        sa.Column("cancelamento", sa.Text(), nullable=False, comment="Efeito do cancelamento"),
        sa.Column("regra_null", sa.Text(), nullable=False, comment="Quando é vazio"),
        sa.Column("dias_ate_final", sa.Integer(), nullable=False, comment="Dias até o número ser final"),
        sa.Column(
            "polaridade", sa.SmallInteger(), nullable=False, comment="+1 maior é melhor, -1 menor é melhor, 0 neutra"
        ),
        sa.Column("ressalva", sa.Text(), nullable=False, comment="Ressalva mostrada na tela"),
        sa.PrimaryKeyConstraint("id", "versao"),
        schema="dashboard",
        comment="Dicionário de métricas",
    )
    op.create_table(
        "oauth_states",
        sa.Column(
            "state_hash", sa.LargeBinary(), nullable=False, comment="Resumo do parâmetro state; o valor não é guardado"
        ),
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente que está autorizando"),
        sa.Column("platform", sa.Text(), nullable=False, comment="mercado_livre ou bling"),
        sa.Column("verifier", sa.LargeBinary(), nullable=False, comment="Verificador PKCE, cifrado"),
        sa.Column("redirect_uri", sa.Text(), nullable=False, comment="Endereço de retorno usado no pedido"),
        sa.Column("criado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando o pedido começou"),
        sa.Column("expira_em", sa.DateTime(timezone=True), nullable=False, comment="Fim da validade: 10 minutos"),
        sa.Column(
            "usado_em", sa.DateTime(timezone=True), nullable=True, comment="Quando foi usado; vale uma única vez"
        ),
        sa.PrimaryKeyConstraint("state_hash"),
        schema="dashboard",
        comment="Pedidos de autorização em andamento",
    )
    op.create_table(
        "order_line_sku",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("order_id", sa.Text(collation="C"), nullable=False, comment="Pedido"),
        sa.Column("line_no", sa.SmallInteger(), nullable=False, comment="Linha do pedido"),
        sa.Column(
            "sku",
            sa.Text(collation="C"),
            nullable=False,
            comment="SKU congelado na primeira vez que o pedido foi visto",
        ),
        sa.Column("sku_bruto", sa.Text(), nullable=True, comment="Texto original do SKU"),
        sa.Column("origem", sa.Text(), nullable=False, comment="De onde veio o SKU"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Quando foi congelado"),
        sa.PrimaryKeyConstraint("client_id", "order_id", "line_no"),
        schema="dashboard",
        comment="SKU de linhas cujo pedido não traz SKU, congelado na primeira leitura",
    )
    op.create_table(
        "rate_budgets",
        sa.Column(
            "escopo",
            sa.Text(collation="C"),
            nullable=False,
            comment="Aplicativo ou conta cujo limite é dividido entre os processos",
        ),
        sa.Column(
            "livre_em", sa.DateTime(timezone=True), nullable=False, comment="Instante do próximo pedido permitido"
        ),
        sa.PrimaryKeyConstraint("escopo"),
        schema="dashboard",
        comment="Ritmo de chamadas dividido entre processos",
    )
    op.create_table(
        "shipment_readings",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("envio", sa.Text(collation="C"), nullable=False, comment="Envio"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Última leitura do envio"),
        sa.Column("custo_observado", sa.Boolean(), nullable=False, comment="Se o custo já foi observado"),
        sa.Column("terminal", sa.Boolean(), nullable=False, comment="Se o envio terminou"),
        sa.Column("cancelados", sa.Integer(), nullable=False, comment="Pedidos cancelados do envio na última leitura"),
        sa.Column("proxima_em", sa.Date(), nullable=True, comment="Dia da próxima leitura; vazio quando não há mais"),
        sa.PrimaryKeyConstraint("client_id", "envio"),
        schema="dashboard",
        comment="Quando cada envio foi lido e quando será lido de novo",
    )
    op.create_table(
        "source_cursors",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("source", sa.Text(), nullable=False, comment="Fonte"),
        sa.Column("resource", sa.Text(), nullable=False, comment="Recurso"),
        sa.Column("lido_ate", sa.DateTime(timezone=True), nullable=False, comment="Mudanças vistas até este instante"),
        sa.Column("atualizado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando o cursor andou"),
        sa.PrimaryKeyConstraint("client_id", "source", "resource"),
        schema="dashboard",
        comment="Até onde as mudanças de cada fonte já foram vistas",
    )
    op.create_table(
        "source_reads",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("source", sa.Text(), nullable=False, comment="Fonte"),
        sa.Column("resource", sa.Text(), nullable=False, comment="Recurso"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column("completo", sa.Boolean(), nullable=False, comment="Se o dia foi lido por completo"),
        sa.Column("completo_em", sa.DateTime(timezone=True), nullable=True, comment="Última leitura completa"),
        sa.Column("tentado_em", sa.DateTime(timezone=True), nullable=False, comment="Última tentativa"),
        sa.Column("motivo", sa.Text(), nullable=True, comment="Por que a última tentativa não foi completa"),
        sa.PrimaryKeyConstraint("client_id", "source", "resource", "dia"),
        schema="dashboard",
        comment="O que foi lido de cada fonte, por dia, e se foi completo",
    )
    op.create_table(
        "updates_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Número do registro"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução do Dagster ou comando"),
        sa.Column("job_name", sa.Text(), nullable=False, comment="Nome do job"),
        sa.Column("client_id", sa.Text(collation="C"), nullable=True, comment="Cliente"),
        sa.Column("source", sa.Text(), nullable=True, comment="Fonte: mercado_livre, bling, upseller ou marts"),
        sa.Column("resource", sa.Text(), nullable=True, comment="Recurso lido ou tabela construída"),
        sa.Column("janela_inicio", sa.DateTime(timezone=True), nullable=True, comment="Começo da janela"),
        sa.Column("janela_fim", sa.DateTime(timezone=True), nullable=True, comment="Fim da janela (exclusivo)"),
        sa.Column("status", sa.Text(), nullable=False, comment="success, partial, error ou skipped"),
        sa.Column("iniciado_em", sa.DateTime(timezone=True), nullable=False, comment="Começo"),
        sa.Column("terminado_em", sa.DateTime(timezone=True), nullable=False, comment="Fim"),
        sa.Column(
            "requisicoes",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Chamadas feitas, repetições incluídas",
        ),
        sa.Column("linhas_lidas", sa.BigInteger(), server_default="0", nullable=False, comment="Linhas lidas"),
        sa.Column(
            "linhas_escritas",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Linhas gravadas ou apagadas",
        ),
        sa.Column(
            "linhas_inalteradas", sa.BigInteger(), server_default="0", nullable=False, comment="Linhas já iguais"
        ),
        sa.Column(
            "detail",
            pg.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Detalhes, sem dado pessoal",
        ),
        sa.CheckConstraint("status in ('success', 'partial', 'error', 'skipped')", name="ck_updates_log_status"),
        sa.PrimaryKeyConstraint("id"),
        schema="dashboard",
        comment="Auditoria: uma linha por execução, cliente, fonte e janela",
    )
    op.create_index(
        "ix_updates_log_client",
        "updates_log",
        ["client_id", "source", "terminado_em"],
        unique=False,
        schema="dashboard",
    )
    op.create_index("ix_updates_log_run", "updates_log", ["run_id"], unique=False, schema="dashboard")
    op.create_table(
        "mercado_livre_listings",
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
        comment="Anúncios do Mercado Livre",
    )
    op.create_index(
        "ix_mercado_livre_listings_dia", "mercado_livre_listings", ["client_id", "dia"], unique=False, schema="raw"
    )
    op.create_table(
        "mercado_livre_orders",
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
        comment="Pedidos do Mercado Livre",
    )
    op.create_index(
        "ix_mercado_livre_orders_dia", "mercado_livre_orders", ["client_id", "dia"], unique=False, schema="raw"
    )
    op.create_index(
        "ix_mercado_livre_orders_envio",
        "mercado_livre_orders",
        ["client_id", sa.literal_column("(payload #>> '{shipping,id}')")],
        unique=False,
        schema="raw",
    )
    op.create_table(
        "mercado_livre_shipment_costs",
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
        comment="Custos dos envios do Mercado Livre",
    )
    op.create_index(
        "ix_mercado_livre_shipment_costs_dia",
        "mercado_livre_shipment_costs",
        ["client_id", "dia"],
        unique=False,
        schema="raw",
    )
    op.create_table(
        "mercado_livre_shipment_history",
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
        comment="Histórico de status dos envios com pedido cancelado",
    )
    op.create_index(
        "ix_mercado_livre_shipment_history_dia",
        "mercado_livre_shipment_history",
        ["client_id", "dia"],
        unique=False,
        schema="raw",
    )
    op.create_table(
        "mercado_livre_shipments",
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
        comment="Envios do Mercado Livre",
    )
    op.create_index(
        "ix_mercado_livre_shipments_dia", "mercado_livre_shipments", ["client_id", "dia"], unique=False, schema="raw"
    )
