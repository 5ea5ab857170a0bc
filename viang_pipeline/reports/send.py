"""A report on its way to its client: what the mail says of it, and its place in the outbox, once per version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from viang_pipeline.collect.work import Transactions
from viang_pipeline.domain.brazilian import day_text, percent_text, period_text
from viang_pipeline.mail.outbox import enqueue_report
from viang_pipeline.mail.report_mail import Kpi, ReportSummary
from viang_pipeline.reports.data import Figure, ReportData
from viang_pipeline.reports.make import Made
from viang_pipeline.reports.wording import change_text, refusal_text, short_name, value_text
from viang_pipeline.sources.smtp import Mailer
from viang_pipeline.warehouse import clients

SAID = ("faturamento", "pedidos", "ticket_medio", "mc", "mc_pct", "ads_investimento", "tacos")
"""The figures of the mail; the others are in the PDF."""


def queue_report(store: Transactions, mailer: Mailer, made: Made, at: datetime) -> int:
    """Put a report into the outbox for every address of its client; how many messages are new.

    A version goes to an address once, however often it is asked for. Raises UsageError for a client without addresses.
    """
    version = made.version
    with store.transaction() as conn:
        nome = clients.get(conn, version.client_id).nome
        return enqueue_report(
            conn, mailer, version.client_id, version.periodo, version.versao,
            pdf=made.path, nome_anexo=made.path.name, summary=mail_summary(nome, made.data), at=at,
        )  # fmt: skip


def mail_summary(nome: str, data: ReportData) -> ReportSummary:
    """What the mail says of a report, for the client called ``nome``."""
    period = data.sheet.period
    return ReportSummary(
        cliente=nome,
        titulo=f"Relatório {'da' if period.kind == 'week' else 'de'} {period_text(period)}",
        kpis=[_kpi(data.figures[metric]) for metric in SAID],
        notas=list(_notes(data)),
    )


def _kpi(figure: Figure) -> Kpi:
    change = figure.previous
    text = refusal_text(change) or f"{change_text(figure.metric, change)} sobre o período anterior"
    tone = "neutro" if change.refused is not None else change.tone
    return Kpi(short_name(figure.metric), value_text(figure.metric, figure.value), text, tone)


def _notes(data: ReportData) -> Iterator[str]:
    if data.empty:
        yield "Ainda não há números deste período."
        return
    if data.state == "preliminar":
        until = f" até {day_text(data.final_on)}" if data.final_on else ""
        yield f"Os números são preliminares{until}: cancelamentos, devoluções e Ads ainda podem mudá-los."
    coverage = data.figures["mc"].coverage
    if coverage is not None and coverage < 1:
        yield f"A margem se apoia em {percent_text(coverage)} do faturamento, onde todos os custos são conhecidos."
