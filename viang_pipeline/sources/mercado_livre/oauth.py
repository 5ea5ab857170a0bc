"""Consent, code exchange and refresh with Mercado Livre (contract §2). Keeps nothing: the vault stores tokens.

Each call makes exactly one HTTP attempt: codes and refresh tokens are single use, so whether to ask again is the
vault's decision. No message, repr or exception here holds a token, a code or the application's secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import msgspec

from viang_pipeline.failures import (
    AnswerLost,
    NeedsReauthorization,
    PermanentFailure,
    SourceFailure,
    TransientFailure,
    UsageError,
)
from viang_pipeline.sources.bounded import BoundedClient, usable
from viang_pipeline.sources.errors import LATER, envelope, from_http
from viang_pipeline.sources.redaction import quiet_http_library
from viang_pipeline.sources.trust import trusted

ROUTE = "/oauth/token"
WHERE = f"POST {ROUTE}"
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LONGEST_GRANT = 2**20
"""Bytes of an answer with two tokens; a longer one is none."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What the platform grants; ``expires_in`` in seconds. ``repr`` shows no token."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    user_id: int
    scope: str


def new_state() -> str:
    """An unguessable ``state`` for one consent; the platform does not check it, we do."""
    return secrets.token_urlsafe(32)


def new_verifier() -> str:
    """A PKCE code verifier (RFC 7636: 43 to 128 unreserved characters)."""
    return secrets.token_urlsafe(64)


