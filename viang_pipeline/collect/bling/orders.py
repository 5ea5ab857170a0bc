"""Sales orders of one client into ``raw.bling_orders``: one transaction per complete window, or nothing.

Lists have neither items nor fees, so a detail is read for each order that is new or whose list row changed; not for a
sale that Mercado Livre itself tells of, which owns its figures (contract Bling §0, plan 3). Fees may be filled in later
without a change, and deleted orders just vanish: both are looked for (§6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import psycopg

from viang_pipeline.collect.bling.feeds import SOURCE, Feed, Take, is_nightly, read_feeds
from viang_pipeline.collect.bling.stored import as_row, known
from viang_pipeline.collect.order_windows import CHANGED, order_windows
from viang_pipeline.collect.orders import first_day
from viang_pipeline.collect.work import Outcome, ReadWindow, Work
from viang_pipeline.domain.business_day import business_day, day_start
from viang_pipeline.sources.bling.client import BlingClient
from viang_pipeline.sources.bling.payloads.orders import Order, OrderRow
from viang_pipeline.sources.payloads import record
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow

TABLE = "raw.bling_orders"
RESOURCE = "orders"
RELISTED = "orders_relisted"
"""Cursor: when the days of old orders were last listed again."""

LONGEST_GAP = timedelta(days=350)
"""A change window may span a year at most; a client away for longer starts anew."""

RELIST_DAYS = range(7, 92, 7)
"""Days back that a night lists again: each day of the last 90 has its turn once a week."""

LATE_FEES = timedelta(days=15)
LATE_FEES_PER_NIGHT = 200
"""Orders without fees that are read again, the oldest first: they are the last to get another chance."""

_WITHOUT_FEES = """
    select chave from raw.bling_orders
    where client_id = %(client_id)s and dia >= %(since)s and payload ? 'loja'
      and jsonb_array_length(coalesce(payload -> 'itens', '[]')) > 0
      and not payload ? 'excluido' and payload #>> '{situacao,valor}' is distinct from '2'
      and coalesce((payload #>> '{taxas,taxaComissao}')::numeric, 0) = 0
      and coalesce((payload #>> '{taxas,custoFrete}')::numeric, 0) = 0
      and coalesce((payload #>> '{taxas,valorBase}')::numeric, 0) = 0
    order by dia, chave limit %(most)s
"""


_NOT_DELETED = """
    select chave from raw.bling_orders
    where client_id = %s and dia between %s and %s and not payload ? 'excluido' order by chave
"""


_SOLD_ON_MERCADO_LIVRE = """
    select chave from raw.mercado_livre_orders where client_id = %(client_id)s and chave = any(%(numbers)s)
    union
    select payload ->> 'pack_id' from raw.mercado_livre_orders
    where client_id = %(client_id)s and payload ->> 'pack_id' = any(%(numbers)s)
"""


def collect_bling_orders(work: Work, api: BlingClient, days: Iterable[date]) -> Outcome:
    """Read the days wanted by order date and, with yesterday among them, what changed since the last read.

    Orders of days before the client's first day are not stored. Raises PartialCollectionError when a window fails:
    earlier windows stay stored, the failed one changed nothing.
    """
    with work.store.transaction() as conn:
        starts = first_day(conn, work.client_id)
    wanted = set(days)
    total = read_feeds(work, api, {day for day in wanted if day >= starts}, (Feed(RESOURCE, _takes),))
    total.days_done |= {day for day in wanted if day < starts}
    return total


def _takes(work: Work, api: BlingClient, days: list[date]) -> Iterable[Callable[[], Take]]:
    now = work.clock()
    with work.store.transaction() as conn:
        cursor = ledgers.cursor(conn, work.client_id, SOURCE, RESOURCE)
        relisted = ledgers.cursor(conn, work.client_id, SOURCE, RELISTED)
        starts = first_day(conn, work.client_id)
    if cursor is not None and now - cursor > LONGEST_GAP:
        cursor = None
    for window in order_windows(days, cursor, now):
        yield lambda window=window: _window(work, api, window, starts)  # type: ignore[misc]
    if cursor is not None and is_nightly(days, now):
        yield lambda: _late_fees(work, api)
        if relisted is None or relisted < day_start(business_day(now)):
            yield lambda: _relist(work, api, starts)


def _window(work: Work, api: BlingClient, window: ReadWindow, starts: date) -> Take:
    if window.field == CHANGED:
        rows, vanished = api.orders_changed(window.since, window.until), []
    else:
        first, last = window.days[0], window.days[-1]
        rows = api.orders_of(first, last)
        vanished = _vanished(work, first, last, rows)
    take = _with_details(work, api, rows, vanished, starts)
    take.settles = set(window.days)
    if window.moves_cursor_to is not None:
        take.moves[RESOURCE] = window.moves_cursor_to
        if window.field != CHANGED:  # a first load lists every day by order date itself
            take.moves[RELISTED] = work.clock()
    take.detail["filtro"] = "alteracao" if window.field == CHANGED else "data"
    return take


def _relist(work: Work, api: BlingClient, starts: date) -> Take:
    """List tonight's share of the last 90 days by order date: finds what vanished and what a window may have missed."""
    now = work.clock()
    rows: list[OrderRow] = []
    vanished: list[str] = []
    for back in RELIST_DAYS:
        day = business_day(now) - timedelta(days=back)
        if day >= starts:
            found = api.orders_of(day, day, thorough=False)
            rows += found
            vanished += _vanished(work, day, day, found)
    take = _with_details(work, api, rows, vanished, starts)
    take.moves[RELISTED] = now
    take.detail["filtro"] = "releitura"
    return take


def _late_fees(work: Work, api: BlingClient) -> Take:
    """Orders of the last days whose fees are not known yet. Counter sales never have any."""
    since = business_day(work.clock()) - LATE_FEES
    with work.store.transaction() as conn:
        values = {"client_id": work.client_id, "since": since, "most": LATE_FEES_PER_NIGHT}
        keys = [key for (key,) in conn.execute(_WITHOUT_FEES, values)]
        stored = known(conn, TABLE, work.client_id, keys)
    rows = []
    for key in keys:
        before = stored[key].value(Order)
        rows.append(_read(api, key, before, before.resumo, stored[key].dia))
    return Take({TABLE: rows}, touches="lines", detail={"filtro": "sem_taxas", "detalhes": len(rows)})


def _vanished(work: Work, first: date, last: date, listed: Iterable[OrderRow]) -> list[str]:
    """Stored orders of these days that their list does not show."""
    shown = {str(row.id) for row in listed}
    with work.store.transaction() as conn:
        rows = conn.execute(_NOT_DELETED, [work.client_id, first, last]).fetchall()
    return [key for (key,) in rows if key not in shown]


def _with_details(work: Work, api: BlingClient, listed: list[OrderRow], vanished: list[str], starts: date) -> Take:
    """Details of listed orders that are new or changed, and of stored ones whose list does not show them any more."""
    dated = {str(row.id): (day, row) for row in listed if (day := order_date(row)) is not None}
    inside = {key: (day, row) for key, (day, row) in dated.items() if day >= starts}
    asked = [key for key in vanished if key not in inside]
    with work.store.transaction() as conn:
        digests = _digests(conn, work.client_id, inside)
        stored = known(conn, TABLE, work.client_id, [*inside.keys() & digests.keys(), *asked])
        owned = _sold_on_mercado_livre(conn, work.client_id, [row for _, row in inside.values()])
    rows = []
    details = 0
    for key, (day, row) in inside.items():
        digest = record(key, row).hash.hex()
        if digests.get(key) == digest:
            continue
        before = stored[key].value(Order) if key in stored else as_order(row)
        if row.numeroLoja in owned and not before.itens:
            listed_only = as_order(row)
            listed_only.resumo = digest
            rows.append(as_row(key, listed_only, day))
        else:
            rows.append(_read(api, key, before, digest, day))
            details += 1
    for key in asked:
        before = stored[key].value(Order)
        rows.append(_read(api, key, before, before.resumo, stored[key].dia))
    detail: dict[str, object] = {
        "lidos": len(listed),
        "detalhes": details + len(asked),
        "sem_data": len(listed) - len(dated),
        "antes_do_historico": len(dated) - len(inside),
    }
    return Take({TABLE: rows}, touches="lines", detail=detail)


def _sold_on_mercado_livre(conn: psycopg.Connection, client_id: str, listed: Iterable[OrderRow]) -> set[str | None]:
    """Numbers in the store that are an order or a pack of Mercado Livre's own."""
    numbers = [row.numeroLoja for row in listed if row.numeroLoja]
    rows = conn.execute(_SOLD_ON_MERCADO_LIVRE, {"client_id": client_id, "numbers": numbers})
    return {number for (number,) in rows}


def _digests(conn: psycopg.Connection, client_id: str, keys: Iterable[str]) -> dict[str, str | None]:
    """Key → digest of the list row its detail was read for; None for one stored as deleted, whatever its row was."""
    rows = conn.execute(
        "select chave, case when payload ? 'excluido' then null else payload ->> 'resumo' end"
        " from raw.bling_orders where client_id = %s and chave = any(%s)",
        [client_id, list(keys)],
    )
    return dict(rows.fetchall())


def _read(api: BlingClient, key: str, before: Order, digest: str | None, day: date) -> RawRow:
    """The detail of an order as a row of its own date, else of ``day``; what was known of it when Bling has it no more.

    ``digest``: of the list row it is read for.
    """
    order = api.order(int(key))
    if order is None:
        order, order.excluido = before, True
    order.resumo = digest
    return as_row(key, order, order_date(order) or day)


def order_date(row: OrderRow) -> date | None:
    """The date of an order as it is: it has no hour, and is never converted (contract Bling, trap 9)."""
    try:
        return date.fromisoformat(row.data) if row.data else None
    except ValueError:
        return None


def as_order(row: OrderRow) -> Order:
    """What a list row says of an order whose detail is gone."""
    return Order(**{name: getattr(row, name) for name in OrderRow.__struct_fields__})
