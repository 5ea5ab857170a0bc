"""Claims by window, complete or failed, and what belongs to one claim (contract §6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.errors import envelope, from_http
from viang_pipeline.sources.http import Answer
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads.claims import Claim, ClaimReturn, ReturnCost, ReturnReviews
from viang_pipeline.sources.payloads import RawRecord, record

ROUTE = "/post-purchase/v1/claims/search"
PAGE = 100
CEILING = 9_900
"""Claims a window may hold; beyond offset 10 000 the search refuses."""

TRIES = 3
"""A set that moves while it is paged is read again."""

ClaimField = Literal["date_created", "last_updated"]


def search_claims(
    api: MercadoLivreClient, field: ClaimField, since: datetime, until: datetime
) -> list[RawRecord[Claim]]:
    """Every claim of the seller with ``since`` ≤ ``field`` < ``until`` (aware instants).

    Pages are read until as many distinct claims are there as announced. A window too large for paging is halved.
    Raises TransientFailure when the set keeps moving, PermanentFailure for an answer of another shape.
    """
    for _ in range(TRIES):
        total, found = _read(api, field, since, until)
        if total > CEILING:
            middle = since + (until - since) / 2
            return search_claims(api, field, since, middle) + search_claims(api, field, middle, until)
        if found is not None:
            return [record(claim.id, claim) for claim in sorted(found.values(), key=lambda c: c.id)]
    raise TransientFailure(
        "As reclamações mudaram durante a leitura",
        where=f"GET {ROUTE}",
        action="Nada foi gravado. A próxima leitura resolve.",
    )


def claim_return(api: MercadoLivreClient, claim_id: int) -> RawRecord[ClaimReturn] | None:
    """The return of a claim; None while the platform does not show it (§6.2)."""
    route = f"/post-purchase/v2/claims/{claim_id}/returns"
    answer = _answer(api, route)
    if answer is None:
        return None
    return record(claim_id, api.read(answer.document, ClaimReturn, route, f"devolução da reclamação {claim_id}"))


def return_cost(api: MercadoLivreClient, claim_id: int) -> RawRecord[ReturnCost] | None:
    """The return freight charged to the seller; None while none is charged."""
    route = f"/post-purchase/v1/claims/{claim_id}/charges/return-cost"
    answer = _answer(api, route)
    if answer is None:
        return None
    return record(
        claim_id, api.read(answer.document, ReturnCost, route, f"custo de devolução da reclamação {claim_id}")
    )


def return_reviews(api: MercadoLivreClient, claim_id: int, return_id: int) -> RawRecord[ReturnReviews] | None:
    """What was found inspecting the return of a claim; None while nobody inspected it (§6.2)."""
    route = f"/post-purchase/v1/returns/{return_id}/reviews"
    answer = _answer(api, route)
    if answer is None:
        return None
    what = f"avaliação da devolução da reclamação {claim_id}"
    return record(claim_id, api.read(answer.document, ReturnReviews, route, what))


def _answer(api: MercadoLivreClient, route: str) -> Answer | None:
    """What the platform says of a claim; None for a 404 in the words of claims themselves (§1.1): there is none.

    Raises PermanentFailure for a 404 in any other words: a route that is gone knows nothing about the claim.
    """
    answer = api.http.get(route, accept=(200, 404))
    if answer.status == 200:
        return answer
    if not envelope(answer.content).post_purchase:
        raise from_http("GET", route, answer.status, answer.content)
    return None


def _read(
    api: MercadoLivreClient, field: ClaimField, since: datetime, until: datetime
) -> tuple[int, dict[int, Claim] | None]:
    """The announced total, and the claims if exactly that many were found."""
    # The bounds exclude, and instants have milliseconds.
    window = f"{field}:after:{_instant(since, -1)},before:{_instant(until, 0)}"
    found: dict[int, Claim] = {}
    offset = 0
    while True:
        params: dict[str, str | int] = {
            "players.role": "respondent",
            "players.user_id": api.seller_id,
            "range": window,
            "sort": "last_updated:asc",
            "limit": PAGE,
            "offset": offset,
        }
        document = api.http.get(ROUTE, params).document
        paging = document.get("paging") if isinstance(document, dict) else None
        total = paging.get("total") if isinstance(paging, dict) else None
        rows = document.get("data") if isinstance(document, dict) else None
        if not isinstance(total, int) or not isinstance(rows, list):
            raise PermanentFailure(
                "A busca de reclamações respondeu sem total ou sem lista",
                where=f"GET {ROUTE}",
                action="Nada foi gravado. A plataforma mudou o formato: o leitor precisa ser ajustado.",
            )
        if total > CEILING:
            return total, None
        for row in rows:
            claim = api.read(row, Claim, ROUTE, "reclamação")
            found[claim.id] = claim
        offset += PAGE
        if not rows or offset >= total:
            return total, found if len(found) == total else None


def _instant(instant: datetime, shift: int) -> str:
    """With milliseconds, which are mandatory, and ``-00:00``, which needs no escaping of a plus sign."""
    milliseconds = int(instant.timestamp() * 1000) + shift
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "-00:00")
