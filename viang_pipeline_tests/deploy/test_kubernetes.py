"""Values for Dagster's chart: what its templates make of them is what dagster.yaml says, and no secret is in them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import dagster as dg
import jsonschema
import pytest
import yaml
from dagster._config import process_config, resolve_to_config_type
from dagster._core.instance import InstanceRef

from viang_pipeline_tests.deploy.files import DEPLOY, PROJECT, program, read_yaml, variables

FOLDER = DEPLOY / "kubernetes"
VALUES = read_yaml(FOLDER / "values.yaml")
OURS = yaml.safe_load((files("viang_pipeline.instance") / "dagster.yaml").read_text(encoding="utf-8"))
CODE = VALUES["dagster-user-deployments"]["deployments"][0]
LOCAL = {"storage", "compute_logs", "run_launcher"}
"""Blocks of dagster.yaml that are about one host."""


def instance_yaml() -> dict[str, Any]:
    """What the chart's configmap-instance.yaml makes of the values; without storage and launcher, which are its own."""
    daemon, retention = VALUES["dagsterDaemon"], VALUES["retention"]
    assert not daemon["runMonitoring"]["enabled"]
    assert not daemon["runRetries"]["enabled"]
    assert retention["enabled"]
    return {
        "run_coordinator": {
            "module": "dagster._core.run_coordinator",
            "class": daemon["runCoordinator"]["type"],
            # The chart's own values, which stay when ours are merged into them.
            "config": {"dequeue_use_threads": True, "dequeue_num_workers": 4},
        },
        **{
            name: {"use_threads": daemon[name]["useThreads"], "num_workers": daemon[name]["numWorkers"]}
            for name in ("schedules", "sensors")
        },
        "telemetry": {"enabled": VALUES["telemetry"]["enabled"]},
        "retention": {name: {"purge_after_days": retention[name]["purgeAfterDays"]} for name in ("schedule", "sensor")},
        **VALUES["additionalInstanceConfig"],
    }


def test_every_word_of_dagster_yaml_that_is_not_about_one_host_is_said_here_too() -> None:
    theirs = instance_yaml()
    assert set(theirs) == set(OURS) - LOCAL
    for block in sorted(set(OURS) - LOCAL - {"run_coordinator", "retention"}):
        assert theirs[block] == OURS[block], block
    assert theirs["run_coordinator"]["class"] == OURS["run_coordinator"]["class"]


@pytest.mark.parametrize("kind", ["schedule", "sensor"])
def test_ticks_are_kept_as_long(kind: str) -> None:
    theirs, ours = (each["retention"][kind]["purge_after_days"] for each in (instance_yaml(), OURS))
    # The chart merges values into its defaults: what we do not name has to be named as "for ever".
    assert theirs == {"started": -1} | ours


@contextmanager
def opened(folder: Path, config: Mapping[str, Any]) -> Iterator[dg.DagsterInstance]:
    """An instance with that configuration, its storage in files."""
    folder.mkdir()
    (folder / "dagster.yaml").write_text(yaml.safe_dump({name: config[name] for name in config if name not in LOCAL}))
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder))) as instance:
        yield instance


def test_dagster_reads_the_same_limits_from_both(tmp_path: Path) -> None:
    with opened(tmp_path / "theirs", instance_yaml()) as theirs, opened(tmp_path / "ours", OURS) as ours:
        said, meant = theirs.get_concurrency_config(), ours.get_concurrency_config()
        assert said.pool_config == meant.pool_config
        assert said.run_queue_config is not None
        assert meant.run_queue_config is not None
        assert said.run_queue_config.max_concurrent_runs == meant.run_queue_config.max_concurrent_runs == 4
        assert said.run_queue_config.tag_concurrency_limits == meant.run_queue_config.tag_concurrency_limits
        for name in ("run_monitoring_max_runtime_seconds", "run_retries_max_retries", "run_monitoring_enabled"):
            assert getattr(theirs, name) == getattr(ours, name), name


def test_secrets_are_named_and_never_written() -> None:
    assert VALUES["postgresql"]["postgresqlPassword"] == ""
    assert VALUES["generatePostgresqlPasswordSecret"] is False
    assert VALUES["global"]["postgresqlSecretName"]
    assert CODE["envSecrets"] == [{"name": "viang-settings"}]
    plain = {variable["name"] for variable in CODE["env"]}
    assert plain & variables(PROJECT / ".env.example") == {"VIANG_HOME"}


