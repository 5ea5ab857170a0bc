"""What the codes of a bill mean, as data, with what is not certain about them (contract §12, kpis.md §13.5).

The platform publishes no list. Codes begin with C for a charge; B in its place is the matching credit. The longest
prefix that fits decides, so that ``CVAF`` (affiliates) is not taken for ``CV`` (selling fee). Meanings that begin with
``full_`` make up ``custos_full``.
"""

from __future__ import annotations

from typing import Final, NamedTuple

SELLING_FEE: Final = "tarifa_venda"
UNKNOWN: Final = "desconhecido"


class Meaning(NamedTuple):
    """``seller_cost``: False for what the buyer pays (contract §15 trap 29). ``doubt``: what real data must settle."""

    meaning: str
    seller_cost: bool = True
    doubt: str | None = None


CODES: Final[dict[str, Meaning]] = {
    "CV": Meaning(SELLING_FEE),
    "CVAF": Meaning("afiliados"),
    "CXD": Meaning("frete"),
    "CFFE": Meaning("frete", doubt="um integrador lê este código como tarifa fixa por unidade"),
    "CFFI": Meaning("frete", doubt="visto junto com CFFE; confirmar que é frete"),
    "CFONPN": Meaning("parcelamento_do_comprador", seller_cost=False),
    "CCMP": Meaning("mercado_pago"),
    "PADS": Meaning("ads", doubt="é o mesmo dinheiro do investimento em Ads: nunca somar aos dois (§15 trap 23)"),
    "CESM": Meaning("pagina_propria"),
    "CFCB": Meaning("full_coleta"),
    "CFWA": Meaning("full_armazenagem"),
    "CFPB": Meaning("full_penalidade"),
}
"""Prefix → meaning. None is mapped to the fixed per-unit fee (§13.5)."""


def meaning_of(code: str) -> Meaning:
    """What a sub type means; ``desconhecido``, which counts as the seller's cost, for one nobody has seen."""
    charge = "C" + code[1:] if code.startswith("B") else code
    known = [prefix for prefix in CODES if charge.startswith(prefix)]
    return CODES[max(known, key=len)] if known else Meaning(UNKNOWN, doubt="código nunca visto")
