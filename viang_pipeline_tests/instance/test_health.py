"""Whether an installation works, against a webserver that answers as Dagster's does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from viang_pipeline.instance.health import faults, wait_until_healthy

SINCE = 1000.0


def answer(
    *, load_status: str = "LOADED", loaded: str | None = "RepositoryLocation", heartbeat: float | None = SINCE + 1
) -> dict[str, Any]:
    location = None if loaded is None else {"__typename": loaded}
    entry = {"name": "viang_pipeline", "loadStatus": load_status, "locationOrLoadError": location}
    daemons = [
        {"daemonType": "SENSOR", "required": True, "lastHeartbeatTime": heartbeat},
        {"daemonType": "UNUSED", "required": False, "lastHeartbeatTime": None},
    ]
    return {
        "data": {
            "workspaceOrError": {"locationEntries": [entry]},
            "instance": {"daemonHealth": {"allDaemonStatuses": daemons}},
        }
    }


@contextmanager
def webserver(*answers: object) -> Iterator[str]:
    """Gives one answer after the other, the last one for ever; its address."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(left.pop(0) if len(left) > 1 else left[0]).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_everything_well() -> None:
    with webserver(answer()) as address:
        assert faults(address, SINCE) == []


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (answer(loaded="PythonError"), "code location viang_pipeline is not loaded"),
        (answer(load_status="LOADING", loaded=None), "code location viang_pipeline is not loaded"),
        (answer(heartbeat=SINCE - 1), "daemon SENSOR has no fresh heartbeat"),
        (answer(heartbeat=None), "daemon SENSOR has no fresh heartbeat"),
        ({"errors": ["no such field"]}, "the webserver does not answer (KeyError)"),
    ],
)
def test_each_fault_is_named(given: dict[str, Any], fault: str) -> None:
    with webserver(given) as address:
        assert faults(address, SINCE) == [fault]


def test_nobody_listens() -> None:
    assert faults("http://127.0.0.1:9", SINCE) == ["the webserver does not answer (ConnectError)"]


def test_an_installation_gets_the_time_it_needs_to_come_up() -> None:
    slept: list[float] = []
    with webserver(answer(heartbeat=None), answer(heartbeat=None), answer()) as address:
        assert wait_until_healthy(address, 60, sleep=slept.append, now=lambda: SINCE) == []
    assert len(slept) == 2


def test_and_not_longer() -> None:
    clock = [SINCE]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    with webserver(answer(heartbeat=SINCE - 5)) as address:
        found = wait_until_healthy(address, 9, interval=3, sleep=sleep, now=lambda: clock[0])
    assert found == ["daemon SENSOR has no fresh heartbeat"]
    assert clock == [SINCE + 9]
