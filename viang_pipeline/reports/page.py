"""The sheet everything is drawn on: A4, its margins, fonts, running head and foot, and a cursor that goes down.

Text that comes from outside is made printable here, once: what the font cannot draw is left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files

from fpdf import FPDF
from fpdf.fonts import TTFFont

from viang_pipeline.reports.theme import FAINT, INK, LINE, SOFT, WHITE, Brand, Colour

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT, TOP, BOTTOM = 18.0, 18.0, 24.0, 20.0
INNER = WIDTH - LEFT - RIGHT
FONT = "Inter"
_FACES = {"": "Inter-Regular.ttf", "B": "Inter-SemiBold.ttf"}
_POINT = 25.4 / 72
ELLIPSIS = "…"


def _add_fonts(pdf: FPDF) -> None:
    for style, name in _FACES.items():
        with as_file(files("viang_pipeline.reports").joinpath("fonts", name)) as path:
            pdf.add_font(FONT, style, path)


@cache
def _advances() -> dict[str, dict[str, float]]:
    """How wide each character the font can draw is, in points at size 1, regular and bold."""
    pdf = FPDF()
    _add_fonts(pdf)
    faces = [face for face in pdf.fonts.values() if isinstance(face, TTFFont)]
    return {
        style: {chr(code): face.cw[code] / 1000 for code in face.cmap}
        for style, face in zip(_FACES, faces, strict=True)
    }


def printable(text: str) -> str:
    """``text`` in one line, of characters the font has: no control, direction or pictorial characters."""
    drawable = _advances()[""]
    composed = unicodedata.normalize("NFC", text)
    kept = (c if c in drawable else " " for c in composed if unicodedata.category(c) not in ("Cf", "Mn"))
    return " ".join("".join(kept).split())


class Sheet:
    """A document under way. Lengths are millimetres, text sizes points; ``y`` is where the next thing goes."""

    def __init__(self, brand: Brand, *, title: str, running: str, made_at: datetime) -> None:
        self.brand = brand
        self.running = printable(running)
        self.y = TOP
        self.pdf = FPDF(format="A4", unit="mm")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        _add_fonts(self.pdf)
        self.pdf.set_title(printable(title))
        self.pdf.set_author(printable(brand.name))
        self.pdf.set_lang("pt-BR")
        self.pdf.set_creation_date(made_at)

    def new_page(self, *, running: bool = True) -> None:
        """The next page, with its running head and foot unless it is the cover."""
        self.pdf.add_page()
        self.y = TOP
        if running:
            name = INNER / 3
            self.text(LEFT, 11, self.running, size=7.5, colour=FAINT, width=INNER - name - 4)
            self.text(LEFT + INNER - name, 11, self.brand.name, size=7.5, colour=FAINT, width=name, align="R")
            self.rule(LEFT, 16, INNER)
            self.text(LEFT, HEIGHT - 13, str(self.pdf.page_no()), size=7.5, colour=FAINT, width=INNER, align="R")

    def need(self, height: float) -> None:
        """Go on to a new page unless ``height`` is still free on this one."""
        if not self.has_room(height):
            self.new_page()

    def has_room(self, height: float) -> bool:
        """Whether ``height`` is still free on this page."""
        return self.y + height <= HEIGHT - BOTTOM

    def width_of(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a printable text is drawn."""
        return sum(map(_advances()["B" if bold else ""].__getitem__, text)) * size * _POINT

    def fitted(self, text: str, size: float, width: float, *, bold: bool = False) -> str:
        """The text, cut with an ellipsis where it is wider than ``width``."""
        text = printable(text)
        if self.width_of(text, size, bold=bold) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width_of(text[:middle].rstrip() + ELLIPSIS, size, bold=bold) <= width:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + ELLIPSIS

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 9,
        bold: bool = False,
        colour: Colour = INK,
        width: float | None = None,
        align: str = "L",
        shrink: bool = False,
    ) -> None:
        """One line with its top at ``y``; where it would leave ``width`` it is cut, or, as every number must,
        drawn smaller (``shrink``)."""
        text = printable(text) if width is None or shrink else self.fitted(text, size, width, bold=bold)
        if not text:
            return
        used = self.width_of(text, size, bold=bold)
        if width is not None and used > width:
            size, used = size * width / used, width
        x += {"L": 0.0, "C": ((width or used) - used) / 2, "R": (width or used) - used}[align]
        self.pdf.set_font(FONT, "B" if bold else "", size)
        self.pdf.set_text_color(*colour)
        self.pdf.text(x, y + size * _POINT * 0.96, text)

    def paragraph(
        self, x: float, y: float, text: str, width: float, *, size: float = 9, bold: bool = False,
        colour: Colour = INK, leading: float = 1.5, lines: int | None = None,
    ) -> float:  # fmt: skip
        """A text broken into lines from ``y`` on, at most ``lines`` of them; its height."""
        step = size * _POINT * leading
        broken = self.broken(text, width, size=size, bold=bold)
        if lines is not None and len(broken) > lines:
            broken = [*broken[: lines - 1], self.fitted(" ".join(broken[lines - 1 :]), size, width, bold=bold)]
        for number, line in enumerate(broken):
            self.text(x, y + number * step, line, size=size, bold=bold, colour=colour)
        return len(broken) * step

    def broken(self, text: str, width: float, *, size: float, bold: bool = False) -> list[str]:
        """The lines a text makes in ``width``, broken between words; a word wider than the line is cut."""
        lines: list[str] = []
        for word in printable(text).split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width_of(longer, size, bold=bold) <= width:
                lines[-1] = longer
            else:
                lines.append(self.fitted(word, size, width, bold=bold))
        return lines

    def box(
        self, x: float, y: float, width: float, height: float, fill: Colour | None, *, radius: float = 0.0,
        border: Colour | None = None,
    ) -> None:  # fmt: skip
        """A filled or framed rectangle, with round corners if asked."""
        if fill is not None:
            self.pdf.set_fill_color(*fill)
        if border is not None:
            self.pdf.set_draw_color(*border)
            self.pdf.set_line_width(0.2)
        style = ("F" if fill is not None else "") + ("D" if border is not None else "")
        radius = max(0.0, min(radius, width / 2, height / 2))
        self.pdf.rect(x, y, width, height, style=style, round_corners=radius > 0, corner_radius=radius)

    def rule(self, x: float, y: float, width: float, colour: Colour = LINE, *, thickness: float = 0.2) -> None:
        """A horizontal line."""
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(thickness)
        self.pdf.line(x, y, x + width, y)

    def path(self, points: Sequence[tuple[float, float]], colour: Colour, *, thickness: float = 0.6) -> None:
        """A line through points."""
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(thickness)
        self.pdf.polyline(points)

    def dot(self, x: float, y: float, radius: float, fill: Colour, *, ring: bool = False) -> None:
        """A filled circle; ``ring``: with a white edge, to stand on other marks."""
        if ring:
            self.pdf.set_fill_color(*WHITE)
            self.pdf.circle(x, y, radius + 0.4, style="F")
        self.pdf.set_fill_color(*fill)
        self.pdf.circle(x, y, radius, style="F")

    def pill(self, x: float, y: float, text: str, ground: Colour, ink: Colour, *, size: float = 7) -> float:
        """A small label on a coloured ground; its width."""
        text = printable(text)
        width = self.width_of(text, size, bold=True) + 4.4
        height = size * _POINT * 1.75
        self.box(x, y, width, height, ground, radius=height / 2)
        self.text(x + 2.2, y + (height - size * _POINT * 1.2) / 2, text, size=size, bold=True, colour=ink)
        return width

    def heading(self, title: str, lead: str = "", *, room: float = 60) -> None:
        """A section's title, with ``room`` for something below it on the same page."""
        if self.y > TOP:
            self.y += 9
        self.need(16 + room)
        self.pdf.start_section(printable(title))
        self.box(LEFT, self.y + 0.6, 1.4, 6.2, self.brand.strong, radius=0.7)
        self.text(LEFT + 4.5, self.y, title, size=15, bold=True, colour=INK)
        self.y += 9
        if lead:
            self.y += self.paragraph(LEFT + 4.5, self.y, lead, INNER - 4.5, size=8.5, colour=SOFT) + 1
        self.y += 3

    def subheading(self, title: str, *, room: float = 40) -> None:
        """A title within a section, with ``room`` for the head and first rows of a table on the same page."""
        self.need(8 + room)
        self.text(LEFT, self.y, title, size=10, bold=True)
        self.y += 7

    def note(self, text: str) -> None:
        """A remark below something, small."""
        height = len(self.broken(text, INNER, size=7.5)) * 7.5 * _POINT * 1.5
        self.need(height)
        self.paragraph(LEFT, self.y, text, INNER, size=7.5, colour=SOFT)
        self.y += height + 2

    def finish(self) -> bytes:
        """The document."""
        return bytes(self.pdf.output())
