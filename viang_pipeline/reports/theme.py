"""How reports look: the agency's name, colour and logo, and the palette and sizes made from them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

Colour = tuple[int, int, int]

INK: Colour = (24, 28, 38)
SOFT: Colour = (94, 102, 118)
FAINT: Colour = (148, 155, 170)
LINE: Colour = (226, 229, 236)
PANEL: Colour = (247, 248, 251)
WHITE: Colour = (255, 255, 255)
GOOD: Colour = (18, 128, 92)
BAD: Colour = (196, 52, 58)
WARNING: Colour = (176, 112, 8)
GOOD_TINT: Colour = (228, 245, 238)
BAD_TINT: Colour = (252, 234, 234)
WARNING_TINT: Colour = (253, 243, 222)

DEFAULT_COLOUR = "#1F3FBF"
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def colour_of(text: str) -> Colour:
    """``#1F3FBF`` as red, green and blue. Raises ValueError for anything else."""
    if not _HEX.fullmatch(text):
        raise ValueError(f"{text!r} não é uma cor; use #RRGGBB, por exemplo {DEFAULT_COLOUR}")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """``share`` of ``other`` in ``colour``: 0 is the colour itself."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


@dataclass(frozen=True)
class Brand:
    """The agency as its reports show it. ``logo``: a PNG, JPEG or SVG; None shows the name instead."""

    name: str = "Dashboard Viang"
    colour: Colour = field(default_factory=lambda: colour_of(DEFAULT_COLOUR))
    logo: Path | None = None

    @property
    def look(self) -> str:
        """What a change of makes the same report look different."""
        return f"{self.name}|{self.colour}|{self.logo}"

    @property
    def strong(self) -> Colour:
        """The colour for text and marks on white: darkened until it can be read."""
        colour = self.colour
        while _luminance(colour) > 0.2:
            colour = mix(colour, (0, 0, 0), 0.08)
        return colour

    @property
    def dark(self) -> Colour:
        """A deep shade, behind white text."""
        return mix(self.strong, (8, 12, 30), 0.45)

    @property
    def soft(self) -> Colour:
        """A light shade beside the strong one in charts."""
        return mix(self.strong, WHITE, 0.62)

    @property
    def tint(self) -> Colour:
        """Barely a colour: the ground of panels."""
        return mix(self.strong, WHITE, 0.93)


def _luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2), 0 black to 1 white."""
    red, green, blue = ((c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
