"""Families of routes and when to stop reading one (contract Mercado Livre §1.2: stop the family after repeated 429).

Limits go by endpoint, so a family is a route with its ids taken out: ``/shipments/1/costs`` and ``/shipments/2/costs``
are one, ``/shipments/1`` is another.
"""

from __future__ import annotations

import re
import threading
from collections import Counter

from viang_pipeline.failures import SourcePaused

REPEATED = 5
"""429s in a row, over all requests of a family, after which its read stops."""

_ID = re.compile(r"(?:[A-Z]{2,5})?\d+")


def family(path: str) -> str:
    """The path with ``*`` for each segment that is an id (digits, or a site's letters and digits)."""
    return "/".join("*" if _ID.fullmatch(segment) else segment for segment in path.split("/"))


class RouteFamilies:
    """Counts refusals of each family for the length of one read; another read starts with new ones.

    Requests of several threads that were under way together count as one: none of them was sent in spite of another's
    refusal.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._refused: Counter[str] = Counter()
        self._sent = threading.local()

    def stopped(self, path: str) -> SourcePaused | None:
        """The failure of a read whose family is stopped; None while it may go on."""
        name = family(path)
        self._sent.after = self._refused[name]
        if self._refused[name] < REPEATED:
            return None
        return SourcePaused(
            f"{self._source} recusou {REPEATED} chamadas seguidas desta família por excesso de ritmo; "
            "a leitura dela parou, as outras continuam",
            where=f"GET {name}",
            action="Nada foi gravado; tente de novo daqui a alguns minutos.",
            status=429,
        )

    def answered(self, path: str) -> None:
        """The platform served the family: what was refused before does not count any more."""
        self._refused.pop(family(path), None)

    def refused(self, path: str) -> None:
        """The platform answered 429 to this thread's last request."""
        name = family(path)
        self._refused[name] = min(self._refused[name], self._sent.after) + 1
