"""Secrets and personal data stay out of messages and logs."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import httpx
import pytest

from viang_pipeline.failures import TransientFailure
from viang_pipeline.sources.redaction import RedactingFilter, protect_logs, quote, redact, scrub
from viang_pipeline_tests.sources.answers import Script, Tokens, http_client, ok

SECRETS = [
    "APP_USR-777-100312-aa11-424242",
    "TG-6701aa-424242",
    "Authorization: Bearer abc.def-ghi",
    "{'authorization': 'Bearer xyzxyzxyz'}",
    "access_token=abc123",
    '"refresh_token": "abc123"',
    "client_secret=s3cr3t",
    "postgresql://viang:s3nha@host/db",
    "maria.silva+loja@example.com.br",
    "123.456.789-09",
    "12345678909",
    "11.222.333/0001-81",
    "11222333000181",
    "https://app.test/callback?code=TGx123&state=opaque9",
]
KEPT = ["abc123", "s3cr3t", "s3nha", "abc.def", "xyzxyzxyz", "424242", "maria", "example.com", "TGx123", "opaque9"]


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """What a protected handler on the root logger writes, at DEBUG."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    protect_logs()
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    named = [logger for logger in logging.root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    for existing in {each for logger in (root, *named) for each in logger.handlers}:
        for planted in [each for each in existing.filters if isinstance(each, RedactingFilter)]:
            existing.removeFilter(planted)


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_hidden_in_any_text(secret: str) -> None:
    clean = scrub(f"antes {secret} depois")
    assert secret not in clean
    assert not [kept for kept in KEPT if kept in clean]
    assert clean.startswith("antes ")
    assert clean.endswith(" depois")


def test_order_and_shipment_ids_stay_readable_in_our_own_text() -> None:
    text = "pedido 2000011111222333, envio 45001112223"
    assert scrub(text) == text


def test_outside_text_loses_every_long_number_and_is_one_short_line() -> None:
    clean = redact("fone 5511987654321\ncpf 12345678909 " + "x" * 5000)
    assert "5511987654321" not in clean
    assert "\n" not in clean
    assert len(clean) <= 200


def test_logged_messages_arguments_and_exceptions_are_scrubbed(log_lines: io.StringIO) -> None:
    log = logging.getLogger("some.library")
    for secret in SECRETS:
        log.warning("text %s", secret)
        log.warning("mapping %(a)s", {"a": secret})
        log.warning(f"already inside {secret}")  # noqa: G004
        try:
            raise ValueError(secret)
        except ValueError:
            log.exception("failed")
    log.error("%d does not fit", SECRETS[0])
    written = log_lines.getvalue()
    assert not [secret for secret in (*SECRETS, *KEPT) if secret in written]
    assert "ValueError" in written


def test_a_logger_with_a_handler_of_its_own_is_protected_too() -> None:
    stream = io.StringIO()
    log = logging.getLogger("another.library.with.handler")
    log.propagate = False
    log.addHandler(logging.StreamHandler(stream))
    protect_logs()
    protect_logs()
    log.warning("token %s", SECRETS[0])
    assert SECRETS[0] not in stream.getvalue()
    assert len(log.handlers[0].filters) == 1
    log.handlers.clear()


def test_the_http_library_writes_neither_query_nor_header(log_lines: io.StringIO) -> None:
    http_client(Script([ok()]), tokens=Tokens()).get("/orders/search", {"q": "nome-do-comprador", "seller": 1})
    written = log_lines.getvalue()
    assert "nome-do-comprador" not in written
    assert "APP_USR" not in written


def test_an_exception_from_the_http_library_leaves_no_trace_that_holds_the_request() -> None:
    error = httpx.ReadTimeout("APP_USR-777-primeiro-424242")
    with pytest.raises(TransientFailure) as failure:
        http_client(Script([error]), tokens=Tokens(), retries=0).get("/x", {"q": "maria@example.com"})
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None
    assert "APP_USR" not in str(failure.value)
    assert "maria" not in str(failure.value)


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("pedido de Maria Aparecida da Conceição, Rua das Palmeiras 77", "pedido de [oculto], [oculto]"),
        ("JOÃO DA SILVA esteve aqui", "[oculto] esteve aqui"),
        ("At least one policy returned UNAUTHORIZED.", "At least one policy returned UNAUTHORIZED."),
        ("Seller 123 not found for Order 5", "Seller 123 not found for Order 5"),
    ],
)
def test_a_quotation_names_nobody_and_no_street(said: str, quoted: str) -> None:
    assert quote(said) == quoted


@pytest.mark.parametrize("text", ["a", "1", "a.", "eyJ.", "://a:", "authorization: ", "a@b."])
def test_a_text_as_long_as_an_attacker_likes_is_scrubbed_in_one_pass(text: str) -> None:
    """In the square of its length it would take the machine an hour."""
    long = text * (300_000 // len(text))
    assert len(scrub(long)) <= len(long) * 8
    assert len(quote(long)) <= 200


def test_an_address_is_hidden_wherever_its_run_of_signs_begins() -> None:
    for text in ("x.maria+loja@segredo.com.br", "--maria@segredo.com", "(maria@segredo.com)", "a@b@maria@segredo.com"):
        assert "segredo" not in scrub(f"antes {text} depois")
