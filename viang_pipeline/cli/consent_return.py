"""Where a consent comes back: the redirect address on this machine, or what a person pastes.

Only reads the answer and shows the seller a page; the exchange is collect.authorization. A code is never logged.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from typing import TextIO
from urllib.parse import parse_qs, urlsplit

from viang_pipeline.settings import is_loopback
from viang_pipeline.warehouse.oauth_states import ConsentError

PAGE = """<!doctype html><html lang="pt-BR"><meta charset="utf-8"><title>Viang</title>
<body style="font-family: sans-serif; margin: 4rem auto; max-width: 32rem">
<h1>{title}</h1><p>{text}</p></body></html>"""
DONE = PAGE.format(title="Conta conectada", text="Tudo certo. Pode fechar esta janela.")
NOT_DONE = PAGE.format(
    title="A conexão não foi concluída", text="Pode fechar esta janela e falar com quem enviou o link."
)
SECONDS_FOR_THE_PAGE = 100
MOST_FIELDS = 50
REFUSALS = {
    "app_inativo": " Ative o aplicativo no painel do Bling.",
    "UNAUTHORIZED_ERROR": " O usuário não tem permissão, ou a conta no Bling está com pagamento em atraso.",
}
"""What else a refusal says (contract Bling §2)."""


@dataclass(frozen=True)
class ConsentReturn:
    """What came back; ``state`` is None when only a code was pasted. ``verdict`` feeds the page of the browser."""

    code: str = field(repr=False)
    state: str | None = field(repr=False)
    error: str
    verdict: Queue[bool] = field(default_factory=Queue, repr=False, compare=False)

    def checked(self, platform: str) -> ConsentReturn:
        """Itself. Raises ConsentError when the seller refused ``platform``, as people call it, or there is no code."""
        if "invalid_operator_user_id" in self.error:
            raise ConsentError("Quem autorizou é um colaborador: entre com o usuário principal da conta e repita.")
        if self.error:
            shown = self.error if re.fullmatch(r"[A-Za-z_]{1,60}", self.error) else "erro"
            why = REFUSALS.get(self.error, "")
            raise ConsentError(f"A autorização foi negada no {platform} ({shown}).{why}")
        if not self.code:
            raise ConsentError("O endereço de retorno não traz o código de autorização (code).")
        return self


def read_return(text: str) -> ConsentReturn:
    """A pasted code, or the whole address the browser ended at."""
    text = text.strip()
    if not re.search(r"(^|[?&])(code|state|error)=", text):
        return ConsentReturn(text, None, "")
    before, _, query = text.partition("#")[0].partition("?")
    return _of_query(query or before)


def _of_query(query: str) -> ConsentReturn:
    """What an address says after its question mark; without a state it answers no consent of ours."""
    try:
        found = parse_qs(query, max_num_fields=MOST_FIELDS)
    except ValueError:  # more fields than any platform sends
        return ConsentReturn("", "", "")
    code, state, error = (found.get(name, [""])[0] for name in ("code", "state", "error"))
    return ConsentReturn(code, state, error)


@contextmanager
def awaited_return(redirect_uri: str, typed: TextIO, *, seconds: float) -> Iterator[ConsentReturn]:
    """The first return, from the browser or from ``typed``; the seller's page says whether the block succeeded.

    The browser is heard only when the redirect address is plain HTTP on this machine. Raises ConsentError when
    nothing comes within ``seconds``, or when ``typed`` ends and the browser is not heard.
    """
    arrived: Queue[ConsentReturn | None] = Queue()
    with _listening(redirect_uri, arrived) as heard:
        threading.Thread(target=_read_typed, args=(typed, arrived), daemon=True).start()
        answer = _first(arrived, heard, seconds)
        try:
            yield answer
        except BaseException:
            answer.verdict.put(False)
            raise
        answer.verdict.put(True)


def _first(arrived: Queue[ConsentReturn | None], heard: bool, seconds: float) -> ConsentReturn:
    deadline = time.monotonic() + seconds
    while True:
        try:
            answer = arrived.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            raise ConsentError("Ninguém concluiu a autorização a tempo. Rode o comando de novo.") from None
        if answer is not None:
            return answer
        if not heard:
            raise ConsentError("Nenhum código recebido. Conclua depois com --code CODIGO --state STATE.")


def _read_typed(typed: TextIO, arrived: Queue[ConsentReturn | None]) -> None:
    """Lines until one says something. Reads the descriptor itself: a thread inside ``sys.stdin`` blocks the exit."""
    for line in _lines(typed):
        if line.strip():
            arrived.put(read_return(line))
            return
    arrived.put(None)


def _lines(typed: TextIO) -> Iterator[str]:
    try:
        descriptor = typed.fileno()
    except OSError:
        yield from typed
        return
    rest = b""
    while block := os.read(descriptor, 65536):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield line.decode(errors="replace")
    yield rest.decode(errors="replace")


@contextmanager
def _listening(redirect_uri: str, arrived: Queue[ConsentReturn | None]) -> Iterator[bool]:
    """Serve the redirect address while the block runs; False when that is not possible on this machine."""
    parts = urlsplit(redirect_uri)
    if parts.scheme != "http" or not is_loopback(redirect_uri):
        yield False
        return
    host = "127.0.0.1" if parts.hostname == "localhost" else str(parts.hostname)
    try:
        server = ThreadingHTTPServer((host, parts.port or 80), _handler(parts.path or "/", arrived))
    except OSError:
        yield False
        return
    server.daemon_threads = False  # closing waits until the seller's page is written
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield True
    finally:
        server.shutdown()
        server.server_close()


def _handler(path: str, arrived: Queue[ConsentReturn | None]) -> type[BaseHTTPRequestHandler]:
    taken = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        timeout = 5  # a connection a browser opens in advance must not hold the command

        def do_GET(self) -> None:
            asked, _, query = self.path.partition("?")
            if asked != path or not query:
                self.send_error(404)
            elif not taken.acquire(blocking=False):
                self._page(409, NOT_DONE)
            else:
                answer = _of_query(query)
                arrived.put(answer)
                self._page(200, DONE) if self._succeeded(answer) else self._page(400, NOT_DONE)

        def _succeeded(self, answer: ConsentReturn) -> bool:
            try:
                return answer.verdict.get(timeout=SECONDS_FOR_THE_PAGE)
            except Empty:
                return False

        def _page(self, status: int, page: str) -> None:
            body = page.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the request line holds the code."""

    return Handler
