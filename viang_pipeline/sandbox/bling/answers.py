"""Bling's envelopes: data, errors (§3), and the refusals that stand in front of every route (§4)."""

from __future__ import annotations

import json

from starlette.responses import HTMLResponse, Response

from viang_pipeline.sandbox.answers import Json, json_answer
from viang_pipeline.sandbox.bling.limits import Refusal
from viang_pipeline.sandbox.bling.notation import NO_DAY
from viang_pipeline.sandbox.faults import Fault

BLOCKED_PAGE = "<html><head><title>403 Forbidden</title></head><body><h1>Acesso bloqueado</h1></body></html>"
PERIODS = {"second": "segundo", "day": "dia"}


def data(document: object) -> Response:
    """The success envelope."""
    return json_answer({"data": document})


def reference(identity: int) -> Json:
    """A nested object that is only an id; 0 is none (§5)."""
    return {"id": identity}


def error(status: int, kind: str, message: str, description: str, **more: object) -> Response:
    """The error envelope; ``kind`` is a free string (§3)."""
    return json_answer({"error": {"type": kind, "message": message, "description": description, **more}}, status)


def not_found() -> Response:
    """A deleted, foreign or unknown id, or an unknown path."""
    return error(404, "RESOURCE_NOT_FOUND", "O recurso não foi encontrado.", "O recurso requisitado não existe.")


def invalid_filter(description: str) -> Response:
    """A filter Bling does not accept."""
    return error(400, "VALIDATION_ERROR", "Filtro inválido", description)


def invalid_token(description: str) -> Response:
    """A missing, wrong, expired or revoked access token."""
    return error(401, "invalid_token", "invalid_token", description)


def forbidden(kind: str) -> Response:
    """``insufficient_scope``: the application lacks the scope; ``FORBIDDEN``: the user or the plan lacks the right."""
    if kind == "insufficient_scope":
        return error(403, kind, kind, "The request requires higher privileges than provided by the access token")
    return error(403, kind, "Acesso negado.", "O usuário não tem permissão para acessar este recurso.")


def too_many(period: str, limit: int) -> Response:
    """429 without any header that would tell when to come back."""
    text = f"O limite de requisições por {PERIODS[period]} foi atingido, tente novamente mais tarde."
    return error(429, "TOO_MANY_REQUESTS", "Limite de requisições atingido.", text, limit=limit, period=period)


def refused_by_limit(refusal: Refusal, per_second: int | None, per_day: int | None) -> Response:
    """What a limit answers; a blocked address gets a page, not JSON."""
    if refusal == "blocked":
        return HTMLResponse(BLOCKED_PAGE, 403)
    return too_many(refusal, (per_second if refusal == "second" else per_day) or 0)


def refused_by_fault(fault: Fault) -> Response:
    """A fault that refuses, in Bling's words; ``status`` with its body as a page.

    A bare 429 is the limit's own: one that is no JSON would mean that the address is blocked (§4).
    """
    if fault.kind == "rate_limit" or (fault.kind == "status" and fault.status == 429 and not fault.body):
        return too_many("second", 3)
    if fault.kind == "scope":
        return forbidden("insufficient_scope")
    if fault.kind == "policy_agent":
        return forbidden("FORBIDDEN")
    return HTMLResponse(fault.body, fault.status)


def with_nulls(answer: Response) -> Response:
    """The same answer with null where it has an empty string or an empty day."""
    return json_answer(_nulled(json.loads(bytes(answer.body))), answer.status_code)


def _nulled(value: object) -> object:
    if isinstance(value, dict):
        return {key: _nulled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_nulled(each) for each in value]
    return None if value in ("", NO_DAY) else value
