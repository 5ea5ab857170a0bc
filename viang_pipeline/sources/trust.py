"""The certificates we trust, for every client of an outside system."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """Parsed once per process, or before it is forked: 50 ms that every client would pay."""
    return httpx.create_ssl_context()
