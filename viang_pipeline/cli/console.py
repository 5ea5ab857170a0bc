"""What every command shares: the two consoles, exit codes, dates, files, and the opened database.

No command lives here, and no rule of the pipeline.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from viang_pipeline.domain.plain_text import steers
from viang_pipeline.failures import UsageError
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.warehouse.database import Database, open_database
from viang_pipeline.warehouse.revisions import pending

DONE, FAILED, WRONG_USAGE, DONE_IN_PART = 0, 1, 2, 3
PLAIN_WIDTH = 160


class PlainConsole(Console):
    """A console whose texts cannot steer the terminal: names and titles come from people and marketplaces."""

    def render_str(self, text: str, **options: Any) -> Text:
        """As the library does, without escape sequences and signs that turn the line round."""
        if not text.isprintable():
            text = "".join("\ufffd" if steers(sign) and sign not in "\n\t" else sign for sign in text)
        return super().render_str(text, **options)


out = PlainConsole(highlight=False)
err = PlainConsole(stderr=True, highlight=False)


def show(renderable: RenderableType) -> None:
    """Print a table or panel; where there is no terminal, wide enough not to break words."""
    console = out if out.is_terminal else PlainConsole(width=PLAIN_WIDTH, highlight=False)
    console.print(renderable)


def parse_day(text: str) -> date:
    """An ``AAAA-MM-DD`` command-line value as a date."""
    try:
        if len(text) == len("2026-03-10"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise typer.BadParameter(f"{text!r} não é uma data; use AAAA-MM-DD, por exemplo 2026-03-10")


def read_file(path: Path) -> bytes:
    """What a file people name holds. Raises UsageError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UsageError(f"Não foi possível ler {path}: {problem.strerror}") from None


def ready_database(settings: Settings | None = None) -> Database:
    """The configured database with every migration applied; the embedded one is started when it is not running.

    Raises UsageError naming the command that helps when the schema is behind the code, MigrationError when it is ahead.
    """
    database = open_database(settings or load_settings())
    if pending(database):
        raise UsageError("O banco ainda não tem o esquema desta versão. Rode antes: viang db upgrade")
    return database
