"""The compose file: what it publishes, whom it tells which secret, and that every command of it exists."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from viang_pipeline.instance.__main__ import parser
from viang_pipeline.settings import Settings
from viang_pipeline_tests.deploy.files import DEPLOY, PROJECT, docker_compose, program, read_yaml, variables

FOLDER = DEPLOY / "compose"
COMPOSE = read_yaml(FOLDER / "compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("code-server", "webserver", "webserver-guests", "daemon")
ONCE = ("migrate", "backup")
LASTING = {name: service for name, service in SERVICES.items() if name not in ONCE}
SETTINGS = {str(field.validation_alias) for field in Settings.model_fields.values()}


def test_every_variable_is_explained_in_the_example() -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", (FOLDER / "compose.yaml").read_text()))
    # The folder and the version come from the script that calls docker compose.
    assert used - {"VIANG_CONFIG", "VIANG_VERSION"} == variables(FOLDER / "compose.env.example") - {"COMPOSE_PROFILES"}


def test_a_setting_of_the_pipeline_stands_in_one_file_only() -> None:
    assert not variables(FOLDER / "compose.env.example") & SETTINGS
    assert variables(PROJECT / ".env.example") == SETTINGS
    settled = {name for service in SERVICES.values() for name in service.get("environment", {}) if name in SETTINGS}
    assert settled == {"VIANG_HOME", "DAGSTER_DATABASE_URL"}


def test_only_the_proxy_is_reachable_from_outside() -> None:
    published = {name for name, service in SERVICES.items() if service.get("ports")}
    assert published == {"proxy"}
    assert SERVICES["proxy"]["ports"] == ["80:80", "443:443", "443:443/udp"]
    assert not [name for name, service in SERVICES.items() if service.get("network_mode") == "host"]


def test_only_what_talks_to_the_outside_has_a_way_out() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in SERVICES.items() if "outside" in service["networks"]}
    assert outside == {"code-server", *ONCE, "proxy"}


def test_secrets_of_the_pipeline_go_to_the_code_server_the_migration_and_the_backup_alone() -> None:
    told = {name for name, service in SERVICES.items() if "env_file" in service}
    assert told == {"code-server", *ONCE}


@pytest.mark.parametrize("name", OURS)
def test_the_command_of_a_service_is_one_we_have(name: str) -> None:
    python, flag, module, *arguments = SERVICES[name]["command"]
    assert (python, flag, module) == ("python", "-m", "viang_pipeline.instance")
    asked = parser().parse_args(arguments)
    assert name.startswith(arguments[0])
    assert getattr(asked, "code_server", ("code-server", 4000)) == ("code-server", 4000)
    assert getattr(asked, "read_only", False) == (name == "webserver-guests")


def test_the_health_of_the_daemon_is_asked_with_a_command_we_have() -> None:
    test = SERVICES["daemon"]["healthcheck"]["test"]
    assert test[:4] == ["CMD", "python", "-m", "viang_pipeline.instance"]
    parser().parse_args(test[4:])


@pytest.mark.parametrize("name", LASTING)
def test_a_service_comes_back_by_itself_is_watched_limited_and_given_time_to_end(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["stop_grace_period"]


@pytest.mark.parametrize("name", SERVICES)
def test_logs_are_rotated_and_no_right_is_gained(name: str) -> None:
    service = SERVICES[name]
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", [*OURS, *ONCE, "proxy"])
def test_a_container_of_ours_writes_only_to_its_volumes_and_has_no_capability_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])


@pytest.mark.parametrize("name", [*OURS, *ONCE])
def test_all_of_ours_are_one_image_with_one_home(name: str) -> None:
    assert SERVICES[name]["image"].startswith("${VIANG_IMAGE:?")
    assert SERVICES[name]["volumes"][0].removesuffix(":ro") == "viang-home:/var/lib/viang"
    assert SERVICES[name]["environment"]["VIANG_HOME"] == "/var/lib/viang"


def test_every_image_has_a_version() -> None:
    for name, service in SERVICES.items():
        assert re.search(r":(\d+\.\d+|\$\{VIANG_VERSION)", service["image"]), name


def test_files_that_are_mounted_exist() -> None:
    volumes = [volume for service in SERVICES.values() for volume in service["volumes"]]
    sources = [volume.split(":")[0] for volume in volumes if volume.startswith("..")]
    assert sources == ["../backup.sh", "../proxy/Caddyfile"]
    assert all((FOLDER / source).is_file() for source in sources)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The folder of an installation, as the documents have one make it."""
    (tmp_path / "viang.env").write_text(
        (PROJECT / ".env.example").read_text().replace("\nSMTP_URL=", "\nSMTP_URL=smtp://u:p$x'y@host:587")
    )
    example = (FOLDER / "compose.env.example").read_text()
    (tmp_path / "compose.env").write_text(
        example.replace("DAGSTER_POSTGRES_PASSWORD=", "DAGSTER_POSTGRES_PASSWORD=abc").replace(
            "COMPOSE_PROFILES=", "COMPOSE_PROFILES=guests"
        )
    )
    (tmp_path / "users").touch()
    return tmp_path


def test_docker_compose_reads_it_as_we_mean_it(config: Path) -> None:
    done = subprocess.run(
        [*docker_compose(), "--env-file", config / "compose.env", "--file", FOLDER / "compose.yaml", "config"],
        env={"PATH": os.environ["PATH"], "VIANG_CONFIG": str(config), "VIANG_VERSION": "1.2.3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert set(services) == {*LASTING}
    assert services["code-server"]["image"] == "ghcr.io/agencia/viang-pipeline:1.2.3"
    environment = services["code-server"]["environment"]
    assert environment["VIANG_HOME"] == "/var/lib/viang", "what the compose file sets wins over viang.env"
    assert environment["DAGSTER_DATABASE_URL"].endswith("@postgres:5432/dagster?sslmode=disable")
    assert environment["SMTP_URL"] == "smtp://u:p$$x'y@host:587", "a value is taken as it is written ($$ is one $)"
    assert set(services["webserver"]["environment"]) == {"VIANG_HOME", "DAGSTER_DATABASE_URL"}


def test_it_follows_the_specification() -> None:
    check = program("check-jsonschema")
    done = subprocess.run(
        [check, "--builtin-schema", "vendor.compose-spec", FOLDER / "compose.yaml"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_password_of_dagsters_postgres_travels_without_tls_only_between_containers() -> None:
    url = SERVICES["code-server"]["environment"]["DAGSTER_DATABASE_URL"]
    assert url.endswith("@postgres:5432/dagster?sslmode=disable")
    assert SERVICES["postgres"]["networks"] == ["inside"]
