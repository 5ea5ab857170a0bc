"""Schedules, all on São Paulo's clock. A tick reads only our own tables."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from viang_pipeline import partitions
from viang_pipeline.assets.served import SEND_TAG
from viang_pipeline.automation.decisions import partitions_to_add, sweep_ranges
from viang_pipeline.automation.jobs import (
    ads_update,
    alert_digest,
    client_report_job,
    daily_update,
    deep_sweep,
    refresh_tokens,
)
from viang_pipeline.automation.state import active_clients
from viang_pipeline.domain.business_day import SAO_PAULO, business_day, last_closed_day
from viang_pipeline.mail.access import open_mailer
from viang_pipeline.resources.supabase import SupabaseResource


@dg.schedule(
    job=daily_update,
    cron_schedule="0 3 * * *",
    execution_timezone=SAO_PAULO.key,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="03:00: uma execução por cliente ativo, partição de ontem.",
)
def daily_update_schedule(
    context: dg.ScheduleEvaluationContext, supabase: SupabaseResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run per active, connected client, for yesterday."""
    yesterday = last_closed_day(supabase.settings.clock()())
    with supabase.database.transaction() as conn:
        wanted = [client.client_id for client in active_clients(conn) if client.starts <= yesterday]
    if not wanted:
        yield dg.SkipReason("Nenhum cliente ativo e conectado")
        return
    fresh = partitions_to_add(wanted, context.instance.get_dynamic_partitions("client"))
    context.instance.add_dynamic_partitions("client", fresh)
    for client_id in wanted:
        yield dg.RunRequest(
            run_key=f"{client_id}:{yesterday}",
            partition_key=partitions.partition_key(client_id, yesterday),
            tags={partitions.CLIENT_TAG: client_id},
        )


@dg.schedule(
    job=ads_update,
    cron_schedule="30 10 * * *",
    execution_timezone=SAO_PAULO.key,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="10:30: relê os Ads de cada cliente ativo, depois da atualização das 10:00 da plataforma.",
)
def ads_update_schedule(
    context: dg.ScheduleEvaluationContext, supabase: SupabaseResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run per active, connected client whose orders of yesterday are read: without them there is no row."""
    yesterday = last_closed_day(supabase.settings.clock()())
    with supabase.database.transaction() as conn:
        wanted = [client.client_id for client in active_clients(conn) if yesterday in client.complete]
    if not wanted:
        yield dg.SkipReason("Nenhum cliente com os pedidos de ontem lidos")
    for client_id in wanted:
        yield dg.RunRequest(
            run_key=f"ads:{client_id}:{yesterday}",
            partition_key=partitions.partition_key(client_id, yesterday),
            tags={partitions.CLIENT_TAG: client_id},
        )


@dg.schedule(
    job=deep_sweep,
    cron_schedule="0 1 * * 0",
    execution_timezone=SAO_PAULO.key,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Domingo, 01:00: lê de novo 60 dias de cada cliente ativo; no primeiro domingo do mês, 180.",
)
def deep_sweep_schedule(
    context: dg.ScheduleEvaluationContext, supabase: SupabaseResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Range runs over the last weeks of every active, connected client."""
    now = supabase.settings.clock()()
    with supabase.database.transaction() as conn:
        clients = active_clients(conn)
    context.instance.add_dynamic_partitions(
        "client", partitions_to_add([c.client_id for c in clients], context.instance.get_dynamic_partitions("client"))
    )
    wanted = [(client, days) for client in clients for days in sweep_ranges(client.starts, now)]
    if not wanted:
        yield dg.SkipReason("Nenhum cliente ativo e conectado")
    for client, (first, last) in wanted:
        yield dg.RunRequest(
            run_key=f"{client.client_id}:{first}:{last}",
            tags=partitions.range_tags(client.client_id, first, last, starts=client.starts, now=now),
        )


@dg.schedule(
    job=client_report_job,
    cron_schedule="0 8 4 * *",
    execution_timezone=SAO_PAULO.key,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Dia 4, 08:00: o relatório do mês anterior de cada cliente ativo, também por e-mail.",
)
def client_report_schedule(
    context: dg.ScheduleEvaluationContext, supabase: SupabaseResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run per active, connected client with history in the month before, for that month's last day."""
    end = last_closed_day(supabase.settings.clock()()).replace(day=1) - timedelta(days=1)
    with supabase.database.transaction() as conn:
        wanted = [client.client_id for client in active_clients(conn) if client.starts <= end]
    if not wanted:
        yield dg.SkipReason("Nenhum cliente ativo com dados do mês anterior")
        return
    fresh = partitions_to_add(wanted, context.instance.get_dynamic_partitions("client"))
    context.instance.add_dynamic_partitions("client", fresh)
    for client_id in wanted:
        yield dg.RunRequest(
            run_key=f"report:{client_id}:{end:%Y-%m}",
            partition_key=partitions.partition_key(client_id, end),
            tags={partitions.CLIENT_TAG: client_id, SEND_TAG: "relatorio"},
        )


refresh_tokens_schedule = dg.ScheduleDefinition(
    name="refresh_tokens_schedule",
    job=refresh_tokens,
    cron_schedule=["30 2 * * *", "0 */4 * * *"],
    execution_timezone=SAO_PAULO.key,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="02:30 e a cada 4 horas: renova tokens perto do vencimento.",
)


@dg.schedule(
    job=alert_digest,
    cron_schedule="0 7 * * *",
    execution_timezone=SAO_PAULO.key,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="07:00, depois da noite: o resumo do que precisa de atenção, quando há algo a dizer.",
)
def alert_digest_schedule(
    context: dg.ScheduleEvaluationContext, supabase: SupabaseResource
) -> dg.RunRequest | dg.SkipReason:
    """One run a day, where somebody is to be told."""
    settings = supabase.settings
    if open_mailer(settings) is None or not settings.alert_emails:
        return dg.SkipReason("SMTP_URL, VIANG_MAIL_FROM e VIANG_ALERT_EMAILS não estão definidos")
    return dg.RunRequest(run_key=f"alertas:{business_day(settings.clock()())}")
