"""The HTTP client: what is repeated, what is not, how long it waits, how tokens are used (contract §1.1, §1.2)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from viang_pipeline.failures import NeedsReauthorization, PermanentFailure, TransientFailure
from viang_pipeline.sources.http import HttpClient
from viang_pipeline_tests.sources.answers import Script, Tokens, http_client, ok

POLICY = {
    "message": "At least one policy returned UNAUTHORIZED.",
    "code": "PA_UNAUTHORIZED_RESULT_FROM_POLICIES",
    "status": 403,
    "blocked_by": "PolicyAgent",
}
STANDARD = {"message": "m", "error": "e", "status": 0, "cause": []}


@pytest.mark.parametrize("status", [206, 429, 499, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(status: int) -> None:
    script = Script([httpx.Response(status), httpx.Response(status), ok({"a": 1})])
    client = http_client(script)
    assert client.get("/x").document == {"a": 1}
    assert (client.requests, client.retries) == (3, 2)


@pytest.mark.parametrize("status", [301, 400, 403, 404, 405, 409, 410, 422])
def test_what_cannot_pass_is_asked_once(status: int) -> None:
    script = Script([httpx.Response(status, json=STANDARD)])
    client = http_client(script)
    with pytest.raises(PermanentFailure) as failure:
        client.get("/x")
    assert failure.value.status == status
    assert client.requests == 1


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("x"),
        httpx.ConnectTimeout("x"),
        httpx.ReadTimeout("x"),
        httpx.ReadError("x"),
        httpx.RemoteProtocolError("x"),
        httpx.DecodingError("x"),
    ],
)
def test_broken_connections_are_repeated(error: httpx.HTTPError) -> None:
    client = http_client(Script([error, ok()]))
    assert client.get("/x").status == 200
    assert client.retries == 1


@pytest.mark.parametrize("body", [b"", b'{"results":[1,', b"<html>cut</html>"])
def test_a_200_whose_body_is_not_whole_json_is_repeated(body: bytes) -> None:
    client = http_client(Script([httpx.Response(200, content=body), ok({"a": 1})]))
    assert client.get("/x").document == {"a": 1}


def test_repeats_end_after_the_allowed_attempts() -> None:
    client = http_client(Script([httpx.Response(503)]), retries=3)
    with pytest.raises(TransientFailure) as failure:
        client.get("/x")
    assert failure.value.status == 503
    assert (client.requests, client.retries) == (4, 3)


def test_repeats_end_when_the_total_time_is_used_up() -> None:
    pauses: list[float] = []
    script = Script([httpx.Response(503, headers={"Retry-After": "40"})])
    client = http_client(script, retries=50, retry_seconds=100.0, sleep=pauses.append)
    with pytest.raises(TransientFailure):
        client.get("/x")
    assert sum(pauses) <= 100
    assert client.requests == 3


def test_pauses_grow_and_are_not_all_alike() -> None:
    pauses: list[float] = []
    client = http_client(Script([httpx.Response(500)]), retries=40, retry_seconds=10_000.0, sleep=pauses.append)
    with pytest.raises(TransientFailure):
        client.get("/x")
    assert len(set(pauses)) > 30
    assert max(pauses) <= 30
    assert max(pauses[:2]) <= 2


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 30),
        ("999999", 60, 60),
        ("-5", 0, 30),
        ("nonsense", 0, 30),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 60, 60),
        ("Mon, 01 Jan 2024 00:00:00 GMT", 0, 30),
    ],
)
def test_retry_after_is_honoured_as_seconds_or_date_and_clamped(header: str, least: float, most: float) -> None:
    pauses: list[float] = []
    client = http_client(Script([httpx.Response(429, headers={"Retry-After": header}), ok()]), sleep=pauses.append)
    client.get("/x")
    assert least <= pauses[0] <= most
    assert client.throttled == 1


def test_every_attempt_is_paced_and_a_429_slows_the_pacer_down() -> None:
    class CountingPacer:
        waits = slower = 0

        def wait(self) -> None:
            self.waits += 1

        def throttled(self, retry_after: float | None) -> None:
            self.slower += 1

    pacer = CountingPacer()
    http_client(Script([httpx.Response(429), httpx.Response(500), ok()]), pacer=pacer).get("/x")
    assert (pacer.waits, pacer.slower) == (3, 1)


def test_the_token_travels_in_the_header_and_never_in_the_query() -> None:
    script = Script([ok()])
    http_client(script, tokens=Tokens()).get("/x", {"seller": 1}, headers={"x-format-new": "true"})
    assert script.tokens == ["Bearer APP_USR-777-primeiro-424242"]
    assert str(script.seen[0].url) == "https://api.test/x?seller=1"
    assert script.seen[0].headers["x-format-new"] == "true"
    assert script.seen[0].headers["accept"] == "application/json"


def test_a_401_renews_the_token_once_and_repeats_once() -> None:
    script, tokens = Script([httpx.Response(401), ok()]), Tokens()
    assert http_client(script, tokens=tokens).get("/x").status == 200
    assert tokens.renewals == ["APP_USR-777-primeiro-424242"]
    assert script.tokens[1] == "Bearer APP_USR-777-segundo-424242"


def test_a_second_401_is_final() -> None:
    script, tokens = Script([httpx.Response(401, json={"message": "invalid access token"})]), Tokens()
    with pytest.raises(PermanentFailure) as failure:
        http_client(script, tokens=tokens).get("/x")
    assert failure.value.status == 401
    assert (len(script.seen), len(tokens.renewals)) == (2, 1)


def test_trouble_in_getting_a_token_is_not_repeated_here() -> None:
    """A refresh token may be used once: whether to ask again is the vault's decision."""

    class Failing(Tokens):
        def access_token(self) -> str:
            self.asked += 1
            raise TransientFailure("x", where="POST /oauth/token", action="y")

    tokens = Failing()
    with pytest.raises(TransientFailure):
        http_client(Script([ok()]), tokens=tokens).get("/x")
    assert tokens.asked == 1


