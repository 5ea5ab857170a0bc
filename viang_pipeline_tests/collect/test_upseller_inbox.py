"""The folder people drop files in: taken when whole, put away with a report, never overwritten, not kept for ever."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from viang_pipeline.collect.upseller import inbox
from viang_pipeline.collect.upseller.inbox import folder_of, take_in, waiting, whole
from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.sandbox.upseller import Kit, Style
from viang_pipeline.sandbox.upseller.export import kits_file, orders_file, orders_name
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.sources.upseller_orders import NOW, order

CLIENT = "loja"
GOOD = kits_file([Kit("K", (("A", 1),))])
THIN = orders_file([order(1)], Style(width=13))

Drop = Callable[..., Path]


@pytest.fixture
def work(database: Database) -> Work:
    with database.transaction() as conn:
        conn.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico) values (%s, 'Loja', '2026-08-01')",
            [CLIENT],
        )
    return Work(database, CLIENT, "teste", "teste", lambda: NOW)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def drop(home: Path) -> Drop:
    """Puts a file into the client's inbox as if written some seconds ago."""

    def put(name: str, content: bytes = GOOD, *, seconds_ago: float = 60) -> Path:
        path = folder_of(home, CLIENT) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (time.time() - seconds_ago,) * 2)
        return path

    return put


def names(home: Path, folder: str = "") -> list[str]:
    return sorted(path.name for path in (folder_of(home, CLIENT) / folder).iterdir() if path.is_file())


def kits(work: Work) -> list[str]:
    with work.store.transaction() as conn:
        return [key for (key,) in conn.execute("select chave from raw.upseller_kits order by 1").fetchall()]


def test_a_good_file_is_imported_and_put_away_with_its_report(work: Work, home: Path, drop: Drop) -> None:
    drop("Kits.xlsx")
    outcome = take_in(work, home)
    assert (outcome.written, kits(work)) == (1, ["K|A"])
    assert (names(home), names(home, "done")) == ([], ["Kits.xlsx", "Kits.xlsx.json"])
    report = json.loads((folder_of(home, CLIENT) / "done" / "Kits.xlsx.json").read_text())
    assert (report["situacao"], report["tipo"], report["gravadas"]) == ("importado", "kits", 1)


def test_a_refused_file_goes_elsewhere_and_does_not_stop_the_next(work: Work, home: Path, drop: Drop) -> None:
    drop("A.xlsx", THIN)
    drop("B.xlsx")
    outcome = take_in(work, home)
    assert kits(work) == ["K|A"]
    assert names(home, "rejected") == ["A.xlsx", "A.xlsx.json"]
    assert names(home, "done") == ["B.xlsx", "B.xlsx.json"]
    assert any("modelo completo" in note for note in outcome.notes)


def test_a_file_that_is_still_being_written_waits(work: Work, home: Path, drop: Drop) -> None:
    drop("Kits.xlsx", GOOD[:100], seconds_ago=0)
    assert take_in(work, home).written == 0
    assert names(home) == ["Kits.xlsx"]
    drop("Kits.xlsx", GOOD)
    take_in(work, home)
    assert kits(work) == ["K|A"]


def test_a_file_that_grew_since_the_last_look_is_not_whole(home: Path, drop: Drop) -> None:
    """An upload may pause for longer than a file is given to become quiet."""
    drop("Kits.xlsx", GOOD[:100])
    [first] = waiting(home)[CLIENT]
    assert whole([first], {}) == []
    drop("Kits.xlsx", GOOD[:200])
    [second] = waiting(home)[CLIENT]
    assert whole([second], {"Kits.xlsx": first.size}) == []
    assert whole([second], {"Kits.xlsx": second.size}) == [second]


@pytest.mark.parametrize("name", [".Kits.xlsx", "~$Kits.xlsx", "Kits.xlsx.part", "leia-me.txt"])
def test_hidden_temporary_and_other_files_are_left_alone(work: Work, home: Path, drop: Drop, name: str) -> None:
    drop(name)
    take_in(work, home)
    assert (names(home), waiting(home)) == ([name], {})


