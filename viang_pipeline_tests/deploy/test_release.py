"""``deploy/release.sh`` as a real process; docker, systemctl and systemd-run are stand-ins that note their calls."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from viang_pipeline.instance import prepare_instance
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.deploy.files import DEPLOY, PROJECT

SECONDS = 120

STAND_IN = """#!/usr/bin/env bash
call="$(basename "$0") $*"
if [[ $call == *wait-idle* && -n ${REAL_PYTHON:-} ]]; then
    echo "$call" >>"$CALLS"
    exec "$REAL_PYTHON" -m viang_pipeline.instance wait-idle --minutes 2
fi
echo "$call" >>"$CALLS"
while read -r pattern; do
    # shellcheck disable=SC2053
    [[ -n $pattern && $call == $pattern ]] && exit 1
done <<<"${FAILING:-}"
exit 0
"""

STEPS = {
    "compose": {
        "prepare": r"pull .*code-server",
        "stop daemon": r"stop daemon",
        "start daemon": r"up --detach --no-deps daemon",
        "drain": r"wait-idle",
        "stop code": r"stop --timeout 10 code-server",
        "migrate": r"run --rm -T migrate",
        "activate": r"up --detach --remove-orphans --wait",
        "check": r"exec -T webserver .* check",
    },
    "systemd": {
        "stop daemon": r"systemctl stop viang-daemon",
        "start daemon": r"systemctl start viang-daemon",
        "drain": r"wait-idle",
        "stop code": r"systemctl stop viang-code-server",
        "migrate": r"viang db upgrade",
        "migrate Dagster": r"viang_pipeline.instance migrate",
        "activate": r"systemctl restart viang-code-server.service viang-webserver.service viang-daemon.service",
        "check": r"viang_pipeline.instance check",
    },
}


@dataclass
class Host:
    """A host with release 1 in service and release 2 beside it."""

    root: Path
    env: dict[str, str]

    def release(self, target: str, *options: str, version: str = "2", failing: str = "") -> tuple[int, str]:
        """Exit code and output of putting a version into service. ``failing``: calls that fail, one pattern a line."""
        done = self.start(target, *options, version=version, failing=failing)
        output, _ = done.communicate(timeout=SECONDS)
        return done.returncode, output

    def start(self, target: str, *options: str, version: str = "2", failing: str = "") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.root / "releases" / version / "deploy" / "release.sh", target, *options],
            env=self.env | {"FAILING": failing},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def current(self) -> str | None:
        link = self.root / "current"
        return link.resolve().name if link.exists() else None

    def steps(self, target: str) -> list[str]:
        """What was called, as step and version; calls of no step are left out."""
        calls = Path(self.env["CALLS"])
        found = []
        for call in calls.read_text().splitlines() if calls.exists() else []:
            version = re.search(r"releases/(\d+)/", call)
            for step, pattern in STEPS[target].items():
                if re.search(pattern, call):
                    found.append(f"{step} {version[1]}" if version else step)
        return found


@pytest.fixture
def host(tmp_path: Path) -> Host:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("docker", "systemctl", "systemd-run"):
        (programs / name).write_text(STAND_IN)
        (programs / name).chmod(0o755)
    root = tmp_path / "viang"
    for version in ("1", "2"):
        shutil.copytree(DEPLOY, root / "releases" / version / "deploy")
        installed = root / "releases" / version / "venv" / "bin" / "viang"
        installed.parent.mkdir(parents=True)
        installed.touch(mode=0o755)
    (root / "current").symlink_to(root / "releases" / "1")
    env = {"PATH": f"{programs}:{os.environ['PATH']}", "CALLS": str(tmp_path / "calls"), "HOME": str(tmp_path)}
    return Host(root, env)


TARGETS = pytest.mark.parametrize("target", ["compose", "systemd"])
SUCCESS = {
    "compose": ["prepare 2", "stop daemon 1", "drain 1", "migrate 2", "activate 2", "check 2"],
    "systemd": ["stop daemon", "drain 1", "migrate 2", "migrate Dagster 2", "activate", "check 2"],
}


@TARGETS
def test_a_release_drains_migrates_restarts_and_checks_in_this_order(host: Host, target: str) -> None:
    code, output = host.release(target)
    assert (code, host.current) == (0, "2"), output
    assert host.steps(target) == SUCCESS[target]


@TARGETS
def test_a_first_release_has_nothing_to_drain(host: Host, target: str) -> None:
    (host.root / "current").unlink()
    code, output = host.release(target)
    assert (code, host.current) == (0, "2"), output
    assert host.steps(target) == [step for step in SUCCESS[target] if "daemon" not in step and "drain" not in step]


def test_commands_of_a_release_run_as_the_units_do(host: Host) -> None:
    host.release("systemd")
    calls = [line for line in Path(host.env["CALLS"]).read_text().splitlines() if line.startswith("systemd-run")]
    section = ConfigParser(interpolation=None)
    section.optionxform = str  # type: ignore[assignment,method-assign]  # names of systemd keep their capitals
    section.read_string((DEPLOY / "systemd" / "viang-code-server.service").read_text())
    shared = ("User", "Group", "StateDirectory", "StateDirectoryMode", "WorkingDirectory", "EnvironmentFile", "UMask")
    for call in calls:
        assert not [name for name in shared if f"--property={name}={section['Service'][name]} " not in call]
    assert len(calls) == 4


@TARGETS
def test_a_failed_migration_stops_before_anything_restarts_and_the_daemon_goes_on(host: Host, target: str) -> None:
    failing = {"compose": "*run --rm -T migrate", "systemd": "*viang db upgrade"}[target]
    code, output = host.release(target, failing=failing)
    assert (code, host.current) == (1, "1"), output
    assert "nothing was changed" in output
    steps = host.steps(target)
    assert steps[-1].startswith("start daemon")
    assert not [step for step in steps if step.startswith(("activate", "migrate Dagster"))]


@TARGETS
def test_a_failed_check_returns_to_the_release_before(host: Host, target: str) -> None:
    code, output = host.release(target, failing="*releases/2/*instance check*")
    assert (code, host.current) == (1, "1"), output
    assert "1 is in service again" in output
    after = host.steps(target)[len(SUCCESS[target]) :]
    assert [step.removesuffix(" 1").removesuffix(" 2") for step in after] == ["stop daemon", "activate", "check"]
    assert after[-1] == "check 1"


def test_a_release_that_does_not_start_returns_to_the_release_before(host: Host) -> None:
    code, output = host.release("compose", failing="*releases/2/*up --detach --remove-orphans*")
    assert (code, host.current) == (1, "1"), output
    assert host.steps("compose")[-3:] == ["stop daemon 2", "activate 1", "check 1"]


def test_when_neither_release_comes_up_a_person_must_look(host: Host) -> None:
    code, output = host.release("compose", failing="*instance check*")
    assert code == 3, output


def test_a_release_that_cannot_be_prepared_disturbs_nothing(host: Host) -> None:
    code, output = host.release("compose", failing="*pull*")
    assert (code, host.current) == (1, "1"), output
    assert host.steps("compose") == ["prepare 2"]


@TARGETS
def test_runs_that_do_not_end_stop_the_release_and_the_daemon_goes_on(host: Host, target: str) -> None:
    code, output = host.release(target, failing="*wait-idle*")
    assert (code, host.current) == (1, "1"), output
    assert [step.split(" 1")[0] for step in host.steps(target)][-3:] == ["stop daemon", "drain", "start daemon"]


@TARGETS
def test_runs_are_interrupted_only_when_asked_to(host: Host, target: str) -> None:
    code, output = host.release(target, "--interrupt", failing="*wait-idle*")
    assert (code, host.current) == (0, "2"), output
    steps = host.steps(target)
    assert [step.split(" ")[0] for step in steps[-4:]][-2:] == ["activate", "check"]
    stop = next(index for index, step in enumerate(steps) if step.startswith("stop code"))
    assert stop < next(index for index, step in enumerate(steps) if step.startswith("migrate"))


def test_one_release_at_a_time(host: Host) -> None:
    with (host.root / "release.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, output = host.release("compose")
    assert (code, host.current) == (1, "1")
    assert "another release is under way" in output
    assert host.steps("compose") == []


@pytest.mark.parametrize("arguments", [[], ["nomad"], ["compose", "--force"]])
def test_wrong_usage(host: Host, arguments: list[str]) -> None:
    target, *options = arguments or [""]
    code, output = host.release(target, *options)
    assert code == 2
    assert "compose|systemd" in output


def test_the_version_is_the_name_of_the_releases_folder(host: Host) -> None:
    host.release("compose")
    (host.root.parent / "bin" / "docker").write_text('#!/usr/bin/env bash\necho "$VIANG_VERSION $*"\n')
    run = host.root / "current" / "deploy" / "compose" / "run"
    said = subprocess.run([run, "ps"], env=host.env, capture_output=True, text=True, check=True).stdout
    assert said.startswith("2 compose --env-file /etc/viang/compose.env --file ")
    assert said.strip().endswith("releases/2/deploy/compose/compose.yaml ps")


@pytest.fixture
def storage(
    settings_env: Callable[..., Settings], empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    """Dagster's storage as an installation has it."""
    home = prepare_instance(settings_env(DAGSTER_DATABASE_URL=empty_database.url))
    for name, value in home.env.items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.from_config(str(home.path)) as instance:
        yield instance


@pytest.mark.slow
def test_the_code_server_is_not_touched_while_a_run_is_in_progress(host: Host, storage: dg.DagsterInstance) -> None:
    run = create_run_for_test(storage, job_name="daily_update", status=dg.DagsterRunStatus.STARTED)
    ours = {name: value for name, value in os.environ.items() if name.startswith(("VIANG_", "DAGSTER_"))}
    host.env |= ours | {"REAL_PYTHON": sys.executable, "PYTHONPATH": str(PROJECT)}
    release = host.start("compose")
    assert release.stdout is not None
    seen = []
    for line in release.stdout:
        seen.append(line)
        if f"1 run(s) in progress: {run.run_id[:8]} daily_update" in line:
            break
    assert host.steps("compose") == SUCCESS["compose"][:3], seen
    storage.report_run_failed(run)
    output, _ = release.communicate(timeout=SECONDS)
    assert release.returncode == 0, output
    assert host.steps("compose") == SUCCESS["compose"]
