"""Dagster's home inside VIANG_HOME: its two files and the environment its processes need.

The files beside this one are copied as they are; everything secret or local travels in the environment.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from viang_pipeline.logs import make_private_folder
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.database import dagster_database_url

CONFIGURATION = ("dagster.yaml", "workspace.yaml")


@dataclass(frozen=True)
class InstanceHome:
    """``path`` is DAGSTER_HOME; ``env`` is added to the environment of every Dagster process."""

    path: Path
    env: Mapping[str, str] = field(repr=False)

    @property
    def workspace(self) -> Path:
        """The file that names the code server."""
        return self.path / "workspace.yaml"


def prepare_instance(
    settings: Settings, *, code_server_host: str = "127.0.0.1", code_server_port: int | None = None
) -> InstanceHome:
    """Write Dagster's files into VIANG_HOME/dagster and return its home; safe to call again.

    Starts the embedded Postgres when DAGSTER_DATABASE_URL is not set. ``code_server_host`` and ``code_server_port`` are
    only needed by the processes that read workspace.yaml.
    """
    home = settings.home.expanduser().resolve()
    path = home / "dagster"
    env = {
        "DAGSTER_HOME": str(path),
        "VIANG_HOME": str(home),
        "VIANG_DAGSTER_STORAGE_URL": dagster_database_url(settings),
        "VIANG_COMPUTE_LOGS": str(path / "compute_logs"),
        "DAGSTER_GRPC_PROXY_HEARTBEAT_TTL_SECONDS": "600",
        # A range run records a materialization per asset and day: one statement per asset instead of three per day.
        "DAGSTER_EVENT_BATCH_SIZE": "200",
    }
    if code_server_port is not None:
        env["VIANG_CODE_SERVER_HOST"] = code_server_host
        env["VIANG_CODE_SERVER_PORT"] = str(code_server_port)
    make_private_folder(path)
    for name in CONFIGURATION:
        _write_if_changed(path / name, files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return InstanceHome(path, env)


def _write_if_changed(path: Path, text: str) -> None:
    """A running process never sees a half-written file, nor does one that starts at the same moment take ours away."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    unfinished = path.with_suffix(f".{secrets.token_hex(8)}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
