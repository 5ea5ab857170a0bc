"""The consent screen, the token endpoint and revocation (§2)."""

from __future__ import annotations

import base64
import binascii
from html import escape
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from viang_pipeline.sandbox.answers import json_answer
from viang_pipeline.sandbox.bling.answers import error
from viang_pipeline.sandbox.bling.grants import BlingTokens, CodeReusedError, InvalidGrantError
from viang_pipeline.sandbox.bling.service import Bling
from viang_pipeline.sandbox.truth import Seller

ACCESS_SECONDS = 21_600
SCOPES = {
    "pedidos/vendas": 98_309_001,
    "produtos": 98_309_002,
    "estoques": 98_309_003,
    "produtos/fornecedores": 98_309_004,
    "produtos/lojas": 98_309_005,
    "depositos": 98_309_006,
    "contas/receber": 98_309_007,
    "contas/pagar": 98_309_008,
    "nfe": 98_309_009,
    "canais-venda": 98_309_010,
    "situacoes": 98_309_011,
    "categorias/receitas-despesas": 98_309_012,
    "empresas": 98_309_013,
}
"""Scopes are numbers without a name (§2); these are invented."""
PAGE = """<!doctype html>
<html lang="pt-BR"><head><meta charset="utf-8"><title>Bling</title></head>
<body style="font-family: sans-serif; max-width: 32rem; margin: 3rem auto">
<h1>{title}</h1><p>{text}</p>{body}</body></html>"""


def authorize(bling: Bling, request: Request) -> Response:
    """``GET /oauth/authorize``: a page to choose the account, or, with ``seller=`` (id or slug), straight on.

    ``redirect_uri`` and ``scope`` of the query are ignored: the registered ones count.
    """
    params = request.query_params
    if params.get("response_type") != "code" or params.get("client_id") != bling.application.app_id:
        return _page("Não foi possível autorizar", "O aplicativo não existe ou response_type não é code.", status=400)
    if not params.get("state"):
        return _page("Não foi possível autorizar", "O parâmetro state é obrigatório.", status=400)
    chosen = params.get("seller")
    if chosen is None:
        sellers = [bling.world.sellers[seller_id] for seller_id in bling.world.bling.accounts]
        return _page(
            "Autorizar aplicativo",
            "Escolha a conta Bling que autoriza o aplicativo a ler seus dados:",
            "".join(_link(request, seller) for seller in sellers),
        )
    try:
        account = bling.account(chosen)
    except KeyError:
        return _page("Conta desconhecida", "Não existe conta Bling com este nome ou número.", status=404)
    refusal = "UNAUTHORIZED_ERROR" if account.traits.suspended else bling.options.consent
    answer = {"code": bling.grants.new_code(account.seller_id)} if refusal == "granted" else {"error": refusal}
    target = bling.application.redirect_uri
    answer["state"] = params["state"]
    return RedirectResponse(f"{target}{'&' if '?' in target else '?'}{urlencode(answer)}", 302)


def token(bling: Bling, request: Request, body: bytes) -> Response:
    """``POST /oauth/token``: code exchange and refresh, credentials only in the Basic header."""
    refusal = _application_problem(bling, request)
    if refusal is not None:
        return refusal
    form = _form(request, body)
    jwt = request.headers.get("enable-jwt") == "1"
    kind = form.get("grant_type")
    name = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(kind or "")
    if name is None or name not in form:
        return _refused(bling, "invalid_request", "grant_type and its code or refresh_token are required")
    owner = bling.grants.owner(form[name])
    if owner is not None and bling.world.bling.account(owner).traits.suspended:
        return _refused(bling, "UNAUTHORIZED_ERROR", "A empresa está inativa.")
    try:
        if kind == "authorization_code":
            pair = bling.grants.exchange(form["code"], jwt=jwt)
            return json_answer(_pair_body(bling, pair, with_refresh=True))
        rotate = bling.options.rotates_refresh_token
        pair = bling.grants.refresh(
            form["refresh_token"],
            jwt=jwt,
            old_access_survives=bling.options.old_access_token_survives,
            rotate=rotate,
        )
        return json_answer(_pair_body(bling, pair, with_refresh=rotate))
    except CodeReusedError:
        return _refused(bling, "VALIDATION_ERROR", "O código de autorização é inválido: ele já foi utilizado.")
    except InvalidGrantError:
        return _refused(bling, "invalid_grant", "The code or refresh token is invalid or has expired")


def revoke(bling: Bling, request: Request, body: bytes) -> Response:
    """``POST /oauth/revoke``: whatever the target, the authorisation of the token's account ends."""
    refusal = _application_problem(bling, request)
    if refusal is not None:
        return refusal
    owner = bling.grants.owner(_form(request, body).get("token", ""))
    if owner is None:
        return _refused(bling, "invalid_request", "The token is missing or unknown")
    bling.grants.revoke(owner)
    return json_answer({})


def _application_problem(bling: Bling, request: Request) -> Response | None:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return _refused(bling, "invalid_client", "Client credentials were not found in the headers")
    try:
        given = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return error(400, "invalid_request", "invalid_request", "Malformed auth header")
    if given != f"{bling.application.app_id}:{bling.application.secret}":
        return _refused(bling, "invalid_client", "The client credentials are invalid")
    return None


def _form(request: Request, body: bytes) -> dict[str, str]:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    return dict(parse_qsl(body.decode("latin-1")))


def _refused(bling: Bling, kind: str, description: str) -> Response:
    return error(bling.options.oauth_error_status, kind, kind, description)


def _pair_body(bling: Bling, pair: BlingTokens, *, with_refresh: bool) -> dict[str, object]:
    traits = bling.world.bling.account(pair.seller_id).traits
    granted = [number for resource, number in SCOPES.items() if resource not in traits.refusals]
    body: dict[str, object] = {
        "access_token": pair.access_token,
        "expires_in": ACCESS_SECONDS,
        "token_type": "bearer" if traits.lower_case_bearer else "Bearer",
        "scope": " ".join(map(str, granted)),
    }
    return body | {"refresh_token": pair.refresh_token} if with_refresh else body


def _link(request: Request, seller: Seller) -> str:
    address = f"?{request.url.query}&{urlencode({'seller': seller.slug})}"
    return f'<p><a href="{escape(address)}">{escape(seller.name)}</a> ({seller.seller_id})</p>'


def _page(title: str, text: str, body: str = "", status: int = 200) -> Response:
    return HTMLResponse(PAGE.format(title=escape(title), text=escape(text), body=body), status)
