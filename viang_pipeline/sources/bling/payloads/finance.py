"""Receivables, payables and their categories (contract Bling §9).

Quirks: codes go to 7 although filters stop at 5; category and ``competencia`` exist only in details; ``historico`` and
document numbers are free text that may name people and are left out, as is who owes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from viang_pipeline.sources.bling.payloads.base import BlingPayload, Numbered, Ref

OPEN = (1, 3)
"""Codes of what is still owed: open, partly paid."""


class PaymentForm(BlingPayload):
    """How it is paid; ``codigoFiscal``: 3 credit card, 15 boleto, 17 PIX …"""

    zero_is_none: ClassVar[frozenset[str]] = frozenset({"id"})

    id: int | None = None
    codigoFiscal: int | None = None


class LedgerAccount(BlingPayload):
    """The account the money goes to."""

    id: int | None = None
    descricao: str | None = None


class Origin(BlingPayload):
    """What a receivable comes from. ``situacao`` of a note is shifted against /nfe: 3 is cancelled."""

    ignored: ClassVar[frozenset[str]] = frozenset({"url"})

    id: int | None = None
    tipoOrigem: str | None = None
    numero: str | None = None
    dataEmissao: str | None = None
    valor: Decimal | None = None
    situacao: int | None = None


class Bill(Numbered):
    """What receivables and payables have in common, list and detail. ``resumo``: digest of the list row the detail was
    read for; without it no detail was read."""

    cents: ClassVar[frozenset[str]] = frozenset({"valor", "saldo"})

    situacao: int | None = None
    vencimento: str | None = None
    valor: Decimal | None = None
    dataEmissao: str | None = None
    formaPagamento: PaymentForm | None = None
    saldo: Decimal | None = None
    vencimentoOriginal: str | None = None
    competencia: str | None = None
    categoria: Ref | None = None
    portador: Ref | None = None
    borderos: tuple[int, ...] = ()
    resumo: str | None = None


_FREE_TEXT = frozenset({"contato", "historico", "numeroDocumento", "numeroBanco", "ocorrencia"})


class Receivable(Bill):
    """An account to receive."""

    ignored: ClassVar[frozenset[str]] = _FREE_TEXT | {"vendedor", "idTransacao", "linkQRCodePix", "linkBoleto"}

    contaContabil: LedgerAccount | None = None
    origem: Origin | None = None


class Payable(Bill):
    """An account to pay."""

    ignored: ClassVar[frozenset[str]] = _FREE_TEXT


class Category(Numbered):
    """A category of income or expense. ``tipo``: 1 expense, 2 income, 3 both."""

    idCategoriaPai: int | None = None
    descricao: str | None = None
    tipo: int | None = None
