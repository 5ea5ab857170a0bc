"""The one HTTP client for reading outside systems: pacing, token, retries, time limits, counters.

Only GET: everything here may be repeated. What an answer means is in errors.py, what a body holds is the caller's.
The token travels in a header only, and no error that could quote a header or a query leaves this file.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Protocol, Self

import httpx
import tenacity

from viang_pipeline.failures import SourceFailure, TransientFailure
from viang_pipeline.sources import payloads
from viang_pipeline.sources.errors import LATER, envelope, from_http
from viang_pipeline.sources.pacers import Pacer
from viang_pipeline.sources.redaction import quiet_http_library
from viang_pipeline.sources.route_families import RouteFamilies
from viang_pipeline.sources.trust import trusted

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LONGEST_RETRY_AFTER = 60.0
FIRST_BACKOFF = 0.5
LONGEST_BACKOFF = 30.0

Params = Mapping[str, str | int]


class TokenSource(Protocol):
    """Where the bearer token comes from."""

    def access_token(self) -> str:
        """A token valid now; refreshes one that has expired or is about to."""

    def renew(self, rejected: str) -> str:
        """A token other than ``rejected``, after the platform refused it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An accepted answer. ``headers`` have lower-case names; ``document`` is the decoded body with exact numbers
    (None when the accepted status carries none)."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    document: Any = field(default=None, repr=False)


