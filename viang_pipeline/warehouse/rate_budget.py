"""Rate budgets of all processes, one row per application, account and address (contract Mercado Livre §1.2).

The law is sources/pacing.py; here it is applied to rows while they are locked: one round trip, always in the same
order. A process that dies loses the moments it had booked, half a second at most, and nothing of the others.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg
from psycopg.rows import dict_row

from viang_pipeline.failures import TransientFailure
from viang_pipeline.sources.pacing import Booking, Budget, Scope, book, close, refuse
from viang_pipeline.warehouse.database import Database

T = TypeVar("T")

FROZEN = "5s"
"""A process stopped while it holds the rows gives them back after this."""

_CREATE = """
    insert into dashboard.rate_budgets (escopo, livre_em)
    select escopo, clock_timestamp() from unnest(%s::text[]) as escopo order by escopo
    on conflict (escopo) do nothing
"""

# The clock is read after the lock was obtained: the select list of a locking query may be computed before.
_LOCK = """
    with orcamentos as materialized (
        select * from dashboard.rate_budgets where escopo = any(%s) order by escopo for update
    )
    select escopo, extract(epoch from livre_em)::float8 as free_at, ritmo as rate, ritmo_recusado as refused_rate,
        extract(epoch from reduzido_em)::float8 as cut_at, extract(epoch from contido_ate)::float8 as held_until,
        extract(epoch from recusado_em)::float8 as refused_at, recusado_por as refused_by,
        extract(epoch from clock_timestamp())::float8 as now
    from orcamentos
"""

_STORE = """
    update dashboard.rate_budgets set
        livre_em = to_timestamp(%(free_at)s), ritmo = %(rate)s, ritmo_recusado = %(refused_rate)s,
        reduzido_em = to_timestamp(%(cut_at)s), contido_ate = to_timestamp(%(held_until)s),
        recusado_em = to_timestamp(%(refused_at)s), recusado_por = %(refused_by)s
    where escopo = %(escopo)s
"""


class SharedLedger:
    """The budgets of ``scopes`` in Postgres. One connection, opened at the first use and closed by ``close``.

    Not safe between threads: its pacer is. Raises TransientFailure when the database cannot be reached.
    """

    def __init__(self, database: Database, scopes: Sequence[Scope]) -> None:
        self._database = database
        self._scopes = sorted(scopes, key=lambda scope: scope.name)
        self._names = [scope.name for scope in self._scopes]
        self._connection: psycopg.Connection | None = None

    def book(self) -> Booking:
        """The next moments, on the database's clock."""
        return self._change(lambda budgets, now: book(self._scopes, budgets, now))

    def refuse(self, booking: Booking, retry_after: float | None) -> None:
        """Slow every process down."""
        jitter = random.random()
        self._change(
            lambda budgets, now: (
                None,
                refuse(self._scopes, budgets, booking, now=now, retry_after=retry_after, jitter=jitter),
            )
        )

    def shut(self, scope: str, seconds: float) -> None:
        """Keep every process from asking for a while."""
        self._change(lambda budgets, now: (None, close(self._scopes, budgets, scope, seconds, now=now)))

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _change(self, law: Callable[[list[Budget], float], tuple[T, list[Budget]]]) -> T:
        """Apply ``law`` to the locked rows; once more when the connection was lost meanwhile."""
        try:
            return self._try(law)
        except psycopg.OperationalError:
            self.close()
        try:
            return self._try(law)
        except psycopg.OperationalError as error:
            self.close()
            raise TransientFailure(
                f"O ritmo de chamadas não pôde ser combinado com os outros processos ({type(error).__name__})",
                where="rate_budgets",
                action="Nada foi gravado; uma nova tentativa deve resolver.",
            ) from None

    def _try(self, law: Callable[[list[Budget], float], tuple[T, list[Budget]]]) -> T:
        connection = self._connected()
        # In a pipeline BEGIN travels with the select and COMMIT with the updates: locked for one round trip.
        with connection.pipeline(), connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_LOCK, [self._names]).fetchall()
            now = max(row.pop("now") for row in rows)
            before = [Budget(**{name: row[name] for name in row if name != "escopo"}) for row in rows]
            result, after = law(before, now)
            for name, budget in zip(self._names, after, strict=True):
                values = {field: getattr(budget, field) for field in Budget.__dataclass_fields__}
                cursor.execute(_STORE, values | {"escopo": name})
            return result

    def _connected(self) -> psycopg.Connection:
        if self._connection is None:
            self._connection = self._database.connect(autocommit=True)
            self._connection.execute(f"set idle_in_transaction_session_timeout = '{FROZEN}'")
            self._connection.execute(_CREATE, [self._names])
        return self._connection
