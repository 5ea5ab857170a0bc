"""Rows of ``dashboard.api_tokens``: encrypted on the way in, decrypted on the way out, every change in its own commit.

No policy here: when a pair is renewed and what a refusal means is decided in tokens.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import Any, NoReturn, Protocol
from uuid import uuid4

import psycopg
from psycopg.rows import class_row, dict_row

from viang_pipeline.failures import NeedsReauthorization, PermanentFailure, ViangError
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.token_cipher import TokenCipher

PLATFORM_NAMES = {"mercado_livre": "Mercado Livre", "bling": "Bling", "upseller": "UpSeller"}

Account = int | str
"""A seller's account as its platform names it: a number, or a text kept in a column of its own."""


class IssuedPair(Protocol):
    """What a platform's token endpoint gives; ``expires_in`` in seconds."""

    @property
    def access_token(self) -> str:
        """What reads are made with."""

    @property
    def refresh_token(self) -> str:
        """What the next pair is got with; good for one use."""

    @property
    def expires_in(self) -> int:
        """Seconds from now until the access token is refused."""


class AccountInUseError(ViangError):
    """The seller account belongs to another client, named by ``owner``."""

    def __init__(self, account: Account, owner: str, client_id: str) -> None:
        self.owner = owner
        super().__init__(f"A conta {account} já está conectada ao cliente {owner}; {client_id} não foi conectado.")


class AccountChangedError(ViangError):
    """The client was connected with another seller account before."""

    def __init__(self, client_id: str, before: Account, after: Account) -> None:
        super().__init__(
            f"{client_id} está conectado à conta {before} e agora veio a conta {after}; nada mudou. "
            "Se a troca é mesmo desejada, repita com --trocar-conta."
        )


@dataclass(frozen=True)
class TokenState:
    """What may be shown of a stored pair. ``envios`` above 0: a renewal is under way or its answer was lost."""

    client_id: str
    platform: str
    account_id: int | None
    conta_externa: str | None
    expires_at: datetime
    status: str
    versao: int
    envios: int
    motivo: str | None
    atualizado_em: datetime

    @property
    def account(self) -> Account | None:
        """The account as its platform names it; None when it was never told."""
        return self.account_id if self.conta_externa is None else self.conta_externa


