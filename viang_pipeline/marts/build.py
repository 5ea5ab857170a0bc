"""One mart of one client: the days asked for and, with them, every day whose input changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from viang_pipeline.collect.work import Outcome, Within, Work
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.marts.ads import build_ads
from viang_pipeline.marts.aggregates import CHUNK, CLIENT_DAY, SKU_DAY, build_aggregate
from viang_pipeline.marts.billing import build_billing
from viang_pipeline.marts.claims import build_claims
from viang_pipeline.marts.discounts import build_discounts
from viang_pipeline.marts.expenses import build_expenses
from viang_pipeline.marts.lines import build_order_lines
from viang_pipeline.marts.maturity import matured_days
from viang_pipeline.marts.order_match import build_order_match
from viang_pipeline.marts.photos import build_account, build_stock
from viang_pipeline.marts.portfolio import build_portfolio
from viang_pipeline.marts.reconciliation import build_reconciliation
from viang_pipeline.marts.visits import build_visits
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.locks import lock_client

Build = Callable[[Work, Iterable[date]], Outcome]

LINES, SKU_SUMS, CLIENT_SUMS = "fact_order_line", "fact_sku_day", "agg_client_day"
RECONCILIATION, PORTFOLIO, EXPENSES = "reconciliation", "sku_portfolio", "fact_expense_month"
MATCHES = "order_match"
_APART = (LINES, SKU_SUMS, CLIENT_SUMS, RECONCILIATION, PORTFOLIO, EXPENSES, MATCHES)

BUILDERS: dict[str, Build] = {
    LINES: build_order_lines,
    "fact_visits": build_visits,
    "fact_stock": build_stock,
    "fact_account": build_account,
    "fact_ads": build_ads,
    "fact_claim_line": build_claims,
    "fact_billing": build_billing,
    "fact_order_discount": build_discounts,
    SKU_SUMS: lambda work, days: build_aggregate(work, SKU_DAY, days),
    CLIENT_SUMS: lambda work, days: build_aggregate(work, CLIENT_DAY, days),
    RECONCILIATION: build_reconciliation,
    PORTFOLIO: build_portfolio,
    EXPENSES: build_expenses,
    MATCHES: build_order_match,
}
BLOCKS = tuple(mart for mart in BUILDERS if mart not in _APART)


def build_mart(work: Work, mart: str, days: Iterable[date]) -> Outcome:
    """Build ``mart`` for the days and for the client's stale days, and log it.

    Stale days ride along, and with the sums the days that became more final, so that one nightly run brings everything
    up to date; which they are is read from stored state. Raises PermanentFailure for a day whose orders were never read
    completely.
    """
    started = work.clock()
    with work.store.transaction() as conn:
        last = last_closed_day(started)
        found = ledgers.stale_days(conn, work.client_id, last_closed=last, lines_only=mart == LINES)
        stale = set(found.get(work.client_id, []))
        matured = matured_days(conn, work.client_id) if mart in (SKU_SUMS, CLIENT_SUMS) else set()
    wanted = sorted({*days, *stale, *matured})
    outcome = _blocks_and_sums(work, stale, wanted) if mart == SKU_SUMS else BUILDERS[mart](work, wanted)
    with work.store.transaction() as conn:
        ledgers.log_update(
            conn,
            ledgers.UpdateEntry(
                run_id=work.run_id,
                job_name=work.job_name,
                client_id=work.client_id,
                source="marts",
                resource=mart,
                status="success",
                iniciado_em=started,
                terminado_em=work.clock(),
                linhas_lidas=outcome.read,
                linhas_escritas=outcome.written,
                linhas_inalteradas=outcome.unchanged,
                detail={"dias": len(outcome.days_done), "dias_alterados": sorted(map(str, outcome.days_changed))},
            ),
        )
    return outcome


def _blocks_and_sums(work: Work, stale: set[date], wanted: list[date]) -> Outcome:
    """SKU-days, and before them the blocks of stale days: a run may build the sums alone.

    What the sums say they have followed must be so for the blocks as well, so nobody may store anything of the client
    between the two.
    """
    total = Outcome()
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        with work.store.transaction() as conn:
            lock_client(conn, work.client_id)
            inside = replace(work, store=Within(conn))
            for block in BLOCKS:
                total.written += BUILDERS[block](inside, [day for day in chunk if day in stale]).written
            total.add(BUILDERS[SKU_SUMS](inside, chunk))
    return total
