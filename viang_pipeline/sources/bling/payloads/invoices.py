"""Electronic invoices as lists give them (contract Bling §10.1): no value, and of the buyer only town and state."""

from __future__ import annotations

from typing import ClassVar

from viang_pipeline.sources.bling.payloads.base import BlingPayload, Numbered, Ref


class Address(BlingPayload):
    """Where the goods went."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"endereco", "numero", "complemento", "bairro", "cep", "nomePais", "pais"}
    )

    municipio: str | None = None
    uf: str | None = None


class Contact(BlingPayload):
    """Of the buyer, only the place."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"id", "nome", "numeroDocumento", "ie", "rg", "telefone", "email", "tipoPessoa", "contribuinte"}
    )

    endereco: Address | None = None


class InvoiceStore(BlingPayload):
    """The store, and the order's number there."""

    zero_is_none: ClassVar[frozenset[str]] = frozenset({"id"})

    id: int | None = None
    numero: str | None = None


class Invoice(Numbered):
    """``tipo``: 0 in, 1 out; ``situacao``: 2 cancelled, 5 to 7 worth revenue; ``chaveAcesso``: 44 digits, a text."""

    tipo: int | None = None
    situacao: int | None = None
    numero: str | None = None
    dataEmissao: str | None = None
    dataOperacao: str | None = None
    chaveAcesso: str | None = None
    contato: Contact | None = None
    naturezaOperacao: Ref | None = None
    loja: InvoiceStore | None = None
