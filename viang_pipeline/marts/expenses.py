"""``fact_expense_month``: a client's bills by month of competence and category (kpis.md §5.5, contract Bling §9).

Bills belong to months, not to the days of a run: whichever days were built, all that is stored is summed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec
import psycopg

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.expenses import Bill, Categories, expenses
from viang_pipeline.domain.money import centavos, reais
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.warehouse.load import converge
from viang_pipeline.warehouse.locks import lock_client

COLUMNS = ("mes", "categoria", "descricao", "fixa", "valor", "contas", "contas_nao_lidas")


class _Ref(msgspec.Struct, gc=False):
    id: int | None = None


class _Payable(msgspec.Struct, gc=False):
    situacao: int | None = None
    valor: Decimal | None = None
    competencia: str | None = None
    categoria: _Ref | None = None
    excluido: bool = False


class _Category(msgspec.Struct, gc=False):
    descricao: str | None = None


def build_expenses(work: Work, days: Iterable[date]) -> Outcome:
    """Make the table hold the client's months; ``days`` are settled by it, whichever they are."""
    total = Outcome(days_done=set(days))
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        bills = _bills(conn, work.client_id)
        result = converge(
            conn,
            table="dashboard.fact_expense_month",
            key=("client_id", "mes", "categoria"),
            columns=COLUMNS,
            constants=provenance(work, work.clock()),
            volatile=("run_id", "calculado_em"),
            rows=[
                (
                    each.month, each.category, each.description, each.fixed,
                    None if each.amount is None else reais(each.amount), each.bills, each.unread,
                )
                for each in expenses(bills, _categories(conn, work.client_id))
            ],
            scope=("client_id = %s", [work.client_id]),
        )  # fmt: skip
    total.read, total.written, total.unchanged = len(bills), result.written, result.unchanged
    return total


def _bills(conn: psycopg.Connection, client_id: str) -> list[Bill]:
    """All but those that were deleted."""
    rows = conn.execute("select dia, payload::text from raw.bling_payables where client_id = %s", [client_id])
    found = ((day, msgspec.json.decode(payload, type=_Payable)) for day, payload in rows)
    return [_bill(day, payable) for day, payable in found if not payable.excluido]


def _bill(due: date, raw: _Payable) -> Bill:
    category = raw.categoria.id if raw.categoria is not None else None
    return Bill(
        due,
        raw.situacao,
        None if raw.valor is None else centavos(raw.valor),
        _day(raw.competencia),
        None if category is None else str(category),
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _categories(conn: psycopg.Connection, client_id: str) -> Categories:
    names = conn.execute(
        "select chave, payload::text from raw.bling_expense_categories where client_id = %s", [client_id]
    ).fetchall()
    told = conn.execute(
        "select categoria, vigente_de, fixa from dashboard.categorias_despesa where client_id = %s", [client_id]
    ).fetchall()
    return Categories({key: msgspec.json.decode(payload, type=_Category).descricao for key, payload in names}, told)
