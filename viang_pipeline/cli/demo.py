"""``viang demo``: the whole pipeline on a simulated marketplace, in a home of its own.

Everything is the real thing except the marketplace: embedded Postgres, OAuth consent, HTTP, Dagster runs. The demo's
home lies inside VIANG_HOME, so that it never touches real clients.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import httpx
import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from viang_pipeline.automation.in_process import RunReport, open_instance, run_range
from viang_pipeline.cli.console import DONE_IN_PART, FAILED, err, out, show
from viang_pipeline.cli.db import bring_up_to_date
from viang_pipeline.cli.demo_market import DemoSeller, demo_market
from viang_pipeline.cli.report import tell
from viang_pipeline.cli.runs import STEPS
from viang_pipeline.cli.up import serve
from viang_pipeline.collect.authorization import finish_authorization, start_authorization
from viang_pipeline.collect.parameters.files import read_parameters
from viang_pipeline.collect.parameters.kinds import kind_of
from viang_pipeline.collect.parameters.store import import_parameters
from viang_pipeline.collect.upseller.inbox import folder_of
from viang_pipeline.collect.work import Work
from viang_pipeline.domain.brazilian import percent_text
from viang_pipeline.domain.business_day import business_day, last_closed_day
from viang_pipeline.domain.money import brl
from viang_pipeline.failures import PermanentFailure, UsageError
from viang_pipeline.insights.models import configured_model
from viang_pipeline.insights.produce import insight
from viang_pipeline.logs import make_private_folder, set_up_logging
from viang_pipeline.reports.make import brand_of, make_report, report_period
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.sources.pacing import SIMULATED_RATE
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database, open_database

MOST_DAYS = 90
UNPACED = {"bling": {"calls_per_second": SIMULATED_RATE}}
"""The simulated Bling is asked as fast as it answers; a real account never is."""

PARAMETERS = {
    "tax": "aliquota,vigente_de\n0.0532,{first}\n",
    "courier": "custo,vigente_de\n11.90,{first}\n",
    "stock-policy": "sku,prazo_dias,seguranca_dias,alvo_dias,teto_dias,vigente_de\n*,12,5,20,90,{first}\n",
}
"""What each demo client tells besides: ``viang params import``."""


def demo(
    context: typer.Context,
    dias: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="Quantos dias de vendas coletar.")] = 30,
    ui: Annotated[
        bool, typer.Option("--ui", help="Depois, abre a interface do Dagster sobre os mesmos dados.")
    ] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Porta da interface, com --ui.")] = 3000,
) -> None:
    """Mostra tudo funcionando num mercado simulado: sem conta, sem chave, sem rede."""
    _use_demo_home()
    with demo_market(load_settings().home, last_closed_day(load_settings().clock()())) as market:
        os.environ.update(market.environment)
        settings = load_settings()
        # Only now: the marketplace of a new day empties the home first.
        verbose = context.find_root().params["verbose"]
        set_up_logging(settings.home, verbose=verbose, as_json=settings.json_logs)
        database = open_database(settings)
        bring_up_to_date(database)
        yesterday = last_closed_day(settings.clock()())
        first = yesterday - timedelta(days=dias - 1)
        for seller in market.sellers:
            _onboard(settings, database, seller, first)
        reports = _collect(settings, market.sellers, first, yesterday)
        show(_summary(database, market.sellers, first, yesterday))
        text = _insight(settings, database, market.sellers[0].slug)
        _report(settings, database, market.sellers[0], yesterday)
        _where_things_are(settings, database)
        out.print(f"Texto do período: {text}", markup=False, soft_wrap=True)
        bad = [(slug, failure) for slug, found in reports.items() for r in found for failure in r.failures]
        for slug, failure in bad:
            err.print(f"{slug}: {failure}", style="red", markup=False, soft_wrap=True)
        if ui:
            serve(settings, port)
        if bad:
            raise typer.Exit(FAILED if len({slug for slug, _ in bad}) == len(reports) else DONE_IN_PART)


def _use_demo_home() -> None:
    """Demo data live in ``VIANG_HOME/demo``. Raises UsageError when a real database is configured."""
    settings = load_settings()
    if settings.database_url is not None or settings.dagster_database_url is not None:
        raise UsageError(
            "A demonstração usa só o banco embutido: "
            "tire VIANG_DATABASE_URL e DAGSTER_DATABASE_URL do ambiente e do .env"
        )
    os.environ["VIANG_HOME"] = str(settings.home.expanduser().resolve() / "demo")


def _onboard(settings: Settings, database: Database, seller: DemoSeller, first: date) -> None:
    """Register a client and connect it through the platform's own consent page, as a seller's browser would."""
    with database.transaction() as conn:
        existing = {client.client_id: client for client in clients.list_all(conn)}
        if seller.slug not in existing:
            clients.add(conn, seller.slug, seller.name, inicio_historico=first, default_start=first)
        elif existing[seller.slug].inicio_historico > first:
            conn.execute(
                "update dashboard.clients set inicio_historico = %s where client_id = %s", [first, seller.slug]
            )
    _consent(settings, database, seller, "mercado_livre", "Mercado Livre")
    if seller.files:
        folder = folder_of(settings.home, seller.slug)
        make_private_folder(folder)
        for name, content in seller.files.items():
            _hand_in(folder / name, content)
        out.print(f"{seller.slug}: {len(seller.files)} arquivos do UpSeller na caixa de entrada", markup=False)
    else:
        _consent(settings, database, seller, "bling", "Bling")
    work = Work(database, seller.slug, "demo", "demo", settings.clock())
    for kind, text in PARAMETERS.items():
        told = read_parameters(kind_of(kind), text.format(first=first).encode(), business_day(settings.clock()()))
        import_parameters(work, kind_of(kind), told, "viang demo")


def _hand_in(path: Path, content: bytes) -> None:
    """A file somebody dropped some minutes ago, unless it was taken already: a file still being written waits."""
    if (path.parent / "done" / path.name).exists():
        return
    path.write_bytes(content)
    ago = path.stat().st_mtime - 600
    os.utime(path, (ago, ago))


def _consent(settings: Settings, database: Database, seller: DemoSeller, platform: str, name: str) -> None:
    """What the seller's browser would do on the platform's own consent page."""
    consent, _ = start_authorization(settings, database, seller.slug, platform)
    answer = httpx.get(consent, params={**_query(consent), "seller": str(seller.seller_id)}, timeout=60)
    returned = _query(answer.headers.get("location", ""))
    if "code" not in returned:
        raise PermanentFailure(
            f"{name}: o mercado simulado não devolveu o código de autorização",
            where="GET /authorization",
            action="Rode a demonstração de novo.",
            status=answer.status_code,
        )
    finish_authorization(settings, database, seller.slug, platform, code=returned["code"], state=returned["state"])
    out.print(f"{seller.slug}: {seller.name} autorizou o {name}", markup=False)


def _query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def _collect(settings: Settings, sellers: list[DemoSeller], first: date, last: date) -> dict[str, list[RunReport]]:
    """Run the collection of every client through Dagster, in this process, with progress."""
    reports: dict[str, list[RunReport]] = {}
    progress = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=out,
        disable=not out.is_terminal,
    )  # fmt: skip
    with open_instance(settings) as instance, progress:
        for seller in sellers:
            task = progress.add_task(seller.slug, total=len(STEPS))
            if not out.is_terminal:
                out.print(f"{seller.slug}: coletando {first} a {last}", markup=False)
            reports[seller.slug] = run_range(
                instance, "reprocess", seller.slug, first, last,
                starts=first, now=settings.clock()(), on_step=_advance(progress, task, seller.slug),
                resources=UNPACED,
            )  # fmt: skip
            progress.update(task, completed=len(STEPS), description=f"{seller.slug}: pronto")
    return reports


def _advance(progress: Progress, task: TaskID, slug: str) -> Callable[[str], None]:
    done: set[str] = set()

    def on_step(step: str) -> None:
        if step in STEPS:
            done.add(step)
            progress.update(task, completed=len(done) - 1, description=f"{slug}: {STEPS[step]}")

    return on_step


def _summary(database: Database, sellers: list[DemoSeller], first: date, last: date) -> Table:
    """The period per client, as sums of ``agg_client_day``; ratios from the sums."""
    table = Table(title=f"{first:%d/%m/%Y} a {last:%d/%m/%Y}")
    table.add_column("cliente")
    for name in (
        "dias",
        "faturamento",
        "pedidos",
        "ticket médio",
        "comissão",
        "frete",
        "cancelado",
        "margem",
        "margem %",
        "cobertura",
    ):
        table.add_column(name, justify="right")
    with database.transaction() as conn:
        rows = conn.execute(
            """
            select client_id, count(*), sum(faturamento), sum(pedidos), sum(faturamento) / nullif(sum(compras), 0),
                   sum(comissao), sum(frete_vendedor), sum(valor_cancelado), sum(mc),
                   sum(mc) / nullif(sum(faturamento_coberto) filter (where mc is not null), 0),
                   sum(faturamento_coberto) filter (where mc is not null) / nullif(sum(faturamento), 0)
            from dashboard.agg_client_day where client_id = any(%s) and dia between %s and %s
            group by client_id order by sum(faturamento) desc
            """,
            [[seller.slug for seller in sellers], first, last],
        ).fetchall()
    for client_id, days, revenue, orders, ticket, fee, freight, cancelled, margin, *shares in rows:
        money = [
            brl(amount) if amount is not None else "–" for amount in (revenue, ticket, fee, freight, cancelled, margin)
        ]
        percent = ["–" if share is None else percent_text(share) for share in shares]
        table.add_row(client_id, str(days), money[0], str(orders), *money[1:], *percent)
    return table


def _insight(settings: Settings, database: Database, slug: str) -> Path:
    """One client's insight text as a file; where it is."""
    made = insight(database, slug, "7d", None, configured_model(settings), run_id="viang demo", now=settings.clock()())
    path = settings.home / "insights" / f"{slug}-7d.txt"
    make_private_folder(path.parent)
    path.write_text(f"{made.texto}\n", encoding="utf-8")
    return path


def _report(settings: Settings, database: Database, seller: DemoSeller, day: date) -> None:
    """The PDF report of the newest month, of one client."""
    now = settings.clock()()
    period = report_period(f"{day:%Y-%m}", now)
    tell(make_report(database, settings.home, seller.slug, period, brand_of(settings), now=now, only_final=False))


def _where_things_are(settings: Settings, database: Database) -> None:
    out.print(f"Dados e logs: {settings.home}", markup=False, soft_wrap=True)
    out.print(f"Banco: {database.place}, esquema dashboard (vw_client_day, vw_sku_day)", markup=False, soft_wrap=True)
    out.print("Interface do Dagster sobre estes dados: make ui (ou viang demo --ui)", markup=False)
