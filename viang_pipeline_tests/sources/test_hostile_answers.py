"""Answers made to hurt: without end, packed to burst, nested or spelt so that readers break, or sent elsewhere.

Each ends in one clear failure; nothing of the token is in it, and nothing goes to another address.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from viang_pipeline.failures import AnswerLost, PermanentFailure, SourceFailure, TransientFailure
from viang_pipeline.sources import bounded
from viang_pipeline.sources.bling.conduct import envelope as bling_envelope
from viang_pipeline.sources.bling.oauth import BlingOAuth
from viang_pipeline.sources.bounded import BoundedClient, Unbounded
from viang_pipeline.sources.errors import envelope
from viang_pipeline.sources.language_model import LanguageModel
from viang_pipeline.sources.mercado_livre.oauth import MercadoLivreOAuth
from viang_pipeline.sources.metabase.conduct import MetabaseConduct
from viang_pipeline.sources.payloads import Amounts, canonical, decode, read_bytes, storable
from viang_pipeline_tests.sources.answers import Script, Tokens, http_client, ok

MEGABYTE = 2**20


class Body(httpx.SyncByteStream):
    """Blocks for ever; counts those that were taken, and notes that it was closed."""

    def __init__(self, block: bytes) -> None:
        self.block, self.taken, self.closed = block, 0, False

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.taken += 1
            yield self.block

    def close(self) -> None:
        self.closed = True


def serving(body: httpx.SyncByteStream, **headers: str) -> httpx.MockTransport:
    return httpx.MockTransport(lambda request: httpx.Response(200, stream=body, headers=headers))


def test_a_body_without_end_is_left_after_the_limit_and_its_connection_closed() -> None:
    body = Body(bytes(MEGABYTE))
    with BoundedClient(transport=serving(body)) as client, pytest.raises(Unbounded):
        client.get("http://api.test/x")
    assert body.taken == bounded.MOST_BYTES // MEGABYTE + 1
    assert body.closed


def test_a_body_announced_as_too_big_is_not_even_begun() -> None:
    body = Body(b"x")
    transport = serving(body, **{"content-length": str(bounded.MOST_BYTES + 1)})
    with BoundedClient(transport=transport) as client, pytest.raises(Unbounded):
        client.get("http://api.test/x")
    assert body.taken == 0


def test_a_packed_body_is_counted_as_it_unpacks() -> None:
    """A megabyte of zeros in a kilobyte, thirty times over."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    packed = packer.compress(bytes(30 * MEGABYTE)) + packer.flush()
    blocks = iter([packed[at : at + 4096] for at in range(0, len(packed), 4096)])
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, content=blocks, headers={"content-encoding": "gzip"})
    )
    with BoundedClient(transport=transport, most_bytes=4 * MEGABYTE) as client, pytest.raises(Unbounded):
        client.get("http://api.test/x")
    assert len(list(blocks)) > len(packed) / 4096 / 2, "what was left was never unpacked"


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "zstd", "gzip,deflate"])
def test_a_body_packed_twice_or_in_a_way_nobody_asked_for_is_not_opened(packing: str) -> None:
    body = Body(gzip.compress(gzip.compress(bytes(MEGABYTE))))
    transport = serving(body, **{"content-encoding": packing})
    with BoundedClient(transport=transport) as client, pytest.raises(Unbounded):
        client.get("http://api.test/x")
    assert body.taken == 0


def test_an_honest_packed_body_is_read() -> None:
    content = gzip.compress(json.dumps({"a": "ação"}).encode())
    answer = httpx.Response(200, content=content, headers={"content-encoding": "gzip"})
    with BoundedClient(transport=httpx.MockTransport(lambda request: answer)) as client:
        assert client.get("http://api.test/x").json() == {"a": "ação"}


