"""The instant a file shows, from the stamps in its name (contract UpSeller §2, §3, §6); else when it was handed in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.sources.upseller.layouts import Kind

ONE_DAY = timedelta(days=1)

_ORDERS = re.compile(r"(?<!\d)(20\d{10}(?:\d\d)?)(?!\d)")
_STOCK = re.compile(r"(?<!\d)(\d{10})(?!\d)")
_TWO_STAMPS = re.compile(r"(?<!\d)20\d{10}-(20\d{12})(?!\d)")


def shown_instant(kind: Kind, name: str, handed_in: datetime) -> datetime:
    """The moment of the export.

    Orders: a stamp of unknown zone, good for ordering files; it may be up to a day ahead of ``handed_in``.
    Stock: UTC without year, the year that puts it nearest; ignored when later than ``handed_in`` or more than a day
    older. The others: the second of two stamps, UTC, ignored when later than ``handed_in``.
    """
    if kind == "orders":
        stamp = _parsed(_ORDERS, name, SAO_PAULO)
        return stamp if stamp is not None and stamp <= handed_in + ONE_DAY else handed_in
    if kind == "stock":
        stamp = _nearest_year(name, handed_in)
        return stamp if stamp is not None and handed_in - ONE_DAY <= stamp <= handed_in else handed_in
    stamp = _parsed(_TWO_STAMPS, name, UTC)
    return stamp if stamp is not None and stamp <= handed_in else handed_in


def _parsed(pattern: re.Pattern[str], name: str, zone: tzinfo) -> datetime | None:
    for digits in pattern.findall(name):
        try:
            return datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=zone)
        except ValueError:
            continue
    return None


def _nearest_year(name: str, handed_in: datetime) -> datetime | None:
    candidates = []
    for digits in _STOCK.findall(name):
        for year in (handed_in.year - 1, handed_in.year, handed_in.year + 1):
            try:
                candidates.append(datetime.strptime(f"{year}{digits}", "%Y%m%d%H%M%S").replace(tzinfo=UTC))
            except ValueError:
                continue
    return min(candidates, key=lambda stamp: abs(stamp - handed_in), default=None)
