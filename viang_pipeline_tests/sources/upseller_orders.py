"""Small orders, and a strategy that draws them, for tests of UpSeller's files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from viang_pipeline.sandbox.upseller import Item, Part, SaleOrder, Style

NOW = datetime(2026, 8, 15, 15, tzinfo=UTC)
LATE_EVENING = datetime.fromisoformat("2026-08-14T23:41:07-03:00")


def part(sku: str | None = "CAM-AZ-G", quantity: int = 1, unit_cost: int | None = 2140) -> Part:
    return Part(sku, None if sku is None else f"Produto {sku}", quantity, unit_cost)


def item(sku: str | None = "CAM-AZ-G", *parts: Part, price: int = 59_00, quantity: int = 1) -> Item:
    return Item(sku, f"Anúncio {sku}", quantity, price, parts or (part(sku, quantity),), "90001", "7")


def order(number: int = 1, *items: Item, **changes: object) -> SaleOrder:
    """A sent Shopee order; ``changes`` are fields of it."""
    told: dict[str, object] = {
        "platform": "Shopee",
        "order_id": f"260814ABCDEF{number:02d}",
        "upseller_id": f"UPXXX{number:06d}",
        "shop": "Loja Um SP",
        "ordered_at": LATE_EVENING,
        "items": items or (item(),),
        "buyer_id": 987_650_000_000 + number,
        "paid_at": LATE_EVENING + timedelta(seconds=53),
        "fee": 1180,
        "profit": 2579,
    }
    return SaleOrder(**(told | changes))  # type: ignore[arg-type]


KIT = item("KIT-CAM-2", part("CAM-AZ-G"), part("CAM-PR-G"), price=109_00)
"""The kit of the contract's sample: revenue 109.00, cost 42.80."""

_centavos = st.integers(1, 999_999)
_text = st.sampled_from(["CAM-AZ-G", "0042", "Peça; com, tudo", 'Aspas "duplas"', "ÇÃO-1", "260814"])


@st.composite
def items(draw: st.DrawFn, number: int) -> Item:
    """An item of one or more parts; what tells items of an order apart is in the listing's id and name."""
    quantity = draw(st.integers(1, 5))
    sku = draw(st.none() | _text)
    parts = draw(
        st.lists(
            st.builds(
                Part,
                sku=st.none() | _text,
                name=st.none() | _text,
                quantity=st.integers(1, 9),
                unit_cost=st.none() | _centavos,
                warehouse=st.none() | st.sampled_from(["Galpão", "Full ML"]),
            ),
            min_size=1,
            max_size=3,
        )
    )
    return Item(sku, f"Anúncio {number}", quantity, draw(_centavos), tuple(parts), f"9000{number}", None, None)


@st.composite
def accounts(draw: st.DrawFn) -> list[SaleOrder]:
    """Up to five orders, kits and unmapped listings among them, of the days before NOW."""
    found = []
    for number in range(draw(st.integers(1, 5))):
        at = (NOW - timedelta(seconds=draw(st.integers(0, 40 * 86_400)))).replace(microsecond=0)
        platform = draw(st.sampled_from(["Shopee", "Mercado Livre", "Mercado Libre", "TikTok Shop", "Shein"]))
        found.append(
            order(
                number,
                *(draw(items(position)) for position in range(draw(st.integers(1, 3)))),
                platform=platform,
                suborder=draw(st.none() | st.just(f"UPXXX{number:06d}-1")),
                ordered_at=at,
                paid_at=draw(st.none() | st.just(at + timedelta(minutes=3))),
                shipped_at=draw(st.none() | st.just(at)),
                status=draw(st.sampled_from(["Enviado", "Concluído", "Cancelado", "Em processo"])),
                discounts=draw(st.integers(0, 999)),
                fee=draw(st.none() | _centavos),
                profit=draw(st.none() | st.integers(-99_999, 99_999)),
                extras=draw(st.integers(0, 9_999)),
            )
        )
    return found


styles = st.builds(
    Style,
    width=st.sampled_from([34, 66]),
    money=st.sampled_from(["every", "first"]),
    numbers=st.sampled_from(["cells", "comma", "point"]),
    dates=st.sampled_from(["text", "serial", "cells"]),
    blank=st.sampled_from(["", "--"]),
    shuffle=st.none() | st.integers(0, 10**6),
    repeat_profit=st.booleans(),
    rows_above=st.integers(0, 4),
    sheets_before=st.integers(0, 2),
    encoding=st.sampled_from(["cp1252", "utf-8-sig", "utf-8"]),
    separator=st.sampled_from([";", ","]),
)
