"""Whether an installation works as a whole: interface, code and daemons, asked the way the interface asks."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

QUESTION = """
{
  workspaceOrError {
    ... on Workspace { locationEntries { name loadStatus locationOrLoadError { __typename } } }
    ... on PythonError { message }
  }
  instance { daemonHealth { allDaemonStatuses { daemonType required lastHeartbeatTime } } }
}
"""


def faults(webserver: str, since: float) -> list[str]:
    """One sentence per thing that does not work; none when everything does.

    ``webserver``: its base address. ``since``: only heartbeats after this instant (Unix seconds) count. Dagster itself
    believes in a daemon for half an hour after its end.
    """
    try:
        answer = httpx.post(f"{webserver}/graphql", json={"query": QUESTION}, timeout=30).raise_for_status().json()
        workspace, daemons = answer["data"]["workspaceOrError"], answer["data"]["instance"]["daemonHealth"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return [f"the webserver does not answer ({type(error).__name__})"]
    if "locationEntries" not in workspace:
        return ["the workspace cannot be read"]
    found = [] if workspace["locationEntries"] else ["no code location"]
    for entry in workspace["locationEntries"]:
        loaded = (entry["locationOrLoadError"] or {}).get("__typename") == "RepositoryLocation"
        if entry["loadStatus"] != "LOADED" or not loaded:
            found.append(f"code location {entry['name']} is not loaded")
    for status in daemons["allDaemonStatuses"]:
        if status["required"] and (status["lastHeartbeatTime"] or 0) < since:
            found.append(f"daemon {status['daemonType']} has no fresh heartbeat")
    return found


def wait_until_healthy(
    webserver: str,
    seconds: float,
    *,
    interval: float = 3.0,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.time,
) -> list[str]:
    """Ask until nothing is wrong, ``seconds`` at most; what is still wrong then. Heartbeats must be new."""
    started = now()
    while found := faults(webserver, started):
        if now() >= started + seconds:
            break
        sleep(interval)
    return found
