"""docs/security.md promises nothing that no test holds."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import viang_pipeline_tests

TESTS = Path(viang_pipeline_tests.__file__).parent
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def rows() -> list[str]:
    """The rows of the table, without its head."""
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    return lines[2:]


def test_every_row_names_a_test() -> None:
    assert len(rows()) >= 20
    assert [row for row in rows() if not NAMED.search(row.split("|")[-2])] == []


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) >= len(rows())
    assert [f"{file}::{test}" for file, test in named if test not in _tests_of(file)] == []


def _tests_of(file: str) -> set[str]:
    path = TESTS / file
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
