"""Text from outside on one line, and nothing in it steers what shows it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.plain_text import in_markdown, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Garrafa térmica 1ª linha 😀", "Garrafa térmica 1ª linha 😀"),
        ("a\x1b[2Jb\x07", "a [2Jb"),
        ("linha 1\nERROR forjado\r\n", "linha 1 ERROR forjado"),
        ("Faca\u202egpj.exe", "Faca gpj.exe"),
        ("a\u200b\u2028b\x00c\x9b31m", "a b c 31m"),
        ("\ud800", ""),
    ],
)
def test_what_would_steer_is_a_space(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_what_is_left_is_printable_and_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert "\x1b" not in plain(text)
    assert len(plain(text).splitlines()) <= 1


def test_a_cell_of_a_table_is_neither_link_nor_picture_nor_two_cells() -> None:
    assert in_markdown("![x](https://evil.test/p.png)") == r"\!\[x\](https://evil.test/p.png)"
    assert in_markdown("a | b\n|---|") == r"a \| b \|---\|"
    assert in_markdown("<img src=x>") == r"\<img src=x\>"
    assert in_markdown("2026-03-01") == "2026-03-01"
