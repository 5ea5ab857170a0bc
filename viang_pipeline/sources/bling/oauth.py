"""Consent, code exchange and refresh with Bling (contract Bling §2). Keeps nothing: the vault stores tokens.

Each call makes exactly one HTTP attempt: a code used twice revokes the seller, and a refresh token is dead once used.
No PKCE, and the registered return address counts, not one we send. What an answer means is in its body.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec

from viang_pipeline.failures import AnswerLost, NeedsReauthorization, PermanentFailure, SourceFailure, TransientFailure
from viang_pipeline.sources.bling.conduct import BLOCKED_FOR, Envelope, blocked, envelope
from viang_pipeline.sources.bounded import BoundedClient, usable
from viang_pipeline.sources.errors import LATER
from viang_pipeline.sources.pacers import Pacer
from viang_pipeline.sources.pacing import BLING_ADDRESS, BLING_TOKENS
from viang_pipeline.sources.redaction import quiet_http_library
from viang_pipeline.sources.trust import trusted

WHERE = "POST /oauth/token"
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LONGEST_GRANT = 2**20
"""Bytes of an answer with two tokens; a longer one is none."""
TOKENS_BLOCKED_FOR = 3600.0
"""Seconds an address is blocked after too many token calls."""


@dataclass(frozen=True, slots=True)
class BlingPair:
    """What Bling grants; ``expires_in`` in seconds. ``repr`` shows no token."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int


def authorization_url(auth_url: str, client_id: str, state: str) -> str:
    """Where a user of the company gives consent. Scopes and return address are those registered for the application."""
    query = urlencode({"response_type": "code", "client_id": client_id, "state": state})
    return f"{auth_url}{'&' if urlsplit(auth_url).query else '?'}{query}"


class BlingOAuth:
    """The token endpoint for one application. ``pacer`` holds the pace of token calls, all processes together."""

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        pacer: Pacer | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        quiet_http_library()
        self._token_url = token_url
        self._application = httpx.BasicAuth(client_id, client_secret)
        self._pacer = pacer
        self._transport = transport

    def exchange(self, code: str) -> BlingPair:
        """The first pair, for a code that lives a minute and serves once. Raises as ``refresh`` does."""
        return self._token({"grant_type": "authorization_code", "code": code})

    def refresh(self, refresh_token: str) -> BlingPair:
        """A new pair; the old refresh token is dead afterwards. When none comes back the old one goes on.

        Raises NeedsReauthorization when the grant is gone, PermanentFailure when the application's settings are wrong,
        AnswerLost when the request was sent but its outcome is unknown, SourcePaused when this address may not ask for
        tokens, TransientFailure when it certainly had no effect.
        """
        return self._token({"grant_type": "refresh_token", "refresh_token": refresh_token}, kept=refresh_token)

    def _token(self, form: dict[str, str], kept: str = "") -> BlingPair:
        if self._pacer:
            self._pacer.wait()
        try:
            with BoundedClient(
                transport=self._transport, timeout=TIMEOUT, verify=trusted(), most_bytes=LONGEST_GRANT
            ) as client:
                response = client.post(
                    self._token_url,
                    data=form,
                    auth=self._application,
                    headers={"Accept": "1.0", "enable-jwt": "1"},
                )
                status, body = response.status_code, response.content
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            failure: SourceFailure = TransientFailure(
                "Não foi possível conectar ao serviço de autorização do Bling", where=WHERE, action=LATER
            )
        except (httpx.HTTPError, httpx.StreamError):
            failure = _lost("A resposta da autorização se perdeu no caminho")
        else:
            said = envelope(body)
            if status < 300 and not said.type:
                return _pair(body, kept)
            failure = self._failure(status, said)
        # Raised outside the except blocks: the HTTP library's errors hold the request, and its header the secret.
        raise failure

    def _failure(self, status: int, said: Envelope) -> SourceFailure:
        """The failure behind an error answer; statuses are not documented, so the body decides (contract Bling §3)."""
        if status in (403, 429) and not said.json:
            if self._pacer:
                self._pacer.close(BLING_TOKENS, TOKENS_BLOCKED_FOR)
                self._pacer.close(BLING_ADDRESS, BLOCKED_FOR)
            return blocked(f"{WHERE}; confira também BLING_TOKEN_URL", status)
        if said.type in _SETTINGS:
            what, action = _SETTINGS[said.type]
            return PermanentFailure(f"{what}{said}", where=WHERE, action=action, status=status)
        if said.type in ("invalid_grant", "invalid_token") or _code_was_used(said):
            return NeedsReauthorization(
                "A autorização no Bling não vale mais",
                where=WHERE,
                action="O cliente precisa autorizar o aplicativo novamente (viang connect bling).",
                status=status,
            )
        if status == 429:
            return TransientFailure("O Bling pediu para reduzir o ritmo", where=WHERE, action=LATER, status=status)
        if status >= 500 or status in (408, 499) or status < 300:
            return _lost("O serviço de autorização do Bling falhou", status=status)
        return PermanentFailure(
            f"O serviço de autorização do Bling recusou o pedido{said}",
            where=WHERE,
            action="Confira o aplicativo no painel do Bling e BLING_TOKEN_URL.",
            status=status,
        )


class _Grant(msgspec.Struct):
    access_token: str
    expires_in: int
    token_type: str = "bearer"
    refresh_token: str | None = None


def _pair(body: bytes, kept: str) -> BlingPair:
    try:
        grant = msgspec.json.decode(body, type=_Grant, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _lost("A resposta da autorização chegou ilegível", status=200) from None
    renewed = grant.refresh_token or kept
    if not renewed:
        raise PermanentFailure(
            "O Bling não entregou um refresh token",
            where=WHERE,
            action="Confira o aplicativo no painel do Bling e autorize de novo.",
            status=200,
        )
    good = grant.token_type.lower() == "bearer" and grant.access_token
    if not good or not all(usable(token) for token in (grant.access_token, renewed)):
        raise _lost("A resposta da autorização chegou ilegível", status=200)
    return BlingPair(grant.access_token, renewed, grant.expires_in)


def _code_was_used(said: Envelope) -> bool:
    """A VALIDATION_ERROR of the token stage speaks of the authorization code: used before, and the user now revoked."""
    return said.type == "VALIDATION_ERROR"


def _lost(what: str, status: int | None = None) -> AnswerLost:
    return AnswerLost(what, where=WHERE, action="O resultado é desconhecido; o cofre de tokens decide.", status=status)


_SETTINGS = {
    "invalid_client": (
        "O Bling não reconhece o aplicativo",
        "Confira BLING_CLIENT_ID e BLING_CLIENT_SECRET.",
    ),
    "app_inativo": (
        "O aplicativo está inativo no Bling",
        "Ative o aplicativo no painel do Bling.",
    ),
    "UNAUTHORIZED_ERROR": (
        "O Bling não autoriza esta empresa: está inativa, com pagamento em atraso ou o usuário não tem permissão",
        "O cliente precisa regularizar a conta no Bling.",
    ),
    "invalid_request": (
        "O pedido de autorização está malformado",
        "Confira BLING_TOKEN_URL e o aplicativo no painel do Bling.",
    ),
    "unsupported_grant_type": (
        "O aplicativo não aceita este tipo de autorização",
        "Confira o aplicativo no painel do Bling.",
    ),
}
