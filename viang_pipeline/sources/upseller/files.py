"""A file as a person hands it in: what it is, what it shows, and whether it is good enough to take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from viang_pipeline.sources.upseller.catalogue import read_kits, read_links, read_products
from viang_pipeline.sources.upseller.layouts import Kind
from viang_pipeline.sources.upseller.orders import read_orders
from viang_pipeline.sources.upseller.reading import Reading
from viang_pipeline.sources.upseller.rejection import RejectedFile
from viang_pipeline.sources.upseller.stamps import shown_instant
from viang_pipeline.sources.upseller.stock import read_stock
from viang_pipeline.sources.upseller.tables import Table, read_table
from viang_pipeline.sources.upseller.workbook import members

MOST_REFUSED = 5
"""Per cent of rows; with more the whole file is refused (contract §10.3)."""

_READERS: dict[Kind, Callable[[Table, Reading], None]] = {
    "stock": read_stock,
    "products": read_products,
    "links": read_links,
    "kits": read_kits,
}


def digest(content: bytes) -> str:
    """What makes two files the same: sha256 of the bytes, hex."""
    return sha256(content).hexdigest()


def unpacked(name: str, content: bytes) -> list[tuple[str, bytes]]:
    """The file itself, or the workbooks of a zip as (name, bytes). Raises RejectedFile."""
    return members(name, content)


def read_file(name: str, content: bytes, *, handed_in: datetime, now: datetime) -> Reading:
    """One workbook or CSV. ``handed_in``: when it arrived, for names without a usable stamp.

    Raises RejectedFile when it is not readable or not recognised, when nothing or too little of it is good, and for
    what makes the kind's own reader refuse it.
    """
    table = read_table(name, content)
    kind = table.layout.kind
    shown_at = shown_instant(kind, name, handed_in)
    reading = Reading(kind, name, digest(content), shown_at, len(table.rows) + len(table.uneven))
    reading.unknown_headers = table.unknown_headers
    reading.refused += table.uneven
    if kind == "orders":
        read_orders(table, reading, now)
    else:
        _READERS[kind](table, reading)
    reading.refused.sort()
    _require_enough(table, reading)
    return reading


def _require_enough(table: Table, reading: Reading) -> None:
    refused = len(reading.refused)
    if refused * 100 > MOST_REFUSED * reading.lines:
        line, reason = reading.refused[0]
        raise RejectedFile(
            f"{refused} de {reading.lines} linhas foram recusadas, mais de {MOST_REFUSED} %; a primeira é a linha "
            f"{line}: {reason}",
            where=table.file,
            action="Exporte de novo e entregue o arquivo como ele veio.",
            kind=reading.kind,
        )
    if not reading.records:
        raise RejectedFile(
            f"O arquivo de {table.layout.label} não tem nenhuma linha aproveitável",
            where=table.file,
            kind=reading.kind,
        )
