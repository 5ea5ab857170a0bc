"""The one HTTP client for outside systems: pacing, token, retries, time limits, counters.

Reads may be repeated; of a write its caller says so. What an answer means is in conduct.py, what a body holds is the
caller's.
The token travels in a header only, and no error that could quote a header or a query leaves this file.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import urlencode

import httpx
import msgspec
import tenacity

from viang_pipeline.failures import PermanentFailure, SourceFailure, SourcePaused, TransientFailure
from viang_pipeline.sources import payloads
from viang_pipeline.sources.bounded import Unbounded
from viang_pipeline.sources.conduct import Broken, Conduct, Verdict
from viang_pipeline.sources.connection import HEADERS, Connection, NoReplyError, Question, Reply, connection_to
from viang_pipeline.sources.pacers import Pacer
from viang_pipeline.sources.redaction import quiet_http_library

log = logging.getLogger(__name__)

FIRST_BACKOFF = 0.5
LONGEST_BACKOFF = 30.0

_ROUTE = re.compile(r"(?:/[A-Za-z0-9._~\-]+)+")
"""A path below the base address. Codes in it come from answers: none may name another route or another host."""

Params = Mapping[str, str | int | Sequence[str | int]]
"""A sequence repeats its name."""


class Decode(Protocol):
    """Bytes to a document. Raises TransientFailure when they are cut."""

    def __call__(self, content: bytes, *, where: str) -> Any: ...


class TokenSource(Protocol):
    """Where the bearer token comes from."""

    def access_token(self) -> str:
        """A token valid now; refreshes one that has expired or is about to."""

    def renew(self, rejected: str) -> str:
        """A token other than ``rejected``, after the platform refused it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An accepted answer. ``headers`` are found by name in any case; ``document`` is the decoded body with exact
    numbers (None when the accepted status carries none), or what the caller's own decoder made of it."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    document: Any = field(default=None, repr=False)


@dataclass(slots=True)
class Calls:
    """Requests made within a block, retries included."""

    made: int = 0


_calls: ContextVar[Calls | None] = ContextVar("calls", default=None)


@contextmanager
def counted() -> Iterator[Calls]:
    """Counts the requests of the block and of the threads it hands its context to, whatever others ask meanwhile."""
    calls = Calls()
    before = _calls.set(calls)
    try:
        yield calls
    finally:
        _calls.reset(before)


