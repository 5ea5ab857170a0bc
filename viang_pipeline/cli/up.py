"""``viang up``: database, migrations, then Dagster's code server, webserver and daemon as children of this process."""

from __future__ import annotations

import signal
import socket
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from viang_pipeline.cli.console import out
from viang_pipeline.cli.db import bring_up_to_date
from viang_pipeline.cli.processes import ProcessDiedError, Processes
from viang_pipeline.failures import UsageError
from viang_pipeline.instance import prepare_instance
from viang_pipeline.instance import processes as dagster
from viang_pipeline.instance.ports import HOST, free_port, interface_answers, listens
from viang_pipeline.logs import set_up_logging
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.warehouse.database import open_database


def up(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Porta da interface web.")] = 3000,
) -> None:
    """Sobe tudo nesta máquina: banco, migrações, interface web e agendador do Dagster."""
    serve(load_settings(), port)


def serve(settings: Settings, port: int) -> None:
    """Everything of one installation until Ctrl-C or SIGTERM; the database keeps running afterwards.

    Raises UsageError when it already runs or the port is taken, ProcessDiedError when a process ends by itself.
    """
    home = settings.home.expanduser().resolve()
    log_path = set_up_logging(home, name="up", as_json=settings.json_logs)
    try:
        with FileLock(home / "up.lock", timeout=0):
            _check_free(port)
            bring_up_to_date(open_database(settings))
            _run_dagster(settings, port)
    except Timeout:
        raise UsageError(f"viang up já está rodando para {home}") from None
    except ProcessDiedError as failure:
        raise ProcessDiedError(f"{failure}. Detalhes em {log_path}") from None


def _run_dagster(settings: Settings, port: int) -> None:
    code_port = free_port()
    instance = prepare_instance(settings, code_server_port=code_port)
    workspace = instance.workspace
    # SIGINT too: a shell that starts us in the background has it ignored, our children would inherit that, and the
    # code server, which treats SIGTERM as SIGINT, could then only be killed.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with Processes() as processes:
            processes.start("code-server", dagster.code_server(HOST, code_port), instance.env)
            processes.wait_until(lambda: listens(code_port))
            processes.start("webserver", dagster.webserver(HOST, port, workspace), instance.env)
            processes.start("daemon", dagster.daemon(workspace), instance.env)
            processes.wait_until(lambda: interface_answers(port))
            out.print(f"Interface no ar: http://{HOST}:{port} (Ctrl-C encerra; o banco continua no ar)", markup=False)
            processes.watch()
    except KeyboardInterrupt:
        out.print("Encerrado; o banco continua no ar.", markup=False)


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise UsageError(f"A porta {port} está ocupada. Escolha outra com: viang up --port N") from None
