"""How what was measured comes into the document."""

from __future__ import annotations

from pathlib import Path

import pytest

from viang_pipeline_tests.crashes.boundaries import Point
from viang_pipeline_tests.crashes.matrix import BEGIN, END, KNOWN, section, with_section
from viang_pipeline_tests.crashes.stories import STORIES, Verdict

DOCUMENT = Path(__file__).parents[2] / "docs" / "kill-matrix.md"
FIRST, SECOND, THIRD = STORIES[:3]


def short(name: str, text: str) -> str:
    return f"### {name.capitalize()}: `{KNOWN[name].command}`\n\n{text}"


def between(*sections: str) -> str:
    return "\n\n".join(["# Above", BEGIN, *sections, END, "Below"])


def test_a_story_measured_again_replaces_its_own_section_only() -> None:
    text = between(short(FIRST.name, "one\n\n| a |"), short(SECOND.name, "two\n\n| b |"), short(THIRD.name, "three"))
    found = with_section(text, SECOND, short(SECOND.name, "new\n\n| c |"))
    assert found == text.replace("two\n\n| b |", "new\n\n| c |")


def test_a_story_measured_for_the_first_time_comes_in_the_order_of_the_stories() -> None:
    text = between(short(THIRD.name, "three"))
    for story in (SECOND, FIRST):
        text = with_section(text, story, short(story.name, "new"))
    assert text == between(short(FIRST.name, "new"), short(SECOND.name, "new"), short(THIRD.name, "three"))


def test_what_is_no_story_any_more_goes() -> None:
    text = between("### Gone: `viang gone`\n\nold", short(THIRD.name, "three"))
    assert with_section(text, THIRD, short(THIRD.name, "new")) == between(short(THIRD.name, "new"))


@pytest.mark.parametrize("text", ["nothing", BEGIN, END], ids=["neither", "no end", "no begin"])
def test_a_document_without_its_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="needed in the document"):
        with_section(text, FIRST, "")


def test_a_section_counts_the_kills_of_each_name_and_what_did_not_converge() -> None:
    before, after = Point("mail: x", 1, "before"), Point("mail: x", 1, "after")
    verdicts = [
        Verdict(before, (), 0),
        Verdict(after, (), 0, uncertain=True),
        Verdict(Point("file: y", 1, "after"), ("z",), 0),
        Verdict(Point("file: y", 2, "after"), (), 3),
    ]
    found = section(FIRST, verdicts, 7, 59.6, few=False)
    assert found.startswith(short(FIRST.name, "7 boundaries passed, every one killed: 4 kills, 2 converged, in 60 "))
    assert found.endswith(
        "| mail: x | 2 | 1 | 1 | 2 | 0 | 1 left a mail marked uncertain |\n| file: y | 2 | 0 | 2 | 0 | 3 | – |"
    )


def test_the_document_tells_of_every_story() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("### ")] == [
        short(story.name, "").rstrip() for story in STORIES
    ]