class HttpClient:
    """Reads one outside system over kept-alive connections.

    ``retries``: attempts after the first one; ``retry_seconds``: no new attempt starts later than this after the first.
    Safe between threads: what they learn of the platform, they learn together.
    """

    def __init__(
        self,
        *,
        base_url: str,
        source: str = "Mercado Livre",
        conduct: Conduct | None = None,
        tokens: TokenSource | None = None,
        pacer: Pacer | None = None,
        transport: httpx.BaseTransport | None = None,
        retries: int = 5,
        retry_seconds: float = 120.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        quiet_http_library()
        self._conduct = conduct or Conduct(source)
        self.source = self._conduct.source
        self.requests = 0
        self.retries = 0
        self.throttled = 0
        self._tokens = tokens
        self._pacer = pacer
        self._base = httpx.URL(base_url)
        self._prefix = self._base.path.rstrip("/")
        self._turn = threading.Lock()  # for the counters and the conduct; never held while waiting
        self._transport = transport
        self._idle: deque[Connection] = deque()
        self._headers = {**HEADERS, **{name.lower(): value for name, value in self._conduct.headers.items()}}
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
        for idle in self._idle:
            idle.close()

    def get(
        self,
        path: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (200,),
        decode: Decode = payloads.decode,
    ) -> Answer:
        """The answer to ``GET path`` once its status is in ``accept``.

        ``accept`` may name statuses that mean something to the caller (404 "not there yet", 204 "nothing", 206);
        ``decode`` makes the document of a body, and an answer it calls cut is asked for again.
        Raises TransientFailure when the repeats are used up, SourcePaused when the platform's rules forbid to ask (then
        at once, without asking, for every later read they forbid), PermanentFailure when repeating is of no use.
        """
        return self._retrying(
            self._once, _Attempt("GET", path, params, headers or {}, frozenset(accept), decode=decode)
        )

    def post(self, path: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to a read that the outside system wants as ``POST`` with a JSON body. Raises as ``get`` does."""
        return self._retrying(self._once, _Attempt("POST", path, None, headers or {}, frozenset((200,)), body=body))

    def write(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        params: Params | None = None,
        *,
        accept: Collection[int] = (200,),
        repeatable: bool,
    ) -> Answer:
        """The answer to a change; ``repeatable``: whether hearing it twice does no harm. Raises as ``get`` does."""
        attempt = _Attempt(method, path, params, {}, frozenset(accept), body=body, repeatable=repeatable)
        return self._retrying(self._once, attempt)

    def _once(self, attempt: _Attempt) -> Answer:
        """One attempt, with at most one more for a token that is no longer good (contract Mercado Livre §1.1)."""
        with self._turn:
            stopped = self._conduct.stopped(attempt.path)
        if stopped is not None:
            raise stopped
        attempt.tries += 1
        token = self._token(attempt, lambda tokens: tokens.access_token())
        reply = self._send(attempt, token)
        if token and reply.status in (401, 403) and not attempt.renewed:
            another = self._another_token(attempt, reply, token)
            if another is not None:
                attempt.renewed = True
                reply = self._send(attempt, another)
        return self._judge(attempt, reply)

    def _another_token(self, attempt: _Attempt, reply: Reply, rejected: str) -> str | None:
        """Another token where the refusal calls for one."""
        wish = self._conduct.renewal(reply.status, reply.content)
        if wish == "renew":
            return self._token(attempt, lambda tokens: tokens.renew(rejected))
        if wish == "no":
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

    def _send(self, attempt: _Attempt, token: str | None) -> Reply:
        if not _ROUTE.fullmatch(attempt.path) or ".." in attempt.path:
            raise PermanentFailure(
                f"{self.source}: um código recebido não serve num endereço",
                where=attempt.method,
                action="Nada foi perguntado. Verifique o dado de onde o código veio.",
            )
        if self._pacer:
            self._pacer.wait()
        question = self._question(attempt, token)
        with self._turn:
            self.requests += 1
            if (calls := _calls.get()) is not None:
                calls.made += 1
        how: Broken | None = None
        try:
            with self._alone() as alone:
                return alone.ask(question)
        except NoReplyError as broken:
            how = broken.how
        except Unbounded:
            pass
        # Raised outside the except block: an error of the HTTP library holds the question, and the question the token.
        if how is None:
            raise PermanentFailure(
                f"{self.source} mandou uma resposta grande demais",
                where=attempt.where,
                action="Nada foi gravado. Se continuar, o leitor precisa ser ajustado.",
            )
        with self._turn:
            verdict = self._conduct.broken(attempt.path, attempt.tries, how)
        raise self._obey(attempt, verdict)

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A connection nobody else is using: of a pool they share, threads spend half their time waiting for its lock.
        The one used last comes first: it is the likeliest to be open still."""
        try:
            used = self._idle.pop()
        except IndexError:
            used = connection_to(self._base, self._transport)
        try:
            yield used
        finally:
            self._idle.append(used)

    def _question(self, attempt: _Attempt, token: str | None) -> Question:
        headers = {**self._headers, **{name.lower(): value for name, value in attempt.headers.items()}}
        if token:
            headers["authorization"] = f"Bearer {token}"
        target = self._prefix + attempt.path
        if attempt.params:
            target = f"{target}?{urlencode(attempt.params, doseq=True)}"
        if attempt.body is None:
            return Question(attempt.method, target, headers)
        headers["content-type"] = "application/json"
        return Question(attempt.method, target, headers, msgspec.json.encode(attempt.body))

    def _judge(self, attempt: _Attempt, reply: Reply) -> Answer:
        status, headers, content = reply.status, reply.headers, payloads.storable(reply.content)
        with self._turn:
            self._conduct.answered(attempt.path, status)
        if status in attempt.accept:
            document = attempt.decode(content, where=attempt.where) if status in (200, 206) else None
            return Answer(status, headers, content, document)
        with self._turn:
            verdict = self._conduct.verdict(attempt.path, attempt.tries, status, headers, content)
        raise self._obey(attempt, verdict)

    def _obey(self, attempt: _Attempt, verdict: Verdict) -> SourceFailure:
        """Do what the verdict asks of the pace; its failure."""
        attempt.pause = verdict.pause
        if verdict.slower:
            with self._turn:
                self.throttled += 1
            if self._pacer:
                self._pacer.throttled(verdict.pause)
        if verdict.closes and self._pacer:
            self._pacer.close(*verdict.closes)
        return verdict.failure

    def _count_retry(self, state: tenacity.RetryCallState) -> None:
        with self._turn:
            self.retries += 1
        failure = state.outcome.exception() if state.outcome else None
        what = failure.what if isinstance(failure, SourceFailure) else "falha"
        log.info("%s: %s; tentativa %d em %.1f s", self.source, what, state.attempt_number + 1, state.upcoming_sleep)


@dataclass(slots=True)
class _Attempt:
    """One logical read and what was learnt while trying it."""

    method: str
    path: str
    params: Params | None
    headers: Mapping[str, str]
    accept: frozenset[int]
    tries: int = 0
    body: Mapping[str, object] | None = None
    decode: Decode = payloads.decode
    renewed: bool = False
    repeatable: bool = True
    pause: float | None = None

    @property
    def where(self) -> str:
        """Method and route, for messages."""
        return f"{self.method} {self.path}"


_backoff = tenacity.wait_random_exponential(multiplier=FIRST_BACKOFF, max=LONGEST_BACKOFF)


def _wait(state: tenacity.RetryCallState) -> float:
    """Full jitter over an exponential; never shorter than what the platform or its rules asked for."""
    attempt: _Attempt = state.args[0]
    asked, attempt.pause = attempt.pause, None
    return max(_backoff(state), asked or 0.0)


def _may_repeat(state: tenacity.RetryCallState) -> bool:
    attempt: _Attempt = state.args[0]
    failure = state.outcome.exception() if state.outcome else None
    return isinstance(failure, TransientFailure) and not isinstance(failure, SourcePaused) and attempt.repeatable


def _enough(attempts: int, seconds: float) -> Callable[[tenacity.RetryCallState], bool]:
    """No more than ``attempts``, and none that would start later than ``seconds`` after the first."""

    def stop(state: tenacity.RetryCallState) -> bool:
        elapsed = max(state.seconds_since_start or 0.0, state.idle_for)
        return state.attempt_number >= attempts or elapsed + state.upcoming_sleep > seconds

    return stop
