"""Threads that all read a kind of struct for the first time at once, many kinds one after the other: a process of its
own, because what it is to find out brings a process down."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import msgspec

from viang_pipeline.sources.payloads import Amounts, Payload, read

LANES, KINDS = 8, 100


def kinds(number: int) -> type[Payload]:
    """A struct nobody has read yet, with others inside."""
    leaf = msgspec.defstruct(f"Leaf{number}", [("price", Decimal | None, None)], bases=(Amounts,))
    branch = msgspec.defstruct(f"Branch{number}", [("leaves", tuple[leaf, ...], ())], bases=(Payload,))
    fields = [(f"part_{n}", branch | None, None) for n in range(20)]
    return msgspec.defstruct(f"Tree{number}", [("id", int), *fields], bases=(Payload,))


def main() -> None:
    sys.setswitchinterval(1e-6)
    document = {"id": 1, "part_0": {"leaves": [{"price": Decimal("1.5")}]}}
    with ThreadPoolExecutor(LANES) as lanes:
        for number in range(KINDS):
            kind, together = kinds(number), Barrier(LANES)

            def first_read(_: int, kind: type[Payload] = kind, together: Barrier = together) -> int:
                together.wait()
                return read(document, kind, where="GET /x", what="x", unknown=set()).id  # type: ignore[attr-defined,no-any-return]

            assert list(lanes.map(first_read, range(LANES))) == [1] * LANES


if __name__ == "__main__":
    main()
