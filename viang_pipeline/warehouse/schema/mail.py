"""What is to be sent by mail and how that went, and which alerts the agency already knows."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from viang_pipeline.warehouse.schema.base import Instant, Key, metadata

report_outbox = Table(
    "report_outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Número da mensagem"),
    Column("client_id", Key, comment="Cliente; vazio para alertas da agência"),
    Column("tipo", Key, nullable=False, comment="relatorio ou alerta"),
    Column("periodo", Key, nullable=False, comment="Período do relatório, ou dia e hora do alerta"),
    Column("versao", Integer, nullable=False, comment="Versão do relatório; uma correção é outra versão"),
    Column("destinatario", Key, nullable=False, comment="Endereço cadastrado que recebe; uma mensagem por endereço"),
    Column("message_id", Key, nullable=False, comment="Message-ID, o mesmo em toda tentativa"),
    Column("assunto", Text, nullable=False, comment="Assunto"),
    Column("texto", Text, nullable=False, comment="Mensagem em texto"),
    Column("html", Text, nullable=False, comment="A mesma mensagem em HTML"),
    Column("anexo_caminho", Text, comment="Arquivo PDF anexado; vazio quando não há"),
    Column("anexo_nome", Text, comment="Nome do anexo como o cliente vê"),
    Column("anexo_sha256", Text, comment="Resumo do arquivo quando entrou na fila; conferido antes do envio"),
    Column("estado", Text, nullable=False, server_default="pendente", comment="pendente, enviando, entregando (o servidor pode já ter a mensagem), enviado, falhou ou incerto"),
    Column("tentativas", SmallInteger, nullable=False, server_default="0", comment="Tentativas de envio"),
    Column("proxima_em", Instant, nullable=False, comment="Quando pode ser tentado; depois da última tentativa não muda"),
    Column("intencao_id", Uuid, comment="Tentativa em curso: marca gravada antes de falar com o servidor"),
    Column("intencao_em", Instant, comment="Quando a tentativa em curso deu o último passo"),
    Column("erro", Text, comment="Por que a última tentativa não deu certo, sem dado pessoal"),
    Column("criado_em", Instant, nullable=False, comment="Quando entrou na fila"),
    Column("enviado_em", Instant, comment="Quando o servidor aceitou a mensagem, ou uma pessoa confirmou o envio"),
    UniqueConstraint(
        "client_id", "tipo", "periodo", "versao", "destinatario",
        name="uq_report_outbox_mensagem", postgresql_nulls_not_distinct=True,
    ),
    CheckConstraint(
        "estado in ('pendente', 'enviando', 'entregando', 'enviado', 'falhou', 'incerto')",
        name="ck_report_outbox_estado",
    ),
    Index("ix_report_outbox_aberto", "proxima_em", postgresql_where=text("estado <> 'enviado'")),
    schema="dashboard",
    comment="Fila de e-mails: cada mensagem sai no máximo uma vez para cada endereço",
)  # fmt: skip

alert_state = Table(
    "alert_state",
    metadata,
    Column("chave", Key, primary_key=True, comment="O que está errado, sempre com o mesmo nome enquanto durar"),
    Column("titulo", Text, nullable=False, comment="O alerta em uma linha"),
    Column("desde", Instant, nullable=False, comment="Quando foi avisado pela primeira vez"),
    schema="dashboard",
    comment="Alertas que a agência já recebeu e que ainda não se resolveram",
)
