"""The outbox of mails, and the alerts the agency already knows (product.md §4)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    instant = sa.DateTime(timezone=True)
    key = sa.Text(collation="C")
    op.create_table(
        "report_outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Número da mensagem"),
        sa.Column("client_id", key, nullable=True, comment="Cliente; vazio para alertas da agência"),
        sa.Column("tipo", key, nullable=False, comment="relatorio ou alerta"),
        sa.Column("periodo", key, nullable=False, comment="Período do relatório, ou dia e hora do alerta"),
        sa.Column("versao", sa.Integer(), nullable=False, comment="Versão do relatório; uma correção é outra versão"),
        sa.Column(
            "destinatario", key, nullable=False, comment="Endereço cadastrado que recebe; uma mensagem por endereço"
        ),
        sa.Column("message_id", key, nullable=False, comment="Message-ID, o mesmo em toda tentativa"),
        sa.Column("assunto", sa.Text(), nullable=False, comment="Assunto"),
        sa.Column("texto", sa.Text(), nullable=False, comment="Mensagem em texto"),
        sa.Column("html", sa.Text(), nullable=False, comment="A mesma mensagem em HTML"),
        sa.Column("anexo_caminho", sa.Text(), nullable=True, comment="Arquivo PDF anexado; vazio quando não há"),
        sa.Column("anexo_nome", sa.Text(), nullable=True, comment="Nome do anexo como o cliente vê"),
        sa.Column(
            "anexo_sha256",
            sa.Text(),
            nullable=True,
            comment="Resumo do arquivo quando entrou na fila; conferido antes do envio",
        ),
        sa.Column(
            "estado",
            sa.Text(),
            server_default="pendente",
            nullable=False,
            comment="pendente, enviando, entregando (o servidor pode já ter a mensagem), enviado, falhou ou incerto",
        ),
        sa.Column("tentativas", sa.SmallInteger(), server_default="0", nullable=False, comment="Tentativas de envio"),
        sa.Column(
            "proxima_em",
            instant,
            nullable=False,
            comment="Quando pode ser tentado; depois da última tentativa não muda",
        ),
        sa.Column(
            "intencao_id",
            sa.Uuid(),
            nullable=True,
            comment="Tentativa em curso: marca gravada antes de falar com o servidor",
        ),
        sa.Column("intencao_em", instant, nullable=True, comment="Quando a tentativa em curso deu o último passo"),
        sa.Column(
            "erro", sa.Text(), nullable=True, comment="Por que a última tentativa não deu certo, sem dado pessoal"
        ),
        sa.Column("criado_em", instant, nullable=False, comment="Quando entrou na fila"),
        sa.Column(
            "enviado_em",
            instant,
            nullable=True,
            comment="Quando o servidor aceitou a mensagem, ou uma pessoa confirmou o envio",
        ),
        sa.CheckConstraint(
            "estado in ('pendente', 'enviando', 'entregando', 'enviado', 'falhou', 'incerto')",
            name="ck_report_outbox_estado",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "client_id",
            "tipo",
            "periodo",
            "versao",
            "destinatario",
            name="uq_report_outbox_mensagem",
            postgresql_nulls_not_distinct=True,
        ),
        schema="dashboard",
        comment="Fila de e-mails: cada mensagem sai no máximo uma vez para cada endereço",
    )
    op.create_index(
        "ix_report_outbox_aberto",
        "report_outbox",
        ["proxima_em"],
        schema="dashboard",
        postgresql_where=sa.text("estado <> 'enviado'"),
    )
    op.create_table(
        "alert_state",
        sa.Column("chave", key, nullable=False, comment="O que está errado, sempre com o mesmo nome enquanto durar"),
        sa.Column("titulo", sa.Text(), nullable=False, comment="O alerta em uma linha"),
        sa.Column("desde", instant, nullable=False, comment="Quando foi avisado pela primeira vez"),
        sa.PrimaryKeyConstraint("chave"),
        schema="dashboard",
        comment="Alertas que a agência já recebeu e que ainda não se resolveram",
    )
    op.create_index(
        "ix_updates_log_falha",
        "updates_log",
        ["terminado_em"],
        schema="dashboard",
        postgresql_where=sa.text("status = 'error' and source is null"),
    )
    for name in ("report_outbox", "alert_state"):
        op.execute(f"alter table dashboard.{name} enable row level security")
