"""From the bytes of an answer to typed, exact, storable records: decode, audit, canonical bytes, hash.

Each struct names the fields it uses and, in ``ignored``, those left out on purpose; what nobody decided about is
reported. Only what a struct names is ever stored: that is how buyer data is dropped when it is read.
JSON null and an absent field mean the same here: not observed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2b
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar, get_args

import msgspec

from viang_pipeline.failures import PermanentFailure, TransientFailure

CENT = Decimal("0.01")
NOISE = Decimal("0.000001")
ZERO = Decimal(0)
MOST = Decimal(10) ** 14
"""No amount of a shop comes near; a bigger one would overflow the sums of its day (``numeric(18,2)``)."""
HASH_BYTES = 16

# Whole escapes and pairs come first, so that what is left of the last branch is neither.
_ESCAPE = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2}))"
)
_NO_DOCUMENT = (UnicodeDecodeError, RecursionError, InvalidOperation)
"""What the decoder lets through as it comes: bytes that are no UTF-8, nesting without end, exponents without end."""

_document = msgspec.json.Decoder(float_hook=Decimal)
_canonical = msgspec.json.Encoder(decimal_format="number", order="deterministic")


class Payload(msgspec.Struct, omit_defaults=True, gc=False):
    """Base of every struct read from an outside system.

    ``ignored``: fields known and left out on purpose. A document has no cycles, so the garbage collector need not look
    at it (a fifth of the time of reading).
    """

    ignored: ClassVar[frozenset[str]] = frozenset()


class Amounts(Payload):
    """Base of every struct with money or rates among its own fields.

    Every Decimal is rid of binary noise (``14.290000000000001`` is 14.29, contract Mercado Livre §1) and keeps at least
    two decimals.
    """

    def __post_init__(self) -> None:
        for name in _amounts(type(self)):
            value = getattr(self, name)
            if value is not None:
                setattr(self, name, without_noise(value))


S = TypeVar("S", bound=Payload)


@dataclass(frozen=True, slots=True)
class RawRecord(Generic[S]):
    """One object of a source, ready to be stored.

    ``id``: its own id as text; ``value``: the typed struct; ``payload``: canonical JSON of exactly what the struct
    holds; ``hash``: blake2b-16 of ``payload``, equal for equal content.
    """

    id: str
    value: S
    payload: bytes
    hash: bytes


@lru_cache(maxsize=50_000)  # the same few prices and fees come again and again
def without_noise(amount: Decimal) -> Decimal:
    """An amount with two decimals, or up to six when it really has them; there is no negative zero.

    Raises ValueError for NaN, infinities and absurd sizes.
    """
    try:
        if abs(amount) >= MOST:
            raise ValueError("not an amount")
        cents = amount.quantize(CENT, rounding=ROUND_HALF_UP)
        return (cents if abs(amount - cents) < NOISE else amount.quantize(NOISE, rounding=ROUND_HALF_UP)) + ZERO
    except InvalidOperation:
        raise ValueError("not an amount") from None


def canonical(value: Payload) -> bytes:
    """Canonical JSON of a struct: fixed field order, money as exact numbers, absent fields left out."""
    return _canonical.encode(value)


def record(identity: int | str, value: S) -> RawRecord[S]:
    """A struct with its canonical bytes and their hash."""
    payload = canonical(value)
    return RawRecord(str(identity), value, payload, blake2b(payload, digest_size=HASH_BYTES).digest())


def pseudonym(salt: str, identity: int | str) -> str:
    """A stable stand-in for a personal id: keyed blake2b-16, hex.

    ``salt`` belongs to one client and stays secret: without it, numeric ids could be tried one by one. The same buyer
    of the same client always gets the same pseudonym; of two clients, different ones. Raises ValueError without salt.
    """
    if not salt:
        raise ValueError("a pseudonym needs a salt")
    key = blake2b(salt.encode(), digest_size=32).digest()
    return blake2b(str(identity).encode(), key=key, digest_size=HASH_BYTES).hexdigest()


def storable(content: bytes) -> bytes:
    """JSON whose texts Postgres can hold: U+FFFD in place of NUL and of half a pair of surrogates.

    Postgres refuses both in text and jsonb; one title with them must not end every reading of its client.
    """
    if b"\\u" in content and (b"\\u0000" in content or b"\\ud" in content or b"\\uD" in content):
        return _ESCAPE.sub(lambda found: b"\\ufffd" if found.group(1) else found.group(), content)
    return content


def decode(content: bytes, *, where: str) -> Any:
    """Any JSON document with exact numbers (Decimal, never float).

    Raises TransientFailure when the bytes are not JSON: a cut or foreign answer, one nested without end, or with a
    number no Decimal holds.
    """
    try:
        return _document.decode(content)
    except (msgspec.DecodeError, *_NO_DOCUMENT):
        raise TransientFailure(
            "A resposta chegou cortada ou não é JSON", where=where, action="Uma nova leitura deve resolver."
        ) from None


class Rows(msgspec.Struct, gc=False):
    """A page whose rows stay bytes until somebody reads them."""

    paging: Any = None
    results: list[msgspec.Raw] | None = None


_rows = msgspec.json.Decoder(Rows)


def decode_rows(content: bytes, *, where: str) -> Rows | None:
    """A page of rows; None when the document is no page. Raises TransientFailure when the bytes are not JSON."""
    try:
        return _rows.decode(content)
    except (msgspec.DecodeError, *_NO_DOCUMENT):
        decode(content, where=where)
        return None


def read(document: Any, kind: type[S], *, where: str, what: str, unknown: set[str] | None = None) -> S:
    """A document (from ``decode``) as ``kind``; fields nobody decided about are added to ``unknown``.

    ``what`` names the object for people ("pedido 2000011111222333"). Raises PermanentFailure naming the object and the
    field when the document does not fit; values never enter the message.
    """
    _codec(kind)
    if unknown is not None:
        unknown |= unknown_fields(document, kind)
    # Taking nulls out costs more than all the rest, and most are where None is meant anyway.
    with suppress(msgspec.ValidationError):
        return msgspec.convert(document, kind, strict=False)
    try:
        return msgspec.convert(_without_nulls(document), kind, strict=False)
    except msgspec.ValidationError as error:
        raise PermanentFailure(
            f"{what}: campo em formato inesperado ({_problem(error)})",
            where=where,
            action="Nada foi gravado. A plataforma mudou o formato: o leitor precisa ser ajustado.",
        ) from None


def read_bytes(content: bytes, kind: type[S], *, where: str, what: Callable[[Any], str], unknown: set[str]) -> S:
    """One object straight from its bytes: what ``read`` does, without a document in between.

    ``what`` names the object for people, given its document. Raises as ``decode`` and ``read`` do.
    """
    codec = _codec(kind)
    try:
        codec.strict.decode(content)
        value: S = codec.typed.decode(content)
    except (msgspec.DecodeError, *_NO_DOCUMENT):
        document = decode(content, where=where)  # something is unknown, null or wrong: the document tells what
        value = read(document, kind, where=where, what=what(document), unknown=unknown)
    return value


def unknown_fields(document: Any, kind: type[Payload]) -> set[str]:
    """Dotted paths of ``document`` that ``kind`` neither uses nor ignores; arrays are written ``[]``.

    Paths start with the struct's name: ``Order.order_items[].item.novo_campo``.
    """
    found: set[str] = set()
    shape = _codec(kind).shape
    try:
        msgspec.convert(document, shape.strict)
    except msgspec.ValidationError:
        _audit(document, shape, kind.__name__, found)
    return found


@lru_cache(maxsize=256)
def _amounts(kind: type[Payload]) -> tuple[str, ...]:
    """The names of the fields that hold money or rates."""
    return tuple(field.name for field in msgspec.structs.fields(kind) if Decimal in (field.type, *get_args(field.type)))


class _Shape:
    """What the audit needs of a struct: the fields decided about, and the structs below.

    ``strict`` refuses whatever the audit would report, and some more: what fits it need not be walked through.
    """

    __slots__ = ("decided", "nested", "strict")

    def __init__(self, kind: type[Payload]) -> None:
        fields = msgspec.structs.fields(kind)
        self.decided = kind.ignored.union(field.encode_name for field in fields)
        below = ((field.encode_name, _nested(field.type)) for field in fields)
        self.nested = [(name, shape) for name, shape in below if shape is not None]
        self.strict = self._strict(kind.__name__)

    def _strict(self, name: str) -> type[msgspec.Struct]:
        types: dict[str, Any] = dict.fromkeys(sorted(self.decided), msgspec.Raw)
        types |= {name: shape.strict | list[shape.strict | None] | None for name, shape in self.nested}  # type: ignore[name-defined]
        attributes = {f"_{number}": name for number, name in enumerate(types)}
        return msgspec.defstruct(
            name,
            [(attribute, types[name], None) for attribute, name in attributes.items()],
            rename=attributes,
            forbid_unknown_fields=True,
            gc=False,
        )


class _Codec(NamedTuple):
    """Everything that reads one kind of struct; ``strict`` refuses what the audit would report."""

    shape: _Shape
    strict: msgspec.json.Decoder[msgspec.Struct]
    typed: msgspec.json.Decoder[Any]


_building = threading.Lock()


@lru_cache(maxsize=256)
def _codec(kind: type[Payload]) -> _Codec:
    """One at a time: msgspec learns a struct's fields when a decoder first needs them, and a thread that came to the
    half-learnt struct meanwhile would bring the process down."""
    with _building:
        shape = _shape(kind)
        return _Codec(shape, msgspec.json.Decoder(shape.strict), msgspec.json.Decoder(kind, strict=False))


def learn_all(kind: type[Payload] = Payload) -> None:
    """Have every struct below ``kind`` that was imported ready to read: processes forked from now on need not."""
    for known in kind.__subclasses__():
        if not getattr(known, "__parameters__", ()):  # of what is still to be chosen nothing can be said
            _codec(known)
            _amounts(known)
        learn_all(known)


@lru_cache(maxsize=256)
def _shape(kind: type[Payload]) -> _Shape:
    return _Shape(kind)


def _nested(annotation: Any) -> _Shape | None:
    """The shape of the first struct inside an annotation such as ``tuple[OrderItem, ...]`` or ``Shipping | None``."""
    if isinstance(annotation, type) and issubclass(annotation, Payload):
        return _shape(annotation)
    for inner in get_args(annotation):
        shape = _nested(inner)
        if shape is not None:
            return shape
    return None


def _audit(document: Any, shape: _Shape, path: str, found: set[str]) -> None:
    if isinstance(document, list):
        for element in document:
            _audit(element, shape, f"{path}[]", found)
    elif isinstance(document, dict):
        if not document.keys() <= shape.decided:
            found.update(f"{path}.{name}" for name in document.keys() - shape.decided)
        for name, below in shape.nested:
            value = document.get(name)
            if value:
                _audit(value, below, f"{path}.{name}", found)


def _without_nulls(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: _without_nulls(value) for name, value in document.items() if value is not None}
    if isinstance(document, list):
        return [_without_nulls(value) for value in document if value is not None]
    return document


def _problem(error: msgspec.ValidationError) -> str:
    """The path and kind of a mismatch, as msgspec tells it; it never quotes values for the types used here."""
    return str(error).replace("`", "")
