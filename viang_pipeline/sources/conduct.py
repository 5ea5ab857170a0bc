"""How a platform wants to be asked and what its refusals mean; this is Mercado Livre's way (contract §1.1, §1.2).

A platform with other rules has a Conduct of its own. One conduct belongs to one HttpClient: it counts refusals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from viang_pipeline.failures import SourceFailure, TransientFailure
from viang_pipeline.sources.errors import LATER, envelope, from_http
from viang_pipeline.sources.route_families import RouteFamilies

LONGEST_RETRY_AFTER = 60.0

Renewal = Literal["renew", "if changed", "no"]
"""What a refused token calls for: a new one, the stored one if it is another, or nothing."""

Broken = Literal["timeout", "refused", "cut"]
"""How a request ended without an answer: no answer in time, no connection, connection lost."""

BROKEN = {
    "timeout": "demorou demais para responder",
    "refused": "não aceitou a conexão",
    "cut": "interrompeu a conexão no meio da resposta",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an unusable answer, or none, means: ``failure``; ``pause``: seconds the next try waits at least;
    ``slower``: the platform asked for a slower pace; ``closes``: a budget nobody may use for so many seconds."""

    failure: SourceFailure
    pause: float | None = None
    slower: bool = False
    closes: tuple[str, float] | None = None


class Conduct:
    """The rules of one platform for the length of one read. ``headers`` go with every request."""

    headers: Mapping[str, str] = {}

    def __init__(self, source: str, method: str = "GET") -> None:
        """``method``: how this platform wants its reads."""
        self.source = source
        self._method = method
        self._families = RouteFamilies(source)

    def stopped(self, path: str) -> SourceFailure | None:
        """Why ``path`` must not be asked now; None while it may."""
        return self._families.stopped(path)

    def renewal(self, status: int, body: bytes) -> Renewal:
        """What a refusal says of the token. A 403 of the gateway only calls for another one if this one has expired
        meanwhile; if it has not, a permission is missing and renewing would loop."""
        if status == 401:
            return "renew"
        return "if changed" if status == 403 and envelope(body).policy else "no"

    def answered(self, path: str, status: int) -> None:
        """The platform answered: what was refused before does not count any more."""
        if status != 429:
            self._families.answered(path)

    def verdict(self, path: str, tries: int, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """An answer nobody can use, to the try number ``tries``; header names are lower case."""
        failure = from_http(self._method, path, status, body)
        if status != 429:
            return Verdict(failure, retry_after(headers) if isinstance(failure, TransientFailure) else None)
        self._families.refused(path)
        return Verdict(self._families.stopped(path) or failure, retry_after(headers), slower=True)

    def broken(self, path: str, tries: int, how: Broken) -> Verdict:
        """No answer came."""
        return Verdict(TransientFailure(f"{self.source} {BROKEN[how]}", where=f"{self._method} {path}", action=LATER))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """``Retry-After`` in seconds, given as seconds or as a date, between 0 and one minute; None when unusable."""
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER) if seconds == seconds else None
