"""However an export is written, it is read as what the account really holds, or refused with one sentence."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from viang_pipeline.sandbox.upseller import SaleOrder, Style
from viang_pipeline.sandbox.upseller.export import orders_file
from viang_pipeline.sandbox.upseller.sheets import zipped
from viang_pipeline.sources.upseller import Reading, RejectedFile, read_file, unpacked
from viang_pipeline_tests.sources import upseller_oracle as oracle
from viang_pipeline_tests.sources.upseller_orders import KIT, NOW, accounts, order, styles


def read(content: bytes, name: str = "Export_Order20260815120000.xlsx") -> Reading:
    [(inner, found)] = unpacked(name, content)
    return read_file(inner, found, handed_in=NOW, now=NOW)


@settings(max_examples=25, deadline=None)
@given(accounts(), styles, st.booleans())
@example([order(1, KIT)], Style(), False)
@example([order(1, KIT)], Style(money="first", width=34, repeat_profit=True), True)
def test_an_export_is_read_as_what_the_account_holds(orders: list[SaleOrder], style: Style, as_csv: bool) -> None:
    reading = read(orders_file(orders, style.as_csv() if as_csv else style))
    found = {key: oracle.comparable(payload) for key, payload in oracle.stored(reading).items()}
    assert found == oracle.suborders(orders, style.width)
    assert (reading.refused, reading.skipped) == ([], 0)
    assert reading.revenue == sum(oracle.reais(each.products_total) for each in orders)  # type: ignore[misc, arg-type]
    days = [each.ordered_at - timedelta(hours=3) for each in orders]
    assert (reading.first_day, reading.last_day) == (min(days).date(), max(days).date())


@settings(max_examples=12, deadline=None)
@given(accounts(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(orders: list[SaleOrder], chance: Random) -> None:
    shuffled = orders[:]
    chance.shuffle(shuffled)
    one, other = (read(orders_file(each, Style().as_csv())) for each in (orders, shuffled))
    assert {found.found.id: found.found.hash for found in one.records} == {
        found.found.id: found.found.hash for found in other.records
    }


_good = orders_file([order(1, KIT), order(2)], Style())
_good_csv = orders_file([order(1, KIT), order(2)], Style().as_csv())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(_good) - 1))
def test_a_workbook_cut_anywhere_is_refused(size: int) -> None:
    with pytest.raises(RejectedFile):
        read(_good[:size])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([_good, _good_csv, zipped({"a.xlsx": _good})]), st.data())
def test_a_damaged_file_is_refused_or_still_makes_sense(content: bytes, data: st.DataObject) -> None:
    """Bytes changed anywhere: a sentence or a reading, never another error."""
    damaged = bytearray(content)
    for position in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=30)):
        damaged[position] = data.draw(st.integers(0, 255))
    with suppress(RejectedFile):
        assert read(bytes(damaged)).kept > 0


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(RejectedFile):
        read(content)
