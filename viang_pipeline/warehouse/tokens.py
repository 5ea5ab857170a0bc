"""The token vault: exactly one exchange per expiry, whatever the number of threads, processes and hosts.

Belongs here: when a pair is renewed, repeated or declared dead. Not here: the rows (token_store), how a platform's
token endpoint is called (sources), how consent is asked for (collect.authorization).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NoReturn, TypeVar

import psycopg
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from viang_pipeline.failures import (
    AnswerLost,
    NeedsReauthorization,
    PermanentFailure,
    SourceFailure,
    TransientFailure,
)
from viang_pipeline.settings import Clock
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.token_store import (
    PLATFORM_NAMES,
    Account,
    Grant,
    IssuedPair,
    TokenState,
    TokenStore,
    needs_consent,
)

log = logging.getLogger(__name__)

Refresh = Callable[[str], IssuedPair]
Written = TypeVar("Written")

RENEWAL_MARGIN = timedelta(minutes=10)
SENDS_ALLOWED = 2  # the exchange, and one repeat when its answer was lost (contract mercado_livre §2.3)
WAIT_FOR_OTHER = "120s"  # longer than one exchange and its store
SILENT_HOLDER = "110s"  # a host that vanished keeps the lock no longer than this
STORE_PATIENCE = 45  # seconds a new pair in memory waits for the database to come back


class TokenVault:
    """Stored OAuth pairs, one per client and platform.

    Renewing, step by step:

    1. A transaction holds an advisory lock of this client and platform for the length of the exchange. The lock
       belongs to a live connection: a dead process frees it at once, no lease has to run out, a pooler keeps nothing.
       The row itself is not locked, because the intent of step 3 must be committable meanwhile and readers must
       not wait. A holder whose host vanished is cut off by the server (SILENT_HOLDER).
    2. Under the lock the row is read again: whoever waited finds the new pair and sends nothing.
    3. The intent (``intencao_id``, ``envios`` + 1) is committed before the refresh token leaves.
    4. The new pair is committed in its own transaction, if ``versao`` did not move, before anybody uses it.

    ``envios`` counts how often the stored refresh token may have been sent without an answer. A connection never made
    or an error the platform answered (4xx, 429, 5xx) takes the count back: no pair was issued, and an outage that
    answers 503 all night must not cost a seller's consent. No answer, an unreadable one, or a death between 3 and 4
    leaves it; the next renewal then repeats the same token, once. A token that may have left twice without an answer
    is not sent a third time: the row becomes ``reautorizar``. (Dying between 3 and the send uses up one of the two.)

    invalid_grant is believed only while the row still holds the refused pair; when ``versao`` moved meanwhile, the
    newer pair is used. ``refresh`` callables make one attempt and bound its time well below SILENT_HOLDER.
    """

    def __init__(self, database: Database, keys: tuple[str, ...], clock: Clock) -> None:
        self._database = database
        self._store = TokenStore(database, keys)
        self._clock = clock

    def __repr__(self) -> str:
        return f"TokenVault({self._database!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("o cofre de tokens não é serializado; crie um em cada processo")

    def now(self) -> datetime:
        """The vault's clock, in UTC."""
        return self._clock().astimezone(UTC)

    def source(
        self,
        client_id: str,
        platform: str,
        refresh: Refresh,
        *,
        allow_refresh: bool = True,
        margin: timedelta = RENEWAL_MARGIN,
    ) -> VaultTokenSource:
        """Tokens for one run, renewed when less than ``margin`` of their life is left.

        A dry run passes ``allow_refresh=False`` (contract mercado_livre §15, 24).
        """
        return VaultTokenSource(self, client_id, platform, refresh, margin if allow_refresh else None)

    def states(self) -> list[TokenState]:
        """Every stored pair by client and platform, without its tokens."""
        return self._store.states()

    def state(self, client_id: str, platform: str) -> TokenState | None:
        """The pair of one client without its tokens; None when it never was connected."""
        return next((s for s in self.states() if (s.client_id, s.platform) == (client_id, platform)), None)

    def read(self, client_id: str, platform: str) -> Grant:
        """The stored pair.

        Raises NeedsReauthorization when there is none or it is dead, PermanentFailure when no key opens it.
        """
        return self._store.read(client_id, platform)

    def rotate_keys(self) -> int:
        """Re-encrypt everything under the first key; rows rewritten. Raises PermanentFailure: see TokenStore."""
        return self._store.rotate_keys()

    def store_new_grant(
        self, client_id: str, platform: str, pair: IssuedPair, account: Account, *, replace_account: bool = False
    ) -> None:
        """Keep the pair of a new consent; clears ``reautorizar`` and any intent.

        Raises AccountInUseError when the account belongs to another client, AccountChangedError when this client had
        another account and ``replace_account`` is false; nothing is written then.
        """
        now = self.now()
        _insist(
            lambda: self._store.store_consent(
                client_id,
                platform,
                pair,
                account=account,
                expires_at=now + timedelta(seconds=pair.expires_in),
                now=now,
                replace_account=replace_account,
            )
        )

    def renew(self, client_id: str, platform: str, refresh: Refresh, *, needed: Callable[[Grant], bool]) -> Grant:
        """The stored pair, after at most one exchange; after none when ``needed`` is false under the lock.

        Raises NeedsReauthorization, PermanentFailure, AnswerLost or TransientFailure.
        """
        with self.exclusive(client_id, platform) as holder:
            grant = self._store.read_on(holder, client_id, platform)
            if not needed(grant):
                return grant
            if grant.envios >= SENDS_ALLOWED:
                reason = "duas renovações ficaram sem resposta e o token não pode ser enviado outra vez"
                return self._give_up(client_id, platform, grant, reason)
            if not self._store.announce(client_id, platform, versao=grant.versao, now=self.now()):
                return self._store.read(client_id, platform)
            return self._exchange(client_id, platform, grant, refresh)

    def _exchange(self, client_id: str, platform: str, grant: Grant, refresh: Refresh) -> Grant:
        asked_at = self.now()
        try:
            pair = refresh(grant.refresh_token)
        except NeedsReauthorization:
            repeated = "a resposta da última renovação se perdeu e a repetição foi recusada"
            reason = repeated if grant.envios else "a autorização foi revogada, venceu ou foi usada em outro lugar"
            return self._give_up(client_id, platform, grant, reason)
        except SourceFailure as failure:
            if _certainly_no_pair(failure):
                self._store.withdraw(client_id, platform, versao=grant.versao)
            else:
                log.warning("a renovação do acesso de %s em %s ficou sem resposta", client_id, platform)
            raise
        expires_at = asked_at + timedelta(seconds=pair.expires_in)
        stored = _insist(
            lambda: self._store.store_renewed(
                client_id, platform, pair, versao=grant.versao, expires_at=expires_at, now=self.now()
            )
        )
        if not stored:  # a new consent came in between, or this very write was committed and its answer lost
            return self._store.read(client_id, platform)
        return Grant(pair.access_token, pair.refresh_token, expires_at, versao=grant.versao + 1, envios=0)

    def _give_up(self, client_id: str, platform: str, refused: Grant, reason: str) -> Grant:
        """Mark the grant dead and raise, unless the row holds a newer pair than the refused one."""
        if self._store.mark_dead(client_id, platform, versao=refused.versao, reason=reason, now=self.now()):
            raise needs_consent(client_id, platform, reason) from None
        return self._store.read(client_id, platform)

    @contextmanager
    def exclusive(self, client_id: str, platform: str) -> Iterator[psycopg.Connection]:
        """Nobody else exchanges tokens of this client and platform meanwhile, on any host. Not reentrant.

        Yields the connection whose open transaction holds the lock; nothing is ever committed on it.
        Raises TransientFailure when another process holds it for longer than WAIT_FOR_OTHER.
        """
        connection = self._database.connect()
        try:
            connection.execute(
                "select set_config('lock_timeout', %s, true), "
                "set_config('idle_in_transaction_session_timeout', %s, true)",
                [WAIT_FOR_OTHER, SILENT_HOLDER],
            )
            try:
                connection.execute(
                    "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"viang:token:{platform}:{client_id}"]
                )
            except psycopg.errors.LockNotAvailable:
                raise TransientFailure(
                    f"Outro processo ainda renova o acesso de {client_id} em {PLATFORM_NAMES.get(platform, platform)}",
                    where="cofre de tokens",
                    action="Tente de novo em alguns minutos.",
                ) from None
            yield connection
        finally:
            connection.close()


