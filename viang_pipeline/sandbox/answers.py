"""Answers and error envelopes in the shapes of the platform (contract §1.1), and its notations of money and time."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
from starlette.responses import Response

Json = dict[str, Any]
HOUSE_ZONE = timezone(timedelta(hours=-4))


def json_answer(document: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(document), status, headers, media_type="application/json")


def standard_error(status: int, error: str, message: str) -> Response:
    """The ordinary envelope."""
    return json_answer({"message": message, "error": error, "status": status, "cause": []}, status)


def oauth_error(status: int, error: str, description: str) -> Response:
    """The envelope of the token endpoint."""
    return json_answer({"error": error, "error_description": description, "status": status, "cause": []}, status)


def policy_agent() -> Response:
    """The gateway refuses: malformed bearer, missing functional permission, blocked application."""
    return json_answer(
        {
            "message": "At least one policy returned UNAUTHORIZED.",
            "code": "PA_UNAUTHORIZED_RESULT_FROM_POLICIES",
            "status": 403,
            "blocked_by": "PolicyAgent",
        },
        403,
    )


def invalid_scope() -> Response:
    """The token lacks a scope."""
    return json_answer({"status": 403, "error": "Invalid scopes", "code": "FORBIDDEN"}, 403)


def money(centavos: int, salt: int = 0) -> int | float:
    """Centavos as the platform writes reais: whole numbers bare, now and then with binary noise (§1)."""
    if centavos % 100 == 0:
        return centavos // 100
    value = centavos / 100
    if (salt + centavos) % 7 == 0:
        return math.nextafter(value, math.inf)
    return value


def house_time(instant: datetime) -> str:
    """An instant in the platform's house zone: ``2026-10-03T23:20:07.000-04:00``."""
    return instant.astimezone(HOUSE_ZONE).isoformat(timespec="milliseconds")


def zulu_time(instant: datetime) -> str:
    """An instant with ``Z``: ``2026-10-04T03:22:41.102Z``."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
