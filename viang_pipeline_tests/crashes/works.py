"""What a process does that may be killed: the work of commands, done in a process forked for it alone."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dagster as dg
from typer.testing import CliRunner

from viang_pipeline.automation.state import active_clients
from viang_pipeline.cli import runs
from viang_pipeline.cli.console import DONE, DONE_IN_PART
from viang_pipeline.cli.main import app
from viang_pipeline.cli.nightly import first_day
from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.bling.access import bling_client
from viang_pipeline.collect.upseller.inbox import take_in
from viang_pipeline.collect.work import Work
from viang_pipeline.domain.business_day import days_between, last_closed_day
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.marts.rehearse import BLING_COLLECTORS, COLLECTORS
from viang_pipeline.metabase.refresh import refresh_metabase
from viang_pipeline.settings import load_settings
from viang_pipeline.sources import http
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.database import open_database
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.session import Session
from viang_pipeline_tests.crashes.boundaries import Instrument, Point

CLIENT = "loja-0"
UNPACED = 1_000_000.0


@dataclass(frozen=True)
class Order:
    """One piece of work for a process: which, with what settings, and where it is to die.

    ``watched``: boundaries are looked for, which costs a question to Postgres per transaction.
    """

    work: str
    arguments: tuple[Any, ...] = ()
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    fatal: Point | None = None
    watched: bool = True


def perform(order: Order, report: Connection) -> None:
    """Do the work; report the boundaries passed, or what went wrong. Never reports when it dies on the way."""
    os.environ.update(order.environment)
    http.FIRST_BACKOFF = 0.0
    http._wait = lambda state: 0.0
    home = Path(order.environment["VIANG_HOME"])
    os.chdir(home)
    instrument = Instrument(order.fatal)
    try:
        with instrument.watching(home) if order.watched else nullcontext():
            WORKS[order.work](*order.arguments)
    except BaseException:  # noqa: BLE001  whatever it was, the parent shows it
        report.send((instrument.passed, traceback.format_exc()))
    else:
        report.send((instrument.passed, None))


def viang(*arguments: str) -> None:
    """A command as a person types it, in this process. One that sends may end in part: a mail that is not sure to have
    arrived stays so until a person decides, and is said every time."""
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if result.exit_code not in ((DONE, DONE_IN_PART) if "--send" in arguments else (DONE,)):
        raise RuntimeError(f"viang {' '.join(arguments)}: {result.exit_code}\n{result.output}")


def night() -> None:
    """What ``viang nightly`` does for one client, without the engine around it."""
    settings = load_settings()
    database = open_database(settings)
    yesterday = last_closed_day(settings.clock()())
    with database.transaction() as conn:
        (client,) = active_clients(conn)
        first = first_day(conn, client, yesterday)
    read_and_build("daily_update", days_between(first, yesterday))
    with patch.object(runs, "run_range", _run_range):
        runs.read_owed(None, database, CLIENT, first, client.starts, settings.clock()(), lambda step: None)  # type: ignore[arg-type]


def _run_range(_: Any, job: str, __: str, first: date, last: date, *, sources: Sequence[str], **___: Any) -> list[Any]:
    """What the engine would run of the sources named, without it."""
    read_and_build(job, days_between(first, last), sources)
    return []


def reprocess(first: date, last: date) -> None:
    """What ``viang reprocess`` does, without the engine around it."""
    read_and_build("reprocess", days_between(first, last))


def read_and_build(job: str, days: Sequence[date], only: Collection[str] = ()) -> None:
    """Every source, or ``only`` these assets of them, then every mart, in the order of the graph."""
    settings = load_settings()
    database = open_database(settings)
    with (
        Session(database) as session,
        mercado_livre_client(settings, database, CLIENT) as shop,
        bling_client(settings, database, CLIENT, rate=UNPACED) as company,
    ):
        work = Work(session, CLIENT, f"{job} {settings.clock()():%H:%M:%S}", job, settings.clock())
        for name, read in COLLECTORS.items():
            if not only or name in only:
                read(work, shop, days)
        for name, ask in BLING_COLLECTORS.items():
            if not only or name in only:
                ask(work, company, days)
        if not only:
            take_in(work, settings.home)
        for mart in BUILDERS:
            build_mart(work, mart, days)


def told(*arguments: str) -> None:
    """Import parameters, then rebuild what they reach as the next run does."""
    viang(*arguments)
    settings = load_settings()
    work = Work(open_database(settings), CLIENT, f"rebuild {settings.clock()():%H:%M:%S}", "x", settings.clock())
    for mart in BUILDERS:
        build_mart(work, mart, [])


def dashboards() -> None:
    """Metabase is told what is new."""
    settings = load_settings()
    refreshed = refresh_metabase(settings, open_database(settings), "viang nightly")
    if refreshed is None or refreshed.warning is not None:
        raise RuntimeError(str(refreshed))


def toy(split: bool) -> None:
    """A job made of the package's own helpers: a row and the days it touches, in one transaction or, ``split``, in two.

    Split, a death between them is never mended: the next run finds the row already there and touches nothing.
    """
    database = open_database(load_settings())
    row = RawRow(date(2026, 2, 3), "1", b'{"id": 1}', b"digest")
    with database.transaction() as conn:
        stored = upsert_raw(conn, "raw.bling_orders", CLIENT, [row])
        if not split:
            ledgers.touch_days(conn, CLIENT, stored.changed_days)
    if split:
        with database.transaction() as conn:
            ledgers.touch_days(conn, CLIENT, stored.changed_days)


WORKS: dict[str, Callable[..., None]] = {
    "viang": viang,
    "night": night,
    "reprocess": reprocess,
    "told": told,
    "dashboards": dashboards,
    "toy": toy,
}

with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)
    import viang_pipeline.definitions  # noqa: F401  once, before anything forks
