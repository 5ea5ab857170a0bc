"""The platforms a client can be connected to: how consent is asked for, exchanged and renewed on each.

Joins the sources' OAuth with settings and shared budgets. What is stored and when is authorization.py and the vault.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from viang_pipeline.failures import SourceFailure, UsageError
from viang_pipeline.settings import Settings, is_loopback
from viang_pipeline.sources.bling import oauth as bling
from viang_pipeline.sources.bling.client import company
from viang_pipeline.sources.bling.conduct import SOURCE, BlingConduct, Breaker
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.mercado_livre import oauth as mercado_livre
from viang_pipeline.sources.pacers import BookedPacer, Pacer
from viang_pipeline.sources.pacing import BLING_TOKEN_RATE, SIMULATED_RATE, bling_token_scopes
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.oauth_states import Consent, ConsentError
from viang_pipeline.warehouse.rate_budget import SharedLedger
from viang_pipeline.warehouse.token_store import PLATFORM_NAMES, Account, IssuedPair
from viang_pipeline.warehouse.tokens import Refresh

BLING_MARGIN = timedelta(minutes=30)
"""Of a token's six hours; renewed when less is left, not at every run (contract Bling §2)."""


TOKEN_PATIENCE = 45.0
"""Seconds a token call waits for its turn: a code lives a minute, and the vault's lock two."""


@dataclass(frozen=True)
class Authorized:
    """What a consent gave, and whose account it is."""

    pair: IssuedPair
    account: Account


class Platform(Protocol):
    """One platform. ``key``: as stored; ``consenting``: who has to consent; ``close_to_expiry``: a scheduled renewal
    takes what is left with less; ``keep_alive``: a pair idle for longer is renewed although nobody reads."""

    key: str
    consenting: str
    close_to_expiry: timedelta
    keep_alive: timedelta | None

    def configured(self, settings: Settings) -> bool:
        """Whether these settings name an application."""

    def redirect_uri(self, settings: Settings) -> str:
        """Where the consent comes back; empty when it is not known here. Raises SettingsError naming what is missing
        for a consent."""

    def verifier(self) -> str:
        """A new PKCE verifier; empty where the platform has none."""

    def address(self, settings: Settings, consent: Consent, state: str) -> str:
        """Where consent is given."""

    def exchange(self, settings: Settings, database: Database, code: str, consent: Consent) -> Authorized:
        """The pair for ``code``, in one attempt. Raises SourceFailure, or ConsentError when the account
        cannot be told."""

    def refresh(self, settings: Settings, database: Database) -> Refresh:
        """How a pair is renewed. Raises SettingsError naming what is missing."""


class MercadoLivrePlatform:
    """Mercado Livre (contract mercado_livre §2)."""

    key = "mercado_livre"
    consenting = "o usuário principal da conta"
    close_to_expiry = timedelta(hours=4)  # the renewal schedule runs every four hours, a token lives six
    keep_alive: timedelta | None = None

    def configured(self, settings: Settings) -> bool:
        """Whether there is an application."""
        return settings.mercado_livre_app_id is not None

    def redirect_uri(self, settings: Settings) -> str:
        """The registered address."""
        mercado_livre_oauth(settings)
        return settings.require("mercado_livre_redirect_uri")

    def verifier(self) -> str:
        """A new one."""
        return mercado_livre.new_verifier()

    def address(self, settings: Settings, consent: Consent, state: str) -> str:
        """The consent page."""
        return mercado_livre.authorization_url(
            settings.mercado_livre_auth_url,
            settings.require("mercado_livre_app_id"),
            consent.redirect_uri,
            state,
            consent.verifier,
        )

    def exchange(self, settings: Settings, database: Database, code: str, consent: Consent) -> Authorized:
        """The answer names the account."""
        pair = mercado_livre_oauth(settings, consent.redirect_uri).exchange(code, consent.verifier)
        return Authorized(pair, pair.user_id)

    def refresh(self, settings: Settings, database: Database) -> Refresh:
        """One call."""
        return mercado_livre_oauth(settings).refresh


