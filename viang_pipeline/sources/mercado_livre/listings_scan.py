"""All listing ids of a seller by scan, and their bodies in bulk (contract §7.1, §7.2).

A scan is only believed when it brought as many distinct ids as it announced; a bulk answer only when every id asked
is either there or said to be missing.
"""

from __future__ import annotations

from typing import Any

from viang_pipeline.failures import PermanentFailure, SourceFailure, TransientFailure
from viang_pipeline.sources.errors import LATER, from_http
from viang_pipeline.sources.http import HttpClient

SCAN_PAGE = 100
SCANS = 3
EXPIRED = frozenset({400, 404, 410})
BULK_ROUTE = "/items/bulk"
CHANGED_FORMAT = "Nada foi gravado. A plataforma mudou o formato: o leitor precisa ser ajustado."


def all_ids(http: HttpClient, seller_id: int, status: str) -> list[str]:
    """Every listing id in one ``status``, in the order sent, each once.

    A scan whose scroll expired (5 minutes) or that lost a page to a repeated request is started again, three scans at
    most. Raises TransientFailure when none was complete.
    """
    route = f"/users/{seller_id}/items/search"
    for _ in range(SCANS):
        ids = _scan(http, route, status)
        if ids is not None:
            return ids
    raise TransientFailure(
        f"A varredura de anúncios veio incompleta {SCANS} vezes seguidas", where=f"GET {route}", action=LATER
    )


def _scan(http: HttpClient, route: str, status: str) -> list[str] | None:
    """One scan, the same ``scroll_id`` until it is empty; None when it is not complete."""
    params: dict[str, str | int] = {"search_type": "scan", "status": status, "limit": SCAN_PAGE}
    ids: dict[str, None] = {}
    total: int | None = None
    while True:
        try:
            document = http.get(route, params).document
        except SourceFailure as failure:
            if "scroll_id" in params and failure.status in EXPIRED:
                return None
            raise
        page, announced, scroll = _scan_page(document, route)
        total = announced if total is None else total
        ids.update(dict.fromkeys(page))
        if not page or scroll is None:
            return list(ids) if len(ids) in (total, announced) else None
        params.setdefault("scroll_id", scroll)


def _scan_page(document: Any, route: str) -> tuple[list[str], int, str | None]:
    try:
        page, total, scroll = document["results"], document["paging"]["total"], document.get("scroll_id")
    except (TypeError, KeyError):
        page = None
    if not isinstance(page, list) or not isinstance(total, int):
        raise PermanentFailure(
            "A busca de anúncios respondeu sem total ou sem lista", where=f"GET {route}", action=CHANGED_FORMAT
        )
    return [str(identity) for identity in page], total, str(scroll) if scroll else None


def bulk(http: HttpClient, ids: list[str]) -> dict[str, Any]:
    """Bodies by id for at most 20 distinct ids; an id left out does not exist (404).

    Reads ``status_code`` and, as on the retired route, ``code`` (§15 trap 14). ``include_attributes=all`` brings the
    variations' SKUs (trap 15). An element that is neither 200 nor 404 fails the read: it is not known to be missing.
    """
    document = http.get(BULK_ROUTE, {"ids": ",".join(ids), "include_attributes": "all"}).document
    if not isinstance(document, list):
        raise PermanentFailure(
            "A leitura de anúncios não respondeu uma lista", where=f"GET {BULK_ROUTE}", action=CHANGED_FORMAT
        )
    bodies: dict[str, Any] = {}
    absent = 0
    for element in document:
        status = element.get("status_code", element.get("code")) if isinstance(element, dict) else None
        body = element.get("body") if isinstance(element, dict) else None
        if status == 200 and isinstance(body, dict) and body.get("id") in ids:
            bodies[body["id"]] = body
        elif status == 404:
            absent += 1
        elif isinstance(status, int) and status != 200:
            raise from_http("GET", BULK_ROUTE, status, b"")
        else:
            raise PermanentFailure(
                "A leitura de anúncios trouxe um item sem situação ou sem corpo",
                where=f"GET {BULK_ROUTE}",
                action=CHANGED_FORMAT,
            )
    if len(bodies) + absent != len(ids):
        raise TransientFailure(
            "A leitura de anúncios não respondeu por todos os itens pedidos", where=f"GET {BULK_ROUTE}", action=LATER
        )
    return bodies
