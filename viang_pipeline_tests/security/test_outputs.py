"""What people see of sellers' texts: a console, a mail, a table of Dagster. None of them is steered by what it shows,
and none of our outputs is a spreadsheet (docs/decisions/formula-injection.md).
"""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from functools import cache
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from rich.markup import escape
from rich.table import Table

import viang_pipeline
from viang_pipeline.checks.scope import result
from viang_pipeline.cli.console import PlainConsole
from viang_pipeline.collect.csv_tables import read_csv
from viang_pipeline.failures import UsageError
from viang_pipeline.mail.message import as_message
from viang_pipeline.mail.outbox import Claimed

PACKAGE = Path(viang_pipeline.__file__).parent
_NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOSTILE = "=1+1 [bold]x[/] \x1b[2J\x1b]0;dono\x07 \u202egpj\x9b31m\r\nERROR forjado"


def printed(*texts: object) -> str:
    out = StringIO()
    console = PlainConsole(file=out, width=300, highlight=False, force_terminal=True, color_system=None)
    console.print(*texts, markup=False)
    table = Table("Nome")
    table.add_row(escape(str(texts[0])))
    console.print(table)
    return out.getvalue()


def test_no_text_steers_the_terminal() -> None:
    shown = printed(HOSTILE)
    assert "\x1b" not in shown
    assert not {"\x07", "\x9b", "\u202e", "\r"} & set(shown)
    assert shown.count("=1+1 [bold]x[/]") == 2, "markup is shown as text"


def test_honest_texts_are_shown_as_they_are() -> None:
    text = "Loja da Conceição – 1ª linha “Aço” R$ 10,00 😀"
    assert printed(text).count(text) == 2


@pytest.mark.parametrize("subject", ["Relatório\r\nBcc: outro@exemplo.com", "Relatório\n\nCorpo falso", "a\x00\u2028b"])
def test_a_name_adds_no_line_to_the_head_of_a_mail(subject: str) -> None:
    mail = Claimed(
        1, "aurora", "relatorio", "2026-03", 1, "dona@loja.com.br", "<1@agencia.com.br>", subject, "texto", "<p>t</p>",
        None, None, None, 1, uuid4(),
    )  # fmt: skip
    content = as_message(mail, "Agência <r@agencia.com.br>", _NOON).as_bytes()
    head = message_from_bytes(content, policy=default)
    assert head["Bcc"] is None
    assert head["To"] == "dona@loja.com.br"
    assert head["Subject"].isprintable()


def test_what_a_check_finds_is_a_table_without_links_and_pictures() -> None:
    found = result(["sku"], [["![x](https://evil.test/pixel.png) | <img src=x>"]], good="", bad="{n}")
    shown = found.metadata["exemplos"].value
    assert isinstance(shown, str)
    assert "![x](" not in shown
    assert "<img" not in shown.replace("\\<", "")
    assert shown.splitlines()[-1].replace("\\|", "").count("|") == 2


def test_a_file_of_parameters_with_what_no_text_may_hold_is_refused() -> None:
    with pytest.raises(UsageError, match="caracteres nulos"):
        read_csv(b"sku,custo_unitario,vigente_de\nA\x00B,1,2026-01-01\n")


SPREADSHEETS = {"to_csv", "to_excel", "to_html", "DictWriter", "Workbook", "to_clipboard", "writer"}
DANGEROUS = {"eval", "exec", "pickle", "marshal", "shelve", "yaml", "system", "popen", "xml", "shell"}


@cache
def used() -> frozenset[tuple[str, str]]:
    """File and name, of every name, attribute, keyword and imported module of the package."""
    found: set[tuple[str, str]] = set()
    for path in PACKAGE.rglob("*.py"):
        place = str(path.relative_to(PACKAGE))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Attribute(attr=name) | ast.Name(id=name) | ast.keyword(arg=str(name)):
                    found.add((place, name))
                case ast.Import(names=names):
                    found |= {(place, alias.name.split(".")[0]) for alias in names}
                case ast.ImportFrom(module=str(module)):
                    found.add((place, module.split(".")[0]))
    return frozenset(found)


def test_the_pipeline_writes_no_spreadsheet() -> None:
    """The decision rests on it: only Metabase hands out tables as files."""
    assert sorted((p, n) for p, n in used() if n in SPREADSHEETS and not p.startswith("sandbox")) == []


def test_nothing_read_is_ever_run() -> None:
    """No evaluation, no object that runs code when it is read, no shell, no reader of XML that opens entities."""
    assert sorted((p, n) for p, n in used() if n in DANGEROUS) == []
