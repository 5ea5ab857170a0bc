"""After a night: lets Metabase see new views, new values of filters and new numbers (contract Metabase §0, §3, §5).

Off without its settings. Metabase being away never fails a night: it leaves one warning in ``updates_log``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

import psycopg

from viang_pipeline.failures import SourceFailure
from viang_pipeline.metabase.bodies import digest
from viang_pipeline.metabase.provision import our_cards, our_dashboards
from viang_pipeline.settings import Settings
from viang_pipeline.sources.metabase.client import MetabaseClient
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.schema import VIEWS, metadata_rows, view_sql

JOB = "metabase_refresh"
SOURCE, RESOURCE = "metabase", "refresh"


@dataclass(frozen=True)
class Seen:
    """What Metabase was shown: the views, and how many values filters offer."""

    visoes: str
    clientes: int
    skus: int


@dataclass
class Refreshed:
    """What a refresh did, in words; ``warning`` when something was in its way. ``dashboards``: key → number."""

    done: list[str] = field(default_factory=list)
    warning: str | None = None
    dashboards: dict[str, int] = field(default_factory=dict)


def open_metabase(settings: Settings) -> MetabaseClient:
    """A client of the configured Metabase. Raises SettingsError naming the variable that is missing."""
    return MetabaseClient(settings.require("metabase_url"), settings.require("metabase_api_key"))


def refresh_metabase(settings: Settings, database: Database, run_id: str) -> Refreshed | None:
    """Refresh the configured Metabase and note it; None when none is configured."""
    if not settings.metabase:
        return None
    started = settings.clock()()
    with database.transaction() as conn:
        before, now = _shown(conn), _there(conn)
    result = Refreshed()
    with open_metabase(settings) as api:
        try:
            _refresh(api, int(settings.require("metabase_database_id")), before, now, result)
        except SourceFailure as failure:
            result.warning = str(failure)
        requests = api.http.requests
    _note(database, run_id, started, settings.clock()(), requests, result, now)
    return result


def _refresh(api: MetabaseClient, database_id: int, before: Mapping[str, object], now: Seen, result: Refreshed) -> None:
    if before.get("visoes") != now.visoes:
        api.sync_schema(database_id)
        result.done.append("esquema sincronizado")
    if (before.get("clientes"), before.get("skus")) != (now.clientes, now.skus):
        api.rescan_values(database_id)
        result.done.append("valores dos filtros relidos")
    result.dashboards = our_dashboards(api)
    if api.invalidate_cache(database_id):
        result.done.append("cache descartado")
        return
    cards = our_cards(api)
    failed = [f"{key}: {problem}" for key, number in cards.items() if (problem := api.run_card(number)) is not None]
    result.done.append(f"{len(cards) - len(failed)} perguntas aquecidas")
    if failed:
        result.warning = f"{len(failed)} perguntas não respondem; a primeira: {failed[0]}"


def _there(conn: psycopg.Connection) -> Seen:
    """What there is to show."""
    clients = conn.execute("select count(distinct client_id) from dashboard.agg_client_day").fetchone()
    skus = conn.execute("select count(*) from dashboard.sku_portfolio").fetchone()
    views = digest(metadata_rows() | {name: view_sql(name) for name in VIEWS})
    return Seen(views, clients[0] if clients else 0, skus[0] if skus else 0)


def _shown(conn: psycopg.Connection) -> Mapping[str, object]:
    """What the last good refresh showed; empty before the first."""
    row = conn.execute(
        "select detail -> 'mostrado' from dashboard.updates_log"
        " where (source, resource, status) = (%s, %s, 'success') order by id desc limit 1",
        [SOURCE, RESOURCE],
    ).fetchone()
    return row[0] if row and isinstance(row[0], dict) else {}


def _note(
    database: Database, run_id: str, started: datetime, ended: datetime, requests: int, result: Refreshed, now: Seen
) -> None:
    detail: dict[str, object] = {"feito": result.done}
    detail |= {"mostrado": asdict(now)} if result.warning is None else {"aviso": result.warning}
    entry = ledgers.UpdateEntry(
        run_id=run_id,
        job_name=JOB,
        source=SOURCE,
        resource=RESOURCE,
        status="success" if result.warning is None else "error",
        iniciado_em=started,
        terminado_em=ended,
        requisicoes=requests,
        detail=detail,
    )
    with database.transaction() as conn:
        ledgers.log_update(conn, entry)
