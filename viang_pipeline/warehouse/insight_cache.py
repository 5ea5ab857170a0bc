"""``dashboard.insight_cache``: insight texts of the last 24 hours, and when one no longer stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

import psycopg
from psycopg.rows import class_row
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

LIFE = timedelta(hours=24)
_COLUMNS = (
    "chave, periodo, pergunta, dados, texto, fatos, origem, motivo, detalhe, modelo, chamadas, tokens_entrada,"
    " tokens_saida, custo_usd"
)


@dataclass(frozen=True)
class StoredInsight:
    """A text and how it came about; the fields are the table's columns."""

    chave: str
    periodo: str
    pergunta: str | None
    dados: str
    texto: str
    fatos: list[str] = field(default_factory=list)
    origem: str = "deterministico"
    motivo: str | None = "sem_modelo"
    detalhe: str | None = None
    modelo: str | None = None
    chamadas: int = 0
    tokens_entrada: int = 0
    tokens_saida: int = 0
    custo_usd: Decimal | None = None


def find(conn: psycopg.Connection, client_id: str, key: str, now: datetime) -> StoredInsight | None:
    """The text of a key that still stands."""
    with conn.cursor(row_factory=class_row(StoredInsight)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from dashboard.insight_cache where client_id = %s and chave = %s and expira_em > %s",
            [client_id, key, now],
        ).fetchone()


def store(
    conn: psycopg.Connection,
    client_id: str,
    insight: StoredInsight,
    windows: Iterable[tuple[date, date]],
    *,
    run_id: str,
    now: datetime,
) -> None:
    """Keep a text for 24 hours, in place of those that expired and of those the same question had on other data.

    ``windows``: first and last day of each window the text speaks of.
    """
    conn.execute(
        "delete from dashboard.insight_cache where client_id = %(client_id)s and (expira_em <= %(now)s"
        " or (periodo = %(period)s and pergunta is not distinct from %(question)s))",
        {"client_id": client_id, "now": now, "period": insight.periodo, "question": insight.pergunta},
    )
    ranges = Multirange([Range(first, last, "[]") for first, last in windows])
    row = asdict(insight) | {
        "client_id": client_id, "janelas": ranges, "run_id": run_id, "criado_em": now, "expira_em": now + LIFE,
    }  # fmt: skip
    names = ", ".join(row)
    places = ", ".join(f"%({name})s" for name in row)
    conn.execute(f"insert into dashboard.insight_cache ({names}) values ({places})", row)


def drop(conn: psycopg.Connection, client_id: str, days: Iterable[date]) -> int:
    """Forget the texts that speak of any of the days; how many."""
    return conn.execute(
        "delete from dashboard.insight_cache where client_id = %s"
        " and exists (select from unnest(%s::date[]) as dia where janelas @> dia)",
        [client_id, list(days)],
    ).rowcount
