"""The registry of clients (sellers of the agency): plain functions on a caller's connection.

Not here: their tokens (tokens.py), their partitions (automation follows this registry).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import class_row

from viang_pipeline.domain.email_address import checked_address
from viang_pipeline.failures import UsageError

SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_COLUMNS = "client_id, nome, status, inicio_historico, emails"


@dataclass(frozen=True)
class Client:
    """One client. ``status``: ativo, pausado or encerrado; ``inicio_historico``: first day the data cover."""

    client_id: str
    nome: str
    status: str
    inicio_historico: date
    emails: list[str]


def add(
    conn: psycopg.Connection,
    client_id: str,
    nome: str,
    *,
    inicio_historico: date | None,
    default_start: date,
    emails: Sequence[str] = (),
) -> tuple[Client, bool]:
    """Register a client; the client and whether it is new.

    Adding again with the same data changes nothing; what is not given (None, no e-mail) is not compared.
    ``default_start`` is the history's first day of a new client when none is given. Raises UsageError for a bad slug,
    name or e-mail, or when the client exists with other data.
    """
    nome = nome.strip()
    _check(client_id, nome)
    addresses = [check_email(email) for email in emails]
    with conn.cursor(row_factory=class_row(Client)) as cursor:
        created = cursor.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico, emails) values (%s, %s, %s, %s)"
            f" on conflict (client_id) do nothing returning {_COLUMNS}",
            [client_id, nome, inicio_historico or default_start, addresses],
        ).fetchone()
    if created is not None:
        return created, True
    client = get(conn, client_id)
    wanted = {"nome": nome, "inicio_historico": inicio_historico, "emails": addresses}
    different = [name for name, value in wanted.items() if value and value != getattr(client, name)]
    if different:
        stored = ", ".join(f"{name} = {_shown(getattr(client, name))}" for name in different)
        raise UsageError(f"O cliente {client_id} já existe com outros dados ({stored}); nada mudou.")
    return client, False


def get(conn: psycopg.Connection, client_id: str) -> Client:
    """One client. Raises UsageError when it is not registered."""
    found = _select(conn, "where client_id = %s", [client_id])
    if not found:
        raise UsageError(f"O cliente {client_id} não existe. Veja os cadastrados com: viang clients list")
    return found[0]


def list_all(conn: psycopg.Connection) -> list[Client]:
    """Every client, by id."""
    return _select(conn, "", [])


def active(conn: psycopg.Connection) -> list[Client]:
    """The clients that are collected every night, by id."""
    return _select(conn, "where status = 'ativo'", [])


def pause(conn: psycopg.Connection, client_id: str) -> Client:
    """Stop collecting a client; its data and partitions stay. Raises UsageError when unknown or closed."""
    return _set_status(conn, client_id, "pausado")


def resume(conn: psycopg.Connection, client_id: str) -> Client:
    """Collect a paused client again. Raises UsageError when unknown or closed."""
    return _set_status(conn, client_id, "ativo")


def close(conn: psycopg.Connection, client_id: str) -> Client:
    """Retire a client that was paused before; nothing of it is deleted, and it is not taken back.

    Raises UsageError when unknown, or still active: one slip must not end what a client pays for.
    """
    client = get(conn, client_id)
    if client.status == "ativo":
        raise UsageError(f"O cliente {client_id} está ativo. Antes de encerrar: viang clients pause {client_id}")
    return client if client.status == "encerrado" else _set_status(conn, client_id, "encerrado")


def _set_status(conn: psycopg.Connection, client_id: str, status: str) -> Client:
    if get(conn, client_id).status == "encerrado":
        raise UsageError(f"O cliente {client_id} está encerrado; seu status não muda mais.")
    conn.execute(
        "update dashboard.clients set status = %s, atualizado_em = now() where client_id = %s and status <> %s",
        [status, client_id, status],
    )
    return get(conn, client_id)


def _select(conn: psycopg.Connection, condition: str, values: list[object]) -> list[Client]:
    with conn.cursor(row_factory=class_row(Client)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from dashboard.clients {condition} order by client_id", values
        ).fetchall()


def _check(client_id: str, nome: str) -> None:
    if not SLUG.fullmatch(client_id):
        raise UsageError(
            f"{client_id!r} não serve de identificador: use de 1 a 63 letras minúsculas sem acento, números e hífens, "
            "sem hífen no começo ou no fim, por exemplo loja-aurora"
        )
    if not nome:
        raise UsageError("O nome do cliente está vazio")
    if not nome.isprintable():
        raise UsageError("O nome do cliente tem quebras de linha ou caracteres invisíveis")


def check_email(email: str) -> str:
    """The address as it is kept. Raises UsageError for what is no address."""
    try:
        return checked_address(email)
    except ValueError as problem:
        raise UsageError(str(problem)) from None


def _shown(value: object) -> str:
    return ", ".join(value) or "nenhum" if isinstance(value, list) else str(value)
