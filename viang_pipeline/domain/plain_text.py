"""Text from outside as one line a terminal, a log and a mail's head may show: nothing in it steers them."""

from __future__ import annotations

import re
import unicodedata

_MARKUP = re.compile(r"[\\`*\[\]<>!|~]")
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def steers(sign: str) -> bool:
    """Whether a sign moves, colours or turns round what stands beside it instead of being shown itself."""
    return unicodedata.category(sign) in _STEERING


def plain(text: str) -> str:
    """``text`` with a space for every sign that steers, spaces drawn together."""
    if text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(" " if steers(sign) else sign for sign in text).split())


def in_markdown(text: str) -> str:
    """``text`` as one cell of a table: no link, no picture, no other cell."""
    return _MARKUP.sub(r"\\\g<0>", plain(text))