class BlingPlatform:
    """Bling (contract Bling §2). The pair does not say whose it is: the company is asked for."""

    key = "bling"
    consenting = "um usuário administrador da empresa no Bling"
    close_to_expiry = BLING_MARGIN
    keep_alive: timedelta | None = timedelta(days=7)

    def configured(self, settings: Settings) -> bool:
        """Whether there is an application."""
        return settings.bling_client_id is not None and settings.bling_client_secret is not None

    def redirect_uri(self, settings: Settings) -> str:
        """The agency's return address, which its applications share; Bling uses the registered one."""
        bling_oauth(settings)
        return settings.mercado_livre_redirect_uri or ""

    def verifier(self) -> str:
        """None."""
        return ""

    def address(self, settings: Settings, consent: Consent, state: str) -> str:
        """The consent page."""
        return bling.authorization_url(settings.bling_auth_url, settings.require("bling_client_id"), state)

    def exchange(self, settings: Settings, database: Database, code: str, consent: Consent) -> Authorized:
        """The pair, then the company behind it."""
        with _token_pace(settings, database) as pacer:
            pair = bling_oauth(settings, pacer).exchange(code)
        conduct = BlingConduct("", Breaker(), settings.clock())
        tokens = _OneToken(pair.access_token)
        with HttpClient(base_url=settings.bling_api_url, conduct=conduct, tokens=tokens, retries=2) as http:
            try:
                return Authorized(pair, company(http).id)
            except SourceFailure as failure:
                raise ConsentError(
                    f"O Bling deu o acesso mas não disse de que empresa é: {failure} Comece a conexão de novo."
                ) from None

    def refresh(self, settings: Settings, database: Database) -> Refresh:
        """One call, at the pace all processes share."""
        bling_oauth(settings)

        def refresh(refresh_token: str) -> IssuedPair:
            with _token_pace(settings, database) as pacer:
                return bling_oauth(settings, pacer).refresh(refresh_token)

        return refresh


PLATFORMS: dict[str, Platform] = {each.key: each for each in (MercadoLivrePlatform(), BlingPlatform())}


def platform_named(name: str) -> Platform:
    """The platform a person calls ``name`` (``mercado-livre``, ``bling``). Raises UsageError."""
    found = PLATFORMS.get(name.replace("-", "_"))
    if found is None or "_" in name:
        known = " ou ".join(key.replace("_", "-") for key in PLATFORMS)
        raise UsageError(f"Plataforma desconhecida: {name}. Use {known}.")
    return found


def name_of(platform: str) -> str:
    """What people call a platform."""
    return PLATFORM_NAMES.get(platform, platform)


def mercado_livre_oauth(settings: Settings, redirect_uri: str | None = None) -> mercado_livre.MercadoLivreOAuth:
    """The agency's Mercado Livre app; ``redirect_uri`` is the one a consent under way was asked with.

    Raises SettingsError naming what is missing.
    """
    return mercado_livre.MercadoLivreOAuth(
        settings.mercado_livre_api_url,
        settings.require("mercado_livre_app_id"),
        settings.require("mercado_livre_app_secret"),
        redirect_uri or settings.require("mercado_livre_redirect_uri"),
    )


def bling_oauth(settings: Settings, pacer: Pacer | None = None) -> bling.BlingOAuth:
    """The agency's Bling app. Raises SettingsError naming what is missing."""
    return bling.BlingOAuth(
        settings.bling_token_url,
        settings.require("bling_client_id"),
        settings.require("bling_client_secret"),
        pacer,
    )


@contextmanager
def _token_pace(settings: Settings, database: Database) -> Iterator[Pacer]:
    """The pace of token calls: 20 in a minute from one address block it for an hour. A Bling simulated on this machine
    blocks nobody, and whoever tries the demo must not wait for it."""
    rate = SIMULATED_RATE if is_loopback(settings.bling_token_url) else BLING_TOKEN_RATE
    with closing(SharedLedger(database, bling_token_scopes(rate))) as ledger:
        yield BookedPacer(ledger, source=SOURCE, patience=TOKEN_PATIENCE)


class _OneToken:
    """A token nothing can renew yet."""

    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self) -> str:
        return self._token

    def renew(self, rejected: str) -> str:
        return self._token