class HttpClient:
    """Reads one outside system over kept-alive connections.

    ``retries``: attempts after the first one; ``retry_seconds``: no new attempt starts later than this after the first.
    Safe to use from one thread at a time.
    """

    def __init__(
        self,
        *,
        base_url: str,
        source: str = "Mercado Livre",
        tokens: TokenSource | None = None,
        pacer: Pacer | None = None,
        transport: httpx.BaseTransport | None = None,
        retries: int = 5,
        retry_seconds: float = 120.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        quiet_http_library()
        self.source = source
        self.requests = 0
        self.retries = 0
        self.throttled = 0
        self._tokens = tokens
        self._pacer = pacer
        self._families = RouteFamilies(source)
        self._client = httpx.Client(
            base_url=base_url,
            transport=transport,
            timeout=TIMEOUT,
            verify=trusted(),
            follow_redirects=False,
            headers={"Accept": "application/json"},
        )
        self._retrying = tenacity.Retrying(
            retry=_may_repeat,
            wait=_wait,
            stop=_enough(retries + 1, retry_seconds),
            before_sleep=self._count_retry,
            sleep=sleep,
            reraise=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(
        self,
        path: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (200,),
    ) -> Answer:
        """The answer to ``GET path`` once its status is in ``accept``.

        ``accept`` may name statuses that mean something to the caller (404 "not there yet", 204 "nothing", 206).
        Raises TransientFailure when the repeats are used up or the route's family was refused too often (then at once,
        without asking, for every later read of the family), PermanentFailure when repeating is of no use.
        """
        attempt = _Attempt(f"GET {path}", path, params, headers or {}, frozenset(accept))
        return self._retrying(self._once, attempt)

    def _once(self, attempt: _Attempt) -> Answer:
        """One attempt, with at most one more for a token that is no longer good (contract Mercado Livre §1.1)."""
        self._stop_if_refused(attempt)
        token = self._token(attempt, lambda tokens: tokens.access_token())
        response = self._send(attempt, token)
        if token and response.status_code in (401, 403) and not attempt.renewed:
            another = self._another_token(attempt, response, token)
            if another is not None:
                attempt.renewed = True
                response = self._send(attempt, another)
        return self._judge(attempt, response)

    def _stop_if_refused(self, attempt: _Attempt) -> None:
        stopped = self._families.stopped(attempt.path)
        if stopped is not None:
            attempt.repeatable = False
            raise stopped

    def _another_token(self, attempt: _Attempt, response: httpx.Response, rejected: str) -> str | None:
        """A 401 renews the token. A 403 of the gateway only if this one has expired meanwhile: the source then hands
        out another by itself; if it does not, the token is good and a permission is missing: renewing would loop."""
        if response.status_code == 401:
            return self._token(attempt, lambda tokens: tokens.renew(rejected))
        if not envelope(response.content).policy:
            return None
        current = self._token(attempt, lambda tokens: tokens.access_token())
        return current if current != rejected else None

    def _token(self, attempt: _Attempt, ask: Callable[[TokenSource], str]) -> str | None:
        """A token; trouble in getting one is never repeated here: a refresh token may be used only once."""
        if self._tokens is None:
            return None
        attempt.repeatable = False
        token = ask(self._tokens)
        attempt.repeatable = True
        return token

    def _send(self, attempt: _Attempt, token: str | None) -> httpx.Response:
        if self._pacer:
            self._pacer.wait()
        headers = dict(attempt.headers)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.requests += 1
        try:
            return self._client.get(attempt.path, params=attempt.params, headers=headers)
        except httpx.TimeoutException:
            what = "demorou demais para responder"
        except httpx.ConnectError:
            what = "não aceitou a conexão"
        except (httpx.HTTPError, httpx.StreamError):
            what = "interrompeu a conexão no meio da resposta"
        # Raised outside the except block: the HTTP library's error holds the request, and the request the token.
        raise TransientFailure(f"{self.source} {what}", where=attempt.where, action=LATER)

    def _judge(self, attempt: _Attempt, response: httpx.Response) -> Answer:
        status, content = response.status_code, response.content
        if status != 429:
            self._families.answered(attempt.path)
        if status in attempt.accept:
            document = payloads.decode(content, where=attempt.where) if status in (200, 206) else None
            return Answer(status, dict(response.headers), content, document)
        failure = from_http("GET", attempt.path, status, content)
        if isinstance(failure, TransientFailure):
            attempt.retry_after = _retry_after(response.headers)
        if status == 429:
            self.throttled += 1
            self._families.refused(attempt.path)
            if self._pacer:
                self._pacer.throttled(attempt.retry_after)
            self._stop_if_refused(attempt)
        raise failure

    def _count_retry(self, state: tenacity.RetryCallState) -> None:
        self.retries += 1
        failure = state.outcome.exception() if state.outcome else None
        what = failure.what if isinstance(failure, SourceFailure) else "falha"
        log.info("%s: %s; tentativa %d em %.1f s", self.source, what, state.attempt_number + 1, state.upcoming_sleep)


@dataclass(slots=True)
class _Attempt:
    """One logical read and what was learnt while trying it."""

    where: str
    path: str
    params: Params | None
    headers: Mapping[str, str]
    accept: frozenset[int]
    renewed: bool = False
    repeatable: bool = True
    retry_after: float | None = None


_backoff = tenacity.wait_random_exponential(multiplier=FIRST_BACKOFF, max=LONGEST_BACKOFF)


def _wait(state: tenacity.RetryCallState) -> float:
    """Full jitter over an exponential; never shorter than what the server asked for."""
    attempt: _Attempt = state.args[0]
    asked, attempt.retry_after = attempt.retry_after, None
    return max(_backoff(state), asked or 0.0)


def _may_repeat(state: tenacity.RetryCallState) -> bool:
    attempt: _Attempt = state.args[0]
    failure = state.outcome.exception() if state.outcome else None
    return isinstance(failure, TransientFailure) and attempt.repeatable


def _enough(attempts: int, seconds: float) -> Callable[[tenacity.RetryCallState], bool]:
    """No more than ``attempts``, and none that would start later than ``seconds`` after the first."""

    def stop(state: tenacity.RetryCallState) -> bool:
        elapsed = max(state.seconds_since_start or 0.0, state.idle_for)
        return state.attempt_number >= attempts or elapsed + state.upcoming_sleep > seconds

    return stop


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """``Retry-After`` in seconds, given as seconds or as a date, between 0 and one minute; None when unusable."""
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER) if seconds == seconds else None
