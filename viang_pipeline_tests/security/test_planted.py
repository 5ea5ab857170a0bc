"""The search for planted secrets can fail: it finds what is put there on purpose, however it is spelt and wrapped."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from quopri import encodestring
from urllib.parse import quote, quote_plus

import pytest
from fpdf import FPDF

from viang_pipeline_tests.security.planted import of_file, of_mail, places_of

SECRET = "Conceição+dos Anjos/529.982.247-25=ç"

WRAPPINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "JSON": json.dumps,
    "JSON in letters": lambda text: json.dumps(text, ensure_ascii=False),
    "an address": lambda text: quote(text, safe=""),
    "a form": quote_plus,
    "HTML": html.escape,
    "quoted-printable": lambda text: encodestring(f"{'x' * 60}{text}".encode()).decode(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 after one byte": lambda text: base64.b64encode(b"u" + text.encode()).decode(),
    "base64 after two bytes": lambda text: base64.b64encode(b"u:" + text.encode() + b"!").decode(),
    "base64 in lines": lambda text: base64.encodebytes(bytes(50) + text.encode()).decode(),
    "base64 of addresses": lambda text: base64.urlsafe_b64encode(b"?>?" + text.encode()).decode(),
    "bytea": lambda text: "\\x" + text.encode().hex(),
    "a repr": repr,
}


@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
def test_a_planted_text_is_found_however_it_is_spelt(wrap: Callable[[str], str]) -> None:
    text = f"antes {wrap(SECRET)} depois"
    assert places_of({"it": SECRET}, {"there": text, "elsewhere": "antes depois"}) == ["it in there"]


def test_nothing_is_found_where_nothing_was_planted() -> None:
    texts = {
        name: wrap("Uma frase comprida que não tem segredo nenhum 12345678901") for name, wrap in WRAPPINGS.items()
    }
    assert places_of({"it": SECRET, "other": "52998224725"}, texts) == []


def _mail() -> bytes:
    pdf = FPDF()
    pdf.set_title(SECRET)
    pdf.add_page()
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = f"Relatório {SECRET}"
    mail.set_content(f"texto {SECRET}", cte="base64")
    mail.add_alternative(f"<p>{SECRET}</p>", subtype="html", cte="quoted-printable")
    mail.add_attachment(bytes(pdf.output()), maintype="application", subtype="pdf", filename="r.pdf")
    return mail.as_bytes()


def test_a_mail_is_searched_in_its_head_and_in_every_part_and_report() -> None:
    found = places_of({"it": SECRET}, of_mail(_mail()))
    assert {"it in head", "it in part 2", "it in part 3", "it in part 4 head"} <= set(found)


def test_a_report_is_searched_on_its_pages() -> None:
    pdf = FPDF()
    pdf.set_font("Helvetica")
    pdf.add_page()
    pdf.cell(text="529.982.247-25")
    assert "it in pages" in places_of({"it": "529.982.247-25"}, of_file(bytes(pdf.output())))
