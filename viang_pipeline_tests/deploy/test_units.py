"""The systemd units: commands that exist, one user, one set of settings, nothing published, few rights."""

from __future__ import annotations

import shlex
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from viang_pipeline.instance.__main__ import parser
from viang_pipeline.settings import Settings
from viang_pipeline_tests.deploy.files import DEPLOY, program

FOLDER = DEPLOY / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
DAGSTER = [path for path in SERVICES if path.stem != "viang-backup"]
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictSUIDSGID": "yes",
    "CapabilityBoundingSet": "",
    "SystemCallFilter": "@system-service",
    "UMask": "0077",
}


def unit(path: Path) -> ConfigParser:
    found = ConfigParser(interpolation=None, strict=True)
    found.optionxform = str  # type: ignore[assignment,method-assign]  # names of systemd keep their capitals
    found.read_string(path.read_text())
    return found


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


@pytest.mark.parametrize("path", DAGSTER, ids=names(DAGSTER))
def test_a_unit_starts_a_process_we_have_and_listens_on_this_machine_only(path: Path) -> None:
    python, flag, module, *arguments = shlex.split(unit(path)["Service"]["ExecStart"])
    assert (python, flag, module) == ("/opt/viang/current/venv/bin/python", "-m", "viang_pipeline.instance")
    asked = parser().parse_args(arguments)
    assert path.stem.startswith(f"viang-{arguments[0]}")
    for address in ("listen", "code_server"):
        assert getattr(asked, address, ("127.0.0.1", 0))[0] == "127.0.0.1"
    assert getattr(asked, "read_only", False) == (path.stem == "viang-webserver-guests")


def test_webserver_and_daemon_look_for_the_code_server_where_it_listens() -> None:
    asked = {path.stem: parser().parse_args(shlex.split(unit(path)["Service"]["ExecStart"])[3:]) for path in DAGSTER}
    listens = asked.pop("viang-code-server").listen
    assert {other.code_server for other in asked.values()} == {listens}


def test_no_two_units_want_the_same_port() -> None:
    ports = [
        asked.listen[1]
        for path in DAGSTER
        if hasattr(asked := parser().parse_args(shlex.split(unit(path)["Service"]["ExecStart"])[3:]), "listen")
    ]
    assert len(set(ports)) == len(ports) == 3


@pytest.mark.parametrize("path", SERVICES, ids=names(SERVICES))
def test_every_unit_has_the_same_user_home_and_settings_and_the_same_few_rights(path: Path) -> None:
    service = unit(path)["Service"]
    assert (service["User"], service["Group"]) == ("viang", "viang")
    assert service["EnvironmentFile"] == "/etc/viang/viang.env"
    assert "VIANG_HOME=/var/lib/viang" in service["Environment"]
    assert {name: service[name] for name in HARDENED} == HARDENED


def test_only_the_code_server_is_given_the_secrets_of_the_pipeline() -> None:
    secret = {
        str(field.validation_alias) for field in Settings.model_fields.values() if "SecretStr" in str(field.annotation)
    }
    taken = {path.stem: set(unit(path)["Service"].get("UnsetEnvironment", "").split()) for path in DAGSTER}
    assert taken.pop("viang-code-server") == set()
    assert set(map(frozenset, taken.values())) == {frozenset(secret - {"DAGSTER_DATABASE_URL"})}


@pytest.mark.parametrize("path", DAGSTER, ids=names(DAGSTER))
def test_a_process_that_ends_is_started_again_and_its_memory_is_limited(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["Restart"] == "always"
    assert service["MemoryMax"]
    assert unit(path)["Install"]["WantedBy"] == "multi-user.target"


def test_a_code_server_that_is_asked_to_stop_waits_for_its_runs_before_they_are_ended() -> None:
    service = unit(FOLDER / "viang-code-server.service")["Service"]
    assert service["KillMode"] == "mixed", (
        "the runs themselves are not asked: they would count as cancelled by somebody"
    )
    assert service["TimeoutStopSec"] == "15min"


def test_the_backup_runs_after_the_night_was_read() -> None:
    timer = unit(FOLDER / "viang-backup.timer")["Timer"]
    assert timer["OnCalendar"] == "*-*-* 06:00:00 America/Sao_Paulo"
    backup = Path(unit(FOLDER / "viang-backup.service")["Service"]["ExecStart"])
    assert (DEPLOY / backup.relative_to("/opt/viang/current/deploy")).stat().st_mode & 0o111


def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    for path in FOLDER.iterdir():
        # The installed programs are not on this machine: any that exists stands in for them.
        text = path.read_text().replace("/opt/viang/current/venv/bin/python", "/bin/true")
        (tmp_path / path.name).write_text(text.replace("/opt/viang/current/deploy/backup.sh", "/bin/true"))
    done = subprocess.run(
        [analyze, "verify", "--recursive-errors=one", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "viang" in line]
    assert (done.returncode, ours) == (0, [])
