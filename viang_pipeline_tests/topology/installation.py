"""One installation as in deployment: two Postgres servers, code server, webserver and daemon, each on its own.

The commands are those of ``viang up``, the instance configuration is the packaged one with a shorter poll interval of
the run monitor and nothing else changed.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import dagster as dg

import viang_pipeline
from viang_pipeline.instance import prepare_instance
from viang_pipeline.instance import processes as dagster
from viang_pipeline.instance.health import faults
from viang_pipeline.instance.ports import HOST, free_port, interface_answers, listens
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse import embedded
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.topology.code_server import CodeServer
from viang_pipeline_tests.topology.environment import only, settings_of
from viang_pipeline_tests.topology.postgres import Postgres
from viang_pipeline_tests.topology.service import Service
from viang_pipeline_tests.topology.supervisor import Restartable, Supervisor
from viang_pipeline_tests.topology.town import Town
from viang_pipeline_tests.topology.waiting import until

POLL = "poll_interval_seconds: 60", "poll_interval_seconds: 3"
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
CODE, DATA, STORAGE, WEB, DAEMON = "code server", "Postgres of the data", "Postgres of Dagster", "webserver", "daemon"


@dataclass
class Installation:
    """The running processes by name, and the way in for people and tests."""

    home: Path
    town: Town
    environment: dict[str, str] = field(repr=False)
    data: Postgres
    storage: Postgres
    code: CodeServer
    web: Service
    daemon: Service
    web_port: int
    instance: dg.DagsterInstance = field(init=False, repr=False)

    @property
    def parts(self) -> dict[str, Restartable]:
        """Everything the supervisor restarts."""
        return {DATA: self.data, STORAGE: self.storage, CODE: self.code, WEB: self.web, DAEMON: self.daemon}

    @property
    def database(self) -> Database:
        """The product's data."""
        return Database(self.data.server.viang_url)

    def settings(self, now: datetime) -> Settings:
        """What a command of this installation would read at an instant."""
        return settings_of(self.environment | {"VIANG_NOW": now.isoformat()}, self.home)

    def at(self, now: datetime) -> None:
        """Move the installation and its marketplace to an instant; running runs keep the one they started with."""
        self.code.at(now)
        self.town.at(now)

    @property
    def url(self) -> str:
        """The web interface."""
        return f"http://{HOST}:{self.web_port}"

    def ready(self) -> bool:
        """Whether the code server listens and the web interface knows its code: before that it has no jobs to run."""
        return listens(self.code.port) and interface_answers(self.web_port) and not faults(self.url, since=0.0)


@contextmanager
def servers(home: Path) -> Iterator[tuple[Postgres, Postgres]]:
    """The two Postgres servers: of the data, and of Dagster."""
    data, storage = Postgres(DATA, home / "data"), Postgres(STORAGE, home / "storage")
    try:
        for each in (data, storage):
            each.start()
        yield data, storage
    finally:
        for each in (data, storage):
            embedded.stop(each.home)
            shutil.rmtree(embedded.data_folder(each.home), ignore_errors=True)


@contextmanager
def running(
    home: Path, data: Postgres, storage: Postgres, town: Town, given: Mapping[str, str], now: datetime
) -> Iterator[Installation]:
    """Start everything above the databases, and restart whatever dies until the block ends.

    ``given``: settings besides addresses of databases and marketplace.
    """
    ours = {
        **town.environment,
        **given,
        "VIANG_DATABASE_URL": data.server.viang_url,
        "DAGSTER_DATABASE_URL": storage.server.dagster_url,
        "VIANG_HOME": str(home / "viang"),
    }
    code_port, web_port = free_port(), free_port()
    prepared = prepare_instance(settings_of(ours, home), code_server_port=code_port)
    _poll_faster(prepared.path / "dagster.yaml")
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ} | dict(prepared.env) | ours
    environment["PYTHONPATH"] = str(Path(viang_pipeline.__file__).parents[1])
    commands = {
        CODE: dagster.code_server(HOST, code_port),
        WEB: dagster.webserver(HOST, web_port, prepared.workspace),
        DAEMON: dagster.daemon(prepared.workspace),
    }
    services = {}
    for name, command in commands.items():
        folder = home / name.replace(" ", "-")
        folder.mkdir()
        python = [sys.executable, "-W", "ignore", "-m", *command]
        services[name] = Service(name, python, environment, folder)
    code = CodeServer(CODE, services[CODE].command, environment, services[CODE].folder, port=code_port)
    services[CODE] = code
    installation = Installation(home, town, ours, data, storage, code, services[WEB], services[DAEMON], web_port)
    installation.at(now)
    with ExitStack() as ends:
        for service in services.values():
            ends.callback(service.kill)
            service.start()
        ends.enter_context(Supervisor(list(installation.parts.values())))
        until(installation.ready, "the web interface", 180)
        installation.instance = ends.enter_context(_opened(prepared.path, environment))
        yield installation


def new_home() -> Path:
    """A folder that the servers' account may pass through; in memory where there is room."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 2 * 2**30
    home = Path(tempfile.mkdtemp(prefix="viang-topology-", dir=shared if roomy else None))
    home.chmod(0o711)
    return home


def _opened(path: Path, environment: Mapping[str, str]) -> dg.DagsterInstance:
    with only(environment, path):
        return dg.DagsterInstance.from_config(str(path))


def _poll_faster(path: Path) -> None:
    text = path.read_text()
    assert text.count(POLL[0]) == 1
    path.write_text(text.replace(*POLL))
