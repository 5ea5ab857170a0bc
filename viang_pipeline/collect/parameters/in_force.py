"""The rows of a kind in force on a day, for people to look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from viang_pipeline.collect.parameters.kinds import SINCE, TAX, Kind
from viang_pipeline.domain.taxes import TaxRates, TaxRule


def rows_in_force(conn: psycopg.Connection, client_id: str, kind: Kind, day: date) -> list[dict[str, object]]:
    """Of each owner its newest rows that began by ``day``, ordered by key; a tax by revenue comes with its rate."""
    statement = sql.SQL(
        "select {columns} from (select *, rank() over ({partition} order by vigente_de desc) as idade from {table}"
        " where client_id = %s and vigente_de <= %s) as informado where idade = 1 order by {key}"
    ).format(
        columns=_list(kind.columns),
        partition=sql.SQL("partition by {}").format(_list(kind.owner)) if kind.owner else sql.SQL(""),
        table=sql.Identifier(*kind.table_name.split(".")),
        key=_list(kind.key),
    )
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement, [client_id, day]).fetchall()
    if kind is TAX:
        rows = [row | {"aliquota": _rate(row, day)} for row in rows]
    return [{SINCE: row[SINCE]} | row for row in rows]


def _rate(row: Mapping[str, Any], day: date) -> Decimal | None:
    return TaxRates([(row[SINCE], TaxRule(row["aliquota"], row["rbt12"]))]).rate_on(day)


def _list(names: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
