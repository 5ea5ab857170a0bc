"""Log lines go to VIANG_HOME/logs, in files that never grow without end and only their owner reads."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from viang_pipeline import logs
from viang_pipeline.logs import JsonLines, about, log_file, set_up_logging
from viang_pipeline.sources.side_by_side import ahead, side_by_side

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


# --- one JSON object per line ----------------------------------------------------------------------------------------


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_of_json_says_when_how_bad_who_and_what(viang_home: Path) -> None:
    path = set_up_logging(viang_home, as_json=True)
    logging.getLogger("viang.test").info("lido %d de %d\nnada\u2028mais", 3, 4)
    (line,) = lines(path)
    assert (line["level"], line["logger"]) == ("INFO", "viang.test")
    assert line["message"] == "lido 3 de 4\nnada\u2028mais"
    assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)
    assert not {"run_id", "client_id", "source", "exception"} & line.keys()


def test_lines_of_a_run_name_it_its_client_and_its_source_in_its_threads_too(viang_home: Path) -> None:
    path = set_up_logging(viang_home, as_json=True)
    log = logging.getLogger("test")
    with about(run_id="r1"), about(client_id="loja-a", source="bling"):
        list(side_by_side(lambda n: log.info("lendo %d", n), range(3)))
        list(ahead(lambda n: log.info("lendo %d", n), range(2)))
    log.info("depois", extra={"client_id": "loja-b"})
    *inside, after = lines(path)
    assert [(each["run_id"], each["client_id"], each["source"]) for each in inside] == [("r1", "loja-a", "bling")] * 5
    assert ("run_id" in after, after["client_id"]) == (False, "loja-b")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_secret_in_arguments_exceptions_or_stacks_reaches_no_line(viang_home: Path, as_json: bool) -> None:
    path = set_up_logging(viang_home, as_json=as_json, verbose=True)
    log = logging.getLogger("test")
    log.info("resposta %s de %s", {"access_token": "APP_USR-1-abc"}, "ana@loja.com")
    log.info("sem formato %d", "TG-123-refresh")
    try:
        raise ValueError("Authorization: Bearer segredo-longo")
    except ValueError:
        log.exception("falhou", stack_info=True, extra={"client_id": "refresh_token=TG-9-x"})
    text = path.read_text(encoding="utf-8")
    for secret in ("APP_USR-1-abc", "ana@loja.com", "TG-123-refresh", "segredo-longo", "TG-9-x"):
        assert secret not in text, secret
    assert "ValueError" in text
    if as_json:
        assert len(lines(path)) == 3


def test_a_formatter_scrubs_by_itself_what_no_filter_has_seen() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "token=%s", ("APP_USR-1-abc",), None)
    assert "APP_USR" not in JsonLines().format(record)


class Unwritable:
    """An argument that does not let itself be written, whichever way it is asked."""

    def __str__(self) -> str:
        raise RuntimeError("não")

    __repr__ = __str__


@pytest.mark.parametrize("as_json", [False, True])
def test_a_line_that_cannot_be_written_stops_nothing(
    viang_home: Path, as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = set_up_logging(viang_home, as_json=as_json)
    log = logging.getLogger("test")
    log.warning("ilegível: %s", Unwritable())
    log.warning("metade de um caractere: \udc80")
    (file,) = [handler for handler in logging.getLogger().handlers if isinstance(handler, logging.FileHandler)]

    def full(text: str) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(file.stream, "write", full)
        log.warning("disco cheio, token=APP_USR-1-abc")
    log.warning("a vida continua")

    text = path.read_text(encoding="utf-8")
    assert "mensagem ilegível de test" in text
    assert "metade de um caractere" in text
    assert "disco cheio" not in text
    assert "a vida continua" in text
    assert "APP_USR" not in capsys.readouterr().err
    if as_json:
        assert len(lines(path)) == 3
