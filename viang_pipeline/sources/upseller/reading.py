"""What was read of one file: records ready to be stored, and what a person should know about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from viang_pipeline.sources.payloads import Payload, RawRecord, record
from viang_pipeline.sources.upseller.layouts import Kind
from viang_pipeline.sources.upseller.tables import Refused

SHOWN = 20
"""Examples of one kind of trouble that are named; the others are counted."""


class Grouped(NamedTuple):
    """A record and the group it belongs to: a newer file replaces a group as a whole.

    ``group`` is the record's key or the part of it before a ``|``; ``day`` None where the source tells no day.
    """

    group: str
    found: RawRecord[Payload]
    day: date | None = None


@dataclass
class Reading:
    """One table of a file. ``lines`` = kept + refused + skipped; ``shown_at``: the instant it shows."""

    kind: Kind
    name: str
    sha256: str
    shown_at: datetime
    lines: int
    records: list[Grouped] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    skipped: int = 0
    unknown_headers: list[str] = field(default_factory=list)
    unknown_statuses: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    shops: list[str] = field(default_factory=list)
    first_day: date | None = None
    last_day: date | None = None
    revenue: Decimal | None = None

    @property
    def kept(self) -> int:
        """Rows of the file that are in the records."""
        return self.lines - len(self.refused) - self.skipped

    def warn(self, what: str, examples: Iterable[str]) -> None:
        """A warning with its first examples; nothing when there are none."""
        found = list(dict.fromkeys(examples))
        if found:
            more = f" e mais {len(found) - SHOWN}" if len(found) > SHOWN else ""
            self.warnings.append(f"{what}: {', '.join(found[:SHOWN])}{more}")


def key(*parts: str | None) -> str:
    """Parts joined by ``|``, which none of them can contain."""
    return "|".join((part or "").replace("%", "%25").replace("|", "%7C") for part in parts)


def grouped(group: str, member: str | None, value: Payload, day: date | None = None) -> Grouped:
    """A record whose key is the group, or the group and the member."""
    return Grouped(group, record(group if member is None else f"{group}|{key(member)}", value), day)
