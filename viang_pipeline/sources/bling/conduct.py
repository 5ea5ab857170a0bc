"""How Bling wants to be asked and what its refusals mean (contract Bling §3, §4): by the body, not by the status.

An account that answers five errors in a row is left alone for the rest of the run; an address that is blocked, or an
account without calls left for the day, is left alone by every process.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from viang_pipeline.domain.business_day import business_day, day_start
from viang_pipeline.failures import AccessDenied, PermanentFailure, SourceFailure, SourcePaused, TransientFailure
from viang_pipeline.sources.conduct import BROKEN, Broken, Conduct, Renewal, Verdict
from viang_pipeline.sources.errors import LATER, from_http
from viang_pipeline.sources.pacing import BLING_ADDRESS, bling_day
from viang_pipeline.sources.redaction import quote

SOURCE = "Bling"
BLOCKED_FOR = 600.0
"""Seconds an address is blocked after a flood or too many errors."""

RESETS = 3
"""Connections cut or refused in a row, after which the address counts as blocked."""

ERRORS = 5
"""Errors of one account in a row, after which it is left alone for the rest of the run."""

DENIED = ("insufficient_scope", "FORBIDDEN")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an error body says; ``type`` is a free string, empty when the body is not Bling's envelope."""

    type: str = ""
    text: str = ""
    period: str = ""
    json: bool = False

    def __str__(self) -> str:
        said = ": ".join(part for part in (self.type, self.text) if part)
        return f"; o Bling respondeu “{said}”" if said else ""


def envelope(body: bytes) -> Envelope:
    """``{"error": {"type", "message", "description", "period"}}``, lower-case OAuth types included."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return Envelope()
    error = document.get("error") if isinstance(document, dict) else None
    if isinstance(error, str):
        error = {"type": error, "message": document.get("error_description")}
    if not isinstance(error, dict):
        return Envelope(json=True)

    def text(name: str) -> str:
        value: Any = error.get(name)
        return value.strip() if isinstance(value, str) else ""

    kind = text("type")
    said = [part for part in (text("message"), text("description")) if part and part != kind]
    return Envelope(quote(kind), quote(" ".join(dict.fromkeys(said))), text("period"), json=True)


class Breaker:
    """Errors of one account in a row, over everything a run reads of it."""

    def __init__(self) -> None:
        self.errors = 0

    @property
    def open(self) -> bool:
        """Whether the account is to be left alone."""
        return self.errors >= ERRORS


class BlingConduct(Conduct):
    """The rules of one Bling account. ``breaker`` is shared by all reads of the account within a run."""

    headers: Mapping[str, str] = {"enable-jwt": "1"}

    def __init__(self, company: str, breaker: Breaker, clock: Callable[[], datetime]) -> None:
        super().__init__(SOURCE)
        self._company = company
        self._breaker = breaker
        self._clock = clock
        self._resets = 0

    def stopped(self, path: str) -> SourceFailure | None:
        """The breaker's failure once it is open."""
        if not self._breaker.open:
            return None
        return SourcePaused(
            f"O Bling respondeu com erro {ERRORS} vezes seguidas a esta conta; o resto dela ficou sem ler",
            where=f"GET {path}",
            action=LATER,
        )

    def renewal(self, status: int, body: bytes) -> Renewal:
        """A refused token is a 401, whatever its words."""
        return "renew" if status == 401 else "no"

    def answered(self, path: str, status: int) -> None:
        """The address is not blocked; only what could be used ends a row of errors."""
        self._resets = 0
        if status in (200, 403, 404):
            self._breaker.errors = 0

    def verdict(self, path: str, tries: int, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """See the tables of contract Bling §3 and §4."""
        said = envelope(body)
        if status == 403 and said.json:
            return Verdict(_denied(path, said))
        if status in (403, 429) and not said.json:
            return self._blocked(path, status)
        self._breaker.errors += 1
        if status == 429:
            return self._too_many(path, status, said)
        if status >= 500:
            failure: SourceFailure = TransientFailure(
                f"O Bling está com problemas{said}", where=f"GET {path}", action=LATER, status=status
            )
            return Verdict(failure, pause=back_off(tries))
        failure = from_http("GET", path, status, b"")
        if isinstance(failure, TransientFailure):
            return Verdict(failure, pause=back_off(tries))
        return Verdict(
            PermanentFailure(f"{failure.what}{said}", where=failure.where, action=failure.action, status=status)
        )

    def _too_many(self, path: str, status: int, said: Envelope) -> Verdict:
        if said.period != "day":
            failure: SourceFailure = TransientFailure(
                f"O Bling pediu para reduzir o ritmo{said}", where=f"GET {path}", action=LATER, status=status
            )
            return Verdict(failure, pause=1.0 + random.random(), slower=True)
        failure = SourcePaused(
            "A conta usou todas as chamadas do dia no Bling, somados todos os seus aplicativos",
            where=f"GET {path}",
            action="Nada foi gravado; a leitura volta amanhã.",
            status=status,
        )
        return Verdict(failure, closes=(bling_day(self._company), seconds_of_the_day(self._clock())))

    def broken(self, path: str, tries: int, how: Broken) -> Verdict:
        """A run of cut or refused connections is how a blocked address may look."""
        self._breaker.errors += 1
        self._resets = 0 if how == "timeout" else self._resets + 1
        if self._resets >= RESETS:
            return self._blocked(path, None)
        failure = TransientFailure(f"O Bling {BROKEN[how]}", where=f"GET {path}", action=LATER)
        return Verdict(failure, pause=back_off(tries))

    def _blocked(self, path: str, status: int | None) -> Verdict:
        return Verdict(blocked(f"GET {path}", status), closes=(BLING_ADDRESS, BLOCKED_FOR))


def blocked(where: str, status: int | None) -> SourcePaused:
    """The failure of a read from an address that Bling blocks."""
    return SourcePaused(
        f"O Bling parece bloquear este endereço IP; nenhuma conta é lida daqui por {BLOCKED_FOR / 60:.0f} minutos",
        where=where,
        action="Nada foi gravado; a leitura volta sozinha depois disso.",
        status=status,
    )


def back_off(tries: int) -> float:
    """Seconds before the next try of a read that failed ``tries`` times: 2, 4, 8, 16."""
    return float(2**tries)


def seconds_of_the_day(now: datetime) -> float:
    """Seconds until the day ends in São Paulo, when the calls of a day are assumed to be counted anew."""
    return (day_start(business_day(now) + timedelta(days=1)) - now).total_seconds()


def _denied(path: str, said: Envelope) -> SourceFailure:
    if said.type in DENIED:
        why = "falta o escopo no aplicativo" if said.type == DENIED[0] else "o usuário ou o plano não permite"
        return AccessDenied(
            f"Sem permissão para esta leitura no Bling: {why}{said}",
            where=f"GET {path}",
            action="As outras leituras seguem. Ative o escopo no aplicativo e conecte o cliente de novo.",
            status=403,
        )
    return AccessDenied(
        f"O Bling negou esta leitura{said}",
        where=f"GET {path}",
        action="As outras leituras seguem. Confira o aplicativo e o usuário que o autorizou.",
        status=403,
    )
