"""The stock list: one row per SKU and warehouse (contract UpSeller §3). A broken invariant refuses the whole file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from viang_pipeline.sources.upseller.cells import BadCell, amount, identifier, quantity, short_text
from viang_pipeline.sources.upseller.payloads import Stock
from viang_pipeline.sources.upseller.reading import Reading, grouped, key
from viang_pipeline.sources.upseller.rejection import RejectedFile
from viang_pipeline.sources.upseller.tables import Refused, Row, Table

QUANTITIES = ("low_level", "incoming_purchase", "incoming_transfer", "reserved", "available", "on_hand")


def read_stock(table: Table, reading: Reading) -> None:
    """Fill ``reading`` with the list.

    Raises RejectedFile when a SKU is twice in a warehouse, or what is there is not what is free plus what is reserved.
    """
    taken: list[tuple[int, Stock]] = []
    for row in table.rows:
        try:
            taken.append((row.line, _stock(row)))
        except BadCell as bad:
            reading.refused.append(Refused(row.line, str(bad)))
    _check(table, taken)
    reading.records = [grouped(key(found.sku, found.warehouse), None, found) for _, found in taken]
    negative = [
        f"{found.sku} em {found.warehouse}"
        for _, found in taken
        if any((getattr(found, name) or 0) < 0 for name in QUANTITIES)
    ]
    reading.warn("saldos negativos", negative)


def _stock(row: Row) -> Stock:
    return Stock(
        sku=row.need("sku", identifier),
        warehouse=row.need("warehouse", short_text),
        available=row.need("available", quantity),
        reserved=row.need("reserved", quantity),
        on_hand=row.need("on_hand", quantity),
        low_level=row.get("low_level", quantity),
        incoming_purchase=row.get("incoming_purchase", quantity),
        incoming_transfer=row.get("incoming_transfer", quantity),
        cost_average=row.get("cost_average", amount),
    )


def _check(table: Table, taken: Sequence[tuple[int, Stock]]) -> None:
    counted = Counter((found.sku, found.warehouse) for _, found in taken)
    twice = [line for line, found in taken if counted[found.sku, found.warehouse] > 1]
    if twice:
        raise _broken(table, f"O mesmo SKU aparece duas vezes no mesmo armazém, na linha {twice[-1]}")
    for line, found in taken:
        if found.on_hand != found.available + (found.reserved or 0):
            raise _broken(table, f"Estoque Atual não é Disponível + Ocupado na linha {line}")


def _broken(table: Table, what: str) -> RejectedFile:
    action = "Exporte a lista de estoque de novo, sem editar."
    return RejectedFile(what, where=table.file, action=action, kind=table.layout.kind)
