"""The search for what was planted: in any of the spellings systems give a text on its way, at any depth of a mail or a
report.
"""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.message import Message
from email.policy import default
from quopri import encodestring
from urllib.parse import quote, quote_plus

from pypdf import PdfReader


def spellings(planted: str) -> set[str]:
    """A text as it is, and as JSON, addresses, HTML, quoted-printable, base64 at any offset, or bytea would have it."""
    data = planted.encode()
    found = {
        planted,
        json.dumps(planted)[1:-1],
        json.dumps(planted, ensure_ascii=False)[1:-1],
        quote(planted, safe=""),
        quote(planted),
        quote_plus(planted),
        html.escape(planted),
        encodestring(data).decode().replace("=\n", ""),
        encodestring(data, quotetabs=True, header=True).decode().replace("=\n", ""),
        repr(planted)[1:-1],
        data.hex(),
        data.hex().upper(),
    }
    return found | set(_in_base64(data))


def _in_base64(data: bytes) -> Iterator[str]:
    """Where a text begins among three bytes changes its whole spelling; what its neighbours decide is left out."""
    for before in range(3):
        whole = bytes(before) + data
        inner = base64.b64encode(whole)[-(-before * 4 // 3) + (1 if before else 0) : len(whole) * 4 // 3 // 4 * 4]
        if len(inner) >= 8:
            yield inner.decode()
            yield inner.decode().replace("+", "-").replace("/", "_")


def places_of(planted: Mapping[str, str], texts: Mapping[str, str]) -> list[str]:
    """What of the planted is where, in whichever spelling; line breaks inside encoded text do not hide it."""
    whole = {
        place: (text, "".join(text.replace("=\r\n", "").replace("=\n", "").split("\n")))
        for place, text in texts.items()
    }
    return [
        f"{what} in {place}"
        for what, needle in planted.items()
        for place, readings in whole.items()
        if any(spelling in reading for spelling in spellings(needle) for reading in readings)
    ]


def of_mail(content: bytes) -> dict[str, str]:
    """A mail as it is, and its head and parts as they are read; of a report inside it, all of it."""
    message = message_from_bytes(content, policy=default)
    found = {"source": content.decode("utf-8", "replace"), "head": "\n".join(map(str, message.values()))}
    for number, part in enumerate(message.walk()):
        payload = Message.get_payload(part, decode=True)
        if isinstance(payload, bytes):
            found |= {f"part {number} {name}".strip(): text for name, text in of_file(payload).items()}
    return found


def of_file(content: bytes) -> dict[str, str]:
    """A file as text; of a PDF also its pages, its head and its outline."""
    if not content.startswith(b"%PDF"):
        return {"": content.decode("utf-8", "replace")}
    reader = PdfReader(io.BytesIO(content))
    xmp = reader.xmp_metadata
    return {
        "bytes": content.decode("latin-1"),
        "pages": "\n".join(page.extract_text() for page in reader.pages),
        "head": f"{dict(reader.metadata or {})} {xmp.stream.get_data().decode() if xmp else ''}",
        "outline": str(reader.outline),
    }
