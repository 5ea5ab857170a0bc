"""How fresh and how complete each client's data are, from the ledgers (kpis.md §5.10, §7).

Read only. Used by ``viang status`` and alerts; colours and sentences belong there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files

import psycopg
from psycopg.rows import class_row

from viang_pipeline.domain.business_day import business_day, days_between, last_closed_day
from viang_pipeline.failures import UsageError

# kpis.md §7: a day's orders are final at D+7.
ORDERS_FINAL_AFTER = timedelta(days=7)

# People hand in UpSeller's files: sales and stock every week at the latest, the rest when it changes (contract §0).
PATIENCE = {
    ("upseller", "orders"): timedelta(days=7),
    ("upseller", "stock"): timedelta(days=7),
    ("upseller", "products"): timedelta(days=35),
    ("upseller", "links"): timedelta(days=35),
    ("upseller", "kits"): timedelta(days=35),
}

RESOURCES = {
    "orders": "pedidos",
    "shipments": "envios",
    "listings": "anúncios",
    "visits": "visitas",
    "stock": "estoque",
    "account": "reputação",
    "ads": "Ads",
    "claims": "reclamações",
    "billing": "faturas",
    "discounts": "descontos",
    "deposits": "depósitos",
    "channels": "canais de venda",
    "statuses": "situações",
    "products": "produtos",
    "costs": "custos",
    "structures": "kits",
    "supplier_links": "fornecedores",
    "store_links": "códigos nas lojas",
    "receivables": "contas a receber",
    "payables": "contas a pagar",
    "categories": "categorias",
    "invoices": "notas fiscais",
    "links": "ligações com anúncios",
    "kits": "kits",
    "stock_http": "estoque por HTTP",
}
BLING_RESOURCES = {"account": "empresa"}
"""Where a resource of Bling goes by another name than the one of Mercado Livre."""


@dataclass(frozen=True)
class ReadState:
    """One source of one client. Days run from the client's first day to the newest one that should be there."""

    client_id: str
    status: str
    source: str
    resource: str
    lido_em: datetime | None
    ultimo_dia: date | None
    dias_esperados: int
    dias_completos: int
    motivo: str | None
    lidos: int | None
    anunciados: int | None

    def freshness(self, now: datetime) -> timedelta | None:
        """Time since the last complete read (``frescor_min``); None when there never was one."""
        return None if self.lido_em is None else now - self.lido_em

    @property
    def days_missing(self) -> int:
        """Days that were never read completely (``dias_sem_leitura``)."""
        return self.dias_esperados - self.dias_completos

    @property
    def resource_name(self) -> str:
        """The resource as people call it."""
        own = BLING_RESOURCES if self.source == "bling" else {}
        return own.get(self.resource) or RESOURCES.get(self.resource, self.resource)

    def problem(self, expected: date) -> str | None:
        """Why this source needs attention when ``expected`` is the newest day that should have been read.

        None when it does not; a paused client never does.
        """
        reason = f": {self.motivo}" if self.motivo else ""
        if self.status != "ativo":
            return None
        if self.ultimo_dia is None:
            return f"nunca lido{reason}"
        if self.ultimo_dia < expected - PATIENCE.get((self.source, self.resource), timedelta(0)):
            return f"atrasado, lido até {self.ultimo_dia}{reason}"
        # Only Mercado Livre's orders decide which days exist; all else is read for the days they were read for.
        if (self.source, self.resource) == ("mercado_livre", "orders") and self.days_missing > 0:
            return f"{self.days_missing} dias sem leitura{reason}"
        return None


def read_states(conn: psycopg.Connection, expected: date, client_id: str | None = None) -> Sequence[ReadState]:
    """Every source of every client that is not closed, or of one; ``expected`` as in ``ReadState.problem``.

    Raises UsageError when there is no such client.
    """
    statement = files("viang_pipeline.warehouse").joinpath("client_reads.sql").read_bytes()
    with conn.cursor(row_factory=class_row(ReadState)) as cursor:
        rows = cursor.execute(statement, {"expected": expected, "client_id": client_id}).fetchall()
    if client_id is not None and not rows:
        raise UsageError(f"O cliente {client_id} não existe ou está encerrado. Veja: viang clients list")
    return rows


def preliminary_days(now: datetime) -> list[date]:
    """Closed days whose orders may still change without notice: not yet D+7 (kpis.md §7)."""
    return days_between(business_day(now) - ORDERS_FINAL_AFTER + timedelta(days=1), last_closed_day(now))
