"""Sensors gather and emit; what to do is decided in ``decisions``. A tick reads our tables, inboxes and the run queue.

The run queue first: what a run that ends in between has done is then in the tables, and nothing is asked for twice.
"""

import json
from datetime import datetime, timedelta
from hashlib import blake2b

import dagster as dg

from viang_pipeline import partitions
from viang_pipeline.automation import decisions
from viang_pipeline.automation.in_process import failure_sentence
from viang_pipeline.automation.jobs import SCHEDULED, metabase_refresh, rebuild_marts, reprocess, send_mail
from viang_pipeline.automation.state import (
    IN_PROGRESS,
    active_clients,
    clients_with_runs,
    lost_runs,
    newest_numbers,
    registered_clients,
    unread_sources,
)
from viang_pipeline.collect.upseller.inbox import waiting, whole
from viang_pipeline.domain.business_day import FIRST_DAY, SAO_PAULO, last_closed_day
from viang_pipeline.mail import outbox
from viang_pipeline.mail.access import open_mailer
from viang_pipeline.mail.alerting import queue_failures
from viang_pipeline.marts.build import BUILDERS
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.sources.redaction import redact
from viang_pipeline.warehouse import clients, ledgers

RUNNING = dg.DefaultSensorStatus.RUNNING
MOST_REQUESTS = 50
"""Per tick; the rest comes with the next one."""


def _request(why: str, client_id: str, days: decisions.Range, now: datetime) -> dg.RunRequest:
    """One client and a range of days, asked for at most once an hour: failures heal and never flood the queue."""
    first, last = days
    return dg.RunRequest(
        run_key=f"{why}:{client_id}:{first}:{last}:{now:%Y-%m-%dT%H}",
        tags=partitions.range_tags(client_id, first, last, starts=FIRST_DAY, now=now),
    )


@dg.sensor(
    job=reprocess,
    minimum_interval_seconds=60,
    default_status=RUNNING,
    description="Cliente novo: cria a partição e faz a primeira carga, do dia mais novo para o mais antigo.",
)
def client_registry(context: dg.SensorEvaluationContext, supabase: SupabaseResource) -> dg.SensorResult:
    """Partitions for registered clients, and the next part of history of those whose first load is not done."""
    now = supabase.settings.clock()()
    busy = clients_with_runs(context.instance)
    with supabase.database.transaction() as conn:
        registered = registered_clients(conn)
        active = active_clients(conn)
    fresh = decisions.partitions_to_add(registered, context.instance.get_dynamic_partitions("client"))
    chunks = {
        client.client_id: decisions.first_load_chunk(client.starts, client.complete, now)
        for client in active
        if client.client_id not in busy
    }
    requests = [_request("primeira-carga", client_id, chunk, now) for client_id, chunk in chunks.items() if chunk]
    return dg.SensorResult(
        run_requests=requests[:MOST_REQUESTS],
        dynamic_partitions_requests=[partitions.clients.build_add_request(fresh)] if fresh else [],
        skip_reason=None if requests or fresh else dg.SkipReason("Nenhum cliente novo, nenhuma primeira carga a fazer"),
    )


@dg.sensor(
    jobs=SCHEDULED,
    minimum_interval_seconds=60,
    default_status=RUNNING,
    description="Execução agendada que caiu e que o Dagster não repetiu: pede a mesma execução outra vez, uma só vez.",
)
def lost_retries(context: dg.SensorEvaluationContext, supabase: SupabaseResource) -> dg.SensorResult:
    """The same run of an active client, with its configuration; it waits in the queue while the client has another."""
    lost = lost_runs(context.instance, [job.name for job in SCHEDULED], asked_by=lost_retries.name)
    with supabase.database.transaction() as conn:
        active = {client.client_id for client in active_clients(conn)}
    requests = []
    for run in lost:
        if partitions.clients_of(run.tags, context.instance) <= active:
            partition_key, tags = partitions.work_of(run.tags)
            requests.append(
                dg.RunRequest(
                    run_key=f"caiu:{run.run_id}",
                    job_name=run.job_name,
                    partition_key=partition_key,
                    tags=tags,
                    run_config=run.run_config,
                    asset_selection=None if run.asset_selection is None else sorted(run.asset_selection),
                )
            )
    return dg.SensorResult(
        run_requests=requests[:MOST_REQUESTS],
        skip_reason=None if requests else dg.SkipReason("Nenhuma execução que caiu ficou sem repetição"),
    )


