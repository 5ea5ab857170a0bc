"""``deploy/over_ssh.sh``: a tag of git goes into service on another host. Only ssh and docker are stand-ins."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from viang_pipeline_tests.deploy.files import DEPLOY

SSH = """#!/usr/bin/env bash
# The other host is this one: options are left out, what follows the host is given to a shell, as sshd does.
while [[ $1 == -* ]]; do shift 2; done
echo "$1" >>"$CALLS"
shift
exec bash -c "$*"
"""
DOCKER = """#!/usr/bin/env bash
echo "docker ${*##*/}" >>"$CALLS"
[[ "$*" != *"${FAILING:-never}"* ]]
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A project with one tag, and programs that stand in."""
    programs, project = tmp_path / "bin", tmp_path / "project"
    programs.mkdir()
    for name, text in (("ssh", SSH), ("docker", DOCKER)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    shutil.copytree(DEPLOY, project / "deploy")
    env = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "VIANG_ROOT": str(tmp_path / "viang"),
        "HOME": str(tmp_path),
    }
    author = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "one"], ["tag", "v1.0.0"]):
        subprocess.run(["git", *command], cwd=project, env=env, check=True)
    return env


def send(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    script = Path(env["HOME"]) / "project" / "deploy" / "over_ssh.sh"
    return subprocess.run([script, *arguments], env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_the_tag_is_sent_and_put_into_service(env: dict[str, str]) -> None:
    done = send(env, "viang@host", "compose", "v1.0.0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "v1.0.0 is in service" in done.stdout
    root = Path(env["VIANG_ROOT"])
    assert (root / "current").resolve() == root / "releases" / "v1.0.0"
    assert (root / "releases" / "v1.0.0" / "release.log").read_text() == done.stdout
    assert Path(env["CALLS"]).read_text().splitlines()[:2] == ["viang@host", "viang@host"]


def test_how_the_release_ended_is_how_the_command_ends(env: dict[str, str]) -> None:
    done = send(env | {"FAILING": "pull"}, "host", "compose", "v1.0.0", "--drain-minutes", "30")
    assert done.returncode == 1
    assert "nothing was changed" in done.stdout


def test_a_version_git_does_not_know_changes_nothing(env: dict[str, str]) -> None:
    done = send(env, "host", "compose", "v2.0.0")
    assert done.returncode != 0
    assert "docker" not in Path(env["CALLS"]).read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ("host", "compose"),
        ("host", "nomad", "v1.0.0"),
        ("host", "compose", "v1; reboot"),
        ("host", "compose", "../v1"),
        ("host", "compose", "v1.0.0", "--check-minutes", "1;reboot"),
    ],
)
def test_nothing_odd_reaches_the_host(env: dict[str, str], arguments: tuple[str, ...]) -> None:
    assert send(env, *arguments).returncode == 2
    assert not Path(env["CALLS"]).exists()
