"""``python -m viang_pipeline.instance``: what containers, units and releases call; people use ``viang``.

Each process of an installation alone, and the three questions of a release: is anything running, is the storage of
Dagster up to date, does everything work. Only the questions import Dagster: what becomes one of its processes would do
it twice.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from viang_pipeline.failures import ViangError
from viang_pipeline.instance import InstanceHome, prepare_instance, processes
from viang_pipeline.instance.health import wait_until_healthy
from viang_pipeline.settings import Settings, load_settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

log = logging.getLogger("viang_pipeline.instance")

DONE, FAILED = 0, 1
ALIVE_SECONDS = 600
"""A daemon writes a heartbeat every 30 seconds; a slow tick may hold one up."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; does not return from those that become a Dagster process."""
    asked = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for noisy in ("httpx", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        return int(asked.run(asked))
    except ViangError as failure:
        log.error("%s", failure)
        return FAILED


def _code_server(asked: argparse.Namespace) -> int:
    home = prepare_instance(_settings("database_url", "dagster_database_url"))
    host, port = asked.listen
    return _become(processes.code_server(host, port), home)


def _webserver(asked: argparse.Namespace) -> int:
    home = _with_code_server(asked)
    host, port = asked.listen
    return _become(processes.webserver(host, port, home.workspace, read_only=asked.read_only), home)


def _daemon(asked: argparse.Namespace) -> int:
    home = _with_code_server(asked)
    return _become(processes.daemon(home.workspace), home)


def _migrate(asked: argparse.Namespace) -> int:
    with _opened(prepare_instance(_settings("database_url", "dagster_database_url"))) as instance:
        instance.upgrade(log.info)
    return DONE


def _wait_idle(asked: argparse.Namespace) -> int:
    from viang_pipeline.instance.runs import wait_until_idle

    with _opened(prepare_instance(_settings("dagster_database_url"))) as instance:
        left = wait_until_idle(instance, asked.minutes * 60)
    if left:
        log.error("still %d run(s) in progress after %g minutes", len(left), asked.minutes)
        return FAILED
    log.info("no run in progress")
    return DONE


def _check(asked: argparse.Namespace) -> int:
    found = wait_until_healthy(asked.webserver.rstrip("/"), asked.minutes * 60)
    for fault in found:
        log.error("%s", fault)
    if not found:
        log.info("webserver, code location and daemons are well")
    return FAILED if found else DONE


def _daemon_alive(asked: argparse.Namespace) -> int:
    from dagster._daemon.controller import all_daemons_live

    with _opened(prepare_instance(_settings("dagster_database_url"))) as instance:
        alive = all_daemons_live(instance, heartbeat_tolerance_seconds=ALIVE_SECONDS)
    if not alive:
        log.error("a daemon has no fresh heartbeat")
    return DONE if alive else FAILED


def _settings(*required: str) -> Settings:
    """Of processes that each live alone, none may be the one that brings the embedded Postgres."""
    settings = load_settings()
    for name in required:
        settings.require(name)
    return settings


def _with_code_server(asked: argparse.Namespace) -> InstanceHome:
    host, port = asked.code_server
    return prepare_instance(_settings("dagster_database_url"), code_server_host=host, code_server_port=port)


def _opened(home: InstanceHome) -> DagsterInstance:
    from dagster import DagsterInstance

    os.environ.update(home.env)
    return DagsterInstance.from_config(str(home.path))


def _become(module_and_arguments: list[str], home: InstanceHome) -> int:
    """This process turns into the Dagster process, so that signals and its end reach whoever started us."""
    # A shell that starts us in the background has SIGINT ignored, and the code server treats SIGTERM as SIGINT.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execve(sys.executable, [sys.executable, "-m", *module_and_arguments], os.environ | home.env)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, int(port)


def parser() -> argparse.ArgumentParser:
    """Every command with its options; ``run`` is what it does."""
    found = argparse.ArgumentParser(prog="python -m viang_pipeline.instance", description=__doc__)
    commands = found.add_subparsers(required=True, metavar="COMMAND")
    code_server = commands.add_parser("code-server", help="serve the definitions and execute runs")
    webserver = commands.add_parser("webserver", help="serve the interface")
    daemon = commands.add_parser("daemon", help="schedules, sensors and the run queue")
    migrate = commands.add_parser("migrate", help="bring Dagster's own storage up to date")
    wait_idle = commands.add_parser("wait-idle", help="wait until no run is in progress; the daemon must be stopped")
    daemon_alive = commands.add_parser("daemon-alive", help="whether every daemon wrote a heartbeat lately")
    check = commands.add_parser("check", help="whether webserver, code location and daemons work")
    for command, run in (
        (code_server, _code_server),
        (webserver, _webserver),
        (daemon, _daemon),
        (migrate, _migrate),
        (wait_idle, _wait_idle),
        (daemon_alive, _daemon_alive),
        (check, _check),
    ):
        command.set_defaults(run=run)
    for command, default in ((code_server, ("127.0.0.1", 4000)), (webserver, ("127.0.0.1", 3000))):
        command.add_argument("--listen", type=_address, default=default, metavar="HOST:PORT")
    for command in (webserver, daemon):
        command.add_argument("--code-server", type=_address, default=("127.0.0.1", 4000), metavar="HOST:PORT")
    webserver.add_argument("--read-only", action="store_true", help="for guests: nothing can be launched or changed")
    wait_idle.add_argument("--minutes", type=float, default=120)
    check.add_argument("--minutes", type=float, default=5)
    check.add_argument("--webserver", default="http://127.0.0.1:3000", metavar="URL")
    return found


if __name__ == "__main__":
    sys.exit(main())
