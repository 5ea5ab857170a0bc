"""Charts as vectors: bars and lines by day, the margin's bridge, shares of a whole, and a rate on its scale.

They take plain numbers and labels that are already formatted, and say nothing of what these mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

from viang_pipeline.domain.brazilian import decimal_text
from viang_pipeline.reports.page import INNER, LEFT, Sheet
from viang_pipeline.reports.theme import BAD, FAINT, INK, LINE, PANEL, SOFT, WHITE, Colour

Values = Sequence[Decimal | None]
AXIS = 15.0


@dataclass(frozen=True)
class Series:
    """Figures, one per day; None leaves a gap."""

    name: str
    values: Values
    colour: Colour


def short_money(value: Decimal) -> str:
    """``12,5 mil``: an amount on an axis."""
    size = abs(value)
    if size >= 1_000_000:
        return f"{_trimmed(value / 1_000_000)} mi"
    if size >= 1_000:
        return f"{_trimmed(value / 1_000)} mil"
    return _trimmed(value)


def _trimmed(value: Decimal) -> str:
    return decimal_text(value, 1).removesuffix(",0")


def legend(sheet: Sheet, series: Sequence[Series], *, lines: Sequence[str] = ()) -> None:
    """Names of the series in one row; those in ``lines`` are shown as a line."""
    x = LEFT
    for each in series:
        if each.name in lines:
            sheet.path([(x, sheet.y + 1.6), (x + 4, sheet.y + 1.6)], each.colour, thickness=0.7)
        else:
            sheet.box(x + 0.5, sheet.y + 0.4, 2.6, 2.6, each.colour, radius=0.6)
        sheet.text(x + 5.2, sheet.y + 0.1, each.name, size=7.5, colour=SOFT)
        x += 5.2 + sheet.width_of(each.name, 7.5) + 7
    sheet.y += 6


def by_day(
    sheet: Sheet, labels: Sequence[str], bars: Sequence[Series], *, lines: Sequence[Series] = (),
    missing: Sequence[bool] = (), height: float = 52,
) -> None:  # fmt: skip
    """Bars of each day side by side, lines above them, one axis of reais. ``missing`` days are shaded."""
    known = [v for each in (*bars, *lines) for v in each.values if v is not None]
    low, high, step = _scale(min([*known, Decimal(0)]), max([*known, Decimal(0)]))
    top, left, width = sheet.y, LEFT + AXIS, INNER - AXIS
    slot = width / max(len(labels), 1)

    def at(value: Decimal) -> float:
        return top + height * float((high - value) / (high - low))

    for number in range(round((high - low) / step) + 1):
        value = low + step * number
        sheet.rule(left, at(value), width, FAINT if value == 0 else LINE)
        sheet.text(LEFT, at(value) - 1.4, short_money(value), size=6.8, colour=SOFT, width=AXIS - 2.5, align="R")
    for position, absent in enumerate(missing):
        if absent:
            sheet.box(left + slot * position + slot * 0.08, top, slot * 0.84, height, PANEL)
            _dashes(sheet, left + slot * (position + 0.5), top, height)
    bar = min(slot * 0.72 / max(len(bars), 1), 7.0)
    for number, each in enumerate(bars):
        for position, bar_value in enumerate(each.values):
            if bar_value is not None and bar_value != 0:
                x = left + slot * (position + 0.5) + bar * (number - len(bars) / 2)
                upper, lower = sorted((at(bar_value), at(Decimal(0))))
                sheet.box(x, upper, bar * 0.94, lower - upper, each.colour, radius=min(0.5, bar / 3))
    for each in lines:
        for run in _runs(each.values):
            points = [(left + slot * (position + 0.5), at(value)) for position, value in run]
            if len(points) > 1:
                sheet.path(points, WHITE, thickness=1.3)
                sheet.path(points, each.colour, thickness=0.7)
            for x, y in points:
                sheet.dot(x, y, 0.6, each.colour, ring=True)
    every = ceil(len(labels) / max(1, floor(width / 11)))
    for position, label in enumerate(labels):
        if position % every == 0:
            middle = left + slot * (position + 0.5)
            sheet.text(middle - 8, top + height + 1.6, label, size=6.8, colour=SOFT, width=16, align="C")
    sheet.y = top + height + 8


def _dashes(sheet: Sheet, x: float, top: float, height: float) -> None:
    sheet.pdf.set_draw_color(*FAINT)
    sheet.pdf.set_line_width(0.2)
    with sheet.pdf.local_context(dash_pattern={"dash": 0.8, "gap": 0.8, "phase": 0}):
        sheet.pdf.line(x, top, x, top + height)


def _runs(values: Values) -> list[list[tuple[int, Decimal]]]:
    """The stretches without a gap."""
    runs: list[list[tuple[int, Decimal]]] = [[]]
    for position, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((position, value))
    return [run for run in runs if run]


def _scale(low: Decimal, high: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """Round ends of an axis that holds both values, and its step."""
    span = float(high - low) or 1.0
    rough = span / 4
    power = 10.0 ** floor(log10(rough))
    step = Decimal(str(next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough)))
    start, end = floor(low / step) * step, ceil(high / step) * step
    return Decimal(start), Decimal(end) if end > start else Decimal(start) + step, step


@dataclass(frozen=True)
class Step:
    """One step of a bridge: a total stands on the ground, another changes what was there."""

    label: str
    value: Decimal
    text: str
    share: str
    total: bool = False


def bridge(sheet: Sheet, steps: Sequence[Step], *, total: Colour, height: float = 62) -> None:
    """A waterfall: from the first total through every change to the last."""
    levels: list[tuple[Decimal, Decimal]] = []
    level = Decimal(0)
    for step in steps:
        start = Decimal(0) if step.total else level
        level = step.value if step.total else level + step.value
        levels.append((start, level))
    low = min(min(pair) for pair in levels)
    high = max(max(pair) for pair in levels)
    span = float(high - low) or 1.0
    top = sheet.y + 9
    slot = INNER / len(steps)
    width = min(slot * 0.66, 22.0)

    def at(value: Decimal) -> float:
        return top + height * (float(high - value) / span)

    sheet.rule(LEFT, at(Decimal(0)), INNER, FAINT)
    for number, (step, (start, end)) in enumerate(zip(steps, levels, strict=True)):
        middle = LEFT + slot * (number + 0.5)
        upper, lower = sorted((at(start), at(end)))
        colour = total if step.total and step.value >= 0 else BAD if step.value < 0 else FAINT
        sheet.box(middle - width / 2, upper, width, max(lower - upper, 0.5), colour, radius=0.8)
        if number + 1 < len(steps):
            sheet.rule(middle + width / 2, at(end), slot - width, FAINT, thickness=0.15)
        x = middle - slot / 2
        sheet.text(x, upper - 7.6, step.text, size=7.4, bold=True, width=slot - 1, align="C", shrink=True)
        sheet.text(x, upper - 3.9, step.share, size=6.8, colour=SOFT, width=slot - 1, align="C")
        for row, part in enumerate(sheet.broken(step.label, slot - 1, size=7)[:2]):
            sheet.text(x, top + height + 2 + row * 3.3, part, size=7, colour=SOFT, width=slot, align="C")
    sheet.y = top + height + 12


def stacked(sheet: Sheet, parts: Sequence[tuple[str, Decimal, Colour, Colour]], *, height: float = 9) -> None:
    """One bar of parts of a whole, each with its label inside where there is room."""
    whole = sum((value for _, value, _, _ in parts), Decimal(0))
    x = LEFT
    for label, value, ground, ink in parts:
        width = INNER * float(value / whole) if whole else 0.0
        if width > 0:
            sheet.box(x, sheet.y, max(width - 0.5, 0.2), height, ground, radius=1)
            if sheet.width_of(label, 7.5, bold=True) < width - 3:
                sheet.text(
                    x, sheet.y + height / 2 - 1.6, label, size=7.5, bold=True, colour=ink, width=width, align="C"
                )
        x += width
    sheet.y += height + 4


def scale(
    sheet: Sheet, x: float, width: float, value: Decimal | None, ends: Sequence[tuple[Decimal, Colour]],
    *, height: float = 3.2,
) -> None:  # fmt: skip
    """A rate on a scale of coloured stretches that end at ``ends``; all stretches are equally wide."""
    part = width / len(ends)
    start = Decimal(0)
    place: float | None = None
    for number, (end, colour) in enumerate(ends):
        sheet.box(x + number * part, sheet.y, part - 0.6, height, colour, radius=0.8)
        if value is not None and place is None and value <= end:
            place = x + number * part + (part - 0.6) * float((value - start) / (end - start) if end > start else 0)
        start = end
    if value is not None:
        sheet.dot(place if place is not None else x + width - 1.2, sheet.y + height / 2, 1.7, INK, ring=True)