def test_a_run_has_the_settings_the_folder_and_the_image_of_the_code_it_comes_from() -> None:
    assert CODE["includeConfigInLaunchedRuns"] == {"enabled": True}
    assert CODE["volumeMounts"] == [{"name": "viang-home", "mountPath": "/var/lib/viang"}]
    launcher = VALUES["runLauncher"]
    assert launcher["type"] == "K8sRunLauncher"
    assert "image" not in launcher["config"]["k8sRunLauncher"]
    assert set(launcher["config"]["k8sRunLauncher"]["resources"]) == {"requests", "limits"}


def test_all_processes_are_one_image_and_none_is_root() -> None:
    parts = (CODE, VALUES["dagsterWebserver"], VALUES["dagsterDaemon"])
    assert len({json.dumps(part["image"]) for part in parts}) == 1
    assert all(part["podSecurityContext"]["runAsUser"] == 10001 for part in parts)
    assert all(part["securityContext"]["allowPrivilegeEscalation"] is False for part in parts)
    assert all(part["resources"]["limits"]["memory"] for part in parts)


def test_the_interface_is_reached_through_a_login_and_tls_only() -> None:
    assert VALUES["dagsterWebserver"]["service"]["type"] == "ClusterIP"
    ingress = VALUES["ingress"]
    assert ingress["annotations"]["nginx.ingress.kubernetes.io/auth-type"] == "basic"
    assert ingress["annotations"]["nginx.ingress.kubernetes.io/auth-secret"]
    assert ingress["dagsterWebserver"]["tls"]["enabled"] is True


def test_the_migration_is_that_of_the_compose_file() -> None:
    container = read_yaml(FOLDER / "migrate.yaml")["spec"]["template"]["spec"]["containers"][0]
    assert container["command"] == read_yaml(DEPLOY / "compose" / "compose.yaml")["services"]["migrate"]["command"]
    assert container["image"] == f"{CODE['image']['repository']}:{CODE['image']['tag']}"
    assert container["envFrom"] == [{"secretRef": CODE["envSecrets"][0]}]


def test_the_chart_is_the_version_of_our_dagster() -> None:
    [pinned] = [line for line in (PROJECT / "constraints.txt").read_text().splitlines() if line.startswith("dagster==")]
    version = pinned.removeprefix("dagster==")
    assert f"version {version}:" in (FOLDER / "values.yaml").read_text()
    for path in (PROJECT / ".github" / "workflows" / "ci.yml", PROJECT / "docs" / "deployment.md"):
        assert set(re.findall(r"--version (\S+)", path.read_text())) == {version}


@pytest.mark.parametrize("name", ["migrate.yaml", "volume.yaml"])
def test_kubernetes_knows_every_field(name: str) -> None:
    validate = program("kubernetes-validate")
    done = subprocess.run([validate, "--strict", FOLDER / name], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_values_follow_the_charts_schema() -> None:
    """Merged into the chart's own values, as helm does. HELM_CHART: the unpacked chart (`helm pull --untar`)."""
    chart = os.environ.get("HELM_CHART")
    if not chart:
        pytest.skip("HELM_CHART does not name the unpacked Dagster chart")
    schema = json.loads((Path(chart) / "values.schema.json").read_text())
    jsonschema.validate(_merged(read_yaml(Path(chart) / "values.yaml"), VALUES), _without_remote(schema))


def _merged(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {name: _merged(base.get(name), value) for name, value in over.items()}
    return over


def _without_remote(schema: Any) -> Any:
    """References to the definitions of Kubernetes lie on another host."""
    if isinstance(schema, dict):
        return {
            name: _without_remote(value)
            for name, value in schema.items()
            if not (name == "$ref" and str(value).startswith("http"))
        }
    return [_without_remote(each) for each in schema] if isinstance(schema, list) else schema


def test_the_launcher_of_dagster_accepts_what_we_ask_of_a_run() -> None:
    k8s = pytest.importorskip("dagster_k8s", reason="dagster-k8s is not installed: pip install -e .[kubernetes]")
    asked = VALUES["runLauncher"]["config"]["k8sRunLauncher"]
    raw = asked["runK8sConfig"]
    config = {
        "load_incluster_config": asked["loadInclusterConfig"],
        "image_pull_policy": asked["imagePullPolicy"],
        "resources": asked["resources"],
        "security_context": asked["securityContext"],
        "run_k8s_config": {"pod_spec_config": raw["podSpecConfig"], "job_spec_config": raw["jobSpecConfig"]},
        "service_account_name": "dagster",
        "instance_config_map": "dagster-instance",
        "dagster_home": "/opt/dagster/dagster_home",
    }
    checked = process_config(resolve_to_config_type(k8s.K8sRunLauncher.config_type()), config)
    assert checked.success, checked.errors
