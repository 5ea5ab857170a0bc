"""A token endpoint over HTTP that knows what every refresh token was used for, and a client for it."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from viang_pipeline.failures import AnswerLost, NeedsReauthorization, TransientFailure

SIX_HOURS = 21600


@dataclass(frozen=True)
class Pair:
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int = SIX_HOURS
    user_id: int = 424242


class TokenIssuer:
    """Only the latest refresh token works, once; with ``repeatable`` a spent one is answered a second time."""

    def __init__(self, *, repeatable: bool = True) -> None:
        self.repeatable = repeatable
        self.sends: Counter[str] = Counter()
        self.latest = self._pair(0)
        self.exchanges = 0
        self.next_status: list[int] = []
        self._spent: set[str] = set()
        self._turn = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def refresh(self, token: str) -> tuple[int, dict[str, object]]:
        with self._turn:
            self.sends[token] += 1
            if self.next_status:
                return self.next_status.pop(0), {"error": "internal"}
            repeat = self.repeatable and token in self._spent and self.sends[token] == 2
            if token != self.latest.refresh_token and not repeat:
                return 400, {"error": "invalid_grant"}
            self._spent.add(token)
            self.exchanges += 1
            self.latest = self._pair(self.exchanges)
            return 200, vars(self.latest)

    @staticmethod
    def _pair(number: int) -> Pair:
        return Pair(f"APP_USR-secret-{number}", f"TG-secret-{number}")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                status, body = issuer.refresh(form["refresh_token"][0])
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def __enter__(self) -> TokenIssuer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass(frozen=True)
class IssuerClient:
    """``refresh`` of a platform, classified as the sources do."""

    url: str

    def __call__(self, refresh_token: str) -> Pair:
        body = urllib.parse.urlencode({"refresh_token": refresh_token}).encode()
        try:
            with urllib.request.urlopen(self.url, body, timeout=20) as answer:
                return Pair(**json.load(answer))
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 400:
                raise NeedsReauthorization("recusado", where="POST /oauth/token", action="", status=400) from None
            raise TransientFailure("erro", where="POST /oauth/token", action="", status=error.code) from None


def lost() -> AnswerLost:
    return AnswerLost("a resposta se perdeu", where="POST /oauth/token", action="Tente de novo")
