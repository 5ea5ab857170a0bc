"""``viang metabase``: the dashboards in Metabase."""

from __future__ import annotations

import typer

from viang_pipeline.cli.console import out
from viang_pipeline.metabase.provision import provision as bring_up_to_date
from viang_pipeline.metabase.refresh import open_metabase
from viang_pipeline.settings import load_settings

app = typer.Typer(help="Painéis no Metabase.", no_args_is_help=True)


@app.command()
def provision() -> None:
    """Cria ou atualiza a coleção Viang: perguntas, painéis e descrições de colunas. Pode ser repetido à vontade."""
    settings = load_settings()
    database_id = int(settings.require("metabase_database_id"))
    with open_metabase(settings) as api, out.status("Metabase") as status:
        done = bring_up_to_date(api, database_id, on_step=lambda name: status.update(f"Metabase: {name}"))
    for word, names in (
        ("criado", done.created),
        ("atualizado", done.updated),
        ("sem a marca, não alterado", done.left),
    ):
        for name in names:
            out.print(f"{word}: {name}", markup=False)
    if done.fields:
        out.print(f"colunas descritas: {done.fields}", markup=False)
    out.print(f"{len(done.created)} criados, {len(done.updated)} atualizados, {done.unchanged} já em dia", markup=False)
    for number in done.dashboards.values():
        out.print(f"{settings.metabase_url}/dashboard/{number}", markup=False, soft_wrap=True)
