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

from viang_pipeline.collect.platforms import PLATFORMS, name_of
from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.failures import AnswerLost, NeedsReauthorization, UsageError, ViangError
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database, open_database, token_keys
from viang_pipeline.warehouse.oauth_states import Consent, ConsentError, OAuthStates
from viang_pipeline.warehouse.token_store import Account, AccountInUseError, TokenState, reconnect_command
from viang_pipeline.warehouse.tokens import Refresh, TokenVault

log = logging.getLogger(__name__)

MERCADO_LIVRE = "mercado_livre"

Outcome = Literal["renewed", "valid", "reauthorise", "failed"]


@dataclass(frozen=True)
class RenewalResult:
    """What became of one pair; ``message`` is one line for a person and holds no secret."""

    client_id: str
    platform: str
    outcome: Outcome
    message: str


def open_vault(settings: Settings, database: Database | None = None) -> TokenVault:
    """The vault of these settings."""
    return TokenVault(database or open_database(settings), token_keys(settings), settings.clock())


def start_authorization(
    settings: Settings, database: Database, client_id: str, platform: str = MERCADO_LIVRE
) -> tuple[str, str]:
    """Begin a consent of a registered client: the address to open, and its state.

    State and PKCE verifier wait ten minutes in the database (contract mercado_livre §2.1). Raises UsageError for an
    unknown or closed client.
    """
    _check_client(database, client_id)
    asked = PLATFORMS[platform]
    consent = Consent(asked.verifier(), asked.redirect_uri(settings))
    state = _states(settings, database).begin(
        client_id, platform, verifier=consent.verifier, redirect_uri=consent.redirect_uri
    )
    return asked.address(settings, consent, state), state


def finish_authorization(
    settings: Settings,
    database: Database,
    client_id: str,
    platform: str = MERCADO_LIVRE,
    *,
    code: str,
    state: str,
    replace_account: bool = False,
) -> Account:
    """Exchange ``code`` and store the pair; the seller's account.

    The state is spent first, whatever follows: a code never leaves twice. No renewal of this client runs meanwhile, so
    the stored pair is the newest. Raises ConsentError (state, code, account unknown), AccountInUseError,
    AccountChangedError and what else the exchange fails with.

    An account of another client is refused for this one, but its new pair is kept for that owner: the platform
    honours only the latest pair of an account (contract mercado_livre §2.3), and dropping it would cut the owner off.
    """
    _check_client(database, client_id)
    asked = PLATFORMS[platform]
    asked.refresh(settings, database)  # a missing setting must not cost the state
    vault = open_vault(settings, database)
    with vault.exclusive(client_id, platform):
        consent = _states(settings, database).use(state, client_id, platform)
        try:
            granted = asked.exchange(settings, database, code, consent)
        except (NeedsReauthorization, AnswerLost) as failure:
            what = (
                "recusou o código" if isinstance(failure, NeedsReauthorization) else "não respondeu à troca do código"
            )
            raise ConsentError(
                f"O {name_of(platform)} {what} de {client_id}. "
                f"Comece de novo com: {reconnect_command(client_id, platform)}"
            ) from None
        try:
            vault.store_new_grant(client_id, platform, granted.pair, granted.account, replace_account=replace_account)
        except AccountInUseError as refusal:
            vault.store_new_grant(refusal.owner, platform, granted.pair, granted.account)
            raise
    log.info("cliente %s conectado à conta %s em %s", client_id, granted.account, name_of(platform))
    return granted.account


def refreshers(settings: Settings, database: Database) -> dict[str, Refresh]:
    """Platform → how its pairs are renewed, for the platforms these settings configure."""
    return {key: each.refresh(settings, database) for key, each in PLATFORMS.items() if each.configured(settings)}


def refresh_due(
    database: Database,
    vault: TokenVault,
    refresh_by_platform: Mapping[str, Refresh],
    *,
    client_id: str | None = None,
    within: timedelta | None = None,
) -> list[RenewalResult]:
    """Renew what is close to expiry or was left without an answer: all active clients, or the one named.

    ``within``: what counts as close, where not each platform's own measure. Pairs of paused clients are renewed when
    their platform would drop them for being idle. One client's failure does not stop the others. Raises UsageError when
    ``client_id`` is not registered.
    """
    if client_id is not None:
        _check_client(database, client_id)
    with database.transaction() as connection:
        registered = clients.list_all(connection)
    active = {client.client_id for client in registered if client.status == "ativo"}
    paused = {client.client_id for client in registered if client.status == "pausado"}
    wanted = active if client_id is None else {client_id}
    results = []
    for state in vault.states():
        platform = PLATFORMS[state.platform]
        idle = platform.keep_alive is not None and state.atualizado_em + platform.keep_alive <= vault.now()
        if state.client_id in wanted:
            limit = vault.now() + (platform.close_to_expiry if within is None else within)
            due = state.expires_at <= limit or state.envios > 0
        elif client_id is None and state.client_id in paused and idle and state.status == "ativo":
            due = True
        else:
            continue
        results.append(_refresh_one(vault, state, refresh_by_platform.get(state.platform), due=due))
    return results


def _refresh_one(vault: TokenVault, state: TokenState, refresh: Refresh | None, *, due: bool) -> RenewalResult:
    def result(outcome: Outcome, message: str) -> RenewalResult:
        return RenewalResult(state.client_id, state.platform, outcome, message)

    if state.status == "ativo" and not due:
        return result("valid", _until(state.expires_at))
    if refresh is None:
        return result("failed", f"o aplicativo de {state.platform} não está configurado")
    try:
        renewed = vault.renew(
            state.client_id, state.platform, refresh, needed=lambda g: g.versao == state.versao or g.envios > 0
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
