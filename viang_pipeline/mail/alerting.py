"""Puts digests of alerts into the outbox: one a day, and failed runs at most once an hour. Nothing to say, no mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import psycopg

from viang_pipeline.domain.alerts import Digest, daily_digest, failure_digest
from viang_pipeline.domain.business_day import SAO_PAULO, business_day
from viang_pipeline.mail import outbox
from viang_pipeline.mail.alert_facts import failed_runs, known_alerts, remember, snapshot
from viang_pipeline.mail.alert_mail import alert_content
from viang_pipeline.mail.alerts import FailedCheck, alerts_of
from viang_pipeline.sources.smtp import Mailer

KIND = "alerta"


def queue_daily_digest(
    conn: psycopg.Connection,
    mailer: Mailer,
    addresses: Sequence[str],
    at: datetime,
    expected: date,
    checks: Sequence[FailedCheck] = (),
) -> Digest:
    """Queue the digest of the day, when there is anything to say and it was not queued before; the digest."""
    state = snapshot(conn, at, expected, checks)
    digest = daily_digest(alerts_of(state), known_alerts(conn))
    _queue(conn, mailer, addresses, digest, f"{business_day(at)}", at, whole=True)
    return digest


def queue_failures(conn: psycopg.Connection, mailer: Mailer, addresses: Sequence[str], at: datetime) -> Digest:
    """Queue the failed runs nobody was told of yet; what fails later in the same hour waits for the next."""
    digest = failure_digest(alerts_of(failed_runs(conn, at)), known_alerts(conn))
    _queue(conn, mailer, addresses, digest, f"{at.astimezone(SAO_PAULO):%Y-%m-%dT%H}", at, whole=False)
    return digest


def _queue(
    conn: psycopg.Connection,
    mailer: Mailer,
    addresses: Sequence[str],
    digest: Digest,
    periodo: str,
    at: datetime,
    *,
    whole: bool,
) -> None:
    """Mail and memory in the caller's transaction: what was not queued is news again."""
    if digest and outbox.enqueue(
        conn, mailer, None, KIND, periodo, 1, addresses, alert_content(digest, mailer.agency, at), at
    ):
        remember(conn, digest, at, whole=whole)