@dataclass(frozen=True)
class Grant:
    """One decrypted row. Lives in memory only: its repr shows no token and it refuses to be pickled."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    versao: int
    envios: int

    def __reduce__(self) -> NoReturn:
        raise TypeError("tokens não são serializados")


def reconnect_command(client_id: str, platform: str) -> str:
    """What a person types to connect again."""
    return f"viang connect {platform.replace('_', '-')} {client_id}"


def needs_consent(client_id: str, platform: str, reason: str) -> NeedsReauthorization:
    """The one-line failure that names the command which helps."""
    return NeedsReauthorization(
        f"{client_id} precisa autorizar de novo em {PLATFORM_NAMES.get(platform, platform)}: {reason}",
        where="cofre de tokens",
        action=f"Reconecte com: {reconnect_command(client_id, platform)}",
    )


class TokenStore:
    """Reads and conditional writes of the pairs, one per client and platform."""

    def __init__(self, database: Database, keys: tuple[str, ...]) -> None:
        self._database = database
        self._cipher = TokenCipher(keys)

    def __repr__(self) -> str:
        return f"TokenStore({self._database!r})"

    def states(self) -> list[TokenState]:
        """Every stored pair by client and platform, without its tokens."""
        with self._database.transaction() as connection:
            return self._states(connection)

    def read(self, client_id: str, platform: str) -> Grant:
        """The stored pair.

        Raises NeedsReauthorization when there is none or it is marked dead, PermanentFailure when no key opens it.
        """
        with self._database.transaction() as connection:
            return self.read_on(connection, client_id, platform)

    def read_on(self, connection: psycopg.Connection, client_id: str, platform: str) -> Grant:
        """``read`` on a connection the caller has open."""
        with connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                "select * from dashboard.api_tokens where (client_id, platform) = (%s, %s)", [client_id, platform]
            ).fetchone()
        if row is None:
            raise needs_consent(client_id, platform, "ainda não foi conectado")
        if row["status"] == "reautorizar":
            raise needs_consent(client_id, platform, row["motivo"] or "a autorização caducou")
        return Grant(
            access_token=self._open(row["access_token"], client_id, platform),
            refresh_token=self._open(row["refresh_token"], client_id, platform),
            expires_at=row["expires_at"],
            versao=row["versao"],
            envios=row["envios"],
        )

    def store_consent(
        self,
        client_id: str,
        platform: str,
        pair: IssuedPair,
        *,
        account: Account,
        expires_at: datetime,
        now: datetime,
        replace_account: bool,
    ) -> None:
        """Keep the pair of a new consent; clears ``reautorizar`` and any intent.

        Raises AccountInUseError, or AccountChangedError unless ``replace_account``; nothing is written then.
        Two clients that claim one account at once are put in line by a lock on the account.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"viang:account:{platform}:{account}"]
            )
            for state in self._states(connection):
                if state.platform != platform or state.account is None:
                    continue
                if state.client_id != client_id and state.account == account:
                    raise AccountInUseError(account, state.client_id, client_id)
                if state.client_id == client_id and state.account != account and not replace_account:
                    raise AccountChangedError(client_id, state.account, account)
            number, text = (account, None) if isinstance(account, int) else (None, account)
            self._write(
                connection, "store_grant.sql", client_id, platform, pair, expires_at, now,
                account_id=number, conta_externa=text,
            )  # fmt: skip

    def announce(self, client_id: str, platform: str, *, versao: int, now: datetime) -> bool:
        """Commit the intent to send the stored refresh token; False when the pair is no longer ``versao``."""
        return self._change(
            "intencao_id = %s, intencao_em = %s, envios = envios + 1", [uuid4(), now], client_id, platform, versao
        )

    def withdraw(self, client_id: str, platform: str, *, versao: int) -> bool:
        """Take one announced send back: the platform answered that nothing was exchanged, or was never reached."""
        return self._change(
            "envios = envios - 1, intencao_id = case when envios > 1 then intencao_id end, "
            "intencao_em = case when envios > 1 then intencao_em end",
            [],
            client_id,
            platform,
            versao,
        )

    def mark_dead(self, client_id: str, platform: str, *, versao: int, reason: str, now: datetime) -> bool:
        """Make the lost grant visible; False when the row has a newer pair and was left alone."""
        return self._change(
            "status = 'reautorizar', motivo = %s, intencao_id = null, intencao_em = null, envios = 0, "
            "atualizado_em = %s",
            [reason, now],
            client_id,
            platform,
            versao,
        )

    def store_renewed(
        self, client_id: str, platform: str, pair: IssuedPair, *, versao: int, expires_at: datetime, now: datetime
    ) -> bool:
        """Commit the pair of a renewal; False when the row no longer holds ``versao`` and was left alone."""
        with self._database.transaction() as connection:
            return self._write(connection, "renew_grant.sql", client_id, platform, pair, expires_at, now, versao=versao)

    def rotate_keys(self) -> int:
        """Re-encrypt under the first key whatever another key holds; rows rewritten (0 when run again).

        One row lock and commit per row; ``versao`` stays, so a renewal in flight is not disturbed. Raises
        PermanentFailure for a row no key opens, after all others were done.
        """
        rewritten = 0
        unopened: PermanentFailure | None = None
        for state in self.states():
            try:
                rewritten += self._rotate(state.client_id, state.platform)
            except PermanentFailure as failure:
                unopened = unopened or failure
        if unopened is not None:
            raise unopened
        return rewritten

    def _rotate(self, client_id: str, platform: str) -> int:
        key = [client_id, platform]
        with self._database.transaction() as connection:
            stored = connection.execute(
                "select access_token, refresh_token from dashboard.api_tokens "
                "where (client_id, platform) = (%s, %s) for update",
                key,
            ).fetchone()
            if stored is None or all(self._cipher.is_current(secret) for secret in stored):
                return 0
            fresh = [self._cipher.encrypt(self._open(secret, client_id, platform)) for secret in stored]
            return connection.execute(
                "update dashboard.api_tokens set access_token = %s, refresh_token = %s "
                "where (client_id, platform) = (%s, %s)",
                [*fresh, *key],
            ).rowcount

    @staticmethod
    def _states(connection: psycopg.Connection) -> list[TokenState]:
        with connection.cursor(row_factory=class_row(TokenState)) as cursor:
            return cursor.execute(
                "select client_id, platform, account_id, conta_externa, expires_at, status, versao, envios, motivo, "
                "atualizado_em from dashboard.api_tokens order by client_id, platform"
            ).fetchall()

    def _open(self, secret: bytes, client_id: str, platform: str) -> str:
        remedy = f"reconecte com: {reconnect_command(client_id, platform)}"
        return self._cipher.decrypt(secret, owner=client_id, remedy=remedy)

    def _change(self, assignments: str, values: list[Any], client_id: str, platform: str, versao: int) -> bool:
        """One committed update of the row while it holds ``versao``; ``assignments`` are constants of this class."""
        statement = (
            f"update dashboard.api_tokens set {assignments} "
            "where (client_id, platform) = (%s, %s) and versao = %s and status = 'ativo'"
        )
        with self._database.transaction() as connection:
            return connection.execute(statement.encode(), [*values, client_id, platform, versao]).rowcount == 1

    def _write(
        self,
        connection: psycopg.Connection,
        statement: str,
        client_id: str,
        platform: str,
        pair: IssuedPair,
        expires_at: datetime,
        now: datetime,
        **more: Account | None,
    ) -> bool:
        """Run one of the statements beside this file with the pair encrypted before it enters the statement."""
        values = {
            "client_id": client_id,
            "platform": platform,
            "access_token": self._cipher.encrypt(pair.access_token),
            "refresh_token": self._cipher.encrypt(pair.refresh_token),
            "expires_at": expires_at,
            "now": now,
            **more,
        }
        return connection.execute(files(__package__).joinpath(statement).read_bytes(), values).rowcount == 1
