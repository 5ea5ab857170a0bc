"""Codes and token pairs as Bling issues, rotates and kills them (§2). Instants come from the sandbox's clock."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

import msgspec

from viang_pipeline.sandbox.clock import SandboxClock

CODE_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(seconds=21_600)
REFRESH_LIFE = timedelta(days=30)


class InvalidGrantError(Exception):
    """The code or refresh token is unknown, expired, revoked, or (a refresh token) was used."""


class CodeReusedError(Exception):
    """A code came a second time while it lived; the user's authorisation is gone now."""


@dataclass(frozen=True, slots=True)
class BlingTokens:
    """A pair as issued."""

    seller_id: int
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bearer:
    """What an access token is; ``alive`` False once expired or revoked."""

    seller_id: int
    jwt: bool
    alive: bool
    expired: bool


@dataclass(slots=True)
class _Code:
    seller_id: int
    expires_at: datetime
    used: bool = False


@dataclass(slots=True)
class _Access:
    seller_id: int
    jwt: bool
    expires_at: datetime
    revoked: bool = False


@dataclass(slots=True)
class _Grant:
    pair: BlingTokens
    refresh_until: datetime


class BlingGrants:
    """All authorisations given to the application."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._lock = RLock()
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _Access] = {}
        self._owner_of_refresh: dict[str, int] = {}
        self._active: dict[int, _Grant] = {}

    def new_code(self, seller_id: int) -> str:
        """A code for one exchange within a minute."""
        with self._lock:
            code = secrets.token_hex(20)
            self._codes[code] = _Code(seller_id, self._clock.now() + CODE_LIFE)
            return code

    def exchange(self, code: str, *, jwt: bool) -> BlingTokens:
        """The first pair. Raises InvalidGrantError and, for a code that lives but was used, CodeReusedError."""
        with self._lock:
            known = self._codes.get(code)
            if known is None or known.expires_at <= self._clock.now():
                raise InvalidGrantError
            if known.used:
                self.revoke(known.seller_id)
                raise CodeReusedError
            known.used = True
            return self.issue(known.seller_id, jwt=jwt)

    def issue(self, seller_id: int, *, jwt: bool = True) -> BlingTokens:
        """A pair from a fresh consent; it kills an earlier one."""
        with self._lock:
            self.revoke(seller_id)
            return self._new_pair(seller_id, jwt)

    def refresh(self, token: str, *, jwt: bool, old_access_survives: bool, rotate: bool) -> BlingTokens:
        """The next pair; with ``rotate`` this refresh token is dead at once. Raises InvalidGrantError."""
        with self._lock:
            grant = self._active.get(self._owner_of_refresh.get(token, 0))
            if grant is None or grant.pair.refresh_token != token or grant.refresh_until <= self._clock.now():
                raise InvalidGrantError
            if not old_access_survives:
                self._access[grant.pair.access_token].revoked = True
            return self._new_pair(grant.pair.seller_id, jwt, None if rotate else token)

    def revoke(self, seller_id: int) -> None:
        """Kill everything the account granted."""
        with self._lock:
            self._active.pop(seller_id, None)
            for access in self._access.values():
                if access.seller_id == seller_id:
                    access.revoked = True

    def revoke_all(self) -> None:
        """The application's scope list changed: every authorisation is gone (§2)."""
        with self._lock:
            for seller_id in list(self._active):
                self.revoke(seller_id)

    def pair(self, seller_id: int) -> BlingTokens | None:
        """The living pair of an account."""
        grant = self._active.get(seller_id)
        return grant.pair if grant else None

    def bearer(self, token: str) -> Bearer | None:
        """What an access token is; None when it was never issued."""
        with self._lock:
            access = self._access.get(token)
            if access is None:
                return None
            expired = access.expires_at <= self._clock.now()
            return Bearer(access.seller_id, access.jwt, not (expired or access.revoked), expired)

    def owner(self, credential: str) -> int | None:
        """Whose code, access or refresh token this is or was."""
        with self._lock:
            if credential in self._codes:
                return self._codes[credential].seller_id
            if credential in self._access:
                return self._access[credential].seller_id
            return self._owner_of_refresh.get(credential)

    def _new_pair(self, seller_id: int, jwt: bool, kept_refresh_token: str | None = None) -> BlingTokens:
        now = self._clock.now()
        access = _jwt(seller_id, now) if jwt else secrets.token_hex(20)
        refresh = kept_refresh_token or secrets.token_hex(20)
        self._access[access] = _Access(seller_id, jwt, now + ACCESS_LIFE)
        self._owner_of_refresh[refresh] = seller_id
        pair = BlingTokens(seller_id, access, refresh)
        self._active[seller_id] = _Grant(pair, now + REFRESH_LIFE)
        return pair


def _jwt(seller_id: int, now: datetime) -> str:
    """Three parts that look like a JWT, about 2,000 characters in all."""
    head = {"typ": "JWT", "alg": "RS256"}
    claims = {
        "iss": "https://www.bling.com.br",
        "sub": str(seller_id),
        "iat": int(now.timestamp()),
        "exp": int((now + ACCESS_LIFE).timestamp()),
        "jti": secrets.token_hex(32),
        "scopes": [f"{scope}" for scope in range(98_309_001, 98_309_081)],
    }
    parts = (msgspec.json.encode(head), msgspec.json.encode(claims), secrets.token_bytes(256))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