@dg.sensor(
    job=reprocess,
    minimum_interval_seconds=300,
    default_status=RUNNING,
    description="Noite perdida: dias que nenhuma leitura completou, achados nos dados e não nos agendamentos.",
)
def catch_up(context: dg.SensorEvaluationContext, supabase: SupabaseResource) -> dg.SensorResult:
    """A range run for every active client with a gap after its first read day."""
    now = supabase.settings.clock()()
    busy = clients_with_runs(context.instance)
    with supabase.database.transaction() as conn:
        active = active_clients(conn)
    chunks = {
        client.client_id: decisions.missed_chunk(client.starts, client.complete, now)
        for client in active
        if client.client_id not in busy
    }
    requests = [_request("noite-perdida", client_id, chunk, now) for client_id, chunk in chunks.items() if chunk]
    return dg.SensorResult(
        run_requests=requests[:MOST_REQUESTS],
        skip_reason=None if requests else dg.SkipReason("Nenhum dia sem leitura"),
    )


@dg.sensor(
    job=reprocess,
    minimum_interval_seconds=900,
    default_status=RUNNING,
    description=(
        "Fonte que falhou: dias com pedidos lidos em que visitas, Ads, reclamações ou outra fonte não foi. Lê só o que "
        "falta, uma vez por dia, enquanto a plataforma ainda responde por esses dias."
    ),
)
def catch_up_sources(context: dg.SensorEvaluationContext, supabase: SupabaseResource) -> dg.SensorResult:
    """One run per client over the days a source owes, with that source and the marts alone."""
    now = supabase.settings.clock()()
    busy = clients_with_runs(context.instance)
    with supabase.database.transaction() as conn:
        active = {client.client_id for client in active_clients(conn)} - busy
        unread = unread_sources(conn, last_closed_day(now) - timedelta(days=decisions.REACH - 1))
    requests = []
    for client_id in sorted(active & unread.keys()):
        owed = decisions.owed_chunk(unread[client_id], now)
        if owed is not None:
            (first, last), sources = owed
            # A source that refuses for good is asked once a day, not at every tick.
            why = f"falta-{'-'.join(sources)}:{client_id}:{first}:{last}:{now.astimezone(SAO_PAULO):%Y-%m-%d}"
            requests.append(
                dg.RunRequest(
                    run_key=why,
                    tags=partitions.range_tags(client_id, first, last, starts=FIRST_DAY, now=now),
                    asset_selection=[dg.AssetKey(name.split("/")) for name in sources]
                    + [dg.AssetKey(mart) for mart in BUILDERS],
                )
            )
    return dg.SensorResult(
        run_requests=requests[:MOST_REQUESTS],
        skip_reason=None if requests else dg.SkipReason("Nenhuma fonte em falta"),
    )


@dg.sensor(
    job=rebuild_marts,
    minimum_interval_seconds=60,
    default_status=RUNNING,
    description="Dias cujo dado bruto mudou e cujas tabelas ainda não acompanharam: reconstrói exatamente esses dias.",
)
def changed_days(context: dg.SensorEvaluationContext, supabase: SupabaseResource) -> dg.SensorResult:
    """Range runs over stale days, one client at a time; clients with a run in progress are left to it."""
    now = supabase.settings.clock()()
    busy = clients_with_runs(context.instance)
    with supabase.database.transaction() as conn:
        stale = ledgers.stale_days(conn, last_closed=last_closed_day(now))
    # A run rebuilds all stale days of its client, so one request per client is enough.
    requests = [
        _request("mudou", client_id, decisions.changed_ranges(days)[0], now)
        for client_id, days in stale.items()
        if client_id not in busy
    ]
    return dg.SensorResult(
        run_requests=requests[:MOST_REQUESTS],
        skip_reason=None if requests else dg.SkipReason("Nenhum dia pendente"),
    )


