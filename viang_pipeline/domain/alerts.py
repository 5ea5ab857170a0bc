"""What the agency has to know, and what of it is news. Pure: whoever gathers the state is in mail/alert_facts.

An alert keeps its key while it lasts, so it is told as new once, then with the day since when, then as resolved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["execucao", "acesso", "atraso", "qualidade", "quarentena", "email"]
"""In the order they are told: what stops everything else comes first."""


@dataclass(frozen=True)
class Alert:
    """One thing that is the matter. ``chave``: the same as long as it lasts; ``assunto``: what, the same for all it
    befell; ``linha``: whom, and how; ``cliente`` None: everyone; ``aviso``: worth knowing, and nobody has to act."""

    chave: str
    tipo: Kind
    assunto: str
    linha: str
    cliente: str | None = None
    aviso: bool = False

    @property
    def titulo(self) -> str:
        """The alert in one line, for the day it is resolved."""
        return f"{self.assunto}: {self.linha}"


@dataclass(frozen=True)
class Known:
    """An alert the agency was told of, and when first."""

    titulo: str
    desde: datetime


@dataclass(frozen=True)
class Told:
    """An alert as a digest tells it; ``desde`` None: news."""

    alert: Alert
    desde: datetime | None


@dataclass(frozen=True)
class Digest:
    """What a mail to the agency says."""

    alerts: tuple[Told, ...]
    resolved: tuple[Known, ...]

    @property
    def new(self) -> int:
        """How many alerts were never told before."""
        return sum(told.desde is None for told in self.alerts)

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.alerts or self.resolved)


def daily_digest(alerts: Iterable[Alert], known: Mapping[str, Known]) -> Digest:
    """Everything that is the matter now, and what no longer is; ``known`` by key."""
    now = {alert.chave: alert for alert in alerts}
    return Digest(
        tuple(Told(alert, known[key].desde if key in known else None) for key, alert in now.items()),
        tuple(told for key, told in sorted(known.items()) if key not in now),
    )


def failure_digest(alerts: Iterable[Alert], known: Mapping[str, Known]) -> Digest:
    """Failed runs nobody was told of, and nothing else: what cannot wait for the next morning."""
    fresh = {alert.chave: alert for alert in alerts if alert.tipo == "execucao" and alert.chave not in known}
    return Digest(tuple(Told(alert, None) for alert in fresh.values()), ())
