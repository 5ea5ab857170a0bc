"""Log lines go to VIANG_HOME/logs, in files that never grow without end and only their owner reads."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from viang_pipeline import logs
from viang_pipeline.logs import log_file, set_up_logging

LINES = 400


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 2_000)


def test_full_files_make_room_and_only_the_newest_are_kept(viang_home: Path, small_files: None) -> None:
    written = set_up_logging(viang_home)
    for number in range(LINES):
        logging.getLogger("test").info("linha %03d", number)

    files = sorted(written.parent.iterdir())
    assert [file.name for file in files] == ["viang.log", *(f"viang.log.{n}" for n in range(1, logs.FILES_KEPT + 1))]
    assert max(file.stat().st_size for file in files) <= logs.FILE_BYTES
    oldest_first = [written.with_name(f"viang.log.{n}") for n in range(logs.FILES_KEPT, 0, -1)] + [written]
    kept = [line[-3:] for file in oldest_first for line in file.read_text(encoding="utf-8").splitlines()]
    assert kept == [f"{number:03d}" for number in range(LINES - len(kept), LINES)]


def test_two_processes_of_a_home_that_share_a_file_lose_no_line_of_each_other(viang_home: Path) -> None:
    first = logs._file_handler(set_up_logging(viang_home))
    second = logs._file_handler(log_file(viang_home))
    for number, handler in enumerate([first, second] * 50):
        handler.handle(logging.LogRecord("test", logging.INFO, __file__, 0, f"linha {number}", None, None))
        handler.flush()
    first.close()
    second.close()

    text = log_file(viang_home).read_text(encoding="utf-8")
    assert [line.rsplit(" ", 1)[1] for line in text.splitlines()] == [str(number) for number in range(100)]


def test_only_the_owner_enters_the_folder(viang_home: Path) -> None:
    assert set_up_logging(viang_home).parent.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_leaves_the_terminal(viang_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (viang_home / "logs").touch()
    set_up_logging(viang_home)
    logging.getLogger("test").warning("algo a dizer")

    said = capsys.readouterr().err
    assert "sem arquivo de log" in said
    assert "algo a dizer" in said
