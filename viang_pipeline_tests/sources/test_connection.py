"""A connection on the wire: what is sent, what is kept, where an answer ends. Straight and by the client alike."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest

from viang_pipeline.failures import SourceFailure, TransientFailure
from viang_pipeline.sources import bounded, connection
from viang_pipeline.sources.bounded import Unbounded
from viang_pipeline.sources.connection import HEADERS, Connection, NoReplyError, Question, Reply, connection_to
from viang_pipeline.sources.http import HttpClient
from viang_pipeline_tests.authority import Authority, make_authority
from viang_pipeline_tests.sources.answers import Tokens

PATIENCE = 10
MEGABYTE = 2**20

Answering = Callable[[socket.socket, bytes], bool]
"""Answers one question; whether the connection stays open for another."""


@dataclass
class Server:
    """A real listener that writes exactly the bytes a test wants, each connection in a thread of its own."""

    answer: Answering
    tls: ssl.SSLContext | None = None
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0
    ended: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __enter__(self) -> Server:
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    @property
    def url(self) -> httpx.URL:
        scheme = "https" if self.tls else "http"
        return httpx.URL(f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}")

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(accepted,), daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        accepted.settimeout(PATIENCE)
        try:
            with self.tls.wrap_socket(accepted, server_side=True) if self.tls else accepted as wire:
                while head := _head(wire):
                    self.asked.append(head)
                    if not self.answer(wire, head):
                        return
        except OSError:
            pass  # whoever asked has gone, which is what some tests want
        finally:
            self.ended.release()


def _head(wire: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        block = wire.recv(1)
        if not block:
            return b""
        head += block
    return head


def http_answer(content: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + content


def saying(answer: bytes, *, stays: bool = True) -> Answering:
    def say(wire: socket.socket, head: bytes) -> bool:
        wire.sendall(answer)
        return stays

    return say


def reset(wire: socket.socket) -> None:
    """Ends the connection as a crash does, not with a farewell."""
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def question(target: str = "/x", method: str = "GET", body: bytes | None = None, **headers: str) -> Question:
    return Question(method, target, {**HEADERS, **headers}, body)


@pytest.fixture(params=["straight", "by the client"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to the same host: what is asked of one is asked of the other."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    if request.param == "by the client":
        # A proxy that is passed by for every host: only the way changes.
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
    return str(request.param)


@pytest.fixture
def asking() -> Iterator[Callable[[Server], Connection]]:
    opened: list[Connection] = []

    def ask(server: Server) -> Connection:
        opened.append(connection_to(server.url))
        return opened[-1]

    yield ask
    for each in opened:
        each.close()


Asking = Callable[[Server], Connection]


def broken(asked: Connection) -> str:
    with pytest.raises(NoReplyError) as failure:
        asked.ask(question(authorization="Bearer t"))
    assert _chain(failure.value) == [failure.value], "an error of the library holds the question"
    return failure.value.how


def _chain(failure: BaseException | None) -> list[BaseException]:
    """A failure and everything it was raised from."""
    found = []
    while failure is not None:
        found.append(failure)
        failure = failure.__cause__ or failure.__context__
    return found


def test_the_question_is_sent_as_it_was_put_and_the_answer_comes_back_whole(asking: Asking) -> None:
    with Server(saying(http_answer(b'{"a":1}', "X-Total: 7"))) as server:
        reply = asking(server).ask(question("/orders/search?seller=1&order.status=paid%2Cx", authorization="Bearer t"))
        head = server.asked[0].decode().split("\r\n")
        assert head[0] == "GET /orders/search?seller=1&order.status=paid%2Cx HTTP/1.1"
        sent = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        assert sent["host"] == server.url.netloc.decode()
        assert sent["authorization"] == "bearer t"
        assert sent["accept"] == "application/json"
        assert sent["accept-encoding"] == "gzip, deflate"
        assert "content-length" not in sent
    assert (reply.status, reply.content) == (200, b'{"a":1}')
    assert reply.headers["x-total"] == reply.headers["X-Total"] == "7"


def test_only_where_there_are_proxies_the_client_is_in_the_way(
    way: str, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bounded.BoundedClient] = []

    def make(**settings: Any) -> bounded.BoundedClient:
        made.append(bounded.BoundedClient(**settings))
        return made[-1]

    monkeypatch.setattr(connection, "BoundedClient", make)
    with Server(saying(http_answer(b"{}"))) as server:
        asking(server).ask(question())
    assert len(made) == (way == "by the client")


@pytest.mark.parametrize(("body", "length"), [(b'{"nome":"a\xc3\xa7\xc3\xa3o"}', 17), (None, 0)])
def test_what_posts_says_how_long_its_body_is_even_without_one(asking: Asking, body: bytes | None, length: int) -> None:
    received: list[bytes] = []

    def read(wire: socket.socket, head: bytes) -> bool:
        received.append(b"".join(wire.recv(1) for _ in range(length)))
        wire.sendall(http_answer(b"{}"))
        return True

    with Server(read) as server:
        asking(server).ask(question(method="POST", body=body))
        assert f"content-length: {length}" in server.asked[0].decode().lower()
    assert received == [body or b""]


def test_questions_one_after_the_other_share_a_connection(asking: Asking) -> None:
    with Server(saying(http_answer(b"{}"))) as server:
        asked = asking(server)
        for number in range(5):
            asked.ask(question(f"/{number}"))
        assert (len(server.asked), server.connections) == (5, 1)


def test_a_connection_that_rested_too_long_is_not_used_again(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "KEPT_SECONDS", 0.05)
    with Server(saying(http_answer(b"{}"))) as server:
        asked = asking(server)
        asked.ask(question())
        threading.Event().wait(0.2)
        asked.ask(question())
        assert server.connections == 2


def test_a_connection_the_server_closed_meanwhile_costs_no_question(asking: Asking) -> None:
    with Server(saying(http_answer(b"{}"), stays=False)) as server:
        asked = asking(server)
        asked.ask(question())
        assert server.ended.acquire(timeout=PATIENCE)
        assert asked.ask(question()).status == 200
        assert server.connections == 2


@pytest.mark.parametrize("status", ["204 No Content", "404 Not Found", "429 Too Many Requests", "503 Busy"])
def test_any_status_is_an_answer(asking: Asking, status: str) -> None:
    with Server(saying(http_answer(b"", status=status))) as server:
        assert asking(server).ask(question()).status == int(status[:3])


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_an_answer_and_followed_by_nobody(asking: Asking, status: str) -> None:
    with (
        Server(saying(http_answer(b"{}"))) as elsewhere,
        Server(saying(http_answer(b"", f"Location: {elsewhere.url}/y", status=status))) as server,
    ):
        assert asking(server).ask(question(authorization="Bearer t")).status == int(status[:3])
        assert (len(server.asked), elsewhere.asked) == (1, [])


def test_a_cookie_is_never_sent_back(asking: Asking) -> None:
    with Server(saying(http_answer(b"{}", "Set-Cookie: tracked=1; Path=/"))) as server:
        asked = asking(server)
        asked.ask(question())
        asked.ask(question())
        assert b"cookie" not in server.asked[1].lower()


@pytest.mark.parametrize("packed", ["gzip", "deflate"])
def test_a_packed_answer_is_read_as_it_was(asking: Asking, packed: str) -> None:
    content = '{"título":"Faca do chef"}'.encode()
    body = gzip.compress(content) if packed == "gzip" else zlib.compress(content)
    with Server(saying(http_answer(body, f"Content-Encoding: {packed}"))) as server:
        assert asking(server).ask(question()).content == content


def test_an_answer_in_chunks_is_read_as_it_was(asking: Asking) -> None:
    chunked = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n'
    with Server(saying(chunked)) as server:
        asked = asking(server)
        assert [asked.ask(question()).content for _ in range(2)] == [b'{"a":1}'] * 2
        assert server.connections == 1


def test_an_answer_cut_in_its_middle_is_no_answer_and_the_next_question_connects_again(asking: Asking) -> None:
    def cut_once(wire: socket.socket, head: bytes) -> bool:
        whole = http_answer(b'{"results":[1,2,3]}')
        if len(server.asked) > 1:
            wire.sendall(whole)
            return True
        wire.sendall(whole[:-5])
        reset(wire)
        return False

    with Server(cut_once) as server:
        asked = asking(server)
        assert broken(asked) == "cut"
        assert asked.ask(question()).content == b'{"results":[1,2,3]}'


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x16\x03\x01\x02", id="another protocol"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", id="shorter than announced"),
        pytest.param(http_answer(b"no gzip", "Content-Encoding: gzip"), id="not packed as it says"),
    ],
)
def test_what_is_no_answer_is_told_as_cut(asking: Asking, nonsense: bytes) -> None:
    with Server(saying(nonsense, stays=False)) as server:
        assert broken(asking(server)) == "cut"


@pytest.fixture
def nobody() -> httpx.URL:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return httpx.URL(f"http://127.0.0.1:{free.getsockname()[1]}")


def test_nobody_listening_is_told_as_refused_every_time(nobody: httpx.URL) -> None:
    asked = connection_to(nobody)
    assert [broken(asked), broken(asked)] == ["refused", "refused"]
    asked.close()


def test_a_failure_says_what_happened_and_where(nobody: httpx.URL) -> None:
    client = HttpClient(base_url=str(nobody), retries=0)
    with client, pytest.raises(SourceFailure, match=r"não aceitou a conexão \[GET /x\]"):
        client.get("/x")


def test_a_server_that_says_nothing_is_told_as_a_time_out(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "TIMEOUT", httpx.Timeout(0.2))
    with Server(lambda wire, head: not threading.Event().wait(2)) as server:
        assert broken(asking(server)) == "timeout"


def test_an_answer_without_end_is_left_and_its_connection_with_it(asking: Asking) -> None:
    left = threading.Event()

    def endless(wire: socket.socket, head: bytes) -> bool:
        wire.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        block = b"100000\r\n" + bytes(MEGABYTE) + b"\r\n"
        try:
            for _ in range(2 * bounded.MOST_BYTES // MEGABYTE):
                wire.sendall(block)
        except OSError:
            left.set()
        return False

    with Server(endless) as server:
        with pytest.raises(Unbounded):
            asking(server).ask(question())
        assert left.wait(PATIENCE), "the rest was read all the same"


def test_an_answer_that_drips_is_left_however_alive_it_is(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "within", partial(bounded.within, most_seconds=0.3))
    monkeypatch.setattr(connection, "BoundedClient", partial(bounded.BoundedClient, most_seconds=0.3))

    def drip(wire: socket.socket, head: bytes) -> bool:
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            wire.sendall(b" ")
            threading.Event().wait(0.02)
        return False

    with Server(drip) as server:
        assert broken(asking(server)) == "timeout"


def test_an_answer_announced_as_too_big_is_not_even_begun(asking: Asking) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (bounded.MOST_BYTES + 1)
    with Server(saying(head)) as server, pytest.raises(Unbounded):
        asking(server).ask(question())


def test_an_answer_that_grows_without_end_as_it_unpacks_is_left(asking: Asking) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = packer.compress(bytes(bounded.MOST_BYTES + MEGABYTE)) + packer.flush()
    assert len(bomb) < MEGABYTE / 4
    with Server(saying(http_answer(bomb, "Content-Encoding: gzip"))) as server, pytest.raises(Unbounded):
        asking(server).ask(question())


@pytest.mark.parametrize("packed", ["gzip, gzip", "br", "zstd"])
def test_an_answer_packed_as_nobody_asked_for_is_not_opened(asking: Asking, packed: str) -> None:
    with Server(saying(http_answer(b"x", f"Content-Encoding: {packed}"))) as server, pytest.raises(Unbounded):
        asking(server).ask(question())


def test_no_failure_holds_the_token() -> None:
    """Neither what is raised nor anything it was raised from."""
    with Server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", stays=False)) as server:
        client = HttpClient(base_url=str(server.url), tokens=Tokens(), retries=0)
        with client, pytest.raises(TransientFailure) as failure:
            client.get("/x")
    assert Tokens().current in server.asked[0].decode()
    assert _chain(failure.value) == [failure.value]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("certificate"))


def test_an_encrypted_connection_is_kept_like_any_other(
    asking: Asking, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "trusted", lambda: authority.believer)
    with Server(saying(http_answer(b"{}")), authority.server) as server:
        asked = asking(server)
        assert [asked.ask(question()).status for _ in range(3)] == [200] * 3
        assert server.connections == 1


def test_a_certificate_nobody_vouches_for_is_told_the_token_by_nobody(asking: Asking, authority: Authority) -> None:
    with Server(saying(http_answer(b"{}")), authority.server) as server:
        assert broken(asking(server)) == "refused"
        assert server.asked == []


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(saying(http_answer(b'{"a":1}'))) as proxy:
        monkeypatch.setenv("http_proxy", str(proxy.url))
        monkeypatch.setenv("no_proxy", "")
        asked = connection_to(httpx.URL("http://api.shop.test"))
        try:
            assert asked.ask(question("/x?a=1")) == Reply(200, httpx.Headers({"content-length": "7"}), b'{"a":1}')
        finally:
            asked.close()
        assert proxy.asked[0].startswith(b"GET http://api.shop.test/x?a=1 HTTP/1.1\r\n")
