"""Shell scripts of a deployment: what shellcheck thinks of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from viang_pipeline_tests.deploy.files import DEPLOY, PROJECT, program

SCRIPTS = sorted([*DEPLOY.glob("*.sh"), DEPLOY / "compose" / "run"])


@pytest.mark.parametrize("script", SCRIPTS, ids=[path.name for path in SCRIPTS])
def test_a_script_can_be_called_and_stops_at_the_first_failure(script: Path) -> None:
    assert script.stat().st_mode & 0o111
    assert script.read_text().startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in script.read_text()


def test_shellcheck_has_nothing_to_say() -> None:
    shellcheck = program("shellcheck")
    targets = sorted((DEPLOY / "targets").glob("*.sh"))
    done = subprocess.run(
        [shellcheck, "--shell=bash", "--external-sources", *SCRIPTS, *targets],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""
