"""Where the files of a deployment lie, and how the tests read them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values

PROJECT = Path(__file__).resolve().parents[2]
DEPLOY = PROJECT / "deploy"


def read_yaml(path: Path) -> Any:
    """The content of a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def variables(path: Path) -> set[str]:
    """Names of an ``.env`` file."""
    return set(dotenv_values(path))


def program(name: str) -> str:
    """A program some machines have; the test is skipped where it is absent."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed on this machine")
    return found


def docker_compose() -> list[str]:
    """How docker compose is called here, as a program of its own or as a plugin; it needs no running engine."""
    with suppress(OSError):
        if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
            return ["docker", "compose"]
    return [program("docker-compose")]
