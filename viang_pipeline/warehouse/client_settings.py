"""What is agreed with a client about their numbers: authorities, channels, the tax base and who gets reports.

These hold for all days at once; what holds from a day on is a parameter. Functions on a caller's connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime

import psycopg
from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from viang_pipeline.failures import UsageError
from viang_pipeline.warehouse import ledgers, parameter_history
from viang_pipeline.warehouse.clients import check_email, get
from viang_pipeline.warehouse.locks import lock_client
from viang_pipeline.warehouse.parameter_history import Change

ERPS = ("bling", "upseller")
MOVE_NO_NUMBER = ("emails", "relatorio_so_final")
_CHANNEL = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


@dataclass(frozen=True)
class ClientSettings:
    """Columns of ``dashboard.clients``. ``autoridade_estoque`` None: Bling where it is connected, else UpSeller (D11);
    ``lojas_upseller``: shop name → channel; ``ordem_custo``: who knows a cost after the client's own table;
    ``relatorio_so_final``, one of its ``preferencias``: no report before all its figures are final."""

    emails: list[str]
    autoridade_estoque: str | None
    canais_bling: list[str]
    depositos_excluidos: list[str]
    lojas_upseller: dict[str, str]
    ordem_custo: list[str]
    imposto_sobre_frete: bool
    relatorio_so_final: bool


PREFERENCES = ("relatorio_so_final",)
"""Settings kept in the column ``preferencias``; each is false until it is told."""


def settings_of(conn: psycopg.Connection, client_id: str) -> ClientSettings:
    """The settings of a registered client. Raises UsageError for another."""
    get(conn, client_id)
    names = sql.SQL(", ").join(_stored(each.name) for each in fields(ClientSettings))
    with conn.cursor(row_factory=class_row(ClientSettings)) as cursor:
        found = cursor.execute(
            sql.SQL("select {} from dashboard.clients where client_id = %s").format(names), [client_id]
        ).fetchone()
    assert found is not None  # get() would have said so
    return found


def change_settings(
    conn: psycopg.Connection, client_id: str, wanted: Mapping[str, object], *, origem: str, at: datetime
) -> list[str]:
    """Give settings new values; the names of those that were different.

    What moves numbers is recorded with the value before, and every day of the client is left to be rebuilt. Raises
    UsageError for an unknown client or a value that makes no sense; nothing is changed then.
    """
    lock_client(conn, client_id)
    before = asdict(settings_of(conn, client_id))
    changed = {name: _checked(name, value) for name, value in wanted.items()}
    changed = {name: value for name, value in changed.items() if value != before[name]}
    if not changed:
        return []
    assignments = sql.SQL(", ").join(_assignment(name) for name in changed)
    conn.execute(
        sql.SQL("update dashboard.clients set {}, atualizado_em = %s where client_id = %s").format(assignments),
        [*(Jsonb(value) if isinstance(value, dict) else value for value in changed.values()), at, client_id],
    )
    moving = [name for name in changed if name not in MOVE_NO_NUMBER]
    recorded = (
        Change("clients", {"configuracao": name}, {"valor": before[name]}, {"valor": changed[name]}) for name in moving
    )
    parameter_history.append(conn, client_id, recorded, origem=origem, at=at)
    if moving:
        rows = conn.execute("select dia from dashboard.day_state where client_id = %s", [client_id])
        ledgers.touch_days(conn, client_id, [day for (day,) in rows])
    return list(changed)


def _stored(name: str) -> sql.Composable:
    if name not in PREFERENCES:
        return sql.Identifier(name)
    given = sql.SQL("coalesce(preferencias -> {} = 'true', false) as {}")
    return given.format(sql.Literal(name), sql.Identifier(name))


def _assignment(name: str) -> sql.Composable:
    if name not in PREFERENCES:
        return sql.SQL("{} = %s").format(sql.Identifier(name))
    return sql.SQL("preferencias = preferencias || jsonb_build_object({}, %s::boolean)").format(sql.Literal(name))


def _checked(name: str, value: object) -> object:
    """The value as it is stored. Lists without order are sorted, so that telling them in another order is no change."""
    match name, value:
        case "emails", list():
            return list(dict.fromkeys(check_email(email) for email in value))
        case "autoridade_estoque", str():
            _among("autoridade_estoque", [value])
        case "ordem_custo", list():
            _among("ordem_custo", value)
            if not value or len(set(value)) != len(value):
                raise UsageError(f"ordem_custo deve trazer {' e '.join(ERPS)} ou um deles, sem repetir")
        case (("canais_bling" | "depositos_excluidos"), list()):
            return sorted({_identifier(name, each) for each in value})
        case "lojas_upseller", dict():
            for shop, channel in value.items():
                if not shop or not _CHANNEL.fullmatch(channel):
                    raise UsageError(f"Loja {shop!r}: o canal {channel!r} deve ser como mercado_livre ou shopee")
        case _:
            pass
    return value


def _among(name: str, values: list[str]) -> None:
    for value in values:
        if value not in ERPS:
            raise UsageError(f"{name}: {value!r} deve ser {' ou '.join(ERPS)}")


def _identifier(name: str, value: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,18}", value):
        raise UsageError(f"{name}: {value!r} não é um identificador do Bling, só algarismos")
    return value
