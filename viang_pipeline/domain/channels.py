"""Channels of sale by their own names, whatever a source prints, and numbers of orders that no two channels share.

Mercado Livre's numbers stand as they are, digits only; those of every other channel carry its name (kpis.md §4.1).
"""

from __future__ import annotations

import re
import unicodedata

MERCADO_LIVRE = "mercado_livre"

_KNOWN = {
    "MERCADOLIVRE": MERCADO_LIVRE,
    "MERCADOLIBRE": MERCADO_LIVRE,
    "SHOPEE": "shopee",
    "SHEIN": "shein",
    "TIKTOK": "tiktok_shop",
    "TIKTOKSHOP": "tiktok_shop",
    "KWAI": "kwai",
    "TEMU": "temu",
    "MAGALU": "magalu",
    "AMAZON": "amazon",
    "NUVEMSHOP": "nuvemshop",
    "ALIEXPRESS": "aliexpress",
    "B2W": "b2w",
}
_ITSELF = ("MERCADOLIVRE", "MERCADOLIBRE")


def known_channel(said: str) -> str | None:
    """The channel a source's text means; None for one never seen. ``MercadoLivre`` and ``Mercado Libre`` are one, and
    so is whatever begins with them: its sales come from its own API only (R14)."""
    letters = "".join(_words(said)).upper()
    return MERCADO_LIVRE if letters.startswith(_ITSELF) else _KNOWN.get(letters)


def channel_of(said: str) -> str:
    """The same; a channel never seen is called by its own text: ``LojaPropria`` and ``Loja própria`` → loja_propria."""
    return known_channel(said) or "_".join(_words(said)).lower() or "outro"


def typed(channel: str, number: str) -> str:
    """The number of an order of another channel as a key of ours; every channel may have an order 1."""
    return f"{channel}:{number}"


def _words(said: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", said))
    return re.findall(r"[A-Za-z0-9]+", "".join(each for each in plain if not unicodedata.combining(each)))
