"""The door every request passes: it records the request and lets faults act on the answer."""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.datastructures import Headers, QueryParams
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from viang_pipeline.sandbox.answers import invalid_scope, policy_agent
from viang_pipeline.sandbox.bling import service as bling_service
from viang_pipeline.sandbox.bling.answers import refused_by_fault, refused_by_limit
from viang_pipeline.sandbox.bling.limits import Visit
from viang_pipeline.sandbox.faults import Fault, FaultBook
from viang_pipeline.sandbox.hidden_limits import HiddenLimit
from viang_pipeline.sandbox.marketplace import Marketplace

CONTROL = "/__sandbox__"
TOKEN_ROUTE = "/oauth/token"
KEPT_REQUESTS = 200_000
SELLER_OF_TOKEN = re.compile(rb"(?:APP_USR|TG)-[\w-]*-(\d+)")
REFRESH_TOKEN = re.compile(rb"refresh_token=(TG-[\w-]+)")
REFUSING = frozenset({"status", "policy_agent", "scope", "rate_limit"})
MISSING_BY_DEFAULT = ("payments",)


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request as it arrived, without tokens. ``status``: what was sent back, None when the connection was dropped.

    ``query`` has the last value of each name, ``raw_query`` all as they came.
    """

    method: str
    path: str
    query: dict[str, str]
    seller_id: int | None
    status: int | None
    at: datetime
    raw_query: str = ""


@dataclass(slots=True)
class _Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Gate:
    """An ASGI application in front of the marketplace's routes."""

    def __init__(self, app: ASGIApp, market: Marketplace, faults: FaultBook, seen: deque[SeenRequest]) -> None:
        self._app = app
        self._market = market
        self._faults = faults
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        body = await _whole_body(receive)
        method, path = scope["method"], scope["path"]
        seller_id = self._seller(scope, body)
        visit = self._visit(scope, seller_id)
        refusal = self._beyond_limits(visit, seller_id)
        if refusal is not None:
            self._record(scope, seller_id, refusal.status_code, visit)
            await refusal(scope, receive, send)
            return
        faults = self._faults.striking(method, path, seller_id)
        for fault in faults:
            if fault.hook is not None:
                fault.hook(self._market.world, self._market.clock.now())
            if fault.kind == "delay":
                await asyncio.sleep(fault.seconds)
        answer = await self._answer(scope, body, faults)
        lost = {fault.kind for fault in faults} & {"lost", "reset"}
        if (lost or any(f.processed for f in faults)) and path == TOKEN_ROUTE:
            self._remember_lost_renewal(body, seller_id)
        for fault in faults:
            if fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
        self._record(scope, seller_id, None if "lost" in lost else answer.status, visit)
        if "lost" in lost:
            await _drop(send)
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if "reset" in lost:
            await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
            await asyncio.sleep(0.01)
            await _drop(send)
            return
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, body: bytes, faults: list[Fault]) -> _Answer:
        refusal = next((fault for fault in faults if fault.kind in REFUSING), None)
        if refusal is None or refusal.processed:
            answer = await _captured(self._app, scope, body)
            if refusal is None:
                for fault in faults:
                    if fault.kind == "partial" and answer.status == 200:
                        answer = _with_holes(answer, fault.missing or MISSING_BY_DEFAULT)
                return answer
        response = refused_by_fault(refusal) if _is_bling(scope) else _refused(refusal)
        return _Answer(response.status_code, response.raw_headers, bytes(response.body))

    def _record(self, scope: Scope, seller_id: int | None, status: int | None, visit: Visit | None) -> None:
        if visit is not None:
            self._market.bling.limits.answer(visit, status)
        raw = scope["query_string"].decode("latin-1")
        now = self._market.clock.now()
        self._seen.append(SeenRequest(scope["method"], scope["path"], _query(scope), seller_id, status, now, raw))

    def _visit(self, scope: Scope, seller_id: int | None) -> Visit | None:
        """How Bling's limits see the request; None when it is for the marketplace."""
        if not _is_bling(scope):
            return None
        token_call = scope["path"] == bling_service.TOKEN_ROUTE
        return self._market.bling.limits.arrive(scope["client"][0], seller_id, token_call=token_call)

    def _beyond_limits(self, visit: Visit | None, seller_id: int | None) -> Response | None:
        if visit is not None:
            limits = self._market.bling.limits
            return refused_by_limit(visit.refusal, limits.per_second, limits.per_day) if visit.refusal else None
        limit = self._market.hidden_limits.refusing(seller_id)
        return _throttled(limit) if limit is not None else None

    def _seller(self, scope: Scope, body: bytes) -> int | None:
        if _is_bling(scope):
            return self._market.bling.whose(scope["path"], Headers(scope=scope).get("authorization", ""), body)
        text = body if scope["path"] == TOKEN_ROUTE else Headers(scope=scope).get("authorization", "").encode()
        match = SELLER_OF_TOKEN.search(text)
        return int(match.group(1)) if match else None

    def _remember_lost_renewal(self, body: bytes, seller_id: int | None) -> None:
        match = REFRESH_TOKEN.search(body)
        if match and seller_id is not None and self._market.options.repeat_lost_refresh:
            self._market.grants.answer_was_lost(match.group(1).decode(), seller_id)


def _refused(fault: Fault) -> Response:
    if fault.kind == "policy_agent":
        return policy_agent()
    if fault.kind == "scope":
        return invalid_scope()
    headers = {"retry-after": fault.retry_after} if fault.retry_after is not None else None
    if fault.kind == "rate_limit":
        return PlainTextResponse("", 429, headers)
    return PlainTextResponse(fault.body, fault.status, headers)


def _throttled(limit: HiddenLimit) -> Response:
    return PlainTextResponse("", 429, None if limit.retry_after is None else {"retry-after": limit.retry_after})


def _is_bling(scope: Scope) -> bool:
    return bool(scope["path"].startswith(f"{bling_service.PREFIX}/"))


def _query(scope: Scope) -> dict[str, str]:
    return dict(QueryParams(scope["query_string"]))


def _with_holes(answer: _Answer, missing: tuple[str, ...]) -> _Answer:
    """206: the blocks are null in every second object, the first included; a header lists them (§1.1)."""
    document = json.loads(answer.body)
    rows = document.get("results", [document]) if isinstance(document, dict) else document
    for row in rows[::2]:
        if isinstance(row, dict):
            row.update({block: None for block in missing if block in row})
    body = json.dumps(document).encode()
    headers = [(name, value) for name, value in answer.headers if name != b"content-length"]
    headers += [(b"content-length", str(len(body)).encode()), (b"x-content-missing", ",".join(missing).encode())]
    return _Answer(206, headers, body)


async def _whole_body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _captured(app: ASGIApp, scope: Scope, body: bytes) -> _Answer:
    """Run the application to the end and keep what it would have sent."""
    answer = _Answer(500, [], b"")

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer


async def _drop(send: Send) -> None:
    """Cut the TCP connection. The server hands over a bound method of what holds the transport."""
    cycle: Any = send.__self__  # type: ignore[attr-defined]
    cycle.transport.abort()
    await asyncio.sleep(0.01)
