"""The image: from what it is built, as whom it runs, and that everything in it has a version."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from importlib.metadata import requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from viang_pipeline.instance.__main__ import parser
from viang_pipeline_tests.deploy.files import DEPLOY, PROJECT, program, variables

TEXT = (DEPLOY / "Dockerfile").read_text()
INSTRUCTIONS = [
    tuple(line.split(None, 1))
    for line in re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", TEXT)).splitlines()
    if line.strip()
]
STAGES = [index for index, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM"]
FINAL = INSTRUCTIONS[STAGES[-1] :]


def told(name: str) -> list[str]:
    return [rest for instruction, rest in INSTRUCTIONS if instruction == name]


def copied() -> list[str]:
    """What is taken from the project."""
    return [source for rest in told("COPY") if "--from" not in rest for source in rest.split()[:-1]]


def test_what_is_copied_exists_and_is_let_in_and_nothing_else_is() -> None:
    everything, *let_in = [
        line for line in (PROJECT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")
    ]
    assert everything == "*"
    assert {line[1:] for line in let_in if line.startswith("!")} == set(copied())
    assert all((PROJECT / source).exists() for source in copied())
    assert not [source for source in copied() if any(fnmatch(source, line) for line in let_in if line[0] != "!")]


def test_the_package_can_be_built_from_what_is_copied() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert {"pyproject.toml", "setup.py", project["readme"], "viang_pipeline"} <= set(copied())


def test_every_package_of_the_image_is_pinned() -> None:
    assert all("-c constraints.txt" in install for install in re.findall(r"pip install[^&]*", " ".join(told("RUN"))))
    pinned = {
        canonicalize_name(line.split("==")[0]) for line in (PROJECT / "constraints.txt").read_text().split() if line
    }
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    seen: set[tuple[str, frozenset[str]]] = set()
    assert {
        canonicalize_name(Requirement(each).name) for each in project["optional-dependencies"]["kubernetes"]
    } <= pinned
    waiting = [Requirement(text) for text in project["dependencies"]]
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        for text in requires(wanted.name) or []:
            found = Requirement(text)
            if found.marker is None or any(found.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append(found)
    assert {name for name, _ in seen} <= pinned


def test_it_runs_as_nobody_in_particular() -> None:
    assert told("USER") == ["10001:10001"]
    assert [name for name, _ in FINAL].index("USER") < [name for name, _ in FINAL].index("CMD")


def test_no_secret_and_no_setting_is_in_a_layer() -> None:
    named = set(re.findall(r"\b[A-Z][A-Z_]{3,}\b(?==)", " ".join(told("ENV") + told("ARG"))))
    assert named & variables(PROJECT / ".env.example") == {"VIANG_HOME"}
    assert not [name for name in named if re.search("SECRET|TOKEN|PASSWORD|KEY|URL", name)]


def test_by_default_it_is_a_code_server_that_is_asked_whether_it_is_well() -> None:
    [command] = told("CMD")
    asked = parser().parse_args(json.loads(command)[3:])
    assert json.loads(command)[:3] == ["python", "-m", "viang_pipeline.instance"]
    [health] = told("HEALTHCHECK")
    assert health.endswith('"dagster", "api", "grpc-health-check", "--port", "4000"]')
    assert asked.listen == ("0.0.0.0", 4000)


def test_hadolint_has_nothing_to_say() -> None:
    done = subprocess.run([program("hadolint"), DEPLOY / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
