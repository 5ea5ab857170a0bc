"""An end to every answer: so many bytes, so many seconds, one known packing; and the HTTP library's client with it.

Whatever reads an outside system reads within these limits. A server that sends without end, slowly or packed a thousand
times over costs one failed request and never the process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx

MOST_BYTES = 64 * 2**20
"""Of a body, packed or not. The biggest page of any contract (a thousand lines of a bill) is below 3 MB."""

MOST_SECONDS = 120.0
"""For a body once its headers are here. The library's own time limit is per block of it and never ends a slow drip."""

PLAIN = ("", "identity")
ACCEPTED = "gzip, deflate"
PACKINGS = (*PLAIN, *ACCEPTED.split(", "))
"""One of these: a block of 64 KB grows to 64 MB at most before it is counted; packed twice it would grow to 64 GB."""


class Unbounded(httpx.StreamError):
    """An answer that is bigger, or packed otherwise, than any we ask for."""


class BoundedClient(httpx.Client):
    """Follows no redirect: a token or a question goes to the address that was configured and nowhere else."""

    def __init__(
        self,
        *,
        most_bytes: int = MOST_BYTES,
        most_seconds: float = MOST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        **settings: Any,
    ) -> None:
        super().__init__(**settings, follow_redirects=False)
        self.headers["Accept-Encoding"] = ACCEPTED
        self._most_bytes = most_bytes
        self._most_seconds = most_seconds
        self._clock = clock

    @property  # type: ignore[misc]  # the library's can be set; nobody is to
    def cookies(self) -> httpx.Cookies:
        """None, whatever an answer sets."""
        return _NONE

    def send(self, request: httpx.Request, *, stream: bool = False, **settings: Any) -> httpx.Response:
        """The whole answer, whatever ``stream`` says; it keeps no cookie of it.

        Raises Unbounded, httpx.ReadTimeout for a body that takes too long, and what the library raises.
        """
        response = super().send(request, stream=True, **{**settings, "follow_redirects": False})
        try:
            refuse(response.headers, self._most_bytes)
            content = b"".join(within(response.iter_bytes(), self._most_bytes, self._most_seconds, self._clock))
        finally:
            response.close()
        headers = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_TRANSFER]
        return httpx.Response(
            response.status_code, headers=headers, content=content, request=request, extensions=response.extensions
        )


def packing(headers: httpx.Headers) -> str:
    """How a body is packed; empty for not at all."""
    return str(headers.get("content-encoding", "")).strip().lower()


def refuse(headers: httpx.Headers, most_bytes: int = MOST_BYTES) -> None:
    """Raises Unbounded for a body that says by itself that it goes beyond the limits."""
    if packing(headers) not in PACKINGS:
        raise Unbounded("packed in a way nobody asked for")
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most_bytes:
        raise Unbounded("announced as too big")


def within(
    blocks: Iterable[bytes],
    most_bytes: int = MOST_BYTES,
    most_seconds: float = MOST_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[bytes]:
    """The blocks of a body as long as they stay within the limits. Raises Unbounded, httpx.ReadTimeout."""
    latest = clock() + most_seconds
    taken = 0
    for block in blocks:
        taken += len(block)
        if taken > most_bytes:
            raise Unbounded("too big")
        if clock() > latest:
            raise httpx.ReadTimeout("the body takes too long")
        yield block


class _NoCookies(httpx.Cookies):
    """Takes none, so none is ever sent back."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Nothing."""


_NONE = _NoCookies()


def usable(token: str) -> bool:
    """Whether a token can stand in a header, and is one."""
    return token.isascii() and token.isprintable() and token.split() == [token]


_OF_THE_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding"})
