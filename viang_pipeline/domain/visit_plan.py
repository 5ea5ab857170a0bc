"""Which listings' visits to ask for tonight, and over which days: a pure decision (contract §0 #15).

Hot listings are read every night, cold ones once a week with a window that reaches back to what was read before, so
that no day is lost; what was never read is read as far back as one answer goes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from zlib import crc32

COLD_EVERY = 7
"""Nights between two readings of a cold listing."""

REREAD = 4
"""Newest days that may still grow (kpis.md §7: final at D+3)."""

HOT_FOR = 14
"""Days after its last sale or visit that a listing stays hot."""

REACH = 149
"""Days one answer can give."""


@dataclass(frozen=True)
class KnownListing:
    """A listing as far as visits are concerned. ``read``: days [first, last] observed so far, None when never read;
    ``moved_on``: its last day with a sale or a visit."""

    listing: str
    read: tuple[date, date] | None
    moved_on: date | None


@dataclass(frozen=True)
class Question:
    """One window to ask for, both ends included."""

    listing: str
    first: date
    last: date


def visit_questions(
    listings: Collection[KnownListing], *, starts: date, yesterday: date, again_from: date | None = None
) -> list[Question]:
    """The windows to ask for, at most one per listing.

    ``starts``: the client's first day; ``again_from``: a person asks for everything from this day on once more.
    """
    reach = max(starts, yesterday - timedelta(days=REACH - 1))
    questions = []
    for known in sorted(listings, key=lambda k: k.listing):
        first = _first_day(known, reach, yesterday)
        if again_from is not None:
            first = min(first or again_from, again_from)
        if first is not None and max(first, reach) <= yesterday:
            questions.append(Question(known.listing, max(first, reach), yesterday))
    return questions


def _first_day(known: KnownListing, reach: date, yesterday: date) -> date | None:
    if known.read is None:
        return reach
    begins, ends = known.read
    if begins > reach:  # the client's history was moved to an earlier day
        return reach
    if not (_is_hot(known, yesterday) or _is_due(known.listing, ends, yesterday)):
        return None
    return min(ends, yesterday) - timedelta(days=REREAD - 1)


def _is_hot(known: KnownListing, yesterday: date) -> bool:
    return known.moved_on is not None and known.moved_on > yesterday - timedelta(days=HOT_FOR)


def _is_due(listing: str, ends: date, yesterday: date) -> bool:
    """Each cold listing has its night of the week; one that missed it is read the next night."""
    its_night = (crc32(listing.encode()) + yesterday.toordinal()) % COLD_EVERY == 0
    return its_night or ends <= yesterday - timedelta(days=COLD_EVERY)
