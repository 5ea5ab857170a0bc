"""Where log lines go: the terminal (warnings and worse) and a rotating file in VIANG_HOME/logs, both scrubbed, as text
or as one JSON object per line.

Called once per process by whoever owns the process; modules only use ``logging.getLogger(__name__)``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import MappingProxyType
from typing import Final

from viang_pipeline.sources.redaction import protect_logs, scrub

FILE_BYTES = 5_000_000
FILES_KEPT = 5
FILE_FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s %(message)s"

ABOUT: Final = ("run_id", "client_id", "source")
"""What a line of JSON says of the work it belongs to, where that is known."""

_OTHER_LINE_ENDS: Final = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
"""JSON may hold them as they are; readers of lines may not."""

_about: ContextVar[Mapping[str, str]] = ContextVar("viang_about", default=MappingProxyType({}))


@contextmanager
def about(**known: str | None) -> Iterator[None]:
    """Lines written in the block belong to this ``run_id``, ``client_id`` and ``source``; None adds nothing.

    Threads that are handed the context (``contextvars.copy_context``) write of the same.
    """
    fresh = {name: value for name, value in known.items() if value is not None}
    token = _about.set({**_about.get(), **fresh})
    try:
        yield
    finally:
        _about.reset(token)


class JsonLines(logging.Formatter):
    """One object per line: time (UTC), level, logger, message, process, what it is about, and a failure's traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line; every text of it is scrubbed, whatever filter it came through."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrub(record.getMessage()),
            "process": record.process,
        }
        known = _about.get()
        for name in ABOUT:
            value = getattr(record, name, None) or known.get(name)
            if value is not None:
                line[name] = scrub(str(value))
        trace = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else "")
        if trace:
            line["exception"] = scrub(trace)
        if record.stack_info:
            line["stack"] = scrub(record.stack_info)
        return json.dumps(line, ensure_ascii=False).translate(_OTHER_LINE_ENDS)


def log_file(home: Path, name: str = "viang") -> Path:
    """The file a process writes to."""
    return home.expanduser() / "logs" / f"{name}.log"


def set_up_logging(home: Path, *, name: str = "viang", verbose: bool = False, as_json: bool = False) -> Path:
    """Send everything from INFO up to the file, and WARNING (``verbose``: INFO) up to stderr; returns the file.

    May be called again: the handlers are replaced. A folder that cannot be written leaves the terminal only, and a line
    that cannot be written is lost: no work stops for it.
    """
    path = log_file(home, name)
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.INFO if verbose else logging.WARNING)
    terminal.setFormatter(JsonLines() if as_json else logging.Formatter("%(message)s"))
    handlers: list[logging.Handler] = [terminal]
    unwritable = ""
    try:
        make_private_folder(path.parent)
        handlers.append(_file_handler(path, as_json=as_json))
    except OSError as error:
        unwritable = error.strerror or type(error).__name__
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)
    # The library's own report of a line it could not write is a traceback with the line's arguments, unscrubbed.
    logging.raiseExceptions = False
    protect_logs()
    for noisy in ("alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if unwritable:
        logging.getLogger(__name__).warning("sem arquivo de log: %s não pode ser escrito (%s)", path, unwritable)
    return path


def make_private_folder(folder: Path) -> None:
    """A folder of VIANG_HOME; the home itself stays passable, because the embedded server may run as another user."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
    folder.mkdir(exist_ok=True, mode=0o700)


def _file_handler(path: Path, *, as_json: bool = False) -> logging.Handler:
    # Text no encoding knows (half a character of a broken answer) is written escaped rather than not at all.
    handler = RotatingFileHandler(
        path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(JsonLines() if as_json else logging.Formatter(FILE_FORMAT))
    return handler
