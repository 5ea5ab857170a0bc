"""Bling's published OpenAPI document as a judge of answers and of requests.

The document is Bling's and is not kept here: ``VIANG_BLING_OPENAPI`` names it, by default the file beside the
repository. Where it is absent, what needs it is skipped (``needs_document``).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator, FormatChecker

ROOT = Path(__file__).parent.parent
DOCUMENT = Path(os.environ.get("VIANG_BLING_OPENAPI") or ROOT.parent / "shared" / "contracts" / "bling-openapi.json")
needs_document = pytest.mark.skipif(
    not DOCUMENT.exists(), reason=f"Bling's OpenAPI document is not at {DOCUMENT}; name it in VIANG_BLING_OPENAPI"
)
PREFIX = "/Api/v3"
LARGEST_PAGE = 100
"""The document names no ceiling; Bling does not promise more (bling.md §4)."""
EMPTY_DAYS = ("", "0000-00-00")
"""Declared as dates, and what stands where there is none (bling.md §5)."""
Json = dict[str, Any]


class ContractError(AssertionError):
    """An answer or a request is not what the document says."""


@dataclass(frozen=True)
class Deviation:
    """Where answers observed on real accounts leave the document, and why that is tolerated."""

    path: str
    field: str
    change: Json
    why: str


ANSWER_DEVIATIONS = (
    Deviation("/produtos/{idProduto}", "data.actionEstoque", {"enum": ["", "Z", "T"]}, "empty when never used (§5)"),
    Deviation("/produtos/{idProduto}", "data.estrutura.tipoEstoque", {"enum": ["", "F", "V"]}, "no kit: '' (§7.2)"),
    Deviation(
        "/produtos/{idProduto}", "data.estrutura.lancamentoEstoque", {"enum": ["", "A", "M", "P"]}, "no kit: '' (§7.2)"
    ),
    Deviation("/produtos/{idProduto}", "data.variacoes.actionEstoque", {"enum": ["", "Z", "T"]}, "as of the parent"),
    Deviation("/produtos/{idProduto}", "data.variacoes.estrutura.tipoEstoque", {"enum": ["", "F", "V"]}, "no kit: ''"),
    Deviation(
        "/produtos/{idProduto}",
        "data.variacoes.estrutura.lancamentoEstoque",
        {"enum": ["", "A", "M", "P"]},
        "no kit: ''",
    ),
    Deviation("/nfe", "data.loja.numero", {"type": "string"}, "declared write only, yet answered (§10.1)"),
    Deviation("/nfe/{idNotaFiscal}", "data.loja.numero", {"type": "string"}, "declared write only, yet answered"),
)
SAME_ANSWER = {"/produtos/variacoes/{idProdutoPai}": "/produtos/{idProduto}"}
"""Paths whose answers are the same shape and so deviate alike."""
REQUEST_DEVIATIONS = {
    ("/nfe", "dataEmissaoInicial"): "datetime",
    ("/nfe", "dataEmissaoFinal"): "datetime",
}
"""Declared as dates with the example of a datetime; a datetime is what works (§10.1)."""
UNDESCRIBED = frozenset({401, 403, 429})
"""Statuses the document leaves out; their bodies are the error envelope (§3), with more keys in a 429 (§4)."""

formats = FormatChecker(formats=())


@formats.checks("date")
def _is_day(value: object) -> bool:
    return not isinstance(value, str) or value in EMPTY_DAYS or _parses(date.fromisoformat, r"[\d-]{10}", value)


@formats.checks("datetime")
def _is_moment(value: object) -> bool:
    return (
        not isinstance(value, str) or value in EMPTY_DAYS or _parses(datetime.fromisoformat, r"[\d-]{10} .{8}", value)
    )


def validate_answer(method: str, path: str, status: int, body: object) -> None:
    """Whether ``body`` (bytes, text or parsed JSON) is an answer of this route with nothing the document lacks.

    ``path`` with or without the ``/Api/v3`` in front. Raises ContractError naming every violation.
    """
    template, operation = _operation(method, path)
    document = json.loads(body) if isinstance(body, bytes | str) else body
    if status in UNDESCRIBED or (status >= 400 and str(status) not in operation["responses"]):
        schema = _error_schema()
    elif str(status) not in operation["responses"]:
        raise ContractError(f"{method} {template}: the document knows no answer {status}")
    else:
        schema = _answer_schema(template, method.lower(), status)
    problems = sorted(
        f"{'.'.join(map(str, problem.absolute_path)) or '(body)'}: {problem.message}"
        for problem in Draft202012Validator(schema, format_checker=formats).iter_errors(document)
    )
    if problems:
        raise ContractError(f"{method} {template} {status}: " + "; ".join(problems[:10]))


def validate_request(method: str, path: str, query: str | Iterable[tuple[str, str]] = ()) -> None:
    """Whether the document declares this route and every query parameter, with its type, and none required is missing.

    ``query`` as sent, raw or as pairs. Raises ContractError naming every violation.
    """
    template, operation = _operation(method, path)
    pairs = parse_qsl(query, keep_blank_values=True) if isinstance(query, str) else list(query)
    declared = {p["name"]: p for p in map(_resolved, operation.get("parameters", ())) if p["in"] == "query"}
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    problems = [f"unknown parameter {name}" for name in given if name not in declared]
    problems += [f"missing parameter {n}" for n, p in declared.items() if p.get("required") and n not in given]
    for name in given.keys() & declared.keys():
        problems += _parameter_problems(template, name, declared[name]["schema"], given[name])
    if problems:
        raise ContractError(f"{method} {template}: " + "; ".join(sorted(problems)))


# --- reading the document ---------------------------------------------------------------------------------------------


@cache
def _document() -> Json:
    found: Json = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return found


def _operation(method: str, path: str) -> tuple[str, Json]:
    """The declared path that fits best (fewest parameters) and its operation."""
    bare = path.removeprefix(PREFIX)
    fitting = [
        template
        for template, operations in _document()["paths"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), bare) and method.lower() in operations
    ]
    if not fitting:
        raise ContractError(f"the document has no {method} {bare}")
    template = min(fitting, key=lambda each: each.count("{"))
    return template, _document()["paths"][template][method.lower()]


def _resolved(schema: Json) -> Json:
    while "$ref" in schema:
        found: Any = _document()
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


@cache
def _answer_schema(template: str, method: str, status: int) -> Json:
    answer = _document()["paths"][template][method]["responses"][str(status)]
    if status >= 400:
        return _error_schema()
    schema = _closed(answer["content"]["application/json"]["schema"])
    for deviation in ANSWER_DEVIATIONS:
        if deviation.path == SAME_ANSWER.get(template, template):
            _apply(schema, deviation)
    return {**schema, "required": ["data"]}


@cache
def _error_schema() -> Json:
    """``type`` is a free string: the OAuth stage and 401/403 use words outside the declared list (§3)."""
    schema = deepcopy(_closed({"$ref": "#/components/schemas/Error"}))
    schema["properties"]["type"] = {"type": "string"}
    schema["properties"] |= {"limit": {"type": "integer"}, "period": {"enum": ["second", "day"]}}
    return {"type": "object", "required": ["error"], "additionalProperties": False, "properties": {"error": schema}}


def _closed(schema: Json) -> Json:
    """The schema without references, its parts merged, and no property allowed that it does not declare.

    What is write only is no part of an answer (OpenAPI 3.0); a required name that no property has cannot be meant.
    """
    schema = _resolved(schema)
    merged: Json = {key: schema[key] for key in ("type", "enum", "format", "maxLength") if key in schema}
    properties: Json = {}
    required: set[str] = set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        inner = _closed(part)
        properties |= inner.get("properties", {})
        required |= set(inner.get("required", ()))
        merged |= {key: inner[key] for key in ("type", "enum", "format", "items") if key in inner}
    for name, each in schema.get("properties", {}).items():
        if not _resolved(each).get("writeOnly"):
            properties[name] = _closed(each)
    if "items" in schema:
        merged["items"] = _closed(schema["items"])
    if "oneOf" in schema:
        merged["oneOf"] = [_closed(each) for each in schema["oneOf"]]
    if merged.get("type") == "integer" and "enum" in merged:
        merged["enum"] = [int(value) for value in merged["enum"]]
    if properties:
        merged |= {"type": "object", "properties": properties, "additionalProperties": False}
        merged["required"] = sorted(required & properties.keys())
    return merged


def _apply(schema: Json, deviation: Deviation) -> None:
    *above, last = deviation.field.split(".")
    for name in above:
        schema = schema["properties"][name]
        schema = schema.get("items", schema)
    schema["properties"][last] = schema["properties"].get(last, {}) | deviation.change


# --- requests ---------------------------------------------------------------------------------------------------------


def _parameter_problems(template: str, name: str, schema: Json, values: list[str]) -> list[str]:
    problems = []
    if schema.get("type") == "array":
        schema = schema["items"] | {key: schema[key] for key in ("enum",) if key in schema}
    elif len(values) > 1:
        problems.append(f"{name} given {len(values)} times")
    kind = REQUEST_DEVIATIONS.get((template, name), schema.get("format"))
    for value in values:
        if schema["type"] == "integer" and not re.fullmatch(r"\d+", value):
            problems.append(f"{name}={value!r} is no integer")
        elif "enum" in schema and value not in map(str, schema["enum"]):
            problems.append(f"{name}={value!r} is not one of {schema['enum']}")
        elif kind in ("date", "datetime") and (value in EMPTY_DAYS or not formats.conforms(value, kind)):
            problems.append(f"{name}={value!r} is no {kind}")
        elif (name == "limite" and not 1 <= int(value) <= LARGEST_PAGE) or (name == "pagina" and int(value) < 1):
            problems.append(f"{name}={value} is beyond the pages")
    return problems


def _parses(read: Any, shape: str, text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return re.fullmatch(shape, text) is not None
