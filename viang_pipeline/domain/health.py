"""Whether everything is fine, in one sentence, and if not what needs a person. Pure.

What is the matter is found in mail/alerts; how it is shown is decided by whoever asks (``viang status``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

from viang_pipeline.domain.alerts import Alert, Kind, Known

REMEDIES: Final[dict[Kind, str]] = {
    "execucao": "viang doctor; a execução está no Dagster",
    "acesso": "viang connect PLATAFORMA ID, e o cliente autoriza",
    "atraso": "viang status ID",
    "qualidade": "a verificação no Dagster mostra os casos; viang reprocess --client-id ID relê",
    "quarentena": "confira os pedidos na plataforma",
    "email": "viang mail list",
}
"""The first thing to do about each kind; the whole answer stands in the runbook."""


def runbook_section(kind: Kind) -> str:
    """Where docs/runbook.md speaks of a kind of alert."""
    return f"docs/runbook.md#{kind}"


@dataclass(frozen=True)
class Matter:
    """One thing that needs a person. ``linhas``: everyone it befell; ``desde`` None: nobody was told of it yet."""

    tipo: Kind
    assunto: str
    linhas: tuple[str, ...]
    clientes: tuple[str, ...]
    desde: datetime | None

    @property
    def o_que_fazer(self) -> str:
        """The first command or page, for the client where there is one alone."""
        remedy = REMEDIES[self.tipo]
        return re.sub(r"\bID\b", self.clientes[0], remedy) if len(self.clientes) == 1 else remedy

    @property
    def manual(self) -> str:
        """The section of the runbook."""
        return runbook_section(self.tipo)


@dataclass(frozen=True)
class Verdict:
    """The answer. ``precisa``: what needs a person, the worst first; ``avisos``: what is worth knowing and changes no
    verdict; ``andando``: what the pipeline does by itself."""

    clientes_ativos: int
    precisa: tuple[Matter, ...]
    avisos: tuple[Matter, ...]
    andando: tuple[str, ...]

    @property
    def fine(self) -> bool:
        """Whether nobody has to do anything."""
        return not self.precisa

    @property
    def frase(self) -> str:
        """The one line."""
        if self.precisa:
            return (
                "1 coisa precisa de você."
                if len(self.precisa) == 1
                else f"{len(self.precisa)} coisas precisam de você."
            )
        clients = {0: "nenhum cliente ativo", 1: "1 cliente ativo"}.get(
            self.clientes_ativos, f"{self.clientes_ativos} clientes ativos"
        )
        notices = {0: "", 1: ", 1 aviso"}.get(len(self.avisos), f", {len(self.avisos)} avisos")
        return f"Tudo em ordem: {clients}{notices}" + (", há trabalho em andamento." if self.andando else ".")


def verdict(
    alerts: Iterable[Alert],
    known: Mapping[str, Known],
    *,
    active: int,
    working: Iterable[str] = (),
    client_id: str | None = None,
) -> Verdict:
    """The answer for all clients, or for one: then what befell others is left out, and what befell all is kept.

    The same trouble of many clients is one matter. Kinds come in their order, and of one kind what lasts longest first.
    """
    told = [alert for alert in alerts if client_id is None or alert.cliente in (None, client_id)]
    needs = _matters((alert for alert in told if not alert.aviso), known)
    notices = _matters((alert for alert in told if alert.aviso), known)
    return Verdict(active, needs, notices, tuple(working))


def _matters(alerts: Iterable[Alert], known: Mapping[str, Known]) -> tuple[Matter, ...]:
    grouped: dict[tuple[Kind, str], list[Alert]] = {}
    for alert in alerts:
        grouped.setdefault((alert.tipo, alert.assunto), []).append(alert)
    matters = [
        Matter(
            kind,
            subject,
            tuple(alert.linha for alert in found),
            tuple(sorted({alert.cliente for alert in found if alert.cliente is not None})),
            min((known[alert.chave].desde for alert in found if alert.chave in known), default=None),
        )
        for (kind, subject), found in grouped.items()
    ]
    order = get_args(Kind)
    matters.sort(key=lambda m: (order.index(m.tipo), m.desde is None, m.desde and m.desde.timestamp(), m.assunto))
    return tuple(matters)