def challenge(verifier: str) -> str:
    """The S256 PKCE challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def authorization_url(auth_url: str, app_id: str, redirect_uri: str, state: str, verifier: str) -> str:
    """Where the seller's main user gives consent (contract §2.1)."""
    query = {
        "response_type": "code",
        "client_id": app_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return f"{auth_url.rstrip('/')}/authorization?{urlencode(query)}"


def code_from_redirect(url: str, state: str) -> str:
    """The code in the address the browser came back to.

    Raises UsageError when consent was refused, the code is missing or ``state`` is not the one we sent.
    """
    query = parse_qs(urlsplit(url.strip()).query)
    if "invalid_operator_user_id" in str(query.get("error", "")):
        raise UsageError("A autorização precisa ser feita pelo usuário principal da conta, não por um colaborador.")
    if "error" in query:
        raise UsageError("O vendedor não concluiu a autorização. Abra o link de novo e autorize o aplicativo.")
    if not hmac.compare_digest(query.get("state", [""])[0].encode(), state.encode()):
        raise UsageError("O endereço de retorno não corresponde a este pedido de autorização (state diferente).")
    code = query.get("code", [""])[0]
    if not code:
        raise UsageError("O endereço de retorno não traz o código de autorização (code).")
    return code


class MercadoLivreOAuth:
    """The token endpoint of the platform for one application."""

    def __init__(
        self,
        api_url: str,
        app_id: str,
        app_secret: str,
        redirect_uri: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        quiet_http_library()
        self._api_url = api_url.rstrip("/")
        self._application = {"client_id": app_id, "client_secret": app_secret}
        self._redirect_uri = redirect_uri
        self._transport = transport

    def exchange(self, code: str, verifier: str) -> TokenPair:
        """The first pair, for a consent code (contract §2.2). Raises as ``refresh`` does."""
        return self._token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect_uri,
                "code_verifier": verifier,
            }
        )

    def refresh(self, refresh_token: str) -> TokenPair:
        """A new pair; the old refresh token is dead afterwards (contract §2.3).

        Raises NeedsReauthorization when the grant is gone, PermanentFailure when the application's settings are
        wrong, AnswerLost when the request was sent but its outcome is unknown, TransientFailure when it certainly
        had no effect (no connection, rate limit).
        """
        return self._token({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def _token(self, form: dict[str, str]) -> TokenPair:
        try:
            with BoundedClient(
                transport=self._transport, timeout=TIMEOUT, verify=trusted(), most_bytes=LONGEST_GRANT
            ) as client:
                response = client.post(
                    f"{self._api_url}{ROUTE}",
                    data={**form, **self._application},
                    headers={"Accept": "application/json"},
                )
                status, body = response.status_code, response.content
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            failure: SourceFailure = TransientFailure(
                "Não foi possível conectar ao serviço de autorização", where=WHERE, action=LATER
            )
        except (httpx.HTTPError, httpx.StreamError):
            failure = _lost("A resposta da autorização se perdeu no caminho")
        else:
            if status == 200:
                return _pair(body)
            failure = _failure(status, body)
        # Raised outside the except blocks: the HTTP library's errors hold the request, and its form the secret.
        raise failure


class _Grant(msgspec.Struct):
    access_token: str
    expires_in: int
    user_id: int
    refresh_token: str = ""
    scope: str = ""


def _pair(body: bytes) -> TokenPair:
    try:
        grant = msgspec.json.decode(body, type=_Grant, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _lost("A resposta da autorização chegou ilegível", status=200) from None
    if not grant.refresh_token:
        raise PermanentFailure(
            "A plataforma não entregou um refresh token",
            where=WHERE,
            action="Ative o escopo offline_access no aplicativo e autorize de novo.",
            status=200,
        )
    if not all(usable(token) for token in (grant.access_token, grant.refresh_token)):
        raise _lost("A resposta da autorização chegou ilegível", status=200)
    return TokenPair(grant.access_token, grant.refresh_token, grant.expires_in, grant.user_id, grant.scope)


def _failure(status: int, body: bytes) -> SourceFailure:
    """The failure behind an error answer of the token endpoint (contract §2.3, table of errors)."""
    code = envelope(body).code
    if status >= 500 or status in (408, 499):
        return _lost("O serviço de autorização falhou", status=status)
    if status == 429:
        return from_http("POST", ROUTE, status, body)
    if code in ("invalid_grant", "unauthorized_client"):
        return NeedsReauthorization(
            "A autorização do vendedor não vale mais",
            where=WHERE,
            action="O vendedor precisa autorizar o aplicativo novamente (viang connect mercado-livre).",
            status=status,
        )
    what, action = _SETTINGS.get(
        code, ("O serviço de autorização recusou o pedido", "Verifique o aplicativo no painel de desenvolvedores.")
    )
    return PermanentFailure(what, where=WHERE, action=action, status=status)


def _lost(what: str, status: int | None = None) -> AnswerLost:
    return AnswerLost(what, where=WHERE, action="O resultado é desconhecido; o cofre de tokens decide.", status=status)


_SETTINGS = {
    "invalid_client": (
        "A plataforma não reconhece o aplicativo",
        "Confira MERCADO_LIVRE_APP_ID e MERCADO_LIVRE_APP_SECRET.",
    ),
    "invalid_request": (
        "O pedido de autorização está malformado (o PKCE do aplicativo pode exigir o verificador)",
        "Confira MERCADO_LIVRE_REDIRECT_URI e a opção PKCE do aplicativo.",
    ),
    "unsupported_grant_type": (
        "O aplicativo não aceita este tipo de autorização",
        "Ative authorization code e refresh token no painel do aplicativo.",
    ),
    "invalid_scope": (
        "O aplicativo não tem o escopo pedido",
        "Ative leitura e offline_access no painel do aplicativo.",
    ),
    "invalid_operator_user_id": (
        "Quem autorizou é um colaborador da conta",
        "A autorização precisa ser feita pelo usuário principal do vendedor.",
    ),
    "unauthorized_application": (
        "O aplicativo está bloqueado na plataforma",
        "Verifique a situação do aplicativo no painel de desenvolvedores.",
    ),
    "forbidden": (
        "A plataforma negou a autorização (usuário de outro aplicativo, IP bloqueado ou escopo ausente)",
        "Verifique o aplicativo e o endereço IP no painel de desenvolvedores.",
    ),
}
