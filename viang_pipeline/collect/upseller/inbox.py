"""The folder a client's files are dropped in: ``VIANG_HOME/inbox/<client>/upseller`` (contract UpSeller §10).

A file is imported where it lies and then moved to ``done`` or ``rejected`` with its report beside it; nothing there is
ever overwritten. The files hold personal data: they are deleted after KEPT, the reports stay.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from viang_pipeline.collect.upseller.importing import content_of, import_file
from viang_pipeline.collect.upseller.report import FileResult
from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.logs import make_private_folder

log = logging.getLogger(__name__)

QUIET_SECONDS = 10
"""A file changed later than this may still be being written."""

KEPT = timedelta(days=30)
"""Imported and refused files hold personal data and go after this (contract, trap 15)."""

LONGEST_TRIP = timedelta(days=2)
"""A file older than this when it is found tells by its own time nothing about when it was handed in."""

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".csv", ".zip")
DONE, REJECTED = "done", "rejected"


class Waiting(NamedTuple):
    """A file in an inbox; ``changed_ns`` of the file system's own clock."""

    path: Path
    size: int
    changed_ns: int


def folder_of(home: Path, client_id: str) -> Path:
    """Where this client's files are dropped."""
    return home.expanduser() / "inbox" / client_id / "upseller"


def waiting(home: Path) -> dict[str, list[Waiting]]:
    """Client → files in its inbox, by name; hidden and temporary files, links and folders are none."""
    found: dict[str, list[Waiting]] = {}
    for folder in sorted((home.expanduser() / "inbox").glob("*/upseller")):
        files = list(_files(folder))
        if files:
            found[folder.parent.name] = files
    return found


def settled(file: Waiting) -> bool:
    """Whether nobody has written to the file for a while."""
    return time.time() - file.changed_ns / 1e9 >= QUIET_SECONDS


def whole(files: Iterable[Waiting], sizes_before: Mapping[str, int]) -> list[Waiting]:
    """Settled files that are as big as an earlier look found them: an upload may pause for longer than that."""
    return [file for file in files if settled(file) and sizes_before.get(file.path.name) == file.size]


def take_in(work: Work, home: Path) -> Outcome:
    """Import every settled file of the client, oldest name first, and put it away.

    A refused file is put away too and told in the notes: it never stops the others.
    """
    folder, total = folder_of(home, work.client_id), Outcome()
    make_private_folder(folder)
    _finish(folder)
    for file in _files(folder):
        if not settled(file):
            total.notes.append(f"{file.path.name}: ainda está sendo gravado; fica para a próxima")
            continue
        try:
            content = content_of(file.path)
        except FileNotFoundError:
            continue  # another run put it away
        results = import_file(work, file.path.name, content, _handed_in(file, work.clock()))
        for result in results:
            total.add(result.outcome)
        _put_away(file.path, folder, results, work.clock())
    _forget(folder, work.clock())
    return total


def _files(folder: Path) -> Iterator[Waiting]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.suffix.lower() not in SUFFIXES:
            continue
        if path.is_symlink() or not path.is_file():
            continue
        stat = path.stat()
        yield Waiting(path, stat.st_size, stat.st_mtime_ns)


def _handed_in(file: Waiting, now: datetime) -> datetime:
    changed = datetime.fromtimestamp(file.changed_ns / 1e9, UTC)
    return changed if timedelta(0) <= now - changed <= LONGEST_TRIP else now


def _put_away(path: Path, inbox: Path, results: list[FileResult], now: datetime) -> None:
    folder = inbox / (DONE if all(result.taken for result in results) else REJECTED)
    make_private_folder(folder)
    reports = [result.report for result in results]
    text = json.dumps(reports[0] if len(reports) == 1 else reports, ensure_ascii=False, indent=2)
    with _alone(inbox):
        target = next(folder / name for name in _names(path) if not _taken(folder / name))
        # The report is there before the file is: a process that dies on the way leaves one that _finish shows.
        _unshown(target).write_text(text, encoding="utf-8")
        try:
            path.rename(target)
        except FileNotFoundError:
            _unshown(target).unlink()
            log.info("%s já tinha sido guardado por outra execução", path.name)
            return
        os.utime(target, (now.timestamp(), now.timestamp()))
        _unshown(target).rename(_report(target))


def _finish(inbox: Path) -> None:
    """Show the reports of files that were put away by a process that died before it showed them."""
    with _alone(inbox):
        for folder in (inbox / DONE, inbox / REJECTED):
            for file in _files(folder):
                if _unshown(file.path).exists():
                    _unshown(file.path).rename(_report(file.path))


def _alone(inbox: Path) -> FileLock:
    """Nobody else gives out names meanwhile; held by a living process only."""
    return FileLock(inbox.parent / f".{inbox.name}.lock")


def _names(path: Path) -> Iterator[str]:
    return chain([path.name], (f"{path.stem} ({number}){path.suffix}" for number in count(2)))


def _report(target: Path) -> Path:
    return target.with_name(f"{target.name}.json")


def _unshown(target: Path) -> Path:
    return target.with_name(f".{target.name}.json")


def _taken(target: Path) -> bool:
    """Reports outlive their files."""
    return target.exists() or _report(target).exists()


def _forget(inbox: Path, now: datetime) -> None:
    for folder in (inbox / DONE, inbox / REJECTED):
        for file in _files(folder):
            if now.timestamp() - file.changed_ns / 1e9 > KEPT.total_seconds():
                file.path.unlink(missing_ok=True)
                log.info("%s apagado %d dias depois de importado", file.path.name, KEPT.days)
