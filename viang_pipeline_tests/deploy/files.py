"""Where the files of a deployment lie, and how the tests read them."""

from __future__ import annotations

import shutil
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
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed on this machine")
    return found
