"""A parameter file into its table: converging, every change recorded, the days it reaches left to be rebuilt (R11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from typing import cast

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from viang_pipeline.collect.parameters.files import ParameterFile
from viang_pipeline.collect.parameters.kinds import KITS, SINCE, Kind
from viang_pipeline.collect.work import Work
from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.kits import first_cycle
from viang_pipeline.domain.sku import FROM_ORDER
from viang_pipeline.failures import UsageError
from viang_pipeline.warehouse import ledgers, parameter_history
from viang_pipeline.warehouse.load import RowChange, Scope, converge
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "parametros"
Values = dict[str, object]


@dataclass(frozen=True)
class Imported:
    """Rows written and rows already so; ``days``: day → lines of sales the change reaches, all to be rebuilt.

    A day without lines is one whose stock has another value.
    """

    written: int
    unchanged: int
    days: Mapping[date, int] = field(default_factory=dict)


def import_parameters(work: Work, kind: Kind, told: ParameterFile, origin: str) -> Imported:
    """Make the table say what the file says, in one transaction; rows the file does not name stay.

    A kit and day the file names gets exactly the components it names. Raises UsageError for kits inside themselves.
    """
    now = work.clock()
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        values = _with_kept(conn, work.client_id, kind, told)
        result = converge(
            conn,
            table=kind.table_name,
            key=("client_id", *kind.key),
            columns=kind.columns,
            constants={"client_id": work.client_id, "informado_em": now},
            volatile=("informado_em",),
            rows=([row[name] for name in kind.columns] for row in values),
            scope=_compositions(work.client_id, values) if kind is KITS else None,
            changes=True,
        )
        if kind is KITS:
            _refuse_cycles(conn, work.client_id, told)
        recorded = (_recorded(kind, change) for change in result.changes)
        parameter_history.append(conn, work.client_id, recorded, origem=origin, at=now)
        days = _reached(conn, work.client_id, kind, result.changes)
        ledgers.touch_days(conn, work.client_id, [day for day, lines in days.items() if lines])
        ledgers.touch_sums(conn, work.client_id, [day for day, lines in days.items() if not lines])
        ledgers.log_update(
            conn,
            ledgers.UpdateEntry(
                run_id=work.run_id,
                job_name=work.job_name,
                client_id=work.client_id,
                source=SOURCE,
                resource=kind.name,
                status="success",
                iniciado_em=now,
                terminado_em=work.clock(),
                linhas_lidas=result.read,
                linhas_escritas=result.written,
                linhas_inalteradas=result.unchanged,
                detail={"origem": origin, "dias": len(days)},
            ),
        )
    return Imported(result.written, result.unchanged, days)


def _with_kept(conn: psycopg.Connection, client_id: str, kind: Kind, told: ParameterFile) -> list[Values]:
    """The rows to store: a column the file does not have keeps what is in force, it was not withdrawn."""
    rows = [row.columns() for _, row in told.rows]
    absent = [name for name in kind.kept if name not in told.columns]
    if absent:
        known = Dated((_owner(kind, row), cast("date", row[SINCE]), row) for row in _stored(conn, client_id, kind))
        for row in rows:
            before = known.on(_owner(kind, row), cast("date", row[SINCE]))
            row |= {name: before[name] for name in absent} if before else {}
    return rows


def _stored(conn: psycopg.Connection, client_id: str, kind: Kind) -> list[Values]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            sql.SQL("select {} from {} where client_id = %s").format(
                sql.SQL(", ").join(map(sql.Identifier, kind.columns)), sql.Identifier(*kind.table_name.split("."))
            ),
            [client_id],
        ).fetchall()


def _owner(kind: Kind, row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in kind.owner)


def _compositions(client_id: str, rows: Sequence[Values]) -> Scope:
    """All components of the kits and days that are told."""
    told = {(row["sku_kit"], row[SINCE]) for row in rows}
    return (
        'client_id = %s and (sku_kit, vigente_de) in (select kit collate "C", de from unnest(%s::text[], %s::date[])'
        " as told (kit, de))",
        [client_id, [kit for kit, _ in told], [since for _, since in told]],
    )


def _refuse_cycles(conn: psycopg.Connection, client_id: str, told: ParameterFile) -> None:
    found: dict[tuple[str, date], set[str]] = {}
    for row in cast("list[dict[str, str]]", _stored(conn, client_id, KITS)):
        found.setdefault((row["sku_kit"], cast("date", row[SINCE])), set()).add(row["sku_componente"])
    cycle = first_cycle((kit, since, components) for (kit, since), components in found.items())
    if cycle is not None:
        number = next(number for number, row in told.rows if getattr(row, "sku_kit", None) in cycle.path)
        raise UsageError(
            f"Nada foi importado. Linha {number}: a partir de {cycle.day} um kit contém a si mesmo:"
            f" {' → '.join(cycle.path)}"
        )


def _recorded(kind: Kind, change: RowChange) -> parameter_history.Change:
    key = {name: value for name, value in change.key.items() if name != "client_id"}
    return parameter_history.Change(kind.table.name, key, change.old, change.new)


def _reached(conn: psycopg.Connection, client_id: str, kind: Kind, changes: Iterable[RowChange]) -> Mapping[date, int]:
    """Day → lines of sales made while a changed row was in force: until the day of its owner's next row.

    With them, without lines, the days whose stock it values.
    """
    changed = {(_owner(kind, change.key), cast("date", change.key[SINCE])) for change in changes}
    if kind.reach is None or not changed:
        return {}
    known = Dated(
        (owner, since, None)
        for owner, since in {(_owner(kind, row), cast("date", row[SINCE])) for row in _stored(conn, client_id, kind)}
    )
    names = ("sku",) if kind is KITS else kind.owner
    values: Values = {name: [owner[at] for owner, _ in changed] for at, name in enumerate(names)}
    values |= {"de": [since for _, since in changed], "ate": [known.until(*each) for each in changed]}
    statement = files("viang_pipeline.collect").joinpath("sql", kind.reach).read_bytes()
    return dict(conn.execute(statement, values | {"client_id": client_id, "do_pedido": list(FROM_ORDER)}).fetchall())
