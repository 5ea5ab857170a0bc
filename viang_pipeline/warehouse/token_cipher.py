"""Tokens at rest: Fernet under the keys of VIANG_TOKEN_KEYS, never in clear inside a statement.

The first key encrypts, every key decrypts (contract supabase §9). No SQL here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from viang_pipeline.failures import PermanentFailure


class TokenCipher:
    """Encrypts with the first key, decrypts with any. Its repr shows no key and it refuses to be pickled."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("ao menos uma chave Fernet é necessária")
        fernets = [Fernet(key) for key in keys]
        self._first = fernets[0]
        self._all = MultiFernet(fernets)

    def encrypt(self, secret: str) -> bytes:
        """``secret`` under the first key."""
        return self._first.encrypt(secret.encode())

    def decrypt(self, stored: bytes, *, owner: str, remedy: str) -> str:
        """The secret of ``stored``; ``owner`` says whose it is, ``remedy`` what else helps than the old key.

        Raises PermanentFailure when no key opens it.
        """
        try:
            return self._all.decrypt(stored).decode()
        except InvalidToken:
            raise PermanentFailure(
                f"Nenhuma chave de VIANG_TOKEN_KEYS abre o segredo guardado de {owner}",
                where="cofre de tokens",
                action=f"Devolva a chave antiga a VIANG_TOKEN_KEYS ou {remedy}",
            ) from None

    def is_current(self, stored: bytes) -> bool:
        """Whether the first key alone opens ``stored``: nothing to rotate."""
        try:
            self._first.decrypt(stored)
        except InvalidToken:
            return False
        return True

    def __repr__(self) -> str:
        return "TokenCipher(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("chaves de token não são serializadas")