def _certainly_no_pair(failure: SourceFailure) -> bool:
    """Whether the platform was never reached, or answered that it issued nothing."""
    if failure.status is None:
        return not isinstance(failure, AnswerLost)
    return failure.status >= 400


def _insist(write: Callable[[], Written]) -> Written:
    """Repeat ``write`` while the database is away: the pair exists in memory only. Every write is conditional.

    Raises TransientFailure after STORE_PATIENCE seconds.
    """
    retrying = Retrying(
        retry=retry_if_exception_type((psycopg.OperationalError, TransientFailure)),
        wait=wait_exponential(multiplier=0.2, max=5),
        stop=stop_after_delay(STORE_PATIENCE),
        reraise=True,
    )
    try:
        return retrying(write)
    except (psycopg.OperationalError, TransientFailure):
        raise TransientFailure(
            "O banco não respondeu e o par de tokens recém-emitido não pôde ser guardado",
            where="cofre de tokens",
            action="Verifique o banco e tente de novo.",
        ) from None


class VaultTokenSource:
    """Tokens of one client for one run, cached so that requests do not ask the database. Without ``margin`` none is
    renewed.

    Threads of one run share one source; they queue here and not on database connections.
    """

    def __init__(
        self, vault: TokenVault, client_id: str, platform: str, refresh: Refresh, margin: timedelta | None
    ) -> None:
        self._vault = vault
        self._client_id = client_id
        self._platform = platform
        self._refresh = refresh
        self._margin = margin
        self._held: Grant | None = None
        self._turn = threading.Lock()

    def __repr__(self) -> str:
        return f"VaultTokenSource({self._client_id!r}, {self._platform!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("tokens não são serializados")

    def access_token(self) -> str:
        """A token valid for the next minutes. No write when the stored one is.

        Raises NeedsReauthorization, PermanentFailure (also when a dry run would have to renew), TransientFailure.
        """
        with self._turn:
            if self._held is None or not self._good(self._held):
                self._held = self._usable(self._vault.read(self._client_id, self._platform), self._good)
            return self._held.access_token

    def renew(self, rejected: str) -> str:
        """A token other than ``rejected``, which a 401 refused: the one another process stored, or a new one.

        Raises as access_token().
        """
        with self._turn:
            stored = self._vault.read(self._client_id, self._platform)
            self._held = self._usable(stored, lambda grant: grant.access_token != rejected and self._good(grant))
            return self._held.access_token

    def _good(self, grant: Grant) -> bool:
        return grant.expires_at - (self._margin or timedelta(0)) > self._vault.now()

    def _usable(self, stored: Grant, good: Callable[[Grant], bool]) -> Grant:
        if good(stored):
            return stored
        if self._margin is None:
            raise PermanentFailure(
                f"O token de {self._client_id} venceu ou foi recusado, e uma simulação não o renova",
                where="cofre de tokens",
                action=f"Rode antes: viang refresh-tokens --client-id {self._client_id}",
            )
        return self._vault.renew(self._client_id, self._platform, self._refresh, needed=lambda g: not good(g))
