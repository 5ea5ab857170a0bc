"""One night of the running installation: asked for, disturbed, waited for, and held against the twin."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache

import dagster as dg
import httpx
import psycopg
import sqlalchemy
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from viang_pipeline.automation.jobs import MARTS, RAW, daily_update
from viang_pipeline.automation.sensors import lost_retries
from viang_pipeline.automation.state import IN_PROGRESS
from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.authorization import open_vault, refreshers
from viang_pipeline.collect.bling.access import bling_client
from viang_pipeline.definitions import build_definitions
from viang_pipeline.failures import ViangError
from viang_pipeline.mail import outbox
from viang_pipeline.mail.content import Content
from viang_pipeline.partitions import CLIENT_TAG, partition_key, work_of
from viang_pipeline.sources.trust import trusted
from viang_pipeline_tests.engine.services import RUN
from viang_pipeline_tests.mail.servers import Mailbox, mailer_to
from viang_pipeline_tests.topology.comparison import differing_rows, stale
from viang_pipeline_tests.topology.installation import Installation
from viang_pipeline_tests.topology.town import CLIENTS, HELD
from viang_pipeline_tests.topology.twin import PLATFORMS, UNPACED, Twin
from viang_pipeline_tests.topology.waiting import NeverCameError, until

log = logging.getLogger(__name__)

MORNING = timedelta(hours=2)
"""From the night's start to when missed days are caught up."""

RETRY_COMES_WITHIN = timedelta(minutes=4)
"""Of the failure: Dagster looks every five seconds; one it lost is asked for again after two minutes, by a sensor that
looks once a minute."""

NOT_YET = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING]
AWAY = (psycopg.Error, sqlalchemy.exc.SQLAlchemyError, httpx.HTTPError, dg.DagsterError, ViangError, OSError)
"""What asking a part of the installation raises while it is down."""

SELECTOR = {"repositoryName": "__repository__", "repositoryLocationName": "viang_pipeline"}


@dataclass
class Found:
    """What a night left behind. ``differing``: table → rows that only one side has; ``healed_by``: how the day came
    to be done when not by the night's first runs."""

    seconds: float
    retried: int
    healed_by: str
    differing: dict[str, int]
    mails: dict[str, int]
    uncertain: int
    broken_tokens: list[str] = field(default_factory=list)

    @property
    def sent_twice(self) -> list[str]:
        """Messages that arrived more than once."""
        return [message for message, times in self.mails.items() if times > 1]


