"""What a mail says, in both of its forms, and the page every mail of the agency is laid out on.

Mail programs know little CSS: tables, styles on each element, no image, no font of our own; one column, so that a phone
shows it as it is. Every text that comes in is escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

FONT = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
INK, QUIET, LINE, PAPER = "#172033", "#5b6577", "#e4e8ef", "#f2f4f8"
BRAND = "#1d3557"

Tone = Literal["bom", "ruim", "atencao", "neutro"]
TONES: dict[Tone, tuple[str, str]] = {
    "bom": ("#146c43", "#e3f5ea"),
    "ruim": ("#a61b1b", "#fdeaea"),
    "atencao": ("#8a5300", "#fff3dc"),
    "neutro": ("#3f4a5c", "#eceff4"),
}
"""Text and ground; every pair has a contrast above 5 : 1."""


@dataclass(frozen=True)
class Content:
    """Subject, text and HTML of one mail; text and HTML say the same."""

    assunto: str
    texto: str
    html: str


def page(*, agency: str, title: str, subtitle: str, preview: str, blocks: Sequence[str], footer: Sequence[str]) -> str:
    """A whole mail. ``preview``: what a mailbox shows beside the subject; ``blocks``: made by the functions below."""
    ends = "<br>".join(escape(line) for line in footer)
    return f"""<!DOCTYPE html>
<html lang="pt-BR">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{escape(title)}</title>
</head>
<body style="margin:0;padding:0;background:{PAPER};">
<div style="display:none;max-height:0;overflow:hidden;">{escape(preview)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:{PAPER};">
<tr><td align="center" style="padding:20px 10px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px;background:#ffffff;border:1px solid {LINE};border-radius:10px;overflow:hidden;">
<tr><td style="background:{BRAND};padding:22px 26px;{FONT};">
<div style="font-size:12px;letter-spacing:1.2px;text-transform:uppercase;color:#b9c9df;">{escape(agency)}</div>
<div style="font-size:22px;line-height:28px;font-weight:600;color:#ffffff;padding-top:6px;">{escape(title)}</div>
<div style="font-size:14px;line-height:20px;color:#d5dfec;padding-top:4px;">{escape(subtitle)}</div>
</td></tr>
{"".join(blocks)}
<tr><td style="padding:16px 26px 22px;border-top:1px solid {LINE};{FONT};font-size:12px;line-height:18px;color:{QUIET};">{ends}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
"""


def heading(text: str) -> str:
    """The title of a section."""
    return _row(
        f'<div style="font-size:13px;font-weight:600;letter-spacing:.4px;color:{BRAND};">{escape(text)}</div>',
        "22px 26px 2px",
    )


def paragraph(text: str, *, quiet: bool = False) -> str:
    """A paragraph."""
    colour = QUIET if quiet else INK
    return _row(f'<div style="font-size:15px;line-height:22px;color:{colour};">{escape(text)}</div>', "14px 26px 4px")


def badges(texts: Sequence[tuple[str, Tone]]) -> str:
    """What a mail is about at a glance."""
    return _row(" ".join(f'<span style="line-height:28px;">{badge(*text)}</span>' for text in texts), "10px 26px 0")


def figure(name: str, value: str, comparison: str | None, tone: Tone) -> str:
    """A number by its name, and how it compares."""
    beside = f'<div style="padding-top:4px;">{badge(comparison, tone)}</div>' if comparison else ""
    return _row(
        f"""<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>
<td style="{FONT};font-size:15px;line-height:22px;color:{QUIET};padding:12px 12px 12px 0;border-bottom:1px solid {LINE};">{escape(name)}</td>
<td align="right" style="{FONT};font-size:20px;line-height:26px;font-weight:600;color:{INK};padding:12px 0;border-bottom:1px solid {LINE};">{escape(value)}{beside}</td>
</tr></table>""",
        "0 26px",
    )


def card(title: str, details: Sequence[str], hint: str | None, tone: Tone, label: str) -> str:
    """Something that is the matter: ``label`` as a badge, what it is, and what to do (commands in backticks)."""
    colour, _ = TONES[tone]
    lines = "".join(
        f'<div style="font-size:14px;line-height:20px;color:{QUIET};padding-top:4px;">{escape(line)}</div>'
        for line in details
    )
    todo = (
        f'<div style="font-size:14px;line-height:20px;color:{INK};background:{PAPER};border-radius:6px;'
        f'padding:9px 12px;margin-top:10px;"><b>O que fazer:</b> {_with_commands(hint)}</div>'
        if hint
        else ""
    )
    return _row(
        f"""<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>
<td style="{FONT};border:1px solid {LINE};border-left:4px solid {colour};border-radius:6px;padding:14px 16px;">
<div>{badge(label, tone)}</div>
<div style="font-size:16px;line-height:22px;font-weight:600;color:{INK};padding-top:8px;">{escape(title)}</div>{lines}{todo}
</td></tr></table>""",
        "10px 26px 0",
    )


def bullets(lines: Sequence[str]) -> str:
    """Short notes."""
    items = "".join(
        f'<div style="font-size:14px;line-height:21px;color:{INK};padding-top:6px;">•&nbsp; {escape(line)}</div>'
        for line in lines
    )
    return _row(items, "2px 26px 8px")


def space() -> str:
    """Air before the foot."""
    return _row("", "10px 0")


def badge(text: str, tone: Tone) -> str:
    """A few words on coloured ground."""
    colour, ground = TONES[tone]
    return (
        f'<span style="{FONT};display:inline-block;font-size:12px;line-height:16px;font-weight:600;color:{colour};'
        f'background:{ground};border-radius:9px;padding:2px 9px;">{escape(text)}</span>'
    )


def _with_commands(text: str) -> str:
    style = "font-family:Consolas,Menlo,monospace;font-size:13px;background:#e4e8ef;border-radius:3px;padding:0 4px;"
    return re.sub("`([^`]+)`", rf'<span style="{style}">\1</span>', escape(text))


def _row(inner: str, padding: str) -> str:
    return f'<tr><td style="padding:{padding};{FONT};">{inner}</td></tr>\n'
