"""What UpSeller calls platforms and states, and what that means (contract UpSeller §2.3)."""

from __future__ import annotations

from viang_pipeline.domain.channels import known_channel
from viang_pipeline.sources.upseller.layouts import normalised

STATUSES = frozenset(
    {
        "EM PROCESSO",
        "PARA ENVIAR",
        "ENVIADO",
        "CONCLUIDO",
        "CANCELADO",
        "DEVOLVIDO",
        "PARA EMITIR",
        "FALHA AO SUBIR",
        "PARA RESERVAR",
        "SEM ESTOQUE",
        "PARA IMPRIMIR",
        "PARA RETIRADA",
    }
)


def platform(said: str) -> str:
    """The platform's own name in our data; the text itself when it is not a known one."""
    return known_channel(said) or said


def known_status(status: str) -> bool:
    """Whether ``Estado do Pedido`` is one of the states seen so far; others are kept and reported."""
    return normalised(status) in STATUSES


def is_cancelled(status: str | None, after_sale: str | None, reason: str | None) -> bool:
    """The state begins with "Cancelad", the after-sale column says so, or a reason is filled in."""
    return (
        normalised(status or "").startswith("CANCELAD")
        or "CANCELAD" in normalised(after_sale or "")
        or bool(reason and normalised(reason))
    )


def is_returned(after_sale: str | None) -> bool:
    """The after-sale column speaks of a return or a refund."""
    said = normalised(after_sale or "")
    return "DEVOLV" in said or "REEMBOLS" in said or "DEVOLU" in said
