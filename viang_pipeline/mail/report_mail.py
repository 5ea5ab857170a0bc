"""The mail a report goes out with: its main numbers, in text and in HTML. The report itself is the attached PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viang_pipeline.mail.content import Content, Tone, bullets, figure, heading, page, paragraph, space


@dataclass(frozen=True)
class Kpi:
    """One number as people read it. ``comparacao``: against what, for example "+12,4 % sobre setembro"; ``tom`` says
    whether that is good, and colours it."""

    nome: str
    valor: str
    comparacao: str | None = None
    tom: Tone = "neutro"


@dataclass(frozen=True)
class ReportSummary:
    """What the mail says of a report; all texts in Portuguese, numbers already written out.

    ``titulo``: for example "Relatório de outubro de 2026"; ``notas``: what to keep in mind, what is preliminary.
    """

    cliente: str
    titulo: str
    kpis: Sequence[Kpi]
    notas: Sequence[str] = ()


def report_content(summary: ReportSummary, agency: str) -> Content:
    """Text and HTML of the mail of a report."""
    opening = f"Segue em anexo o relatório completo de {summary.cliente}, em PDF. Os principais números:"
    footer = [f"Enviado por {agency}."]
    lines = [f"{agency} · {summary.titulo}", summary.cliente, "", opening, ""]
    for kpi in summary.kpis:
        lines.append(f"- {kpi.nome}: {kpi.valor}" + (f" ({kpi.comparacao})" if kpi.comparacao else ""))
    if summary.notas:
        lines += ["", "Para ler os números:", *(f"- {note}" for note in summary.notas)]
    lines += ["", *footer]
    html = page(
        agency=agency,
        title=summary.titulo,
        subtitle=summary.cliente,
        preview="; ".join(f"{kpi.nome} {kpi.valor}" for kpi in summary.kpis[:3]),
        blocks=[
            paragraph(opening),
            *(figure(kpi.nome, kpi.valor, kpi.comparacao, kpi.tom) for kpi in summary.kpis),
            *([heading("Para ler os números"), bullets(summary.notas)] if summary.notas else []),
            space(),
        ],
        footer=footer,
    )
    return Content(f"{summary.titulo} – {summary.cliente}", "\n".join(lines) + "\n", html)
