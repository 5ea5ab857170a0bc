"""``reconciliation``: our figures against the platform's bills and against the seller's panel (kpis.md §12).

Made again as a whole every night, from what the marts and sums of the client say then. It changes no other number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files

import psycopg
from psycopg.rows import dict_row

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.billing_codes import SELLING_FEE
from viang_pipeline.domain.business_day import business_day
from viang_pipeline.domain.panel import FIGURES, FINAL, compare
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.warehouse.load import converge
from viang_pipeline.warehouse.locks import lock_client

FEE_PER_LINE = Decimal("0.02")
"""A billed fee may differ from the estimate by this much per order line (kpis.md §5.2)."""

ABSURD = 100_000
"""A share beyond this says nothing; the difference itself does."""

COLUMNS = (
    "fonte", "periodo", "item", "inicio", "fim", "cobranca_mensal", "nosso", "informado", "diferenca", "diferenca_pct",
    "tolerancia", "confere", "comparados", "divergentes", "motivo", "final",
)  # fmt: skip


def build_reconciliation(work: Work, days: Iterable[date]) -> Outcome:
    """Compare every billed period and every window of the panel; ``days`` are only reported as done."""
    today = business_day(work.clock())
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        rows = [*_bills(conn, work.client_id), *_panel(conn, work.client_id, today)]
        result = converge(
            conn,
            table="dashboard.reconciliation",
            key=("client_id", "fonte", "periodo", "item"),
            columns=COLUMNS,
            constants=provenance(work, work.clock()),
            volatile=("run_id", "calculado_em"),
            rows=rows,
            scope=("client_id = %s", [work.client_id]),
        )
    return Outcome(read=len(rows), written=result.written, unchanged=result.unchanged, days_done=set(days))


def _bills(conn: psycopg.Connection, client_id: str) -> Iterator[tuple[object, ...]]:
    """A row per period and type of charge; only the selling fee has a tolerance, the others are told."""
    found = conn.execute(_sql("billed_types.sql"), {"client_id": client_id, "por_linha": FEE_PER_LINE}).fetchall()
    for period, meaning, billed, closed, ours, theirs, compared, apart, unknown in found:
        judged = meaning == SELLING_FEE and compared > 0
        yield (
            "cobranca", f"{period:%Y-%m}", meaning, period, None, billed, ours, theirs, *_difference(ours, theirs),
            FEE_PER_LINE if judged else None, apart == 0 if judged else None, compared, apart,
            f"{unknown} sem estimativa" if unknown else None, closed,
        )  # fmt: skip


def _panel(conn: psycopg.Connection, client_id: str, today: date) -> Iterator[tuple[object, ...]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(_sql("panel_windows.sql"), {"client_id": client_id}).fetchall()
    for row in found:
        name, first, last, theirs = row["metrica"], row["inicio"], row["fim"], row["valor"]
        result = compare(name, theirs, row, last, today)
        yield (
            "painel", f"{first}/{last}", name, first, last, None, result.ours, theirs,
            *_difference(result.ours, theirs),
            FIGURES[name].tolerance, result.agrees, None, None, result.reason, today - last >= FINAL,
        )  # fmt: skip


def _difference(ours: Decimal | None, theirs: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """Theirs minus ours, and that over ours (R6)."""
    if ours is None or theirs is None:
        return None, None
    difference = theirs - ours
    share = difference / ours if ours else None
    if share is None or abs(share) >= ABSURD:
        return difference, None
    return difference, share.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def _sql(name: str) -> bytes:
    return files("viang_pipeline.marts").joinpath("sql", name).read_bytes()
