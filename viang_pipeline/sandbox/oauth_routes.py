"""The consent screen and the token endpoint (contract §2)."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from viang_pipeline.sandbox.answers import json_answer, oauth_error
from viang_pipeline.sandbox.grants import InvalidGrantError, IssuedTokens
from viang_pipeline.sandbox.marketplace import Marketplace
from viang_pipeline.sandbox.truth import Seller

METHODS = ("S256", "plain")
SCOPE = "offline_access read write"
ACCESS_SECONDS = 21_600
PAGE = """<!doctype html>
<html lang="pt-BR"><head><meta charset="utf-8"><title>Autorizar aplicativo</title></head>
<body style="font-family: sans-serif; max-width: 32rem; margin: 3rem auto">
<h1>{title}</h1><p>{text}</p>{body}</body></html>"""


def authorization(market: Marketplace, request: Request) -> Response:
    """``GET /authorization``: a page to choose the seller, or, with ``seller=`` (id or slug), straight on."""
    params = request.query_params
    problem = _consent_problem(market, params)
    if problem:
        return _page("Não foi possível autorizar", problem, status=400)
    chosen = params.get("seller")
    if chosen is None:
        return _page(
            "Autorizar aplicativo",
            "Escolha a conta de vendedor que autoriza o aplicativo a ler seus dados:",
            "".join(_link(request, seller) for seller in market.world.sellers.values()),
        )
    if params.get("operator") == "collaborator":
        return _back(params, {"error": "invalid_operator_user_id"})
    try:
        seller = market.world.seller(chosen)
    except KeyError:
        return _page("Conta desconhecida", "Não existe vendedor com este nome ou número.", status=404)
    code = market.grants.new_code(
        seller.seller_id,
        params["redirect_uri"],
        params.get("code_challenge"),
        params.get("code_challenge_method", "plain"),
    )
    return _back(params, {"code": code})


def token(market: Marketplace, body: bytes, content_type: str) -> Response:
    """``POST /oauth/token``: code exchange and refresh; parameters only count in a form body."""
    if not content_type.startswith("application/x-www-form-urlencoded"):
        return oauth_error(400, "invalid_request", "content-type must be application/x-www-form-urlencoded")
    form = dict(parse_qsl(body.decode()))
    known = market.application
    if (form.get("client_id"), form.get("client_secret")) != (known.app_id, known.secret):
        return oauth_error(400, "invalid_client", "invalid client_id or client_secret")
    try:
        if form.get("grant_type") == "authorization_code":
            if "code" not in form or "redirect_uri" not in form:
                return oauth_error(400, "invalid_request", "code and redirect_uri are required")
            if market.grants.wants_verifier(form["code"]) and "code_verifier" not in form:
                return oauth_error(400, "invalid_request", "code_verifier is a required parameter")
            pair = market.grants.exchange(form["code"], form["redirect_uri"], form.get("code_verifier"))
        elif form.get("grant_type") == "refresh_token":
            if "refresh_token" not in form:
                return oauth_error(400, "invalid_request", "refresh_token is a required parameter")
            pair = market.grants.refresh(
                form["refresh_token"], old_access_survives=market.options.old_access_token_survives
            )
        else:
            return oauth_error(400, "unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
    except InvalidGrantError:
        return oauth_error(400, "invalid_grant", "grant expired or already used")
    return json_answer(_pair_body(pair))


def _pair_body(pair: IssuedTokens) -> dict[str, object]:
    return {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "scope": SCOPE,
        "user_id": pair.seller_id,
        "refresh_token": pair.refresh_token,
    }


def _consent_problem(market: Marketplace, params: QueryParams) -> str | None:
    if params.get("response_type") != "code":
        return "O parâmetro response_type deve ser code."
    if params.get("client_id") != market.application.app_id:
        return "O aplicativo (client_id) não existe."
    if params.get("redirect_uri") != market.application.redirect_uri:
        return "O redirect_uri não é o que está cadastrado no aplicativo."
    if market.options.pkce_required and "code_challenge" not in params:
        return "O aplicativo exige PKCE: falta code_challenge."
    if params.get("code_challenge_method", "plain") not in METHODS:
        return "code_challenge_method deve ser S256 ou plain."
    return None


def _back(params: QueryParams, answer: dict[str, str]) -> Response:
    if "state" in params:
        answer["state"] = params["state"]
    target = params["redirect_uri"]
    return RedirectResponse(f"{target}{'&' if '?' in target else '?'}{urlencode(answer)}", 302)


def _link(request: Request, seller: Seller) -> str:
    address = f"?{request.url.query}&{urlencode({'seller': seller.slug})}"
    return f'<p><a href="{escape(address)}">{escape(seller.name)}</a> ({seller.seller_id})</p>'


def _page(title: str, text: str, body: str = "", status: int = 200) -> Response:
    return HTMLResponse(PAGE.format(title=escape(title), text=escape(text), body=body), status)
