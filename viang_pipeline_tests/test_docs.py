"""The documentation against the code: links lead somewhere, named paths exist, commands and options parse."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from viang_pipeline.cli.main import app

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
PLACES = ("viang_pipeline/", "viang_pipeline_tests/", "benchmarks/", "docs/", "deploy/")
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
QUOTED = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"^(?:\$ )?(?:\w+=\S+ )*(?:\S*/)?viang( .*)?$")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)

on_every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@on_every_page
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    assert [link for link in _links(page) if not _leads_somewhere(page, link)] == []


@on_every_page
def test_every_path_a_page_names_exists(page: Path) -> None:
    assert [path for path in _named_paths(page) if not (ROOT / path).exists()] == []


@on_every_page
def test_every_command_a_page_shows_is_one_of_ours_with_its_options(page: Path) -> None:
    typed = [f"{line}: {problem}" for line in _typed(page) if (problem := _refused(line))]
    mentioned = [f"{line}: {problem}" for line in _mentioned(page) if (problem := _unknown(line))]
    assert (typed, mentioned) == ([], [])


@on_every_page
def test_every_make_target_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = [line.split()[1] for line in _code_of(page) if re.match(r"make [a-z]+", line)]
    assert [target for target in named if target not in targets] == []


@pytest.mark.parametrize(
    "line",
    [
        "viang nightly --clent-id loja",
        "viang nigthly",
        "viang clients puase loja",
        "viang params import",
        "viang params import costs f.csv",
        "viang clients pause loja aurora",
        "viang reprocess --client-id loja --data-inicio 10/03/2026",
    ],
)
def test_a_line_that_could_not_be_typed_is_found(line: str) -> None:
    assert _refused(line) is not None


@pytest.mark.parametrize("line", ["viang nigthly", "viang clients puase", "viang nightly --clent-id"])
def test_a_command_that_does_not_exist_is_found_in_a_sentence(line: str) -> None:
    assert _unknown(line) is not None


def test_commands_are_found_at_all() -> None:
    assert len([line for page in PAGES for line in _typed(page)]) > 25
    assert len([line for page in PAGES for line in _mentioned(page)]) > 25


def _blocks(page: Path) -> Iterator[str]:
    """What stands in fences that are typed into a shell or show one."""
    for _, language, body in FENCE.findall(page.read_text()):
        if language in ("sh", "console"):
            yield body


def _prose(page: Path) -> str:
    return FENCE.sub("", page.read_text())


def _code_of(page: Path) -> Iterator[str]:
    """Lines of shells and code in sentences."""
    for block in _blocks(page):
        yield from (line.removeprefix("$ ") for line in block.splitlines())
    yield from QUOTED.findall(_prose(page))


def _links(page: Path) -> list[str]:
    return [link for link in LINK.findall(_prose(page)) if "://" not in link and not link.startswith("mailto:")]


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub addresses them."""
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(_prose(page)))
    return {heading.replace(" ", "-") for heading in headings}


def _named_paths(page: Path) -> Iterator[str]:
    for quoted in QUOTED.findall(_prose(page)):
        if quoted.startswith(PLACES) and not re.search(r"[\s*<>{}…]", quoted):
            yield quoted.partition("::")[0]


def _typed(page: Path) -> Iterator[str]:
    """Command lines shown to be typed."""
    for block in _blocks(page):
        yield from (line for line in block.splitlines() if COMMAND.match(line))


def _mentioned(page: Path) -> Iterator[str]:
    """Commands that sentences speak of, often without their arguments."""
    yield from (code for code in QUOTED.findall(_prose(page)) if COMMAND.match(code))


def _found(line: str) -> tuple[TyperGroup | TyperCommand, list[str]]:
    """The command of a line, and the words after its name. Raises LookupError when there is none."""
    words = shlex.split(line.removeprefix("$ "), comments=True)
    words = words[next(n for n, word in enumerate(words) if word.rpartition("/")[2] == "viang") + 1 :]
    command: TyperGroup | TyperCommand = _tree()
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        below = command.commands.get(words[0])
        if not isinstance(below, TyperGroup | TyperCommand):
            raise LookupError(f"{words[0]} is no command")
        command, words = below, words[1:]
    return command, words


def _refused(line: str) -> str | None:
    """What the command line itself says against a line to be typed; None when it takes it."""
    try:
        command, words = _found(line)
        if "--help" not in words:
            command.make_context("viang", words)
    except (LookupError, typer.TyperException) as refusal:
        return str(refusal) or type(refusal).__name__
    return None


def _unknown(line: str) -> str | None:
    """What of a command spoken of does not exist; None when all of it does."""
    try:
        command, words = _found(line)
    except LookupError as refusal:
        return str(refusal)
    options = {"--help"} | {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in options]
    return f"no option {unknown[0]}" if unknown else None


@cache
def _tree() -> TyperGroup:
    tree = get_command(app)
    assert isinstance(tree, TyperGroup)
    return tree
