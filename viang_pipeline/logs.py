"""Where log lines go: the terminal (warnings and worse) and a rotating file in VIANG_HOME/logs, both scrubbed.

Called once per process by whoever owns the process; modules only use ``logging.getLogger(__name__)``.
"""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from viang_pipeline.sources.redaction import protect_logs

FILE_BYTES = 5_000_000
FILES_KEPT = 5
FILE_FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s %(message)s"


def log_file(home: Path, name: str = "viang") -> Path:
    """The file a process writes to."""
    return home.expanduser() / "logs" / f"{name}.log"


def set_up_logging(home: Path, *, name: str = "viang", verbose: bool = False) -> Path:
    """Send everything from INFO up to the file, and WARNING (``verbose``: INFO) up to stderr; returns the file.

    May be called again: the handlers are replaced. A folder that cannot be written leaves the terminal only.
    """
    path = log_file(home, name)
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.INFO if verbose else logging.WARNING)
    terminal.setFormatter(logging.Formatter("%(message)s"))
    handlers: list[logging.Handler] = [terminal]
    unwritable = ""
    try:
        make_private_folder(path.parent)
        handlers.append(_file_handler(path))
    except OSError as error:
        unwritable = error.strerror or type(error).__name__
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)
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


def _file_handler(path: Path) -> logging.Handler:
    handler = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    handler.setFormatter(logging.Formatter(FILE_FORMAT))
    return handler
