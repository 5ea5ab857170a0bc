"""The mail of a digest of alerts: by kind, what is the matter, for whom, since when, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import get_args

from viang_pipeline.domain.alerts import Digest, Kind, Told
from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.domain.health import runbook_section
from viang_pipeline.mail.content import Content, Tone, badges, bullets, card, heading, page, paragraph, space

MOST_LINES = 12
"""Of one card; the rest is counted."""


@dataclass(frozen=True)
class Section:
    """How a kind of alert is headed, coloured, and acted on."""

    titulo: str
    tom: Tone
    o_que_fazer: str


SECTIONS: dict[Kind, Section] = {
    "execucao": Section(
        "Execuções que falharam",
        "ruim",
        "Leia o motivo. O que foi lido antes da falha está guardado e o resto é tentado de novo sozinho; se repetir "
        "amanhã, abra a execução no Dagster e rode `viang doctor`.",
    ),
    "acesso": Section(
        "Acessos a renovar",
        "ruim",
        "Peça ao cliente que autorize de novo: rode `viang connect mercado-livre ID` (ou `bling ID`) e envie o "
        "endereço que aparece. Até lá nada novo é lido; depois, os dias que faltam são lidos sozinhos.",
    ),
    "atraso": Section(
        "Leituras atrasadas",
        "atencao",
        "Rode `viang status ID`. As fontes são lidas de novo sozinhas durante o dia; se o motivo for permissão, "
        "libere-a no aplicativo; UpSeller depende do arquivo exportado.",
    ),
    "qualidade": Section(
        "Conferências que não fecharam",
        "atencao",
        "Abra a verificação no Dagster: a tabela mostra os casos. Não envie relatórios destes dias antes de entender "
        "a diferença; `viang reprocess --client-id ID` relê e reconstrói.",
    ),
    "quarentena": Section(
        "Vendas em quarentena",
        "atencao",
        "Estas vendas estão fora de todos os números. Confira os pedidos na plataforma; um status novo precisa ser "
        "ensinado ao sistema antes de contar.",
    ),
    "email": Section(
        "E-mails que não saíram",
        "ruim",
        "Veja `viang mail list`. Incerto: pergunte ao destinatário e rode `viang mail confirm NÚMERO` se chegou, "
        "`viang mail resend NÚMERO` se não. Falhou: corrija o endereço ou o motivo e rode `viang mail resend NÚMERO`.",
    ),
}


def alert_content(digest: Digest, agency: str, at: datetime) -> Content:
    """Text and HTML of a digest at an instant."""
    subject, opening = _subject(digest), _opening(digest)
    when = f"{at.astimezone(SAO_PAULO):%d/%m/%Y, %H:%M}"
    footer = [f"Resumo automático do Viang, {when} (horário de São Paulo).", "Quem recebe: VIANG_ALERT_EMAILS."]
    lines = [f"{agency} · {subject}", when, "", opening]
    blocks = [
        badges([(text, SECTIONS[kind].tom) for kind, text in _counts(digest)]) if digest.alerts else paragraph(opening)
    ]
    for kind, cards in _sections(digest):
        section = SECTIONS[kind]
        remedy = f"{section.o_que_fazer} Passo a passo: {runbook_section(kind)}."
        blocks.append(heading(section.titulo))
        lines += ["", section.titulo.upper()]
        for number, (subject_of_card, told) in enumerate(cards):
            details = _details(told, at)
            last = number == len(cards) - 1
            blocks.append(card(subject_of_card, details, remedy if last else None, section.tom, _label(told, at)))
            lines += [f"- {subject_of_card} [{_label(told, at)}]", *(f"    {detail}" for detail in details)]
        lines.append(f"  O que fazer: {remedy.replace('`', '')}")
    if digest.resolved:
        resolved = [f"{known.titulo} (desde {_day(known.desde, at)})" for known in digest.resolved]
        blocks += [heading("Resolvido"), bullets(resolved[:MOST_LINES])]
        lines += ["", "RESOLVIDO", *(f"- {line}" for line in resolved)]
    lines += ["", *footer]
    html = page(agency=agency, title=subject, subtitle=when, preview=opening, blocks=[*blocks, space()], footer=footer)
    return Content(f"{agency}: {subject} – {at.astimezone(SAO_PAULO):%d/%m}", "\n".join(lines) + "\n", html)


def _subject(digest: Digest) -> str:
    if not digest.alerts:
        return "tudo resolvido"
    total = _count(len(digest.alerts), "alerta", "alertas")
    return f"{total}, {_count(digest.new, 'novo', 'novos')}" if digest.new else f"{total}, nenhum novo"


def _opening(digest: Digest) -> str:
    if not digest.alerts:
        return "Não há mais nada em aberto. O que se resolveu desde o último aviso está abaixo."
    return "; ".join(text for _, text in _counts(digest)) + "."


def _counts(digest: Digest) -> list[tuple[Kind, str]]:
    """Kind → how many of it."""
    return [(kind, f"{SECTIONS[kind].titulo}: {sum(len(t) for _, t in cards)}") for kind, cards in _sections(digest)]


def _sections(digest: Digest) -> Iterator[tuple[Kind, list[tuple[str, list[Told]]]]]:
    """Kind → its cards: what happened, and everyone it happened to; news first."""
    for kind in get_args(Kind):
        of_kind = sorted((t for t in digest.alerts if t.alert.tipo == kind), key=lambda t: t.alert.assunto)
        cards = [(subject, list(told)) for subject, told in groupby(of_kind, key=lambda t: t.alert.assunto)]
        if cards:
            yield kind, sorted(cards, key=lambda each: all(told.desde for told in each[1]))


def _details(told: list[Told], at: datetime) -> list[str]:
    """Everyone on a card; since when is said of each only where it differs."""
    mixed = len({t.desde is None for t in told}) > 1
    lines = [t.alert.linha + (f" · {_since(t, at)}" if mixed else "") for t in told]
    rest = len(lines) - MOST_LINES
    return lines if rest <= 0 else [*lines[:MOST_LINES], f"e mais {rest}"]


def _label(told: list[Told], at: datetime) -> str:
    fresh = sum(t.desde is None for t in told)
    if fresh == len(told):
        return "novo"
    if fresh:
        return _count(fresh, "novo", "novos")
    return _since(min(told, key=lambda t: t.desde or at), at)


def _since(told: Told, at: datetime) -> str:
    return "novo" if told.desde is None else f"desde {_day(told.desde, at)}"


def _day(instant: datetime, at: datetime) -> str:
    """The day, or the hour when it is today's."""
    local, today = instant.astimezone(SAO_PAULO), at.astimezone(SAO_PAULO).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%d/%m}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
