"""Figures in a document: each benchmark's between marks of its own, so that one can be renewed and the others stay."""

from __future__ import annotations


def marks(section: str) -> tuple[str, str]:
    """The lines before and after the figures of a section."""
    return f"<!-- figures: {section} -->", f"<!-- end of figures: {section} -->"


def between_marks(text: str, section: str, found: str) -> str:
    """``text`` with ``found`` between a section's marks. Raises ValueError when they are not there, in order, once."""
    begin, end = marks(section)
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise ValueError(f"{begin} and, after it, {end} are needed in the document, once each")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{found}\n\n{end}{after}"
