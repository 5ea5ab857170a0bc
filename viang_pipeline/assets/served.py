"""What is served from the marts. Wiring only."""

from collections.abc import Callable
from datetime import date, datetime

import dagster as dg

from viang_pipeline import partitions
from viang_pipeline.assets.client_days import POLICY, each_client
from viang_pipeline.assets.marts import agg_client_day, fact_account, fact_sku_day, sku_portfolio
from viang_pipeline.assets.preview import client_day_preview, columns_of, table_preview
from viang_pipeline.assets.raw_mercado_livre import OWNERS
from viang_pipeline.collect.work import Outcome, Transactions
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.failures import UsageError
from viang_pipeline.insights.produce import insight
from viang_pipeline.reports.make import Made, ReportHeld, brand_of, make_report, report_period
from viang_pipeline.reports.send import queue_report
from viang_pipeline.resources.mailer import MailerResource
from viang_pipeline.resources.openai import OpenAIResource
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.sources.smtp import Mailer
from viang_pipeline.warehouse import schema

NIGHTLY_PERIODS = ("7d", "30d")

SEND_TAG = "viang/enviar"
"""On a run whose reports go to the clients by mail; one made by hand in the interface goes to nobody."""


@dg.asset(
    group_name="served",
    kinds={"postgres", "openai"},
    owners=OWNERS,
    deps=[agg_client_day, fact_sku_day, sku_portfolio],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    metadata=columns_of(schema.insight_cache),
    description="Texto de cada cliente sobre os últimos 7 e 30 dias. Sem modelo, ou quando ele falha ou afirma o que "
    "nenhum fato sustenta, o texto é feito só dos fatos. Só é escrito na execução que chega a ontem.",
)
def insights(
    context: dg.AssetExecutionContext, supabase: SupabaseResource, openai: OpenAIResource
) -> dg.MaterializeResult[None]:
    """Insight texts of the clients of the run."""
    now = supabase.settings.clock()()

    def write(client_id: str, days: list[date]) -> Outcome:
        outcome = Outcome(days_done=set(days))
        if last_closed_day(now) not in days:
            return outcome
        for period in NIGHTLY_PERIODS:
            made = insight(supabase.session, client_id, period, None, openai.model, run_id=context.run.run_id, now=now)
            outcome.requests += made.chamadas
            outcome.notes.append(f"{client_id}, {period}: {made.origem}" + (f" ({made.motivo})" if made.motivo else ""))
        return outcome

    return each_client(context, now, write, client_day_preview(supabase.session))


@dg.asset(
    group_name="served",
    kinds={"pdf", "postgres"},
    owners=OWNERS,
    deps=[fact_sku_day, agg_client_day, sku_portfolio, fact_account],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    description="Relatório em PDF do mês a que o dia pertence, em VIANG_HOME. Igual enquanto os números o são. "
    "O agendamento mensal também o envia aos e-mails do cliente, cada versão uma única vez.",
)
def client_report(
    context: dg.AssetExecutionContext, supabase: SupabaseResource, mailer: MailerResource
) -> dg.MaterializeResult[None]:
    """The monthly report of each client of the run, for every month its days belong to."""
    way_out = mailer.mailer if SEND_TAG in context.run.tags else None
    shown = table_preview(supabase.session, schema.reports, ("periodo", "versao", "maturidade", "feito_em"))
    return each_client(context, supabase.settings.clock()(), _reports(supabase, way_out), shown)


def _reports(supabase: SupabaseResource, mailer: Mailer | None) -> Callable[[str, list[date]], Outcome]:
    settings = supabase.settings
    now = settings.clock()()

    def make(client_id: str, days: list[date]) -> Outcome:
        outcome = Outcome(days_done=set(days))
        for month in sorted({f"{day:%Y-%m}" for day in days}):
            try:
                made = make_report(
                    supabase.session, settings.home, client_id, report_period(month, now), brand_of(settings),
                    now=now, only_final=False,
                )  # fmt: skip
            except ReportHeld as held:
                outcome.notes.append(str(held))
                continue
            outcome.written += made.new
            outcome.unchanged += not made.new
            outcome.notes.append(f"{month}: versão {made.version.versao}, {made.version.maturidade}, {made.path}")
            if mailer is not None:
                outcome.notes.append(_queued(supabase.session, mailer, made, now))
        return outcome

    return make


def _queued(store: Transactions, mailer: Mailer, made: Made, now: datetime) -> str:
    """A report put into the outbox, as a note; a client without addresses stops nobody's report."""
    try:
        return f"{queue_report(store, mailer, made, now)} e-mail(s) na fila"
    except UsageError as problem:
        return f"não enviado: {problem}"
