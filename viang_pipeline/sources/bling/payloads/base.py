"""What Bling's objects have in common: empty values that mean "not set", references by id, amounts in centavos.

A struct read from a list is a part of the same object's detail: a field that is missing is not null.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP
from functools import lru_cache
from typing import ClassVar

import msgspec

from viang_pipeline.sources.payloads import CENT, NOISE, Amounts

EMPTY = ("", "0000-00-00", "0000-00-00 00:00:00")


class BlingPayload(Amounts):
    """Base of every Bling struct: ``""``, ``"0000-00-00"`` and ``{"id": 0}`` become None where None is possible.

    ``cents``: fields that are whole centavos; what is not is kept as sent and reported by ``uneven``.
    ``zero_is_none``: fields where 0 means not set.
    """

    cents: ClassVar[frozenset[str]] = frozenset()
    zero_is_none: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in _optional(type(self)):
            value = getattr(self, name)
            empty = value in EMPTY or (value == 0 and name in self.zero_is_none)
            if empty or (isinstance(value, Ref) and value.id is None):
                setattr(self, name, None)


class Ref(BlingPayload):
    """An object that only points at another one; id 0 means none."""

    zero_is_none: ClassVar[frozenset[str]] = frozenset({"id"})

    id: int | None = None


class Listed(BlingPayload, kw_only=True):
    """Base of what is stored. ``excluido``: Bling does not have it any more; what was known of it stays."""

    excluido: bool = False


class Numbered(Listed, kw_only=True):
    """Base of what has an id of its own."""

    id: int


@lru_cache(maxsize=256)
def _fields(kind: type[BlingPayload]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """The fields of a struct; finding them out costs more than reading a payload."""
    return msgspec.structs.fields(kind)


@lru_cache(maxsize=256)
def _optional(kind: type[BlingPayload]) -> tuple[str, ...]:
    return tuple(field.name for field in _fields(kind) if field.default is None)


def uneven(value: BlingPayload) -> set[str]:
    """Amounts of a struct, and of those inside it, that are no whole centavos: ``Order.total``.

    Binary noise was taken out before; what is left over is a real fraction, or a figure that means something else.
    """
    found = set()
    for field in _fields(type(value)):
        held = getattr(value, field.name)
        if field.name in value.cents and held is not None:
            if abs(held - held.quantize(CENT, rounding=ROUND_HALF_UP)) >= NOISE:
                found.add(f"{type(value).__name__}.{field.name}")
        elif isinstance(held, BlingPayload):
            found |= uneven(held)
        elif isinstance(held, tuple):
            for each in held:
                found |= uneven(each) if isinstance(each, BlingPayload) else set()
    return found
