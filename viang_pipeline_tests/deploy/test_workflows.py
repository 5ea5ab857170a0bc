"""The workflows: as few rights as goes, every action with a version, no text of a person inside a script."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from viang_pipeline_tests.deploy.files import PROJECT, program, read_yaml

PATHS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS = pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    return dict(read_yaml(path)["jobs"])


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(path).values() for step in job["steps"]]


@WORKFLOWS
def test_nothing_may_write_but_the_job_that_pushes_the_image(path: Path) -> None:
    given = {name: job.get("permissions") or read_yaml(path)["permissions"] for name, job in jobs(path).items()}
    writing = {name: rights for name, rights in given.items() if "write" in rights.values()}
    expected = {"image": {"contents": "read", "packages": "write"}} if path.stem == "deploy" else {}
    assert writing == expected


@WORKFLOWS
def test_an_action_has_a_version_and_a_program_is_pinned(path: Path) -> None:
    for step in steps(path):
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])
        for install in re.findall(r"pipx (?:run|install) (\S+)", step.get("run", "")):
            assert re.search(r"==\d", install)


@WORKFLOWS
def test_what_a_person_or_a_secret_says_reaches_a_script_as_a_variable_only(path: Path) -> None:
    assert not [step["run"] for step in steps(path) if "${{" in step.get("run", "")]


@WORKFLOWS
def test_no_job_runs_for_ever_and_no_token_is_left_in_the_checkout(path: Path) -> None:
    assert all(job["timeout-minutes"] for job in jobs(path).values())
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_ci_runs_what_the_readme_promises() -> None:
    commands = [step.get("run") for step in steps(PROJECT / ".github" / "workflows" / "ci.yml")]
    assert {"make check", "make test"} <= set(commands)
    assert any("pip-audit" in command for command in commands if command)


def test_a_release_is_never_cancelled_half_way_and_outlives_its_drain() -> None:
    path = PROJECT / ".github" / "workflows" / "deploy.yml"
    assert read_yaml(path)["concurrency"]["cancel-in-progress"] is False
    drain = re.search(r"^drain_minutes=(\d+)", (PROJECT / "deploy" / "release.sh").read_text(), re.MULTILINE)
    assert drain is not None
    assert jobs(path)["release"]["timeout-minutes"] > int(drain[1])


def test_actionlint_has_nothing_to_say() -> None:
    done = subprocess.run([program("actionlint"), "-no-color", *PATHS], capture_output=True, text=True, env=os.environ)
    assert (done.returncode, done.stdout) == (0, "")


def test_they_follow_githubs_schema() -> None:
    check = [program("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *PATHS]
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
