"""Renewing one section's figures leaves every other character of the document alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import SECTIONS
from benchmarks.marks import between_marks, marks

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
TWO = "a\n{}\nold\n{}\nb\n{}\nkept\n{}\nc".format(*marks("night"), *marks("rebuild"))


def test_only_the_named_section_is_renewed() -> None:
    assert between_marks(TWO, "night", "new") == TWO.replace("\nold\n", "\n\nnew\n\n")


def test_renewing_twice_gives_the_same() -> None:
    once = between_marks(TWO, "night", "new")

    assert between_marks(once, "night", "new") == once


@pytest.mark.parametrize(
    "text", ["", marks("night")[0], "{1} {0}".format(*marks("night")), " ".join([*marks("night"), *marks("night")])]
)
def test_a_document_without_both_marks_once_and_in_order_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="night"):
        between_marks(text, "night", "new")


@pytest.mark.parametrize("section", SECTIONS)
def test_the_document_has_room_for_every_section(section: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")

    assert between_marks(text, section, "new") != text
