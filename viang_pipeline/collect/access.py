"""A ready client of a seller's account: stored grant, shared pace, pseudonym salt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from viang_pipeline.collect.platforms import mercado_livre_oauth
from viang_pipeline.failures import NeedsReauthorization, PermanentFailure
from viang_pipeline.settings import Settings, is_loopback
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.pacers import BookedPacer, Ledger, LocalLedger
from viang_pipeline.sources.pacing import ACCOUNT_RATE, Scope, mercado_livre_scopes, safe_rate
from viang_pipeline.warehouse.database import Database, token_keys
from viang_pipeline.warehouse.rate_budget import SharedLedger
from viang_pipeline.warehouse.tokens import TokenVault, VaultTokenSource

PLATFORM = "mercado_livre"


@dataclass(frozen=True)
class Account:
    """A connected account; its tokens are renewed when they must be, however long it is kept."""

    account_id: int
    salt: str = field(repr=False)
    tokens: VaultTokenSource


@dataclass(frozen=True)
class MercadoLivreRun:
    """What one run learned and need not ask again, however often it opens an account.

    ``quotas``: application → its calls per hour. ``accounts``: client → its account.
    """

    quotas: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)


@contextmanager
def mercado_livre_client(
    settings: Settings,
    database: Database,
    client_id: str,
    *,
    rehearsal: bool = False,
    run: MercadoLivreRun | None = None,
) -> Iterator[MercadoLivreClient]:
    """The client's Mercado Livre account, paced by the budgets of application, account and address (contract §1.2).

    A rehearsal never renews a token (a refresh token is single use) and books nothing in the shared budget.
    ``run``: for callers that open accounts more than once.
    Raises PermanentFailure for an unknown client, NeedsReauthorization for one that is not connected.
    """
    run = run or MercadoLivreRun()
    if client_id not in run.accounts:
        run.accounts[client_id] = _account(settings, database, client_id, rehearsal=rehearsal)
    account = run.accounts[client_id]
    app_id = settings.require("mercado_livre_app_id")
    if app_id not in run.quotas:
        with HttpClient(base_url=settings.mercado_livre_api_url, source="Mercado Livre", tokens=account.tokens) as ask:
            run.quotas[app_id] = MercadoLivreClient(ask, account.account_id, buyer_salt=account.salt).app_quota(app_id)
    quota = run.quotas[app_id]
    # The careful pace per account is for a platform whose limits nobody publishes, not for a simulated one.
    rate = safe_rate(quota) if is_loopback(settings.mercado_livre_api_url) else ACCOUNT_RATE
    scopes = mercado_livre_scopes(app_id, account.account_id, quota, account_rate=rate)
    with ledger_of(database, scopes, rehearsal=rehearsal) as ledger:
        http = HttpClient(
            base_url=settings.mercado_livre_api_url,
            source="Mercado Livre",
            tokens=account.tokens,
            pacer=BookedPacer(ledger),
        )
        with http:
            yield MercadoLivreClient(http, account.account_id, buyer_salt=account.salt)


def _account(settings: Settings, database: Database, client_id: str, *, rehearsal: bool) -> Account:
    vault = TokenVault(database, token_keys(settings), settings.clock())
    salt = _salt(database, client_id)
    state = vault.state(client_id, PLATFORM)
    if state is None or state.account_id is None:
        raise NeedsReauthorization(
            f"O cliente {client_id} ainda não autorizou o Mercado Livre",
            where="api_tokens",
            action=f"Rode: viang connect mercado-livre {client_id}",
        )
    oauth = mercado_livre_oauth(settings)
    tokens = vault.source(client_id, PLATFORM, oauth.refresh, allow_refresh=not rehearsal)
    return Account(state.account_id, salt, tokens)


@contextmanager
def ledger_of(database: Database, scopes: Sequence[Scope], *, rehearsal: bool) -> Iterator[Ledger]:
    """The budgets all processes share; a rehearsal's are its own."""
    if rehearsal:
        yield LocalLedger(scopes)
        return
    with closing(SharedLedger(database, scopes)) as shared:
        yield shared


def _salt(database: Database, client_id: str) -> str:
    with database.transaction() as conn:
        row = conn.execute("select sal from dashboard.clients where client_id = %s", [client_id]).fetchone()
    if row is None:
        raise PermanentFailure(
            f"O cliente {client_id} não está cadastrado",
            where="clients",
            action=f"Rode: viang clients add {client_id} --nome …",
        )
    return str(row[0])
