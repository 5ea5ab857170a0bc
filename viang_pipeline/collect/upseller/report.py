"""What became of a file, as the JSON people get beside it and ``upseller_files.relatorio`` keeps. No cell is quoted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from viang_pipeline.collect.work import Outcome
from viang_pipeline.sources.upseller import Reading
from viang_pipeline.sources.upseller.layouts import Kind

State = Literal["importado", "recusado", "repetido"]

KIND_NAMES: dict[Kind, str] = {
    "orders": "pedidos",
    "stock": "estoque",
    "products": "produtos",
    "links": "ligacoes",
    "kits": "kits",
}
MOST_REFUSALS = 200
"""Refused rows that are listed; the number of all of them is in ``linhas``."""


@dataclass
class FileResult:
    """One file, or one workbook of a zip. ``state`` repetido: the same bytes were imported before."""

    name: str
    state: State
    report: dict[str, Any]
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def taken(self) -> bool:
        """Whether its content is in the database."""
        return self.state != "recusado"


def report_of(reading: Reading) -> dict[str, Any]:
    """What was read; the rows written are added by who writes them."""
    report: dict[str, Any] = {
        "arquivo": reading.name,
        "situacao": "importado",
        "tipo": KIND_NAMES[reading.kind],
        "retrato_de": reading.shown_at.isoformat(),
        "linhas": {
            "lidas": reading.lines,
            "mantidas": reading.kept,
            "recusadas": len(reading.refused),
            "puladas": reading.skipped,
        },
        "recusas": [{"linha": line, "motivo": reason} for line, reason in reading.refused[:MOST_REFUSALS]],
        "cabecalhos_desconhecidos": reading.unknown_headers,
        "avisos": reading.warnings,
    }
    if reading.shops:
        report["lojas"] = reading.shops
    if reading.kind == "orders":
        report |= {
            "status_desconhecidos": reading.unknown_statuses,
            "primeiro_dia": reading.first_day.isoformat() if reading.first_day else None,
            "ultimo_dia": reading.last_day.isoformat() if reading.last_day else None,
            "receita": None if reading.revenue is None else str(reading.revenue),
        }
    return report


def rejection_report(name: str, kind: Kind | None, reason: str) -> dict[str, Any]:
    """Why a file was refused as a whole."""
    return {
        "arquivo": name,
        "situacao": "recusado",
        "tipo": None if kind is None else KIND_NAMES[kind],
        "motivo": reason,
    }


def repeated_report(name: str, kind: str | None, imported_at: datetime) -> dict[str, Any]:
    """The same bytes came before."""
    return {"arquivo": name, "situacao": "repetido", "tipo": kind, "importado_em": imported_at.isoformat()}
