"""The runbook keeps up with the code: a section for everything that can be the matter, and only commands there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from viang_pipeline.cli.console import DONE, DONE_IN_PART, FAILED, WRONG_USAGE
from viang_pipeline.cli.main import app
from viang_pipeline.definitions import build_definitions
from viang_pipeline.domain.alerts import Kind
from viang_pipeline.domain.health import REMEDIES, runbook_section
from viang_pipeline.mail.alert_mail import SECTIONS
from viang_pipeline.warehouse.ledgers import Status
from viang_pipeline.warehouse.schema import api_tokens, report_outbox

DOCS = Path(__file__).parent.parent / "docs"
RUNBOOK = (DOCS / "runbook.md").read_text(encoding="utf-8")
BACKUP = (DOCS / "backup.md").read_text(encoding="utf-8")

_CODE = re.compile(r"`([^`\n]+)`|```\w*\n(.*?)```", re.DOTALL)


def sections(chapter: str) -> dict[str, str]:
    """Name → text of the sections of a chapter."""
    body = re.split(r"^## ", RUNBOOK, flags=re.MULTILINE)
    (found,) = [part for part in body if part.startswith(f"{chapter}\n")]
    _, *pieces = re.split(r"^### `(.+)`$", found, flags=re.MULTILINE)
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


def states(table: object, column: str) -> set[str]:
    """The values a check constraint allows."""
    (text,) = [
        str(c.sqltext)
        for c in table.constraints
        if str(getattr(c, "sqltext", "")).startswith(f"{column} in")  # type: ignore[attr-defined]
    ]
    return set(re.findall(r"'(\w+)'", text))


def checks() -> set[str]:
    return {key.name for key in build_definitions().resolve_asset_graph().asset_check_keys}


CHAPTERS = {
    "Alerts": lambda: set(get_args(Kind)),
    "Checks": checks,
    "Ledger": lambda: set(get_args(Status)),
    "Exit codes": lambda: {str(code) for code in (DONE, FAILED, WRONG_USAGE, DONE_IN_PART)},
    "Access": lambda: states(api_tokens, "status"),
    "Mail": lambda: states(report_outbox, "estado"),
}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_a_section_for_each_thing_of_the_code_and_for_nothing_else(chapter: str) -> None:
    assert set(sections(chapter)) == CHAPTERS[chapter]()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_section_says_what_it_means_what_to_do_and_when_it_is_mended(chapter: str) -> None:
    for name, text in sections(chapter).items():
        assert [word for word in ("**Means**", "**Do**", "**Mended**") if word not in text] == [], name


def commands(text: str) -> Iterator[str]:
    """Every ``viang …`` written as code."""
    for inline, block in _CODE.findall(text):
        for line in (inline or block).splitlines():
            if line.startswith("viang "):
                yield line.split(" #")[0].split(";")[0]


def unknown(line: str) -> str | None:
    """What of a command line ``viang --help`` does not know."""
    command: TyperCommand | TyperGroup = typer.main.get_command(app)  # type: ignore[assignment]
    for word in shlex.split(line)[1:]:
        if word.startswith("-"):
            known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
            if word not in known and word != "--help":
                return f"{line}: {word}"
        elif isinstance(command, TyperGroup):
            if word not in command.commands:
                return f"{line}: {word}"
            command = command.commands[word]  # type: ignore[assignment]
    return None


TEXTS = {
    "runbook": RUNBOOK,
    "backup": BACKUP,
    "alert mails": "\n".join(section.o_que_fazer for section in SECTIONS.values()),
    "status": "\n".join(f"`{part.strip()}`" for remedy in REMEDIES.values() for part in remedy.split(";")),
}


@pytest.mark.parametrize("where", TEXTS)
def test_every_command_and_option_named_is_one_of_viang(where: str) -> None:
    named = list(commands(TEXTS[where]))
    assert named
    assert [problem for line in named if (problem := unknown(line.replace("…", ""))) is not None] == []


def test_a_command_or_option_that_is_gone_would_be_noticed() -> None:
    assert unknown("viang db rescue") is not None
    assert unknown("viang mail resend 3 --twice") is not None
    assert unknown("viang params import costs F.csv --client-id ID") is None


def test_links_lead_to_sections_and_files_that_exist() -> None:
    for name, text in {"runbook.md": RUNBOOK, "backup.md": BACKUP}.items():
        for target in re.findall(r"\]\(([^)]+)\)", text):
            file, _, anchor = target.partition("#")
            if file == "deployment.md":  # written with the deployment
                continue
            linked = (DOCS / (file or name)).read_text(encoding="utf-8")
            assert not anchor or anchor in anchors(linked), target


def test_an_alert_mail_and_the_status_name_a_section_that_exists() -> None:
    for kind in get_args(Kind):
        assert runbook_section(kind).split("#")[1] in anchors(RUNBOOK)


def anchors(text: str) -> set[str]:
    """Heading → anchor, as they are made on the page."""
    titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}
