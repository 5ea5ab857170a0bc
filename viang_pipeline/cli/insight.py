"""``viang insight``: the text of a client and period, from the cache, the model or the facts alone."""

from __future__ import annotations

from typing import Annotated

import typer

from viang_pipeline.cli.console import err, out, ready_database
from viang_pipeline.domain.periods import PeriodError
from viang_pipeline.failures import UsageError
from viang_pipeline.insights.models import configured_model
from viang_pipeline.insights.produce import insight as produce
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse.insight_cache import StoredInsight

WHY = {
    "sem_modelo": "Texto feito só dos fatos: OPENAI_API_KEY não está definida.",
    "recusado": "Texto feito só dos fatos: o modelo afirmou o que nenhum fato sustenta",
    "falha": "Texto feito só dos fatos: o modelo falhou",
}


def insight(
    client_id: Annotated[str, typer.Argument(metavar="ID", help="Cliente.")],
    periodo: Annotated[str, typer.Option(help="7d, 30d, AAAA-MM ou AAAA-Www.")] = "7d",
    pergunta: Annotated[str | None, typer.Option(help="Uma pergunta sobre o período.")] = None,
) -> None:
    """Diz o que aconteceu num período, por que, e o que olhar."""
    settings = load_settings()
    database = ready_database(settings)
    try:
        made = produce(
            database, client_id, periodo, pergunta, configured_model(settings),
            run_id="viang insight", now=settings.clock()(),
        )  # fmt: skip
    except PeriodError as wrong:
        raise UsageError(str(wrong)) from None
    out.print(made.texto, markup=False, soft_wrap=True)
    err.print(origin(made), style="dim", markup=False, soft_wrap=True)


def origin(made: StoredInsight) -> str:
    """Who wrote the text, in one line."""
    if made.motivo is None:
        cost = "" if made.custo_usd is None else f", US$ {made.custo_usd}"
        return f"Escrito por {made.modelo} e conferido com os fatos; {made.tokens_saida} tokens{cost}."
    line = WHY[made.motivo]
    if made.pergunta is not None:
        line = f"{line.rstrip('.')}; a pergunta ficou sem resposta."
    return f"{line} ({made.detalhe})" if made.detalhe else line
