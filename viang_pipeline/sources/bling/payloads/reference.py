"""The account itself and its lists of deposits, channels and statuses (contract Bling §6.3, §8.2, §11)."""

from __future__ import annotations

from typing import ClassVar

from viang_pipeline.sources.bling.payloads.base import BlingPayload, Numbered


class Company(BlingPayload):
    """The company behind a token; ``id`` is a text of 32 hexadecimal digits."""

    ignored: ClassVar[frozenset[str]] = frozenset({"email", "dataContrato"})

    id: str
    nome: str | None = None
    cnpj: str | None = None


class Deposit(Numbered):
    """``situacao``: 1 active; one with ``desconsiderarSaldo`` is left out of totals."""

    descricao: str | None = None
    situacao: int | None = None
    padrao: bool | None = None
    desconsiderarSaldo: bool | None = None


class Channel(Numbered):
    """A store of orders and the platform it belongs to; connecting again makes a new id of the same ``tipo``."""

    descricao: str | None = None
    tipo: str | None = None
    situacao: int | None = None


class StatusModule(BlingPayload):
    """A part of Bling that has statuses of its own."""

    ignored: ClassVar[frozenset[str]] = frozenset({"descricao", "criarSituacoes"})

    id: int
    nome: str | None = None


class Status(Numbered):
    """A status of orders in this account; ``idHerdado``: the seeded one it derives from."""

    ignored: ClassVar[frozenset[str]] = frozenset({"cor"})

    nome: str | None = None
    idHerdado: int | None = None