def test_a_body_that_drips_ends_after_two_minutes_however_alive_it_is() -> None:
    seconds = iter(range(0, 10_000, 7))
    body = Body(b" ")
    with (
        BoundedClient(transport=serving(body), clock=lambda: float(next(seconds))) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get("http://api.test/x")
    assert body.taken * 7 == pytest.approx(bounded.MOST_SECONDS, abs=7)


def test_a_cookie_is_never_sent_back() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers={"set-cookie": "tracked=1; Path=/"})

    with BoundedClient(transport=httpx.MockTransport(answer)) as client:
        client.get("http://api.test/x")
        client.get("http://api.test/x")
    assert [request.headers.get("cookie") for request in seen] == [None, None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_even_when_the_caller_would(status: int) -> None:
    script = Script([httpx.Response(status, headers={"location": "https://evil.test/steal"})])
    with BoundedClient(transport=httpx.MockTransport(script)) as client:
        client.get("https://api.test/x", headers={"Authorization": "Bearer t"}, follow_redirects=True)
    assert [request.url.host for request in script.seen] == ["api.test"]


def test_too_much_is_a_failure_nobody_repeats_and_names_no_token() -> None:
    script = Script([lambda request: httpx.Response(200, stream=Body(bytes(16 * MEGABYTE)))])
    client = http_client(script, tokens=Tokens())
    with pytest.raises(PermanentFailure, match=r"mandou uma resposta grande demais \[GET /x\]") as failure:
        client.get("/x")
    assert client.requests == 1
    assert "APP_USR" not in f"{failure.value!r} {failure.value.__context__!r}"


@pytest.mark.parametrize("refresh", ["mercado livre", "bling"])
def test_a_token_endpoint_that_sends_without_end_has_an_unknown_outcome(refresh: str) -> None:
    transport = serving(Body(bytes(MEGABYTE)))
    endpoint = {
        "bling": BlingOAuth("http://t.test/token", "id", "s3cr3t", transport=transport),
        "mercado livre": MercadoLivreOAuth("http://t.test", "id", "s3cr3t", "http://r.test", transport=transport),
    }[refresh]
    with pytest.raises(AnswerLost) as failure:
        endpoint.refresh("velho")
    assert not {"s3cr3t", "velho"} & set(repr(failure.value.__context__).split("'"))


def test_a_model_that_sends_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = serving(Body(bytes(MEGABYTE)))
    monkeypatch.setattr(httpx.Client, "_init_transport", lambda self, **options: transport)
    model = LanguageModel("sk-chave", "http://model.test/v1", "m", retries=0)
    with pytest.raises(SourceFailure) as failure:
        model.ask([{"role": "user", "content": "x"}], _Shape)
    assert "sk-chave" not in str(failure.value)


class _Shape(BaseModel):
    a: int


# ---- what a body says


class Thing(Amounts):
    id: int = 0
    name: str = ""
    price: Decimal | None = None
    more: dict[str, Any] | None = None


NO_DOCUMENTS = {
    "nested lists": b"[" * 100_000 + b"]" * 100_000,
    "nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "nested and cut": b"[" * 200_000,
    "a number of ten thousand digits": b'{"id": ' + b"9" * 10_000 + b"}",
    "an exponent without end": b'{"price": 1e' + b"9" * 40 + b"}",
    "NaN": b'{"price": NaN}',
    "Infinity": b'{"price": -Infinity}',
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "a raw NUL": b'{"name": "a\x00b"}',
    "a page": b"<!DOCTYPE html><html><body>Login</body></html>",
    "nothing": b"",
    "two documents": b'{"id": 1}{"id": 2}',
}
NO_THINGS = {
    "1e400": b'{"price": 1e400}',
    "a sum that fits no column": b'{"price": 999999999999999999.99}',
    "text for a number": b'{"id": "x"}',
    "a list for an object": b"[1, 2]",
    "an object for a text": b'{"name": {"$ne": null}}',
    "a number for a text": b'{"name": 7}',
}


@pytest.mark.parametrize("body", NO_DOCUMENTS.values(), ids=NO_DOCUMENTS)
def test_what_is_no_document_is_one_failure_in_one_line(body: bytes) -> None:
    for attempt in (decode, lambda b, where: read_bytes(b, Thing, where=where, what=str, unknown=set())):
        with pytest.raises(TransientFailure, match=r"cortada ou não é JSON \[GET /x\]") as failure:
            attempt(body, where="GET /x")
        assert "\n" not in str(failure.value)


@pytest.mark.parametrize("body", NO_THINGS.values(), ids=NO_THINGS)
def test_what_does_not_fit_is_one_failure_that_quotes_no_value(body: bytes) -> None:
    with pytest.raises(PermanentFailure, match="coisa: campo em formato inesperado") as failure:
        read_bytes(body, Thing, where="GET /x", what=lambda found: "coisa", unknown=set())
    assert not any(value in str(failure.value) for value in ("999", "1e400", "$ne"))


@pytest.mark.parametrize("body", NO_DOCUMENTS.values(), ids=NO_DOCUMENTS)
@pytest.mark.parametrize("status", [400, 403, 500])
def test_an_error_with_such_a_body_is_still_that_error(body: bytes, status: int) -> None:
    client = http_client(Script([httpx.Response(status, content=body)]), retries=0)
    with pytest.raises(SourceFailure) as failure:
        client.get("/x")
    assert failure.value.status == status
    for read in (envelope, bling_envelope, lambda b: MetabaseConduct("k").verdict("/x", 1, status, {}, b)):
        read(body)


def test_of_a_field_given_twice_the_last_one_counts_everywhere() -> None:
    """One reading for all: what is checked is what is stored."""
    body = b'{"id": 1, "id": 2}'
    assert decode(body, where="x") == {"id": 2}
    assert read_bytes(body, Thing, where="x", what=str, unknown=set()).id == 2


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (rb'"a\u0000b"', "a\ufffdb"),
        (rb'"a\\u0000b"', "a\\u0000b"),
        (rb'"a\\\u0000b"', "a\\\ufffdb"),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"\uD83D\uDE00!"', "\U0001f600!"),
        (rb'"cut \ud83d"', "cut \ufffd"),
        (rb'"\ude00\ud83d"', "\ufffd\ufffd"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        ('"ação 😀"'.encode(), "ação 😀"),
    ],
)
def test_text_the_database_cannot_hold_loses_only_the_sign_it_cannot(sent: bytes, kept: str) -> None:
    assert json.loads(storable(sent)) == kept


@given(st.text(alphabet=st.sampled_from('ab\\u0d8"\n\x00é😀')))
def test_text_the_database_can_hold_is_untouched(text: str) -> None:
    expected = text.replace("\x00", "\ufffd")
    for ascii_only in (True, False):
        assert json.loads(storable(json.dumps(text, ensure_ascii=ascii_only).encode())) == expected


_SCALARS = st.none() | st.integers() | st.text(max_size=5)
_NAMES = st.sampled_from(["id", "name", "price", "more", "\x00"])


@settings(max_examples=60)
@given(st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4)))
def test_any_document_is_stored_as_it_is_or_refused_in_one_line(document: Any) -> None:
    body = storable(json.dumps(document).encode())
    stored, said = b"", ""
    try:
        stored = canonical(read_bytes(body, Thing, where="GET /x", what=lambda found: "coisa", unknown=set()))
    except SourceFailure as failure:
        said = str(failure)
    assert said.isprintable()
    assert b"\\u0000" not in stored


