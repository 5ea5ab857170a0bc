"""The instrument: every point at which what a process did becomes visible to others, counted and named.

Commits are found where psycopg makes them, so none can be missed by being made elsewhere, and are named by the tables
Postgres says were written in them; a transaction that wrote nothing is none. What a savepoint took back counts as
written too: a boundary too many, never one too few. Beside them stand the effects no
rollback takes back: requests that change something outside, the end of a mail, files created, renamed and deleted.
"""

from __future__ import annotations

import io
import os
import smtplib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

import httpx
import psycopg
from psycopg.pq import PipelineStatus, TransactionStatus

Side = Literal["before", "after"]
DIED = 9
BUDGETS = "commit: rate_budgets"
AUDIT = "updates_log"

_FLUSH = b"select pg_stat_force_next_flush()"
_WRITTEN = """
    select relname from pg_class
    where relnamespace in ('raw'::regnamespace, 'dashboard'::regnamespace) and relkind in ('r', 'm')
        and pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
            + pg_stat_get_xact_tuples_deleted(oid) > 0
    order by relname
"""


@dataclass(frozen=True)
class Point:
    """The ``occurrence``-th boundary of a label within one piece of work, and on which side of it."""

    label: str
    occurrence: int
    side: Side

    @property
    def kind(self) -> str:
        """The label with tables that are alike under one name: what a read stores, what a mart builds."""
        verb, _, what = self.label.partition(": ")
        if verb != "commit":
            return self.label
        return f"commit: {', '.join(sorted({_alike(table) for table in what.split(', ')}))}"

    def __str__(self) -> str:
        return f"{self.side} {self.label} #{self.occurrence}"


def _alike(table: str) -> str:
    alike = {
        "raw": ("mercado_livre_", "bling_", "upseller_"),
        "facts": (
            "fact_",
            "billing_charge",
            "billing_order_fee",
            "billing_period",
            "order_line_sku",
            "reconciliation",
            "order_match",
            "sku_portfolio",
        ),
        "sums": ("agg_",),
        "readings": ("source_", "order_reads", "shipment_readings", "visit_readings", "billing_readings"),
    }
    return next((name for name, begins in alike.items() if table.startswith(begins)), table)


class Instrument:
    """Counts boundaries by label; ends the process at ``fatal`` as a kill does, with nothing unwound."""

    def __init__(self, fatal: Point | None = None) -> None:
        self.passed: list[Point] = []
        self._fatal = fatal
        self._counts: Counter[tuple[str, Side]] = Counter()

    def note(self, label: str, side: Side) -> None:
        """A boundary was reached."""
        self._counts[label, side] += 1
        point = Point(label, self._counts[label, side], side)
        self.passed.append(point)
        if point == self._fatal:
            os._exit(DIED)

    @contextmanager
    def around(self, label: str | None) -> Iterator[None]:
        """The block is the effect; without a label it is none."""
        if label is not None:
            self.note(label, "before")
        yield
        if label is not None:
            self.note(label, "after")

    @contextmanager
    def watching(self, home: Path | None = None) -> Iterator[None]:
        """Within the block boundaries are seen, of files those below ``home``."""
        with ExitStack() as patches:
            wrap = patches.enter_context
            wrap(patch.object(psycopg.Connection, "transaction", self._commits(psycopg.Connection.transaction)))
            wrap(patch.object(httpx.Client, "send", self._around(httpx.Client.send, _request)))
            wrap(patch.object(smtplib.SMTP, "send", self._around(smtplib.SMTP.send, _mail)))
            if home is not None:
                for name in ("rename", "replace", "unlink"):
                    known = getattr(os, name)
                    wrap(patch.object(os, name, self._around(known, _file(home, name))))
                wrap(patch.object(io, "open", self._around(io.open, _created(home))))
            yield

    def _around(self, known: Callable[..., Any], label: Callable[..., str | None]) -> Callable[..., Any]:
        def inner(*arguments: Any, **named: Any) -> Any:
            with self.around(label(*arguments, **named)):
                return known(*arguments, **named)

        return inner

    def _commits(self, known: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def transaction(conn: psycopg.Connection, *arguments: Any, **named: Any) -> Iterator[Any]:
            inner = conn.info.transaction_status != TransactionStatus.IDLE
            if inner or named.get("force_rollback"):
                with known(conn, *arguments, **named) as opened:
                    yield opened
                return
            shared = conn.pgconn.pipeline_status != PipelineStatus.OFF
            if not shared:
                conn.pgconn.exec_(_FLUSH)  # what earlier transactions counted must not be taken for this one's
            label = None
            with known(conn, *arguments, **named) as opened:
                yield opened
                label = BUDGETS if shared else _written(conn)
                if label is not None:
                    self.note(label, "before")
            if label is not None:
                self.note(label, "after")

        return transaction


def _written(conn: psycopg.Connection) -> str | None:
    with psycopg.Cursor(conn) as cursor:  # whatever the connection's rows look like
        tables = [str(row[0]) for row in cursor.execute(_WRITTEN).fetchall()]
    if not tables:
        return None
    # The audit is written along with almost everything: it tells labels apart only where it is alone.
    return f"commit: {', '.join(name for name in tables if name != AUDIT) or AUDIT}"


def _request(client: httpx.Client, request: httpx.Request, **_: Any) -> str | None:
    if request.method == "GET":
        return None
    path = "/".join("…" if part.isdigit() else part for part in request.url.path.split("/"))
    return f"request: {request.method} {path}"


def _mail(smtp: smtplib.SMTP, sent: bytes | str) -> str | None:
    return "mail: the line that ends the message" if sent in (b".\r\n", ".\r\n") else None


def _file(home: Path, verb: str) -> Callable[..., str | None]:
    def label(path: Any, target: Any = None, **_: Any) -> str | None:
        place = Path(os.fspath(target if target is not None else path))
        return f"file: {verb} {_kind(place)}" if _ours(home, place) else None

    return label


def _created(home: Path) -> Callable[..., str | None]:
    def label(path: Any, mode: str = "r", *_: Any, **__: Any) -> str | None:
        if isinstance(path, int) or not set("wx") & set(mode) or not _ours(home, Path(path)):
            return None
        return f"file: open {_kind(Path(path))}"

    return label


def _ours(home: Path, path: Path) -> bool:
    return path.is_relative_to(home) and path.relative_to(home).parts[0] != "logs"


def _kind(path: Path) -> str:
    return f"{path.parent.name}/*{path.suffix}"
