"""A server that speaks the chat-completions protocol and answers as a test tells it to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-chave-muito-secreta-0123456789"


@dataclass(frozen=True)
class Told:
    """One answer: ``content`` of the message, or a ``raw`` body; ``wait``: seconds before it."""

    content: str | None = None
    status: int = 200
    refusal: str | None = None
    finish: str = "stop"
    raw: bytes | None = None
    wait: float = 0.0

    @property
    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        if self.status != 200:
            return json.dumps({"error": {"message": f"bad key {KEY} of maria@segredo.com.br", "type": "x"}}).encode()
        message = {"role": "assistant", "content": self.content, "refusal": self.refusal}
        return json.dumps(
            {
                "id": "c", "object": "chat.completion", "created": 1, "model": "teste",
                "choices": [{"index": 0, "message": message, "finish_reason": self.finish}],
                "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200},
            }
        ).encode()  # fmt: skip


def said(*happened: str, why: tuple[str, ...] = (), look: tuple[str, ...] = ()) -> Told:
    """A well-formed answer of these sentences."""
    body = {"o_que_aconteceu": list(happened), "por_que": list(why), "o_que_olhar": list(look)}
    return Told(json.dumps(body, ensure_ascii=False))


@dataclass
class ModelServer:
    """Gives the answers in order, the last one for ever; keeps what it was sent."""

    answers: list[Told] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def next(self) -> Told:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A server for the length of a ``with`` block."""
    told = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            told.headers.append({name.lower(): value for name, value in self.headers.items()})
            answer = told.next()
            time.sleep(answer.wait)
            try:
                self.send_response(answer.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer.body)))
                self.send_header("retry-after-ms", "1")
                self.end_headers()
                self.wfile.write(answer.body)
            except OSError:  # the client did not wait
                pass

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
