"""Consents under way: who asked, with which PKCE verifier, until when. Single use, ten minutes.

Only the hash of the state is stored, and the verifier encrypted. Not here: the exchange (collect.authorization).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from psycopg.rows import dict_row

from viang_pipeline.failures import ViangError
from viang_pipeline.settings import Clock
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.token_cipher import TokenCipher
from viang_pipeline.warehouse.token_store import reconnect_command

LIFETIME = timedelta(minutes=10)


class ConsentError(ViangError):
    """The consent cannot be finished; the message says why and what to do."""


@dataclass(frozen=True)
class Consent:
    """What is needed to finish the exchange."""

    verifier: str = field(repr=False)
    redirect_uri: str


class OAuthStates:
    """The rows of ``dashboard.oauth_states``."""

    def __init__(self, database: Database, keys: tuple[str, ...], clock: Clock) -> None:
        self._database = database
        self._cipher = TokenCipher(keys)
        self._clock = clock

    def begin(self, client_id: str, platform: str, *, verifier: str, redirect_uri: str) -> str:
        """A new random state for this client and platform; consents that ran out are removed."""
        state = secrets.token_urlsafe(32)
        now = self._clock().astimezone(UTC)
        with self._database.transaction() as connection:
            connection.execute("delete from dashboard.oauth_states where expira_em < %s", [now - timedelta(days=1)])
            connection.execute(
                "insert into dashboard.oauth_states (state_hash, client_id, platform, verifier, redirect_uri, "
                "criado_em, expira_em) values (%s, %s, %s, %s, %s, %s, %s)",
                [
                    _digest(state),
                    client_id,
                    platform,
                    self._cipher.encrypt(verifier),
                    redirect_uri,
                    now,
                    now + LIFETIME,
                ],
            )
        return state

    def use(self, state: str, client_id: str, platform: str) -> Consent:
        """Spend ``state``: committed before it returns, so that it never serves twice.

        Raises ConsentError when it is unknown, belongs to another client or platform, ran out or was used; a state
        of another client stays usable by its owner.
        """
        digest = _digest(state)
        now = self._clock().astimezone(UTC)
        again = f"Comece de novo com: {reconnect_command(client_id, platform)}"
        with self._database.transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                "select * from dashboard.oauth_states where (client_id, platform) = (%s, %s) for update",
                [client_id, platform],
            )
            mine = [row for row in cursor.fetchall() if hmac.compare_digest(row["state_hash"], digest)]
            if not mine:
                raise ConsentError(f"O state não corresponde a um pedido de autorização de {client_id}. {again}")
            (row,) = mine
            if row["usado_em"] is not None:
                raise ConsentError(f"Este pedido de autorização de {client_id} já foi usado. {again}")
            if row["expira_em"] <= now:
                raise ConsentError(f"O pedido de autorização de {client_id} passou dos 10 minutos. {again}")
            cursor.execute("update dashboard.oauth_states set usado_em = %s where state_hash = %s", [now, digest])
            verifier = self._cipher.decrypt(
                row["verifier"], owner=f"pedido de autorização de {client_id}", remedy=again[0].lower() + again[1:]
            )
        return Consent(verifier, row["redirect_uri"])


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()
