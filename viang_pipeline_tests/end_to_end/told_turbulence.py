"""Clients who change their minds: costs, taxes, courier, packaging and kits told late, for days past, or withdrawn.

Same seed, same story. Everything is told twice: to the installation and to the oracle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from viang_pipeline_tests.end_to_end.driver import Installation
from viang_pipeline_tests.end_to_end.oracle_told import Told

ONE = timedelta(days=1)
SKUS = ("GAR-1L", "0042 CANECA", "CAM-01-AZ", "CAM-01-VD", "CARO", "BARATO")
"""What a turbulent shop sells; one of its listings names no SKU."""


@dataclass
class Teller:
    """One client. ``more`` is called between nights; ``first``: the first day of its history."""

    installation: Installation
    client_id: str
    told: Told
    seed: int
    first: date
    days: int
    used: set[tuple[str, str, date]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.random = Random(f"{self.seed}:told")

    def begin(self) -> None:
        """Most costs, a tax rate that begins later than the sales, no courier."""
        for sku in SKUS[:-1]:
            self._cost(sku, self.first - 9 * ONE, self._price())
        self._rate(self.first + 12 * ONE, "0.0532")
        if self.random.random() < 0.5:
            self.told.tax_on_freight = True
            self.installation.taxes_freight(self.client_id)

    def more(self) -> None:
        """Some of everything, from days all over the history on."""
        for sku in self.random.sample(SKUS, 2):
            zero = self.random.random() < 0.2
            price = self.random.choice([None, Decimal(0), *[self._price() for _ in range(4)]])
            self._cost(sku, self._day(), price, zero=zero)
        self._rate(self._day(), self.random.choice(["0.04", "0.06728", "0.118750", "0.000001"]))
        self._courier(self._day(), self.random.choice([0, 7_77, 8_90]))
        if self.random.random() < 0.6:
            kit, *parts = self.random.sample(SKUS[:4], 3)
            whole = {part: self.random.randint(1, 3) for part in parts}
            if not any(kit in known for rows in self.told.kits.values() for _, known in rows) and not any(
                part in self.told.kits for part in parts
            ):
                self._kit(kit, self._day(), whole)

    def _day(self) -> date:
        return self.first + self.random.randrange(-3, self.days) * ONE

    def _price(self) -> Decimal:
        return Decimal(self.random.randrange(1, 600_000)) / 10_000

    def _is_new(self, *key: object) -> bool:
        """One value per key and day."""
        new = key not in self.used
        self.used.add(key)  # type: ignore[arg-type]
        return new

    def _cost(self, sku: str, since: date, price: Decimal | None, *, zero: bool = False) -> None:
        if not self._is_new("cost", sku, since):
            return
        other = self.random.choice([None, Decimal("0.5550"), Decimal(0)])
        self.told.costs.setdefault(sku, []).append((since, (price, zero)))
        self.told.packaging.setdefault(sku, []).append((since, other))
        self.installation.told(
            self.client_id, "custo_sku", since,
            sku=sku, custo_unitario=price, custo_zero_confirmado=zero, outros_variaveis=other,
        )  # fmt: skip

    def _rate(self, since: date, rate: str) -> None:
        if self._is_new("rate", "", since):
            self.told.rates.append((since, Decimal(rate)))
            self.installation.told(self.client_id, "aliquota_imposto", since, regime="informada", aliquota=rate)

    def _courier(self, since: date, cost: int) -> None:
        if self._is_new("courier", "", since):
            self.told.couriers.append((since, cost))
            self.installation.told(self.client_id, "custo_envio_proprio", since, custo=Decimal(cost) / 100)

    def _kit(self, sku: str, since: date, parts: dict[str, int]) -> None:
        if self._is_new("kit", sku, since):
            self.told.kits.setdefault(sku, []).append((since, parts))
            for component, units in parts.items():
                self.installation.told(
                    self.client_id, "kits", since, sku_kit=sku, sku_componente=component, quantidade=units
                )