def test_a_link_is_not_followed(work: Work, home: Path, drop: Drop, tmp_path: Path) -> None:
    elsewhere = tmp_path / "segredo.xlsx"
    elsewhere.write_bytes(GOOD)
    os.utime(elsewhere, (time.time() - 60,) * 2)
    drop("Outro.txt")
    (folder_of(home, CLIENT) / "Kits.xlsx").symlink_to(elsewhere)
    take_in(work, home)
    assert kits(work) == []
    assert elsewhere.exists()


def test_nothing_that_was_put_away_is_overwritten(work: Work, home: Path, drop: Drop) -> None:
    drop("Kits.xlsx")
    take_in(work, home)
    other = kits_file([Kit("OUTRO", (("A", 1),))])
    drop("Kits.xlsx", other)
    take_in(work, home)
    drop("Kits.xlsx", other)
    take_in(work, home)
    done = folder_of(home, CLIENT) / "done"
    assert names(home, "done") == [
        "Kits (2).xlsx", "Kits (2).xlsx.json", "Kits (3).xlsx", "Kits (3).xlsx.json", "Kits.xlsx", "Kits.xlsx.json",
    ]  # fmt: skip
    assert (done / "Kits.xlsx").read_bytes() == GOOD
    assert (done / "Kits (2).xlsx").read_bytes() == other
    assert json.loads((done / "Kits (3).xlsx.json").read_text())["situacao"] == "repetido"


class Died(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("renames", [0, 1], ids=["before the file was moved", "before its report was shown"])
def test_a_file_put_away_by_a_process_that_died_keeps_its_name_and_gets_its_report(
    work: Work, home: Path, drop: Drop, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    drop("Kits.xlsx")
    left = [renames]

    def rename(path: Path, target: Path) -> None:
        if not left[0]:
            raise Died
        left[0] -= 1
        os.rename(path, target)

    with monkeypatch.context() as dying:
        dying.setattr(Path, "rename", rename)
        with pytest.raises(Died):
            take_in(work, home)
    take_in(work, home)
    assert (names(home), names(home, "done")) == ([], ["Kits.xlsx", "Kits.xlsx.json"])
    assert json.loads((folder_of(home, CLIENT) / "done" / "Kits.xlsx.json").read_text())["arquivo"] == "Kits.xlsx"


def test_files_are_deleted_after_thirty_days_and_reports_stay(work: Work, home: Path, drop: Drop) -> None:
    """Trap 15: they hold personal data."""
    drop("Velho.xlsx")
    drop("Recusado.xlsx", THIN)
    take_in(work, home)
    at = NOW + timedelta(days=29)
    later = Work(work.store, CLIENT, "teste", "teste", lambda: at)
    take_in(later, home)
    assert "Velho.xlsx" in names(home, "done")
    at = NOW + timedelta(days=31)
    take_in(later, home)
    assert (names(home, "done"), names(home, "rejected")) == (["Velho.xlsx.json"], ["Recusado.xlsx.json"])


def test_a_file_another_run_took_meanwhile_is_no_failure(
    work: Work, home: Path, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop("Kits.xlsx")
    listed = waiting(home)[CLIENT]
    path.unlink()
    monkeypatch.setattr(inbox, "_files", lambda folder: iter(listed if folder == path.parent else []))
    assert take_in(work, home) == Outcome()


def test_a_file_is_handed_in_when_it_was_dropped(work: Work, home: Path, drop: Drop) -> None:
    """Without a stamp the newest drop is the newest file, whatever the names say."""
    for name, status, hours in (("B.xlsx", "Em processo", 3), ("A.xlsx", "Enviado", 1)):
        path = drop(name, orders_file([order(1, status=status)]))
        os.utime(path, ((NOW - timedelta(hours=hours)).timestamp(),) * 2)
    take_in(work, home)
    with work.store.transaction() as conn:
        assert conn.execute("select payload ->> 'status' from raw.upseller_orders").fetchall() == [("Enviado",)]


def test_the_report_of_a_refusal_names_no_person(work: Work, home: Path, drop: Drop) -> None:
    rows = orders_file([order(1), order(2, order_id="2,6E+17")])
    drop(orders_name(NOW), rows)
    take_in(work, home)
    [report] = [path for path in (folder_of(home, CLIENT) / "rejected").iterdir() if path.suffix == ".json"]
    assert "2,6E+17" not in report.read_text()
    assert "notação científica" in report.read_text()
