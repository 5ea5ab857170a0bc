"""What a sold line costs besides fee and freight: product, tax and own courier (kpis.md §5.2–§5.5).

Pure: what is in force on the day of the sale in, centavos out. Unknown is None with a reason on the line.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from viang_pipeline.domain.costs import NO_COSTS, Costs
from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.money import centavos
from viang_pipeline.domain.sku import NO_LINKS, Links

OWN_COURIER = "self_service"
NO_RATE = "imposto_nao_informado"
NO_BUYER_FREIGHT = "frete_comprador_nao_observado"
NO_COURIER = "custo_envio_proprio_nao_informado"


class Terms(NamedTuple):
    """What is told or kept about one client's sales beside the orders.

    ``rates``: day → effective tax rate, of the days that have one; ``courier``: centavos of one own-courier shipment;
    ``tax_on_freight``: whether the buyer's freight is in the tax base.
    """

    costs: Costs = NO_COSTS
    rates: Mapping[date, Decimal] = {}
    courier: Dated[int] = Dated(())
    tax_on_freight: bool = False
    links: Links = NO_LINKS

    def trip(self, logistic_type: str | None, day: date) -> int | None:
        """Centavos a shipment sold first on ``day`` costs beside the marketplace's freight; None = unknown (D13)."""
        if logistic_type == OWN_COURIER:
            return self.courier.on(None, day)
        return None if logistic_type is None else 0


NOTHING_TOLD = Terms()


class Settled(NamedTuple):
    """The columns of a valid line this file answers for. ``outros_variaveis`` None: not told, counts as 0."""

    custo_unitario: Decimal | None = None
    custo_origem: str | None = None
    custo: int | None = None
    outros_variaveis: int | None = None
    aliquota: Decimal | None = None
    imposto: int | None = None


UNSOLD = Settled()
"""A line that is left out has neither cost nor tax."""


def unit_alone(terms: Terms, sku: str, day: date, order: str) -> Settled:
    """What is settled of a cancelled or pending line: a unit's cost, as its goods may come back unsaleable (§5.2)."""
    cost = terms.costs.of(sku, day, order)
    return Settled(cost.unit, cost.origin)


def settle(
    terms: Terms,
    sku: str,
    day: date,
    order: str,
    quantity: int,
    value: int,
    buyer_freight: int | None,
    missing: list[str],
) -> Settled:
    """Cost and tax of a valid line, each rounded half-up once (R3); what is unknown is added to ``missing``.

    ``value`` and ``buyer_freight`` in centavos.
    """
    cost = terms.costs.of(sku, day, order)
    if cost.reason is not None:
        missing.append(cost.reason)
    other = terms.costs.other(sku, day)
    rate = terms.rates.get(day)
    base: int | None = value
    if rate is None:
        missing.append(NO_RATE)
    if terms.tax_on_freight:
        base = value + buyer_freight if buyer_freight is not None else None
    if base is None and rate is not None:
        missing.append(NO_BUYER_FREIGHT)
    return Settled(
        cost.unit,
        cost.origin,
        None if cost.unit is None else centavos(cost.unit * quantity),
        None if other is None else centavos(other * quantity),
        rate,
        None if rate is None or base is None else int((base * rate).to_integral_value(ROUND_HALF_UP)),
    )