@dataclass
class Night:
    """The night after ``day``, at ``now``."""

    house: Installation
    twin: Twin
    mailbox: Mailbox
    now: datetime
    day: date
    differed_before: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    runs: dict[str, str] = field(default_factory=dict)
    begun: float = 0.0

    def begin(self) -> None:
        """Move the clocks, queue a mail and ask for what the schedules ask for: a run per client, and a delivery."""
        self.house.at(self.now)
        settings = self.house.settings(self.now)
        port = int(str(settings.require("smtp_url")).rpartition(":")[2])
        with self.house.database.transaction() as conn:
            content = Content(f"Noite de {self.day}", "texto", "<p>texto</p>")
            outbox.enqueue(
                conn, mailer_to(port), HELD, "alerta", str(self.day), 1, ["ana@loja.com.br"], content, self.now
            )
        self.begun = time.time()
        self.runs["mail"] = self.launch("send_mail", {}, {})
        for client_id in reversed(CLIENTS):
            if client_id == HELD:
                # So that a disturbance meets every run at work, and none while it starts.
                until(lambda: self.all_started(), "the other runs of the night")
            tags = {
                "dagster/partition": partition_key(client_id, self.day),
                "dagster/partition/client": client_id,
                "dagster/partition/date": self.day.isoformat(),
                CLIENT_TAG: client_id,
            }
            unpaced = {"resources": {"bling": {"config": {"calls_per_second": UNPACED}}}}
            self.runs[client_id] = self.launch("daily_update", tags, unpaced)

    def launch(self, job: str, tags: dict[str, str], config: dict[str, object]) -> str:
        """What the launchpad sends for one run; the run's id. Like a person, it asks again when the answer is an error:
        the first one the webserver gives after its Postgres was away, from connections it had kept."""
        params = {
            "selector": {**SELECTOR, "pipelineName": job},
            "runConfigData": config,
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        }
        body = {"query": RUN, "variables": {"params": params}}

        def ask() -> httpx.Response:
            return httpx.post(f"{self.house.url}/graphql", json=body, timeout=60, verify=trusted()).raise_for_status()

        again = Retrying(
            retry=retry_if_exception_type(httpx.HTTPError),
            stop=stop_after_delay(60),
            wait=wait_fixed(0.2),
            reraise=True,
        )
        given = again(ask).json()["data"]["launchPipelineExecution"]
        assert given["__typename"] == "LaunchRunSuccess", given
        return str(given["run"]["runId"])

    def kill_run(self, client_id: str = HELD) -> None:
        """kill -9 of the process of a client's run."""
        for entry in self.house.instance.all_logs(self.runs[client_id], of_type=dg.DagsterEventType.ENGINE_EVENT):
            metadata = entry.get_dagster_event().engine_event_data.metadata
            if "pid" in metadata:
                os.kill(int(str(metadata["pid"].value)), signal.SIGKILL)
                return
        raise AssertionError("no process was recorded for the run")

    def finish(self, struck: float) -> Found:
        """Wait until everything the night owes is there, by itself; then look at what it left.

        Raises NeverCameError when something never comes.
        """
        morning = self._wait_for_days()
        seconds = time.monotonic() - struck
        with suppress(NeverCameError):
            self._settle_mail()
        mails: dict[str, int] = {}
        for message in self.mailbox.messages:
            mails[str(message["Message-ID"])] = mails.get(str(message["Message-ID"]), 0) + 1
        retried = [run for run in self._runs() if "dagster/parent_run_id" in run.tags]
        extra = [run for run in self._runs() if run.job_name in ("reprocess", "rebuild_marts")]
        asked = [run for run in self._runs() if run.tags.get("dagster/sensor_name") == lost_retries.name]
        how = [*(["run retry"] if retried else []), *(["asked for again"] if asked else [])]
        how += ["catch-up in the morning"] if morning else []
        how += [f"{run.job_name} by sensor" for run in extra][:1]
        with self.house.database.transaction() as conn:
            uncertain = sum(mail.estado == "incerto" for mail in outbox.open_messages(conn))
        return Found(
            seconds,
            len(retried),
            ", ".join(how),
            self._differing(),
            mails,
            uncertain,
            self.broken_tokens(),
        )

    def _differing(self) -> dict[str, int]:
        """Rows that differ since this night."""
        now = differing_rows(self.house.database, self.twin.database)
        new = now - self.differed_before
        self.differed_before.update(new)
        found: dict[str, int] = {}
        for (table, _, _), number in new.items():
            found[table] = found.get(table, 0) + number
        return found

    def broken_tokens(self) -> list[str]:
        """Grants that cannot be renewed, or whose new token is refused."""
        settings, database = self.house.settings(self.now), self.house.database
        vault, renewals = open_vault(settings, database), refreshers(settings, database)
        broken = []
        for client_id in CLIENTS:
            for platform in PLATFORMS:
                try:
                    vault.renew(client_id, platform, renewals[platform], needed=lambda grant: True)
                except ViangError as failure:
                    broken.append(f"{client_id} {platform}: {failure}")
            try:
                with mercado_livre_client(settings, database, client_id) as market:
                    market.me()
                with bling_client(settings, database, client_id) as erp:
                    erp.company()
            except ViangError as failure:
                broken.append(f"{client_id}: {failure}")
        return broken

    def _wait_for_days(self) -> bool:
        """Whether the morning's catch-up was needed."""
        try:
            until(lambda: self._asked(self._quiet), "the end of the night's runs")
            if self._asked(self._done):
                return False
            until(lambda: self._asked(self._done), "the rest of the night", 30)
        except NeverCameError:
            log.warning("not done at night: %s", self._asked(self._missing))
            self.house.at(self.now + MORNING)
            until(lambda: self._asked(self._done), f"every partition of {self.day}", 660)
            return True
        return False

    def _asked(self, question: Callable[[], object]) -> object:
        """The answer, or None while a part that is needed for it is down."""
        try:
            return question()
        except AWAY:
            return None

    def all_started(self) -> bool:
        """Whether every run asked for is at work, or over."""
        return not self.house.instance.get_runs(dg.RunsFilter(statuses=NOT_YET), limit=1)

    def _done(self) -> bool:
        return self._quiet() and not self._missing()

    def _quiet(self) -> bool:
        return not self.house.instance.get_runs(dg.RunsFilter(statuses=IN_PROGRESS), limit=1) and not self._to_retry()

    def _to_retry(self) -> bool:
        """Whether a run that failed just now will be tried again and is not yet."""
        lately = datetime.now(UTC) - RETRY_COMES_WITHIN
        runs = self.house.instance.get_runs(dg.RunsFilter(updated_after=lately))
        newest = {(run.job_name, str(work_of(run.tags))): run for run in reversed(runs)}
        return any(
            run.status == dg.DagsterRunStatus.FAILURE and run.tags.get("dagster/will_retry") == "true"
            for run in newest.values()
        )

    def _missing(self) -> list[str]:
        """Partitions of this night without a materialization, and days whose tables lag behind."""
        keys = {str(partition_key(client_id, self.day)) for client_id in CLIENTS}
        absent = [
            f"{asset.to_user_string()} {key}"
            for asset in owed_assets()
            for key in sorted(keys - set(self.house.instance.get_materialized_partitions(asset)))
        ]
        with self.house.database.transaction() as conn:
            if stale(conn, self.day):
                absent.append("stale days")
        return absent

    def _runs(self) -> Sequence[dg.DagsterRun]:
        """Every run since the night began."""
        since = datetime.fromtimestamp(self.begun).astimezone()
        return self.house.instance.get_runs(dg.RunsFilter(created_after=since))

    def _settle_mail(self) -> None:
        """Let the outbox's lease run out and deliver what is due, as its sensor would."""
        self.house.at(self.now + timedelta(minutes=20))
        until(lambda: self._asked(self.house.ready), "the web interface")

        def settled() -> bool:
            with self.house.database.transaction() as conn:
                return all(mail.estado in ("incerto", "falhou") for mail in outbox.open_messages(conn))

        if not settled():
            self.launch("send_mail", {}, {})
            until(lambda: self._asked(settled), "the mail", 90)


@cache
def owed_assets() -> Sequence[dg.AssetKey]:
    """What a night must have materialized for each client: every raw table and mart of the nightly job."""
    graph = build_definitions().resolve_asset_graph()
    return sorted((RAW | MARTS).resolve(graph) & daily_update.selection.resolve(graph))