def test_a_lost_grant_found_while_renewing_reaches_the_caller() -> None:
    class Revoked(Tokens):
        def renew(self, rejected: str) -> str:
            raise NeedsReauthorization("x", where="POST /oauth/token", action="y")

    with pytest.raises(NeedsReauthorization):
        http_client(Script([httpx.Response(401)]), tokens=Revoked()).get("/x")


def test_a_policy_403_with_a_good_token_is_a_missing_permission_and_never_renews() -> None:
    script, tokens = Script([httpx.Response(403, json=POLICY)]), Tokens()
    with pytest.raises(PermanentFailure, match="missing permission") as failure:
        http_client(script, tokens=tokens).get("/x")
    assert failure.value.status == 403
    assert (len(script.seen), tokens.renewals) == (1, [])


def test_a_policy_403_with_a_token_past_its_validity_is_repeated_once_with_the_next_token() -> None:
    script, tokens = Script([httpx.Response(403, json=POLICY), ok()]), Tokens(expires_on=2)
    assert http_client(script, tokens=tokens).get("/x").status == 200
    assert script.tokens[1] == "Bearer APP_USR-777-segundo-424242"


def test_a_policy_403_that_stays_after_the_next_token_is_a_missing_permission() -> None:
    script, tokens = Script([httpx.Response(403, json=POLICY)]), Tokens(expires_on=2)
    with pytest.raises(PermanentFailure, match="missing permission"):
        http_client(script, tokens=tokens).get("/x")
    assert len(script.seen) == 2


def test_a_403_that_is_not_the_gateways_does_not_touch_the_token() -> None:
    tokens = Tokens()
    with pytest.raises(PermanentFailure, match="Acesso negado"):
        http_client(Script([httpx.Response(403, json={"error": "not_owned_order"})]), tokens=tokens).get("/x")
    assert (tokens.asked, tokens.renewals) == (1, [])


def test_statuses_the_caller_accepts_are_answers() -> None:
    assert http_client(Script([httpx.Response(404)])).get("/x", accept=(200, 404)).document is None
    assert http_client(Script([httpx.Response(204)])).get("/x", accept=(200, 204)).document is None
    assert http_client(Script([httpx.Response(206, json={"id": 1})])).get("/x", accept=(200, 206)).status == 206


def test_redirects_are_not_followed() -> None:
    script = Script([httpx.Response(302, headers={"Location": "https://elsewhere.test/"})])
    with pytest.raises(PermanentFailure, match="redirecionou"):
        http_client(script, tokens=Tokens()).get("/x")
    assert len(script.seen) == 1


@pytest.fixture
def cut_connection() -> Iterator[str]:
    """A real server that promises a long body, sends a part and resets the connection; whole on the second try."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for attempt in range(2):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                body = b'{"a":1}'
                head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
                connection.sendall(head + (body[:3] if attempt == 0 else body))
                if attempt == 0:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread.join(5)
    listener.close()


def test_a_connection_reset_in_mid_body_is_repeated(cut_connection: str) -> None:
    with HttpClient(base_url=cut_connection, sleep=lambda _: None) as client:
        assert client.get("/x").document == {"a": 1}
        assert client.retries == 1
