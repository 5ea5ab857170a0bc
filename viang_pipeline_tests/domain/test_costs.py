"""What a unit cost on the day it was sold (kpis.md §5.4, D15): priorities, what counts as unknown, kits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.domain.costs import Costs, OwnCost, Source, UnitCost
from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.kits import Component, Kit

DAY = date(2026, 3, 10)
ONE = timedelta(days=1)
UNKNOWN = UnitCost(None, None, "custo_desconhecido")


def told(unit: str | None, *, zero: bool = False, other: str | None = None) -> OwnCost:
    return OwnCost(None if unit is None else Decimal(unit), zero, None if other is None else Decimal(other))


def costs(
    own: Sequence[tuple[str, date, OwnCost]] = (),
    *sources: Source,
    kits: Sequence[tuple[str, date, Kit]] = (),
    structures: dict[str, Kit] | None = None,
) -> Costs:
    return Costs(Dated(own), Dated(kits), structures or {}, sources)


def knows(sku: str, unit: str, origin: str = "bling", reason: str | None = None) -> Source:
    """An ERP that knows one SKU."""
    return lambda asked, day, order: UnitCost(Decimal(unit), origin, reason) if asked == sku else None


def kit(**parts: int) -> Kit:
    return tuple(Component(sku, Decimal(quantity)) for sku, quantity in parts.items())


def test_the_clients_own_table_comes_before_every_erp() -> None:
    found = costs([("A", DAY, told("40.1234"))], knows("A", "39")).of("A", DAY, "1")
    assert found == UnitCost(Decimal("40.1234"), "cliente")


def test_the_cost_in_force_on_the_day_of_the_sale_counts() -> None:
    book = costs([("A", DAY, told("40")), ("A", DAY + ONE, told("50"))])
    assert [book.of("A", DAY + n * ONE, "1").unit for n in (-1, 0, 1, 9)] == [None, 40, 50, 50]


def test_the_erps_are_asked_in_the_order_of_the_client() -> None:
    bling, upseller = knows("A", "39"), knows("A", "38", "upseller_produto")
    assert costs([], bling, upseller).of("A", DAY, "1").origin == "bling"
    assert costs([], upseller, bling).of("A", DAY, "1").origin == "upseller_produto"
    assert costs([], knows("B", "1"), upseller).of("A", DAY, "1").unit == 38


@pytest.mark.parametrize("row", [told(None), told("0")], ids=["withdrawn", "zero"])
def test_no_value_and_zero_are_unknown_and_leave_the_cost_to_the_erps(row: OwnCost) -> None:
    assert costs([("A", DAY, row)]).of("A", DAY, "1") == UNKNOWN
    assert costs([("A", DAY, row)], knows("A", "39")).of("A", DAY, "1").unit == 39


def test_a_zero_the_client_confirmed_is_a_cost() -> None:
    assert costs([("A", DAY, told("0", zero=True))], knows("A", "39")).of("A", DAY, "1") == UnitCost(
        Decimal(0), "cliente"
    )


def test_what_an_erp_cannot_tell_apart_stays_unknown() -> None:
    ambiguous = UnitCost(None, None, "sku_duplicado")
    assert costs([], lambda *_: ambiguous, knows("A", "39")).of("A", DAY, "1") == ambiguous


def test_a_kit_costs_its_components() -> None:
    book = costs([("A", DAY, told("40")), ("B", DAY, told("15.5"))], structures={"K": kit(A=1, B=2)})
    assert book.of("K", DAY, "1") == UnitCost(Decimal("71.0000"), "kit")


def test_one_unknown_component_makes_the_kit_unknown() -> None:
    own = [("A", DAY, told("40")), ("K", DAY, told("70"))]
    assert costs(own, structures={"K": kit(A=1, B=2)}).of("K", DAY, "1") == UNKNOWN
    assert costs(own, structures={"K": (*kit(A=1), Component(None, Decimal(1)))}).of("K", DAY, "1") == UNKNOWN


def test_the_own_cost_of_a_kit_counts_only_without_a_structure() -> None:
    own = [("A", DAY, told("40")), ("K", DAY, told("99"))]
    assert costs(own).of("K", DAY, "1").unit == 99
    assert costs(own, structures={"K": kit(A=2)}).of("K", DAY, "1").unit == 80


def test_the_composition_the_client_told_comes_first_and_has_a_first_day() -> None:
    own = [("A", DAY, told("40")), ("B", DAY, told("15"))]
    book = costs(own, kits=[("K", DAY + ONE, kit(B=1))], structures={"K": kit(A=1)})
    assert [book.of("K", DAY + n * ONE, "1").unit for n in (0, 1)] == [40, 15]


def test_a_kit_of_kits_costs_the_components_of_both() -> None:
    book = costs([("A", DAY, told("1.25"))], structures={"K": kit(A=4), "KK": kit(K=2, A=1)})
    assert book.of("KK", DAY, "1").unit == Decimal("11.25")


def test_a_kit_that_contains_itself_is_unknown() -> None:
    assert costs([], structures={"K": kit(L=1), "L": kit(K=1)}).of("K", DAY, "1") == UNKNOWN


def test_a_kit_of_a_component_known_only_as_of_today_says_so() -> None:
    book = costs([], knows("A", "40", reason="custo_atual_em_venda_antiga"), structures={"K": kit(A=2)})
    assert book.of("K", DAY, "1") == UnitCost(Decimal(80), "kit", "custo_atual_em_venda_antiga")


def test_other_variable_costs_are_the_clients_and_have_a_first_day() -> None:
    book = costs([("A", DAY, told(None, other="1.05"))])
    assert [book.other("A", DAY + n * ONE) for n in (-1, 0)] == [None, Decimal("1.05")]
