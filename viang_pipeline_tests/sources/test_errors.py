"""Every error envelope of contract §1.1 becomes the right kind of failure with one clear, harmless sentence."""

from __future__ import annotations

import json

import pytest

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.errors import from_http

SECRETS = {
    "token": "APP_USR-777-100312-aa11-424242",
    "refresh": "TG-6701aa-424242",
    "mail": "maria.silva@example.com.br",
    "cpf": "123.456.789-09",
    "bare cpf": "12345678909",
    "cnpj": "11.222.333/0001-81",
    "header": "Bearer abcdefghijklmnop",
    "phone": "5511987654321",
    "query": "access_token=abc123",
}
PLANTED = " ".join(SECRETS.values())


def envelopes(text: str) -> dict[str, bytes]:
    """The six families, and the bodies that are none, each carrying ``text``."""
    documents = {
        "standard": {"message": text, "error": "bad_request", "status": 400, "cause": []},
        "oauth": {"error": "invalid_grant", "error_description": text, "status": 400, "cause": []},
        "policy": {"message": text, "code": "PA_UNAUTHORIZED_RESULT_FROM_POLICIES", "blocked_by": "PolicyAgent"},
        "scope": {"status": 403, "error": "access_denied", "message": text, "code": "FORBIDDEN"},
        "post-purchase": {"code": 400, "error": "invalid_query", "message": text, "cause": None},
        "ads": {"error_code": "invalid_request_param", "description": text},
        "strange": {"message": {"nested": text}, "error": [text]},
    }
    bodies = {name: json.dumps(document).encode() for name, document in documents.items()}
    html = f"<html>{text}</html>".encode()
    return {
        **bodies,
        "plain": text.encode(),
        "empty": b"",
        "html": html,
        "list": json.dumps([text]).encode(),
        "cut": b'{"',
    }


STATUSES = {
    206: TransientFailure,
    400: PermanentFailure,
    401: PermanentFailure,
    403: PermanentFailure,
    404: PermanentFailure,
    409: PermanentFailure,
    410: PermanentFailure,
    429: TransientFailure,
    499: TransientFailure,
    500: TransientFailure,
    502: TransientFailure,
    503: TransientFailure,
    504: TransientFailure,
}


@pytest.mark.parametrize("family", list(envelopes("")))
@pytest.mark.parametrize("status", list(STATUSES))
def test_each_envelope_and_status_is_one_failure_of_the_right_kind_without_secrets(family: str, status: int) -> None:
    failure = from_http("GET", "/orders/search", status, envelopes(PLANTED)[family])
    message = str(failure)
    assert type(failure) is STATUSES[status]
    assert failure.status == status
    assert f"[GET /orders/search, HTTP {status}]" in message
    assert "\n" not in message
    assert len(message) < 600
    for name, secret in SECRETS.items():
        assert secret not in message, name


@pytest.mark.parametrize(
    ("family", "code"),
    [
        ("standard", "bad_request"),
        ("oauth", "invalid_grant"),
        ("policy", "PA_UNAUTHORIZED_RESULT_FROM_POLICIES"),
        ("scope", "access_denied"),
        ("post-purchase", "invalid_query"),
        ("ads", "invalid_request_param"),
    ],
)
def test_what_the_platform_said_is_quoted(family: str, code: str) -> None:
    message = str(from_http("GET", "/x", 400, envelopes("texto da plataforma")[family]))
    assert f"“{code}: texto da plataforma”" in message


def test_a_policy_403_is_a_missing_permission_and_another_403_is_not() -> None:
    assert "missing permission" in str(from_http("GET", "/x", 403, envelopes("x")["policy"]))
    assert "missing permission" not in str(from_http("GET", "/x", 403, envelopes("x")["scope"]))


def test_an_empty_429_still_says_what_happened() -> None:
    assert "reduzir o ritmo" in str(from_http("GET", "/x", 429, b""))
    assert "local_rate_limited" in str(from_http("GET", "/x", 429, b"local_rate_limited"))
