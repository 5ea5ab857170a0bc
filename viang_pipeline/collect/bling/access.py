"""A ready client of a Bling account: stored grant, shared pace, breaker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from viang_pipeline.collect.access import ledger_of
from viang_pipeline.collect.platforms import BLING_MARGIN, PLATFORMS
from viang_pipeline.collect.work import Transactions
from viang_pipeline.failures import NeedsReauthorization
from viang_pipeline.settings import Settings
from viang_pipeline.sources.bling.client import BlingClient
from viang_pipeline.sources.bling.conduct import SOURCE, BlingConduct, Breaker
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.pacers import BookedPacer
from viang_pipeline.sources.pacing import BLING_ACCOUNT_RATE, bling_scopes
from viang_pipeline.warehouse.database import Database, token_keys
from viang_pipeline.warehouse.token_store import reconnect_command
from viang_pipeline.warehouse.tokens import TokenVault

PLATFORM = "bling"
RETRIES = 4


@dataclass
class BlingRun:
    """What the reads of one run share: breakers by company, and companies whose token was seen to be theirs."""

    breakers: dict[str, Breaker] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)


def connected_to_bling(store: Transactions, client_id: str) -> bool:
    """Whether the client was ever connected to Bling; a grant that died still says yes."""
    with store.transaction() as conn:
        row = conn.execute(
            "select from dashboard.api_tokens where (client_id, platform) = (%s, %s)", [client_id, PLATFORM]
        ).fetchone()
    return row is not None


@contextmanager
def bling_client(
    settings: Settings,
    database: Database,
    client_id: str,
    *,
    rehearsal: bool = False,
    run: BlingRun | None = None,
    rate: float = BLING_ACCOUNT_RATE,
) -> Iterator[BlingClient]:
    """The client's Bling account, paced by the budgets of account and address (contract Bling §4).

    A rehearsal never renews a token and books nothing in the shared budget. ``rate``: requests per second of the
    account. Raises NeedsReauthorization for a client that is not connected, SettingsError without an application.
    """
    run = run or BlingRun()
    vault = TokenVault(database, token_keys(settings), settings.clock())
    state = vault.state(client_id, PLATFORM)
    if state is None or state.conta_externa is None:
        raise NeedsReauthorization(
            f"O cliente {client_id} ainda não autorizou o Bling",
            where="api_tokens",
            action=f"Rode: {reconnect_command(client_id, PLATFORM)}",
        )
    company = state.conta_externa
    refresh = PLATFORMS[PLATFORM].refresh(settings, database)
    tokens = vault.source(client_id, PLATFORM, refresh, allow_refresh=not rehearsal, margin=BLING_MARGIN)
    conduct = BlingConduct(company, run.breakers.setdefault(company, Breaker()), settings.clock())
    with ledger_of(database, bling_scopes(company, rate), rehearsal=rehearsal) as ledger:
        http = HttpClient(
            base_url=settings.bling_api_url,
            conduct=conduct,
            tokens=tokens,
            pacer=BookedPacer(ledger, source=SOURCE),
            retries=RETRIES,
        )
        with http:
            yield BlingClient(http, company, run.confirmed)