# ---- codes that become part of an address


@pytest.mark.parametrize(
    "code",
    ["//evil.test/x", "/../../oauth/token", "/MLB1?access_token=x", "/MLB1#x", "/a b", "/MLB1\r\nX-Evil: 1",
     "/%2e%2e/x", "/MLB1\\..\\x", "https://evil.test/", "/é", "", "/", "/x@evil.test"],
)  # fmt: skip
def test_a_code_that_would_lead_elsewhere_is_never_asked_for(code: str) -> None:
    script = Script([ok()])
    client = http_client(script, tokens=Tokens())
    with pytest.raises(PermanentFailure, match="um código recebido não serve num endereço"):
        client.get(code)
    assert script.seen == []


@pytest.mark.parametrize("token", ["APP_USR-1\r\nX-Evil: 1", "APP_USR-é", "APP_USR-1\x00", "", " "])
def test_a_token_that_could_break_a_header_is_not_taken(token: str) -> None:
    grant = {"access_token": token, "refresh_token": "TG-1", "expires_in": 1, "user_id": 1, "token_type": "Bearer"}
    body = json.dumps(grant).encode()
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    with pytest.raises(SourceFailure):
        MercadoLivreOAuth("http://t.test", "id", "s", "http://r.test", transport=transport).refresh("velho")
    with pytest.raises(SourceFailure):
        BlingOAuth("http://t.test/token", "id", "s", transport=transport).refresh("velho")
