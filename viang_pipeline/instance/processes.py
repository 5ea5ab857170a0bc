"""The three Dagster processes of an installation, as module and arguments for this Python.

``viang up`` starts them together on one machine, ``python -m viang_pipeline.instance`` each alone in its container or
unit: what they are started with stands here once.
"""

from __future__ import annotations

from pathlib import Path


def code_server(host: str, port: int) -> list[str]:
    """Serves the definitions over gRPC and executes the runs, each in a process of its own."""
    # `dagster api grpc`, with runs that begin sooner. Not `dagster code-server start`: it keeps our code in a child,
    # and goes on listening, and serves nothing, when that child alone is killed. Runs start with this Python, whatever
    # `dagster` is on the PATH.
    command = ["viang_pipeline.instance.code_server", "--use-python-environment-entry-point"]
    return [*command, "-h", host, "-p", str(port), "-m", "viang_pipeline.definitions"]


def webserver(host: str, port: int, workspace: Path, *, read_only: bool = False) -> list[str]:
    """The interface. It has no login: only a proxy that asks for one may be reachable from outside."""
    guest = ["--read-only"] if read_only else []
    return ["dagster_webserver", "-h", host, "-p", str(port), "-w", str(workspace), *guest]


def daemon(workspace: Path) -> list[str]:
    """Schedules, sensors and the run queue. Exactly one of them per installation."""
    return ["dagster._daemon", "run", "-w", str(workspace)]
