"""The launcher of the embedded server: starts, races, crashes, accounts."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from filelock import FileLock

from viang_pipeline.warehouse import embedded, postgres_programs
from viang_pipeline.warehouse.postgres_programs import Account, EmbeddedServerError
from viang_pipeline_tests.conftest import open_folder, remove_home

NOBODY = Account("nobody", 65534, 65534)
as_root = pytest.mark.skipif(not postgres_programs.is_root(), reason="only root steps down to another account")
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def _report_port(home: Path, ports: multiprocessing.SimpleQueue[int]) -> None:
    ports.put(embedded.ensure_running(home).port)


@pytest.fixture(scope="module")
def raced_home() -> Iterator[tuple[Path, list[int]]]:
    """A home where initdb was interrupted once and eight processes then started the server at the same moment."""
    home = open_folder("viang-race-")
    leftover = home / "postgres" / "pgdata.new"
    leftover.mkdir(parents=True)
    (leftover / "PG_VERSION").write_text("18")
    (home / "postgres").chmod(0o711)
    context = multiprocessing.get_context("fork")
    ports: multiprocessing.SimpleQueue[int] = context.SimpleQueue()
    processes = [context.Process(target=_report_port, args=(home, ports)) for _ in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    yield home, [ports.get() for _ in processes if not ports.empty()]
    remove_home(home)


@pytest.fixture
def home(raced_home: tuple[Path, list[int]]) -> Path:
    return raced_home[0]


@pytest.fixture
def server(home: Path) -> embedded.EmbeddedServer:
    return embedded.ensure_running(home)


def _postmaster_pid(home: Path) -> int:
    return int((home / "postgres" / "pgdata" / "postmaster.pid").read_text().split()[0])


def test_eight_racing_starts_after_an_interrupted_creation_share_one_server(raced_home: tuple[Path, list[int]]) -> None:
    _, ports = raced_home
    assert len(ports) == 8
    assert len(set(ports)) == 1


def test_folders_made_by_another_command_at_the_same_moment_are_taken_as_they_are(tmp_path: Path) -> None:
    """The moment between looking and making is short: eight threads meet there in some of 200 homes."""
    with ThreadPoolExecutor(8) as pool:
        for number in range(200):
            home, together = tmp_path / str(number), Barrier(8)

            def make(home: Path = home, together: Barrier = together) -> None:
                together.wait()
                embedded._make_folders(home, home / "postgres")

            for made in [pool.submit(make) for _ in range(8)]:
                made.result()
            assert (home / "postgres").is_dir()


def test_a_running_server_is_found_at_once_and_without_the_lock(home: Path, server: embedded.EmbeddedServer) -> None:
    with FileLock(home / "postgres" / "lock"):
        started = time.monotonic()
        assert embedded.ensure_running(home) == server
        assert time.monotonic() - started < 0.2


def test_committed_rows_survive_a_killed_server_and_the_port_stays(home: Path, server: embedded.EmbeddedServer) -> None:
    with psycopg.connect(server.viang_url) as connection:
        connection.execute("create table if not exists public_note (id int)")
        connection.execute("insert into public_note values (1)")
        before = connection.execute("select count(*) from public_note").fetchone()
    os.kill(_postmaster_pid(home), signal.SIGKILL)
    again = embedded.ensure_running(home)
    with psycopg.connect(again.viang_url) as connection:
        assert connection.execute("select count(*) from public_note").fetchone() == before
    assert again.port == server.port


def test_logins_work_right_after_a_session_of_the_server_was_killed(
    home: Path, server: embedded.EmbeddedServer
) -> None:
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select pg_sleep(5)")
    with psycopg.connect(embedded.ensure_running(home).viang_url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@on_linux
def test_a_pid_file_that_names_somebody_elses_process_and_port_does_not_stop_a_start(home: Path) -> None:
    pid_file = home / "postgres" / "pgdata" / "postmaster.pid"
    embedded.ensure_running(home)
    lines = pid_file.read_text().split("\n")
    embedded.stop(home)
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        other = subprocess.Popen(["sleep", "60"])
        try:
            lines[0], lines[3] = str(other.pid), str(stranger.getsockname()[1])
            pid_file.write_text("\n".join(lines))
            shutil.copystat(pid_file.parent, pid_file)
            os.chown(pid_file, pid_file.parent.stat().st_uid, pid_file.parent.stat().st_gid)
            pid_file.chmod(0o600)
            with psycopg.connect(embedded.ensure_running(home).viang_url) as connection:
                assert connection.execute("select 1").fetchone() == (1,)
            assert other.poll() is None
        finally:
            other.kill()
            other.wait()


def test_stop_is_explicit_and_tells_whether_anything_ran(home: Path) -> None:
    embedded.ensure_running(home)
    assert embedded.status(home).running
    assert embedded.stop(home)
    assert not embedded.stop(home)
    assert embedded.status(home) == embedded.ServerStatus(
        home / "postgres", postgres_programs.find_programs().major, None
    )


def test_a_creation_interrupted_before_its_end_is_finished(home: Path, server: embedded.EmbeddedServer) -> None:
    state_file = home / "postgres" / "server.json"
    state = json.loads(state_file.read_text())
    state_file.write_text(json.dumps({"passwords": state["passwords"]}))
    assert embedded.ensure_running(home) == server
    assert json.loads(state_file.read_text())["ready"]


def test_the_server_belongs_to_no_terminal(home: Path, server: embedded.EmbeddedServer) -> None:
    assert os.getsid(_postmaster_pid(home)) != os.getsid(0)


def test_the_pipeline_login_may_create_roles_and_is_no_superuser(server: embedded.EmbeddedServer) -> None:
    with psycopg.connect(server.viang_url) as connection:
        rights = connection.execute(
            "select rolsuper, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user"
        ).fetchone()
        owner = connection.execute(
            "select datdba = current_user::regrole from pg_database where datname = 'viang'"
        ).fetchone()
    assert rights == (False, True, False)
    assert owner == (True,)


def test_nobody_logs_in_without_the_password(server: embedded.EmbeddedServer) -> None:
    for user in (embedded.SUPERUSER, embedded.ADMIN, embedded.DAGSTER):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://{user}:wrong@{server.host}:{server.port}/viang")


def test_the_pipeline_cannot_enter_dagsters_database(server: embedded.EmbeddedServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(server.viang_url.removesuffix("/viang") + "/dagster")
    with psycopg.connect(server.dagster_url) as connection:
        connection.execute("create table runs_probe (id int)")
        connection.rollback()


def test_passwords_stay_in_one_closed_file(home: Path, server: embedded.EmbeddedServer) -> None:
    state_file = home / "postgres" / "server.json"
    passwords = json.loads(state_file.read_text())["passwords"].values()
    assert state_file.stat().st_mode & 0o777 == 0o600
    assert len(set(passwords)) == 3
    logs = "".join(path.read_text() for path in (home / "postgres" / "pgdata").rglob("*.log"))
    assert not any(password in logs + repr(server) for password in passwords)


def test_data_of_another_major_version_ends_in_one_line(tmp_path: Path) -> None:
    pgdata = tmp_path / "postgres" / "pgdata"
    pgdata.mkdir(parents=True)
    (pgdata / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedServerError, match=r"Os dados foram criados pelo Postgres 9 e aqui só há a versão \d+"):
        embedded.ensure_running(tmp_path)


def test_lost_passwords_are_named(tmp_path: Path) -> None:
    pgdata = tmp_path / "postgres" / "pgdata"
    pgdata.mkdir(parents=True)
    (pgdata / "PG_VERSION").write_text("18\n")
    with pytest.raises(EmbeddedServerError, match=r"server\.json"):
        embedded.ensure_running(tmp_path)


@as_root
@on_linux
def test_root_runs_the_server_as_an_unprivileged_account(home: Path, server: embedded.EmbeddedServer) -> None:
    assert Path(f"/proc/{_postmaster_pid(home)}").stat().st_uid != 0
    assert (home / "postgres" / "pgdata").stat().st_uid != 0


@as_root
def test_a_home_only_root_can_enter_keeps_its_data_in_the_system_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = open_folder("viang-system-")
    monkeypatch.setattr(embedded, "SYSTEM_STATE", system)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    try:
        running = embedded.ensure_running(closed)
        assert embedded.data_folder(closed).parent == system
        assert closed.stat().st_mode & 0o777 == 0o700
        assert embedded.ensure_running(closed) == running
        with psycopg.connect(running.viang_url) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        remove_home(closed)
        shutil.rmtree(system)


def _start_as_nobody(home: Path, answers: multiprocessing.SimpleQueue[int | str]) -> None:
    os.setgroups([])
    os.setgid(NOBODY.gid)
    os.setuid(NOBODY.uid)
    try:
        answers.put(embedded.ensure_running(home).port)
    except EmbeddedServerError as error:
        answers.put(str(error))


def _as_nobody(home: Path) -> int | str:
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.SimpleQueue[int | str] = context.SimpleQueue()
    process = context.Process(target=_start_as_nobody, args=(home, answers))
    process.start()
    process.join(60)
    return answers.get()


@as_root
def test_a_users_server_stays_the_users_when_root_starts_it_once() -> None:
    home = open_folder("viang-user-")
    os.chown(home, NOBODY.uid, NOBODY.gid)
    try:
        port = _as_nobody(home)
        assert embedded.ensure_running(home).port == port
        assert embedded.stop(home)
        assert embedded.ensure_running(home).port == port
        assert embedded.stop(home)
        assert _as_nobody(home) == port
        files = [home / "postgres" / name for name in ("server.json", "lock", "pgdata")]
        assert {path.stat().st_uid for path in files} == {NOBODY.uid}
    finally:
        remove_home(home)


@as_root
def test_a_user_is_told_that_the_data_belongs_to_somebody_else(home: Path, server: embedded.EmbeddedServer) -> None:
    assert "pertence a outro usuário" in str(_as_nobody(home))


@as_root
def test_a_user_is_told_that_the_home_is_closed(tmp_path: Path) -> None:
    assert "pertence a outro usuário" in str(_as_nobody(tmp_path))


@as_root
def test_programs_only_root_can_reach_are_copied_with_their_libraries(tmp_path: Path) -> None:
    original = postgres_programs.find_programs()
    package = original.folder.parent.parent
    closed = tmp_path / "site-packages"
    shutil.copytree(package / "pginstall", closed / package.name / "pginstall", symlinks=True)
    shutil.copytree(f"{package}.libs", closed / f"{package.name}.libs")
    closed.chmod(0o700)
    programs = postgres_programs.Programs(closed / package.name / "pginstall" / "bin", original.major)
    beside = open_folder("viang-programs-")
    try:
        copied = postgres_programs.usable_by(programs, NOBODY, beside)
        assert postgres_programs.run_as(NOBODY, [copied.path("initdb"), "--version"]).returncode == 0
        assert postgres_programs.usable_by(programs, NOBODY, beside) == copied
    finally:
        shutil.rmtree(beside)
