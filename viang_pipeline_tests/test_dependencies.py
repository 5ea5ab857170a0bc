"""The house's walls: rooms depend one way, and what is pinned is what is declared."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_rooms_depend_one_way(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    # The linter sets up logging for a process of its own, and in doing so switches off every logger there is.
    monkeypatch.setattr("logging.config.dictConfig", lambda config: None)
    broken = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert not broken, capsys.readouterr().out


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines)


def test_pins_satisfy_what_the_project_declares() -> None:
    versions = {canonicalize_name(name): version for name, version in pinned().items()}
    extras = PROJECT["project"]["optional-dependencies"].values()
    declared = [*PROJECT["project"]["dependencies"], *(requirement for extra in extras for requirement in extra)]
    wrong = [r for r in map(Requirement, declared) if not r.specifier.contains(versions[canonicalize_name(r.name)])]
    assert wrong == []


def test_pins_name_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []


def test_a_run_starts_without_the_libraries_only_few_steps_need() -> None:
    code = "import sys, viang_pipeline.definitions; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "viang_pipeline.assets.served" in loaded
    assert {"openai", "openpyxl", "fpdf"}.isdisjoint(loaded)
