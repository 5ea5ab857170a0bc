"""Jobs: what runs together. Asset jobs share one partition space; a run is one process, parallelism comes from runs."""

from datetime import timedelta

import dagster as dg

from viang_pipeline.assets.dashboards import dashboard_key
from viang_pipeline.automation.decisions import newest_expected_day
from viang_pipeline.automation.state import LATENESS, failed_checks
from viang_pipeline.collect.authorization import open_vault, refresh_due, refreshers
from viang_pipeline.mail.alerting import queue_daily_digest
from viang_pipeline.mail.deliver import deliver_due
from viang_pipeline.resources.mailer import MailerResource
from viang_pipeline.resources.metabase import MetabaseResource
from viang_pipeline.resources.supabase import SupabaseResource

RAW = dg.AssetSelection.groups("mercado_livre", "bling", "upseller")
MARTS = dg.AssetSelection.groups("marts")

daily_update = dg.define_asset_job(
    "daily_update",
    RAW | MARTS | dg.AssetSelection.assets("insights"),
    description="A noite de um cliente: coleta o que mudou, reconstrói os dias afetados e escreve o texto do período.",
)
reprocess = dg.define_asset_job(
    "reprocess",
    RAW | MARTS,
    description="Coleta de novo e reconstrói um período de um cliente.",
)
ads_update = dg.define_asset_job(
    "ads_update",
    dg.AssetSelection.assets(["mercado_livre", "ads"], "fact_ads", "fact_sku_day", "agg_client_day"),
    description="Relê os Ads depois das 10:00, quando a plataforma atualiza os números de ontem.",
)
deep_sweep = dg.define_asset_job(
    "deep_sweep",
    RAW | MARTS,
    description="Releitura funda: confere de novo as últimas semanas, para o que nenhuma janela de mudanças mostrou.",
)
rebuild_marts = dg.define_asset_job(
    "rebuild_marts",
    MARTS,
    description="Reconstrói as tabelas a partir do dado bruto, sem nenhuma chamada às plataformas.",
)
client_report_job = dg.define_asset_job(
    "client_report_job",
    dg.AssetSelection.assets("client_report"),
    description="Faz o relatório em PDF do mês a que o dia da partição pertence.",
)

SCHEDULED = (daily_update, ads_update, deep_sweep, client_report_job)
"""Asked for by a schedule alone, by client: no look at the data brings back all of what a lost run would have done."""


@dg.op
def renew_tokens(context: dg.OpExecutionContext, supabase: SupabaseResource) -> None:
    """Renew every grant close to expiry. Fails, after all were tried, when one could not be renewed."""
    settings, database = supabase.settings, supabase.database
    results = refresh_due(database, open_vault(settings, database), refreshers(settings, database))
    for result in results:
        context.log.info("%s %s: %s, %s", result.client_id, result.platform, result.outcome, result.message)
    bad = [r for r in results if r.outcome in ("reauthorise", "failed")]
    context.add_output_metadata({"contas": len(results), "renovadas": sum(r.outcome == "renewed" for r in results)})
    if bad:
        lines = [f"{r.client_id} ({r.platform}): {r.message}" for r in bad]
        raise dg.Failure("\n".join(lines), allow_retries=False)


@dg.job(description="Renova os tokens OAuth perto do vencimento.", executor_def=dg.in_process_executor)
def refresh_tokens() -> None:
    """Renewal of all OAuth grants."""
    renew_tokens()


@dg.op
def refresh_dashboards(context: dg.OpExecutionContext, metabase: MetabaseResource) -> None:
    """Show the new numbers in Metabase. Only warns when Metabase is away: the numbers are there all the same."""
    result = metabase.refresh(context.run_id)
    if result is None:
        context.log.info("Metabase não configurado; nada a fazer")
        return
    if result.warning is not None:
        context.log.warning("%s", result.warning)
        return
    for key, number in result.dashboards.items():
        address = dg.MetadataValue.url(metabase.address(number))
        context.log_event(dg.AssetMaterialization(dashboard_key(key), metadata={"painel": address}))


@dg.job(description="Mostra os números novos no Metabase, quando há um.", executor_def=dg.in_process_executor)
def metabase_refresh() -> None:
    """Refresh of the dashboards."""
    refresh_dashboards()


@dg.op
def queue_alerts(context: dg.OpExecutionContext, supabase: SupabaseResource, mailer: MailerResource) -> None:
    """Queue the digest of the day; the outbox sends it."""
    if mailer.mailer is None:
        return
    now = supabase.settings.clock()()
    checks = failed_checks(context.instance, now - timedelta(days=1), leave_out=LATENESS)
    with supabase.database.transaction() as conn:
        addresses = supabase.settings.alert_emails
        digest = queue_daily_digest(conn, mailer.mailer, addresses, now, newest_expected_day(now), checks)
    context.add_output_metadata(
        {"alertas": len(digest.alerts), "novos": digest.new, "resolvidos": len(digest.resolved)}
    )


@dg.job(description="Resumo diário do que precisa de atenção, para a agência.", executor_def=dg.in_process_executor)
def alert_digest() -> None:
    """One mail a day, when there is anything to say."""
    queue_alerts()


@dg.op
def deliver_mail(context: dg.OpExecutionContext, supabase: SupabaseResource, mailer: MailerResource) -> None:
    """Send what is due. Fails, after all was tried, when something did not surely leave."""
    if mailer.mailer is None:
        return
    done = deliver_due(supabase.database, mailer.mailer, supabase.settings.clock(), run_id=context.run_id)
    context.add_output_metadata(
        {"enviadas": done.sent, "adiadas": done.later, "falharam": done.failed, "incertas": done.uncertain}
    )
    if done.problems:
        raise dg.Failure("\n".join(done.problems), allow_retries=False)


@dg.job(description="Envia os e-mails da fila, cada um no máximo uma vez.", executor_def=dg.in_process_executor)
def send_mail() -> None:
    """Delivery of everything due in the outbox."""
    deliver_mail()
