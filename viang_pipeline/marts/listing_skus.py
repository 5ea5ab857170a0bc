"""The SKUs of every listing, dated: kept when listings are read, asked for any day (kpis.md §4.2).

A later change of a listing never moves what was counted before: history follows the mapping of its own day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from importlib.resources import files
from typing import NamedTuple

import psycopg

from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.sku import NO_SKU


class CarriedSkus(NamedTuple):
    """``skus``: one entry per variation, so a SKU may stand in it more than once; ``status`` of the listing then."""

    status: str | None
    skus: tuple[str, ...]


def note_listing_skus(
    conn: psycopg.Connection, client_id: str, carried: Mapping[str, CarriedSkus], since: date
) -> set[str]:
    """Listings whose SKUs or status differ from what was known get a new version from ``since`` on; their ids.

    A second reading of the same night replaces the first one's version.
    """
    statement = files("viang_pipeline.marts").joinpath("sql", "note_listing_skus.sql").read_bytes()
    with conn.cursor() as cursor:
        cursor.execute(
            'create temporary table seen_skus (anuncio text collate "C", status text, skus text[]) on commit drop'
        )
        with cursor.copy("copy seen_skus from stdin") as copy:
            for listing, found in carried.items():
                copy.write_row((listing, found.status, list(found.skus)))
        rows = cursor.execute(statement, {"client_id": client_id, "since": since}).fetchall()
        cursor.execute("drop table seen_skus")
    return {listing for (listing,) in rows}


def listings_on(conn: psycopg.Connection, client_id: str, days: Iterable[date]) -> dict[date, dict[str, CarriedSkus]]:
    """Day → listing → what it carried: the version in force that day, or the first one known for earlier days.

    What names no SKU carries the one the client told for the listing as a whole, as its sales do (§4.2).
    """
    rows = conn.execute(
        "select anuncio, vigente_de, status, skus from dashboard.listing_skus where client_id = %s order by 1, 2",
        [client_id],
    ).fetchall()
    versions: dict[str, list[tuple[date, CarriedSkus]]] = {}
    for listing, since, status, skus in rows:
        versions.setdefault(listing, []).append((since, CarriedSkus(status, tuple(skus))))
    told = _told(conn, client_id)
    return {
        day: {
            listing: _named(_in_force(known, day), NO_SKU + listing, told.on(listing, day))
            for listing, known in versions.items()
        }
        for day in set(days)
    }


def _told(conn: psycopg.Connection, client_id: str) -> Dated[str]:
    return Dated(
        conn.execute(
            "select distinct on (anuncio, vigente_de) anuncio, vigente_de, sku from dashboard.sku_links"
            " where client_id = %s and variacao = '' order by 1, 2, conta",
            [client_id],
        ).fetchall()
    )


def _named(found: CarriedSkus, bucket: str, sku: str | None) -> CarriedSkus:
    if sku is None or bucket not in found.skus:
        return found
    return found._replace(skus=tuple(sorted(sku if each == bucket else each for each in found.skus)))


def _in_force(known: list[tuple[date, CarriedSkus]], day: date) -> CarriedSkus:
    return next((found for since, found in reversed(known) if since <= day), known[0][1])
