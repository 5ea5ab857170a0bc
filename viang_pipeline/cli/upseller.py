"""``viang import upseller`` and ``upseller-probe``: files of UpSeller by hand, and a look at its open API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from viang_pipeline.cli.console import DONE, DONE_IN_PART, FAILED, out, ready_database, show
from viang_pipeline.collect.upseller.http_photo import upseller_stock
from viang_pipeline.collect.upseller.importing import content_of, import_file
from viang_pipeline.collect.upseller.report import FileResult
from viang_pipeline.collect.work import Work
from viang_pipeline.failures import UsageError
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse import clients

JOB = "import_upseller"
REFUSALS_SHOWN = 10
STATES = {"importado": "[green]importado[/]", "repetido": "já importado", "recusado": "[red]recusado[/]"}


def import_files(
    arquivos: Annotated[list[Path], typer.Argument(metavar="ARQUIVO", help="xlsx, csv ou zip, como exportado.")],
    client_id: Annotated[str, typer.Option(help="Cliente.")],
) -> None:
    """Importa pedidos, lista de estoque, produtos, mapeamento e kits exportados do UpSeller.

    O tipo é reconhecido pelos cabeçalhos; o nome só diz a hora da exportação. Cada arquivo entra inteiro ou é recusado.
    """
    settings = load_settings()
    database = ready_database(settings)
    with database.transaction() as conn:
        clients.get(conn, client_id)
    contents = [(path, _bytes(path)) for path in arquivos]
    work = Work(database, client_id, JOB, JOB, settings.clock())
    results = [result for path, content in contents for result in import_file(work, path.name, content)]
    show(_table(client_id, results))
    for result in results:
        _tell(result)
    good = sum(result.taken for result in results)
    raise typer.Exit(DONE if good == len(results) else DONE_IN_PART if good else FAILED)


def probe() -> None:
    """Mostra a resposta da API de estoque do UpSeller como ela veio, para conferir endereço e cabeçalhos."""
    with upseller_stock(load_settings()) as api:
        out.print(api.probe().decode("utf-8", "replace"), markup=False, soft_wrap=True)


def _bytes(path: Path) -> bytes:
    try:
        return content_of(path)
    except OSError as problem:
        raise UsageError(f"Não foi possível ler {path}: {problem.strerror}") from None


def _table(client_id: str, results: list[FileResult]) -> Table:
    table = Table(title=f"Arquivos do UpSeller de {client_id}")
    for name in ("Arquivo", "Tipo", "Situação", "Retrato de"):
        table.add_column(name)
    for name in ("Lidas", "Mantidas", "Recusadas", "Gravadas", "Receita"):
        table.add_column(name, justify="right")
    table.add_column("Dias")
    for result in results:
        report: dict[str, Any] = result.report
        lines = report.get("linhas", {})
        counts = (lines.get("lidas"), lines.get("mantidas"), lines.get("recusadas"), report.get("gravadas"))
        days = [report["primeiro_dia"], report["ultimo_dia"]] if report.get("primeiro_dia") else [report.get("dia")]
        table.add_row(
            escape(result.name),
            report["tipo"] or "–",
            STATES[result.state],
            str(report.get("retrato_de") or "–")[:16].replace("T", " "),
            *("–" if count is None else str(count) for count in counts),
            str(report.get("receita") or "–").replace(".", ","),
            " a ".join(dict.fromkeys(str(day) for day in days if day)) or "–",
        )
    return table


def _tell(result: FileResult) -> None:
    """What a person should do something about."""
    report, name = result.report, result.name
    if "motivo" in report:
        out.print(report["motivo"], style="red", markup=False, soft_wrap=True)
    for warning in report.get("avisos", ()):
        out.print(f"{name}: {warning}", style="yellow", markup=False, soft_wrap=True)
    for what, label in (("status_desconhecidos", "status"), ("cabecalhos_desconhecidos", "colunas")):
        if report.get(what):
            out.print(f"{name}: {label} que não conheço: {', '.join(report[what])}", markup=False, soft_wrap=True)
    refusals = report.get("recusas", ())
    for refusal in refusals[:REFUSALS_SHOWN]:
        out.print(f"{name}: linha {refusal['linha']} recusada: {refusal['motivo']}", markup=False, soft_wrap=True)
    if len(refusals) > REFUSALS_SHOWN:
        out.print(f"{name}: e mais {report['linhas']['recusadas'] - REFUSALS_SHOWN} linha(s)", markup=False)
