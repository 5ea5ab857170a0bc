"""Hand-written answers for tests of the HTTP side: a script of responses and a token source that counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from viang_pipeline.sources.http import HttpClient

Step = httpx.Response | httpx.HTTPError | Callable[[httpx.Request], httpx.Response]


@dataclass
class Script:
    """Answers requests in order; the last step repeats. Remembers every request."""

    steps: list[Step]
    seen: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        step = self.steps[min(len(self.seen), len(self.steps) - 1)]
        self.seen.append(request)
        if isinstance(step, httpx.HTTPError):
            raise step
        if callable(step):
            return step(request)
        return httpx.Response(step.status_code, headers=step.headers, content=step.content)

    @property
    def tokens(self) -> list[str | None]:
        return [request.headers.get("authorization") for request in self.seen]


@dataclass
class Tokens:
    """Hands out ``current``; a renewal moves to ``next``, and so does the call number ``expires_on``."""

    current: str = "APP_USR-777-primeiro-424242"
    next: str = "APP_USR-777-segundo-424242"
    expires_on: int | None = None
    asked: int = 0
    renewals: list[str] = field(default_factory=list)

    def access_token(self) -> str:
        self.asked += 1
        if self.asked == self.expires_on:
            self.current = self.next
        return self.current

    def renew(self, rejected: str) -> str:
        self.renewals.append(rejected)
        self.current = self.next
        return self.current


def http_client(script: Script, **options: object) -> HttpClient:
    """An HttpClient on the script that never really sleeps (``sleep`` may be given to watch the pauses)."""
    options.setdefault("sleep", lambda seconds: None)
    return HttpClient(base_url="https://api.test", transport=httpx.MockTransport(script), **options)  # type: ignore[arg-type]


def ok(document: object = None) -> httpx.Response:
    return httpx.Response(200, json={} if document is None else document)
