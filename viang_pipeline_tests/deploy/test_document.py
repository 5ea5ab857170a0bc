"""``docs/deployment.md``: the files and the commands it names are there."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup

from viang_pipeline.cli.main import app
from viang_pipeline_tests.deploy.files import DEPLOY, PROJECT, read_yaml

TEXT = (PROJECT / "docs" / "deployment.md").read_text()
# Written beside this document, not with it.
ELSEWHERE = {"docs/architecture.md", "docs/runbook.md", "docs/backup.md", "docs/kill-matrix.md"}


def test_every_file_it_names_exists() -> None:
    named = set(re.findall(r"(?<![\w/])((?:deploy|\.github|viang_pipeline\w*)/[\w./*-]*[\w*])", TEXT))
    assert len(named) > 10
    assert not [name for name in named if not list(PROJECT.glob(name))]


def test_every_document_it_links_to_exists_or_is_written_elsewhere() -> None:
    linked = {f"docs/{name}" for name in re.findall(r"\]\(([\w./-]+\.md)\)", TEXT)}
    assert not [name for name in linked - ELSEWHERE if not (PROJECT / name).exists()]


def commands() -> list[str]:
    return re.findall(r"\bviang ((?:clients|connect|db|doctor|import|params|status)(?: [a-z-]+)?)", TEXT)


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_every_command_it_names_exists(command: str) -> None:
    group: Any = typer.main.get_command(app)
    for word in command.split():
        if not isinstance(group, TyperGroup):
            break
        assert word in group.commands, command
        group = group.commands[word]


@pytest.mark.parametrize("service", ["postgres", "proxy"])
def test_images_that_are_not_ours_are_the_same_everywhere(service: str) -> None:
    image = read_yaml(DEPLOY / "compose" / "compose.yaml")["services"][service]["image"]
    named = set(re.findall(rf"\b{image.split(':')[0]}:\S+", TEXT))
    assert named <= {image}


def test_the_limits_of_the_containers_fit_the_host_it_asks_for() -> None:
    services = read_yaml(DEPLOY / "compose" / "compose.yaml")["services"]
    sizes = {"g": 1024, "m": 1}
    limits = [
        service["deploy"]["resources"]["limits"]["memory"]
        for service in services.values()
        if "deploy" in service and "guests" not in service.get("profiles", ())
    ]
    total = sum(int(limit[:-1]) * sizes[limit[-1]] for limit in limits)
    gigabytes = re.search(r"cores, (\d+) GB", TEXT)
    assert gigabytes is not None
    assert total < int(gigabytes[1]) * 1024
