"""One connection to an outside system: a question out, its whole answer in, for one thread at a time.

Straight to the host it is one kept-alive connection of the HTTP library's own engine. What the library's client does
besides (choosing a connection, cookies, redirects, reading the address again and again) costs as much as a small read,
and none of it is wanted here. Through a proxy, or over the transport of a test, it is the bounded client.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.request import getproxies

import httpcore
import httpx

from viang_pipeline.sources.bounded import ACCEPTED, PLAIN, BoundedClient, packing, refuse, within
from viang_pipeline.sources.conduct import Broken
from viang_pipeline.sources.trust import trusted

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
KEPT_SECONDS = 5.0
"""One that rested longer is not used again: about then servers close their end."""

HEADERS = {"accept": "application/json", "accept-encoding": ACCEPTED, "user-agent": "viang-pipeline"}

_PROXIED = frozenset({"http", "https", "all"})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
"""These say how long their body is even when they have none (RFC 9110 §8.6)."""


@dataclass(frozen=True, slots=True)
class Question:
    """``target``: path and query as they are sent; ``headers``: names in lower case, ``HEADERS`` among them."""

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """Any answer, unpacked. ``headers`` are found by name in any case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


class NoReplyError(Exception):
    """No whole answer came; ``how`` it broke. It holds nothing of the question: that carries the token."""

    def __init__(self, how: Broken) -> None:
        super().__init__(how)
        self.how = how


class Connection(Protocol):
    """Where questions go, one after the other; it connects when it is first asked, and again whenever it must."""

    def ask(self, question: Question) -> Reply:
        """The answer, whatever its status; no redirect is followed, no cookie kept and nothing asked twice.

        Raises NoReplyError, Unbounded.
        """

    def close(self) -> None:
        """Give it back."""


def connection_to(base: httpx.URL, transport: httpx.BaseTransport | None = None) -> Connection:
    """A connection to the host of ``base``, over ``transport`` if there is one."""
    if transport is not None or _PROXIED & getproxies().keys():
        return _ByClient(base, transport)
    return _Straight(base)


class _Straight:
    def __init__(self, base: httpx.URL) -> None:
        port = base.port or (443 if base.scheme == "https" else 80)
        self._origin = httpcore.Origin(base.raw_scheme, base.raw_host, port)
        self._host = base.netloc
        self._times = {"timeout": TIMEOUT.as_dict()}
        self._engine: httpcore.HTTPConnection | None = None

    def ask(self, question: Question) -> Reply:
        how: Broken
        try:
            return self._exchange(question)
        except (httpcore.TimeoutException, httpx.TimeoutException):
            how = "timeout"
        except httpcore.ConnectError:
            how = "refused"
        except (httpcore.NetworkError, httpcore.ProtocolError, httpx.DecodingError):
            how = "cut"
        raise NoReplyError(how)  # outside the except block: the library's error holds the question

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _exchange(self, question: Question) -> Reply:
        origin = self._origin
        target = httpcore.URL(
            scheme=origin.scheme, host=origin.host, port=origin.port, target=question.target.encode("ascii")
        )
        headers = [(b"host", self._host), *((name.encode(), text.encode()) for name, text in question.headers.items())]
        if question.body is not None or question.method in _WITH_BODY:
            headers.append((b"content-length", b"%d" % len(question.body or b"")))
        request = httpcore.Request(
            question.method, target, headers=headers, content=question.body, extensions=self._times
        )
        response = self._ready().handle_request(request)
        try:
            found = httpx.Headers(response.headers)
            refuse(found)
            return Reply(response.status, found, b"".join(within(_unpacked(found, response.iter_stream()))))
        finally:
            response.close()

    def _ready(self) -> httpcore.HTTPConnection:
        """The one of the last question as long as both ends keep it, else another."""
        if self._engine is not None and (not self._engine.is_idle() or self._engine.has_expired()):
            self.close()
        if self._engine is None:
            self._engine = httpcore.HTTPConnection(self._origin, trusted(), keepalive_expiry=KEPT_SECONDS)
        return self._engine


class _ByClient:
    def __init__(self, base: httpx.URL, transport: httpx.BaseTransport | None) -> None:
        self._base = base
        self._client = BoundedClient(
            transport=transport,
            timeout=TIMEOUT,
            verify=trusted(),
            limits=httpx.Limits(keepalive_expiry=KEPT_SECONDS),
        )

    def ask(self, question: Question) -> Reply:
        address = self._base.copy_with(raw_path=question.target.encode("ascii"))
        request = httpx.Request(question.method, address, headers=question.headers, content=question.body)
        how: Broken
        try:
            response = self._client.send(request)
            return Reply(response.status_code, response.headers, response.content)
        except httpx.TimeoutException:
            how = "timeout"
        except httpx.ConnectError:
            how = "refused"
        except httpx.HTTPError:
            how = "cut"
        raise NoReplyError(how)

    def close(self) -> None:
        self._client.close()


def _unpacked(headers: httpx.Headers, blocks: Iterator[bytes]) -> Iterable[bytes]:
    """The blocks as they were before they were packed. Raises httpx.DecodingError."""
    how = packing(headers)
    if how in PLAIN:
        return blocks
    return httpx.Response(200, headers={"content-encoding": how}, stream=_Blocks(blocks)).iter_bytes()


class _Blocks(httpx.SyncByteStream):
    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks
