"""Ports of this machine: a free one, and whether a process of Dagster serves on one already."""

from __future__ import annotations

import socket

import httpx

HOST = "127.0.0.1"
"""Only this machine: the interface has no login."""


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def interface_answers(port: int) -> bool:
    """Whether Dagster's webserver is ready there."""
    try:
        return httpx.get(f"http://{HOST}:{port}/server_info", timeout=5).is_success
    except httpx.HTTPError:
        return False
