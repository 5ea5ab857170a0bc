"""What is true of a Bling account besides goods, sales and bills: company, statuses, channels, deposits, categories."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Company:
    """Who owns the account. ``company_id`` is 32 hex digits."""

    company_id: str
    name: str
    cnpj: str
    email: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """A status of sales orders: ``status_id`` is the account's own, ``value`` Bling's code, ``inherited`` the seeded
    status a custom one derives from (§6.3)."""

    status_id: int
    name: str
    value: int
    inherited: int = 0
    colour: str = "#E9DC40"


SEEDED_STATUSES = (
    Status(6, "Em aberto", 0, colour="#E9DC40"),
    Status(9, "Atendido", 1, colour="#3FB57A"),
    Status(12, "Cancelado", 2, colour="#C5C5C5"),
    Status(15, "Em andamento", 3, colour="#0065F9"),
    Status(18, "Venda agenciada", 4, colour="#A0522D"),
    Status(21, "Em digitação", 10, colour="#FF8C00"),
    Status(24, "Verificado", 11, colour="#006400"),
)


@dataclass(slots=True)
class Channel:
    """A store whose orders arrive; ``channel_id`` is ``loja.id`` there. Switched off from ``closed_at`` on."""

    channel_id: int
    name: str
    kind: str
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(slots=True)
class Deposit:
    """A deposit; with ``ignored`` (desconsiderarSaldo) its balance is left out of totals."""

    deposit_id: int
    name: str
    opened_at: datetime
    default: bool = False
    ignored: bool = False
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """An income or expense category; ``kind`` 1 expense, 2 income, 3 both; ``parent_id`` 0 at the root."""

    category_id: int
    name: str
    kind: int
    parent_id: int = 0
    active: bool = True


@dataclass(slots=True)
class AccountTraits:
    """What differs from account to account without being a happening.

    ``lower_case_bearer``: ``token_type`` of its tokens · ``suspended``: in arrears, nobody can consent or renew ·
    ``refusals``: resources its tokens are refused with 403, and the ``error.type`` of the refusal.
    """

    lower_case_bearer: bool = False
    suspended: bool = False
    refusals: dict[str, str] = field(default_factory=dict)
