"""Makes the report of one client and period: reads, draws, writes the file into VIANG_HOME and keeps its row.

Made again on the same data, it is the same version and the same file, and nothing is written.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import psycopg
from psycopg.rows import class_row

from viang_pipeline.collect.work import Transactions
from viang_pipeline.domain.brazilian import day_text, period_text
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.domain.periods import Period, PeriodError, parse_period
from viang_pipeline.failures import UsageError, ViangError
from viang_pipeline.insights.facts import snapshot
from viang_pipeline.logs import make_private_folder
from viang_pipeline.reports.data import RESTATED_METRICS, Changes, ReportData, Restated, State
from viang_pipeline.reports.read import read_report
from viang_pipeline.reports.theme import Brand, colour_of
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.client_settings import settings_of
from viang_pipeline.warehouse.locks import lock_client

_RESTATED = files("viang_pipeline.reports").joinpath("sql", "restated.sql").read_bytes()


class ReportHeld(ViangError):
    """The report is still preliminary and only a final one is wanted; nothing was written."""


@dataclass(frozen=True)
class Version:
    """A report that was made, as its row in ``dashboard.reports`` says. ``caminho`` is relative to VIANG_HOME."""

    client_id: str
    periodo: str
    versao: int
    hash: str
    maturidade: State
    caminho: str
    bytes: int
    sha256: str
    feito_em: datetime


@dataclass(frozen=True)
class Made:
    """``new``: a version that did not exist before. ``data``: what it says, for whoever tells of it."""

    version: Version
    path: Path
    data: ReportData
    new: bool


def brand_of(settings: Settings) -> Brand:
    """The agency's look; what is not set has the look of the house."""
    house = Brand()
    return Brand(
        settings.agency_name or house.name,
        colour_of(settings.agency_colour) if settings.agency_colour else house.colour,
        settings.agency_logo,
    )


def report_period(text: str, now: datetime) -> Period:
    """The month ``AAAA-MM`` or week ``AAAA-Www`` of a report. Raises UsageError for anything else."""
    try:
        period = parse_period(text, last_closed_day(now))
    except PeriodError as problem:
        raise UsageError(str(problem)) from None
    if period.kind not in ("month", "week"):
        raise UsageError(f"{text!r}: um relatório é de um mês (AAAA-MM) ou de uma semana (AAAA-Www)")
    return period


def make_report(
    store: Transactions, home: Path, client_id: str, period: Period, brand: Brand, *, now: datetime, only_final: bool
) -> Made:
    """The newest report of a client and period, made when its data are not those of the version there is.

    Raises UsageError for an unknown client, ReportHeld where only a final report is wanted (``only_final``, or the
    client's setting ``relatorio_so_final``) and it is preliminary.
    """
    with snapshot(store) as conn:
        client = clients.get(conn, client_id)
        data = read_report(conn, client_id, client.nome, period)
        only_final = only_final or settings_of(conn, client_id).relatorio_so_final
    if only_final and data.state != "final":
        until = f", até {day_text(data.final_on)}" if data.final_on else ""
        raise ReportHeld(
            f"{client_id}: o relatório de {period_text(period)} ainda é preliminar{until}, e só o final é pedido. "
            "Nada foi gravado."
        )
    digest = sha256(f"{data.hash}|{brand.look}".encode()).hexdigest()[:32]
    with store.transaction() as conn:
        lock_client(conn, client_id)
        versions = made_before(conn, client_id, period.code)
        current = versions[-1] if versions and versions[-1].hash == digest else None
        if current is not None and _stands(home.expanduser() / current.caminho, current):
            return Made(current, home.expanduser() / current.caminho, data, new=False)
        number, made_at = (current.versao, current.feito_em) if current else (len(versions) + 1, now)
        from viang_pipeline.reports.render import render  # the drawing library is heavy, and most runs draw nothing

        document = render(data, _changes(conn, client_id, period, versions[: number - 1], made_at), brand)
        version = Version(
            client_id, period.code, number, digest, data.state,
            f"reports/{client_id}/{client_id}_{period.code}_v{number}.pdf", len(document),
            sha256(document).hexdigest(), made_at,
        )  # fmt: skip
        path = home.expanduser() / version.caminho
        _write(path, document)
        _keep(conn, version)
    return Made(version, path, data, new=current is None)


def made_before(conn: psycopg.Connection, client_id: str, periodo: str) -> list[Version]:
    """Every version of a client and period, oldest first."""
    with conn.cursor(row_factory=class_row(Version)) as cursor:
        return cursor.execute(
            "select client_id, periodo, versao, hash, maturidade, caminho, bytes, sha256, feito_em"
            " from dashboard.reports where client_id = %s and periodo = %s order by versao",
            [client_id, periodo],
        ).fetchall()


def _changes(
    conn: psycopg.Connection, client_id: str, period: Period, earlier: Sequence[Version], until: datetime
) -> Changes:
    if not earlier:
        return Changes(None)
    since = earlier[-1].feito_em
    values = {
        "client_id": client_id, "de": period.first, "ate": period.last, "desde": since, "feito_em": until,
        "metricas": list(RESTATED_METRICS),
    }  # fmt: skip
    with conn.cursor(row_factory=class_row(Restated)) as cursor:
        return Changes(since, tuple(cursor.execute(_RESTATED, values)))


def _stands(path: Path, version: Version) -> bool:
    """Whether the file is there as it was made."""
    return path.is_file() and sha256(path.read_bytes()).hexdigest() == version.sha256


def _write(path: Path, document: bytes) -> None:
    """Whole or not at all."""
    make_private_folder(path.parent.parent)
    make_private_folder(path.parent)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(document)
    os.replace(unfinished, path)


def _keep(conn: psycopg.Connection, version: Version) -> None:
    conn.execute(
        """
        insert into dashboard.reports
            (client_id, periodo, versao, hash, maturidade, caminho, bytes, sha256, feito_em)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (client_id, periodo, versao) do update
            set bytes = excluded.bytes, sha256 = excluded.sha256
        """,
        [
            *(version.client_id, version.periodo, version.versao, version.hash, version.maturidade, version.caminho),
            *(version.bytes, version.sha256, version.feito_em),
        ],
    )
