"""Codes, access tokens and refresh tokens as the platform issues and kills them (contract §2)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from threading import RLock

from viang_pipeline.sandbox.clock import SandboxClock

CODE_LIFE = timedelta(minutes=10)
ACCESS_LIFE = timedelta(hours=6)
IDLE_LIFE = timedelta(days=120)
"""Four months without a call kill a grant, which is sooner than the six months of a refresh token (§2)."""
BEARER = re.compile(r"APP_USR-\d+-\d+-[0-9a-f]+-\d+")


class InvalidGrantError(Exception):
    """The code or refresh token is unknown, used, expired, revoked, or was issued for something else."""


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """A pair as issued."""

    seller_id: int
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(slots=True)
class _Code:
    seller_id: int
    redirect_uri: str
    challenge: str | None
    method: str
    expires_at: datetime


@dataclass(slots=True)
class _Access:
    seller_id: int
    expires_at: datetime
    alive: bool = True


@dataclass(slots=True)
class Grant:
    """The living grant of one seller: only ``pair.refresh_token`` renews it."""

    pair: IssuedTokens
    created_at: datetime
    used_at: datetime
    repeatable: str | None = None


class Grants:
    """All grants given to the application. Instants come from the sandbox's clock."""

    def __init__(self, clock: SandboxClock, app_id: str) -> None:
        self._clock = clock
        self._app_id = app_id
        self._lock = RLock()
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _Access] = {}
        self._serial = count(1)
        self.active: dict[int, Grant] = {}

    def new_code(self, seller_id: int, redirect_uri: str, challenge: str | None, method: str) -> str:
        """A code for one exchange within ten minutes."""
        with self._lock:
            code = f"TG-{secrets.token_hex(12)}-{seller_id}"
            self._codes[code] = _Code(seller_id, redirect_uri, challenge, method, self._clock.now() + CODE_LIFE)
            return code

    def wants_verifier(self, code: str) -> bool:
        """Whether the consent of this code carried a PKCE challenge."""
        known = self._codes.get(code)
        return known is not None and known.challenge is not None

    def exchange(self, code: str, redirect_uri: str, verifier: str | None) -> IssuedTokens:
        """The first pair. A new consent kills the pair of an earlier one. Raises InvalidGrantError."""
        with self._lock:
            known = self._codes.pop(code, None)
            if known is None or known.expires_at <= self._clock.now() or known.redirect_uri != redirect_uri:
                raise InvalidGrantError
            if known.challenge is not None and challenge_of(verifier or "", known.method) != known.challenge:
                raise InvalidGrantError
            return self.issue(known.seller_id)

    def issue(self, seller_id: int) -> IssuedTokens:
        """A pair from a fresh consent."""
        with self._lock:
            self.revoke(seller_id)
            now = self._clock.now()
            pair = self._new_pair(seller_id)
            self.active[seller_id] = Grant(pair, now, now)
            return pair

    def refresh(self, token: str, *, old_access_survives: bool) -> IssuedTokens:
        """The next pair; this refresh token is dead afterwards. Raises InvalidGrantError."""
        with self._lock:
            now = self._clock.now()
            for grant in self.active.values():
                if token == grant.repeatable:
                    grant.repeatable = None
                    return grant.pair
                if token == grant.pair.refresh_token:
                    break
            else:
                raise InvalidGrantError
            if now >= grant.used_at + IDLE_LIFE:
                raise InvalidGrantError
            if not old_access_survives:
                self._access[grant.pair.access_token].alive = False
            grant.pair = self._new_pair(grant.pair.seller_id)
            grant.used_at = now
            grant.repeatable = None
            return grant.pair

    def answer_was_lost(self, token: str, seller_id: int) -> None:
        """The renewal by ``token`` never reached the client: the platform lets it be repeated once (§2, unsure)."""
        with self._lock:
            if seller_id in self.active:
                self.active[seller_id].repeatable = token

    def revoke(self, seller_id: int) -> None:
        """Kill everything the seller granted."""
        with self._lock:
            self.active.pop(seller_id, None)
            for access in self._access.values():
                if access.seller_id == seller_id:
                    access.alive = False

    def bearer(self, token: str) -> tuple[int | None, bool]:
        """(seller, expired) of an access token; (None, False) when it is unknown or dead."""
        with self._lock:
            access = self._access.get(token)
            if access is None or not access.alive:
                return None, False
            now = self._clock.now()
            if access.expires_at <= now:
                return access.seller_id, True
            if access.seller_id in self.active:
                self.active[access.seller_id].used_at = now
            return access.seller_id, False

    def _new_pair(self, seller_id: int) -> IssuedTokens:
        serial = next(self._serial)
        access = f"APP_USR-{self._app_id}-{serial:06d}-{secrets.token_hex(12)}-{seller_id}"
        self._access[access] = _Access(seller_id, self._clock.now() + ACCESS_LIFE)
        return IssuedTokens(seller_id, access, f"TG-{secrets.token_hex(12)}-{seller_id}")


def challenge_of(verifier: str, method: str) -> str:
    """The PKCE challenge of a verifier, ``S256`` or ``plain``."""
    if method == "plain":
        return verifier
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
