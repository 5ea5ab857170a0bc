"""From a consent to a stored pair, and the scheduled renewal of all pairs: sources' OAuth joined with the vault.

Callable without a terminal (demo, tests, jobs). Not here: prompts and the callback server (cli.connect), when a pair
is renewed or declared dead (warehouse.tokens).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import psycopg

from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.failures import AnswerLost, NeedsReauthorization, UsageError, ViangError
from viang_pipeline.settings import Settings
from viang_pipeline.sources.mercado_livre.oauth import MercadoLivreOAuth, authorization_url, new_verifier
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database, open_database, token_keys
from viang_pipeline.warehouse.oauth_states import ConsentError, OAuthStates
from viang_pipeline.warehouse.token_store import AccountInUseError, TokenState, reconnect_command
from viang_pipeline.warehouse.tokens import Refresh, TokenVault

log = logging.getLogger(__name__)

MERCADO_LIVRE = "mercado_livre"
CLOSE_TO_EXPIRY = timedelta(hours=4)  # the renewal schedule runs every four hours, a token lives six

Outcome = Literal["renewed", "valid", "reauthorise", "failed"]


@dataclass(frozen=True)
class RenewalResult:
    """What became of one pair; ``message`` is one line for a person and holds no secret."""

    client_id: str
    platform: str
    outcome: Outcome
    message: str


def mercado_livre_oauth(settings: Settings, redirect_uri: str | None = None) -> MercadoLivreOAuth:
    """The agency's Mercado Livre app; ``redirect_uri`` is the one a consent under way was asked with.

    Raises SettingsError naming what is missing.
    """
    return MercadoLivreOAuth(
        settings.mercado_livre_api_url,
        settings.require("mercado_livre_app_id"),
        settings.require("mercado_livre_app_secret"),
        redirect_uri or settings.require("mercado_livre_redirect_uri"),
    )


def open_vault(settings: Settings, database: Database | None = None) -> TokenVault:
    """The vault of these settings."""
    return TokenVault(database or open_database(settings), token_keys(settings), settings.clock())


def start_authorization(settings: Settings, database: Database, client_id: str) -> tuple[str, str]:
    """Begin a Mercado Livre consent for a registered client: the address to open, and its state.

    State and PKCE verifier wait ten minutes in the database (contract mercado_livre §2.1). Raises UsageError for an
    unknown or closed client.
    """
    _check_client(database, client_id)
    redirect_uri = settings.require("mercado_livre_redirect_uri")
    app_id = settings.require("mercado_livre_app_id")
    verifier = new_verifier()
    state = _states(settings, database).begin(client_id, MERCADO_LIVRE, verifier=verifier, redirect_uri=redirect_uri)
    return authorization_url(settings.mercado_livre_auth_url, app_id, redirect_uri, state, verifier), state


def finish_authorization(
    settings: Settings, database: Database, client_id: str, *, code: str, state: str, replace_account: bool = False
) -> int:
    """Exchange ``code`` and store the pair; the seller account id.

    The state is spent first, whatever follows. No renewal of this client runs meanwhile, so the stored pair is the
    newest. Raises ConsentError (state or code), AccountInUseError, AccountChangedError and what else the exchange fails
    with.

    An account of another client is refused for this one, but its new pair is kept for that owner: the platform
    honours only the latest pair of an account (contract mercado_livre §2.3), and dropping it would cut the owner off.
    """
    _check_client(database, client_id)
    mercado_livre_oauth(settings)  # a missing setting must not cost the state
    vault = open_vault(settings, database)
    with vault.exclusive(client_id, MERCADO_LIVRE):
        consent = _states(settings, database).use(state, client_id, MERCADO_LIVRE)
        try:
            pair = mercado_livre_oauth(settings, consent.redirect_uri).exchange(code, consent.verifier)
        except (NeedsReauthorization, AnswerLost) as failure:
            what = (
                "recusou o código" if isinstance(failure, NeedsReauthorization) else "não respondeu à troca do código"
            )
            raise ConsentError(
                f"O Mercado Livre {what} de {client_id}. "
                f"Comece de novo com: {reconnect_command(client_id, MERCADO_LIVRE)}"
            ) from None
        try:
            vault.store_new_grant(client_id, MERCADO_LIVRE, pair, pair.user_id, replace_account=replace_account)
        except AccountInUseError as refusal:
            vault.store_new_grant(refusal.owner, MERCADO_LIVRE, pair, pair.user_id)
            raise
    log.info("cliente %s conectado à conta %s do Mercado Livre", client_id, pair.user_id)
    return pair.user_id


def refreshers(settings: Settings) -> dict[str, Refresh]:
    """Platform → how its pairs are renewed, for the platforms these settings configure."""
    if settings.mercado_livre_app_id is None:
        return {}
    return {MERCADO_LIVRE: mercado_livre_oauth(settings).refresh}


def refresh_due(
    database: Database,
    vault: TokenVault,
    refresh_by_platform: Mapping[str, Refresh],
    *,
    client_id: str | None = None,
    within: timedelta = CLOSE_TO_EXPIRY,
) -> list[RenewalResult]:
    """Renew what expires ``within`` or was left without an answer: all active clients, or the one named.

    One client's failure does not stop the others. Raises UsageError when ``client_id`` is not registered.
    """
    if client_id is not None:
        _check_client(database, client_id)
    with database.transaction() as connection:
        active = {client.client_id for client in clients.active(connection)}
    wanted = active if client_id is None else {client_id}
    return [
        _refresh_one(vault, state, refresh_by_platform.get(state.platform), within)
        for state in vault.states()
        if state.client_id in wanted
    ]


def _refresh_one(vault: TokenVault, state: TokenState, refresh: Refresh | None, within: timedelta) -> RenewalResult:
    def result(outcome: Outcome, message: str) -> RenewalResult:
        return RenewalResult(state.client_id, state.platform, outcome, message)

    limit = vault.now() + within
    if state.status == "ativo" and state.expires_at > limit and not state.envios:
        return result("valid", _until(state.expires_at))
    if refresh is None:
        return result("failed", f"o aplicativo de {state.platform} não está configurado")
    try:
        renewed = vault.renew(
            state.client_id, state.platform, refresh, needed=lambda g: g.expires_at <= limit or g.envios > 0
        )
    except NeedsReauthorization as failure:
        return result("reauthorise", str(failure))
    except ViangError as failure:
        log.warning("renovação de %s: %s", state.client_id, failure)
        return result("failed", str(failure))
    except psycopg.Error as failure:
        log.warning("renovação de %s: o banco falhou (%s)", state.client_id, type(failure).__name__)
        return result("failed", f"o banco falhou durante a renovação ({type(failure).__name__})")
    return result("renewed" if renewed.versao > state.versao else "valid", _until(renewed.expires_at))


def _states(settings: Settings, database: Database) -> OAuthStates:
    return OAuthStates(database, token_keys(settings), settings.clock())


def _check_client(database: Database, client_id: str) -> None:
    with database.transaction() as connection:
        if clients.get(connection, client_id).status == "encerrado":
            raise UsageError(f"O cliente {client_id} está encerrado.")


def _until(expires_at: datetime) -> str:
    return f"válido até {expires_at.astimezone(SAO_PAULO):%d/%m/%Y %H:%M}"
