"""``python -m viang_pipeline.instance``: which Dagster process each command becomes, and with which settings."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

from viang_pipeline.instance import __main__ as command
from viang_pipeline.instance import prepare_instance
from viang_pipeline.settings import Settings


@dataclass
class Became:
    """The process that took our place."""

    arguments: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> Became:
    seen = Became()

    def execve(program: str, arguments: list[str], env: Mapping[str, str]) -> NoReturn:
        seen.arguments, seen.env = arguments[1:], dict(env)
        raise SystemExit

    monkeypatch.setattr(os, "execve", execve)
    return seen


def start(*arguments: str) -> None:
    with pytest.raises(SystemExit):
        command.main(arguments)


@pytest.fixture
def storage_only(viang_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What webserver and daemon are given: no account of a client, no key."""
    monkeypatch.setenv("DAGSTER_DATABASE_URL", "postgresql://dagster:abc@postgres:5432/dagster?sslmode=disable")


@pytest.mark.usefixtures("storage_only")
def test_the_webserver_finds_the_code_server_where_it_is(became: Became, viang_home: Path) -> None:
    start("webserver", "--listen", "0.0.0.0:3000", "--code-server", "code-server:4000")
    workspace = str(viang_home / "dagster" / "workspace.yaml")
    assert became.arguments == ["-m", "dagster_webserver", "-h", "0.0.0.0", "-p", "3000", "-w", workspace]
    assert (became.env["VIANG_CODE_SERVER_HOST"], became.env["VIANG_CODE_SERVER_PORT"]) == ("code-server", "4000")
    assert became.env["DAGSTER_HOME"] == str(viang_home / "dagster")


@pytest.mark.usefixtures("storage_only")
def test_guests_get_a_read_only_interface(became: Became) -> None:
    start("webserver", "--read-only")
    assert became.arguments[-1] == "--read-only"


@pytest.mark.usefixtures("storage_only")
def test_the_daemon_has_the_settings_of_every_other_process(
    became: Became, viang_home: Path, settings_env: Callable[..., Settings]
) -> None:
    start("daemon", "--code-server", "code-server:4000")
    assert became.arguments[:3] == ["-m", "dagster._daemon", "run"]
    expected = prepare_instance(settings_env(), code_server_host="code-server", code_server_port=4000).env
    assert {name: became.env[name] for name in expected} == dict(expected)
    assert expected["DAGSTER_GRPC_PROXY_HEARTBEAT_TTL_SECONDS"] == "600"


def test_a_wrong_setting_is_one_line_and_not_a_traceback(
    monkeypatch: pytest.MonkeyPatch, viang_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DAGSTER_DATABASE_URL", "mysql://somewhere")
    assert command.main(["daemon"]) == 1
    assert "DAGSTER_DATABASE_URL" in caplog.text


@pytest.mark.usefixtures("storage_only")
@pytest.mark.parametrize("name", ["code-server", "migrate"])
def test_what_touches_the_data_is_told_where_they_are(name: str, caplog: pytest.LogCaptureFixture) -> None:
    assert command.main([name]) == 1
    assert caplog.messages[-1].startswith("VIANG_DATABASE_URL: ")


@pytest.mark.usefixtures("viang_home")
@pytest.mark.parametrize("name", ["webserver", "daemon", "wait-idle", "daemon-alive"])
def test_no_process_brings_an_embedded_postgres_of_its_own(name: str, caplog: pytest.LogCaptureFixture) -> None:
    assert command.main([name]) == 1
    assert caplog.messages[-1].startswith("DAGSTER_DATABASE_URL: ")


@pytest.mark.parametrize("address", ["4000", "host:", "host:0", "host:port", ":4000"])
def test_an_address_is_host_and_port(address: str) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["code-server", "--listen", address])
    assert ended.value.code == 2


@pytest.mark.usefixtures("storage_only")
def test_a_process_started_in_the_background_of_a_shell_can_still_be_asked_to_end(became: Became) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        start("daemon")
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGINT, before)
