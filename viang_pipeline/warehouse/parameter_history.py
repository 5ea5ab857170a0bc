"""``dashboard.parametros_historico``: every change of a parameter, appended in the transaction that makes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import NamedTuple

import msgspec
import psycopg
from psycopg.rows import class_row
from psycopg.types.json import set_json_loads

_json = msgspec.json.Encoder(decimal_format="number")
Values = Mapping[str, object]


class Change(NamedTuple):
    """``parametro``: the table; ``chave``: its key without the client; None where there was or is no value."""

    parametro: str
    chave: Values
    antes: Values | None
    depois: Values | None


class Recorded(NamedTuple):
    """A change as it stands in the table."""

    parametro: str
    chave: dict[str, object]
    antes: dict[str, object] | None
    depois: dict[str, object] | None
    origem: str
    registrado_em: datetime


def append(conn: psycopg.Connection, client_id: str, changes: Iterable[Change], *, origem: str, at: datetime) -> None:
    """Append changes; nothing is ever removed here. ``origem``: how they were told, a command and a file's name."""
    with conn.cursor().copy(
        "copy dashboard.parametros_historico"
        " (client_id, origem, registrado_em, parametro, chave, antes, depois) from stdin"
    ) as copy:
        for change in changes:
            copy.write_row((client_id, origem, at, change.parametro, *map(_text, change[1:])))


def newest(conn: psycopg.Connection, client_id: str, limit: int) -> list[Recorded]:
    """The last changes of a client's parameters, newest first."""
    with conn.cursor(row_factory=class_row(Recorded)) as cursor:
        set_json_loads(partial(json.loads, parse_float=Decimal), cursor)
        return cursor.execute(
            "select parametro, chave, antes, depois, origem, registrado_em from dashboard.parametros_historico"
            " where client_id = %s order by id desc limit %s",
            [client_id, limit],
        ).fetchall()


def _text(values: Values | None) -> str | None:
    return None if values is None else _json.encode(values).decode()