@dg.sensor(
    job=reprocess,
    minimum_interval_seconds=60,
    default_status=RUNNING,
    description="Arquivo do UpSeller na pasta de um cliente, já inteiro: pede a importação, que marca os dias mudados.",
)
def upseller_inbox(context: dg.SensorEvaluationContext, supabase: SupabaseResource) -> dg.SensorResult:
    """One run per active client with files whose size is what the last tick saw. Only lists files."""
    now = supabase.settings.clock()()
    busy = clients_with_runs(context.instance)
    with supabase.database.transaction() as conn:
        known = {client.client_id for client in clients.active(conn)}
    known &= set(context.instance.get_dynamic_partitions("client"))
    found = waiting(supabase.settings.home)
    seen = {client_id: {file.path.name: file.size for file in files} for client_id, files in found.items()}
    before = json.loads(context.cursor or "{}")
    day = last_closed_day(now)
    requests = []
    for client_id in sorted(found.keys() & known - busy):
        ready = whole(found[client_id], before.get(client_id, {}))
        if ready:
            # The same files are asked for once an hour, should a run not get to put them away.
            which = blake2b(repr(ready).encode(), digest_size=8).hexdigest()
            requests.append(
                dg.RunRequest(
                    run_key=f"upseller:{client_id}:{which}:{now:%Y-%m-%dT%H}",
                    tags=partitions.range_tags(client_id, day, day, starts=FIRST_DAY, now=now),
                    asset_selection=[dg.AssetKey(["upseller", "files"])],
                )
            )
    return dg.SensorResult(
        run_requests=requests[:MOST_REQUESTS],
        cursor=json.dumps(seen),
        skip_reason=None if requests else dg.SkipReason("Nenhum arquivo inteiro à espera"),
    )


@dg.sensor(
    job=metabase_refresh,
    minimum_interval_seconds=300,
    default_status=RUNNING,
    description="Números novos e nenhuma execução em andamento: pede que o Metabase os mostre.",
)
def new_numbers(context: dg.SensorEvaluationContext, supabase: SupabaseResource) -> dg.RunRequest | dg.SkipReason:
    """One run once the runs of a night are over and left something new."""
    if not supabase.settings.metabase:
        return dg.SkipReason("Metabase não configurado")
    if clients_with_runs(context.instance):
        return dg.SkipReason("Há execuções em andamento")
    with supabase.database.transaction() as conn:
        newest = newest_numbers(conn)
    return dg.RunRequest(run_key=f"metabase:{newest}") if newest else dg.SkipReason("Nenhum número ainda")


@dg.run_failure_sensor(
    default_status=RUNNING,
    minimum_interval_seconds=30,
    description="Toda execução que falha fica em updates_log, com o motivo em uma linha.",
)
def run_failures(context: dg.RunFailureSensorContext, supabase: SupabaseResource) -> None:
    """One ``error`` row per failed run, without secrets."""
    run, now = context.dagster_run, supabase.settings.clock()()
    steps = [event for event in context.get_step_failure_events() if event.step_failure_data.error]
    # Steps that fail for one reason say it once.
    sentences = dict.fromkeys(redact(failure_sentence(event)) for event in steps)
    reasons = list(sentences) or [redact(context.failure_event.message or "sem motivo")]
    with supabase.database.transaction() as conn:
        ledgers.log_update(
            conn,
            ledgers.UpdateEntry(
                run_id=run.run_id,
                job_name=run.job_name,
                client_id=run.tags.get(partitions.CLIENT_TAG) or run.tags.get("dagster/partition/client"),
                status="error",
                iniciado_em=now,
                terminado_em=now,
                detail={"motivos": reasons, "passos": [event.step_key or "" for event in steps]},
            ),
        )


@dg.sensor(
    job=send_mail,
    minimum_interval_seconds=120,
    default_status=RUNNING,
    description="E-mails: avisa a agência de execuções que falharam, no máximo uma vez por hora, e pede o envio.",
)
def mail_outbox(context: dg.SensorEvaluationContext, supabase: SupabaseResource) -> dg.SensorResult:
    """One run when something is due and none is under way. A tick speaks to no server."""
    settings = supabase.settings
    mailer = open_mailer(settings)
    if mailer is None:
        return dg.SensorResult(skip_reason=dg.SkipReason("SMTP_URL e VIANG_MAIL_FROM não estão definidos"))
    now = settings.clock()()
    busy = context.instance.get_runs(dg.RunsFilter(job_name=send_mail.name, statuses=IN_PROGRESS), limit=1)
    with supabase.database.transaction() as conn:
        if settings.alert_emails:
            queue_failures(conn, mailer, settings.alert_emails, now)
        due = outbox.anything_due(conn, now)
    wanted = due and not busy
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=f"email:{now.isoformat()}")] if wanted else [],
        skip_reason=None if wanted else dg.SkipReason("Nenhum e-mail a enviar agora"),
    )
