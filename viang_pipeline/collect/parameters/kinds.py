"""The kinds of parameters a client may tell, as data: their file, their table and what a change of one reaches."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table

from viang_pipeline.collect.parameters.rows import (
    CostRow,
    CourierRow,
    ExpenseCategoryRow,
    KitRow,
    LinkRow,
    Row,
    StockPolicyRow,
    TaxRow,
)
from viang_pipeline.failures import UsageError
from viang_pipeline.warehouse.schema import (
    aliquota_imposto,
    categorias_despesa,
    custo_envio_proprio,
    custo_sku,
    kits,
    politica_estoque,
    sku_links,
)

SINCE = "vigente_de"


@dataclass(frozen=True)
class Kind:
    """One kind. ``owner``: the columns whose value the rows are, one in force per day.

    ``reach``: the file in ``sql/`` that finds the days whose sales a change moves; None when no day is built from it.
    ``kept``: columns that keep what is in force where a file does not have them.
    """

    name: str
    table: Table
    row: type[Row]
    owner: tuple[str, ...]
    reach: str | None
    kept: tuple[str, ...] = ()

    @property
    def table_name(self) -> str:
        """With its schema."""
        return f"{self.table.schema}.{self.table.name}"

    @property
    def key(self) -> tuple[str, ...]:
        """Key columns below the client."""
        return tuple(c.name for c in self.table.primary_key.columns if c.name != "client_id")

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column people tell."""
        return tuple(c.name for c in self.table.columns if c.name not in ("client_id", "informado_em"))

    @property
    def header(self) -> str:
        """The columns a file must have, as its first line."""
        required = [name for name, field in self.row.model_fields.items() if field.is_required()]
        return ",".join([*(name for name in required if name != SINCE), SINCE])


COSTS = Kind(
    "costs", custo_sku, CostRow, ("sku",), "days_of_skus.sql", kept=("custo_zero_confirmado", "outros_variaveis")
)
TAX = Kind("tax", aliquota_imposto, TaxRow, (), "days_of_all.sql")
COURIER = Kind("courier", custo_envio_proprio, CourierRow, (), "days_of_own_courier.sql")
KITS = Kind("kits", kits, KitRow, ("sku_kit",), "days_of_skus.sql")
SKU_LINKS = Kind("sku-links", sku_links, LinkRow, ("conta", "anuncio", "variacao"), "days_of_listings.sql")
STOCK_POLICY = Kind("stock-policy", politica_estoque, StockPolicyRow, ("sku",), None)
EXPENSE_CATEGORIES = Kind("expense-categories", categorias_despesa, ExpenseCategoryRow, ("categoria",), None)

KINDS = {kind.name: kind for kind in (COSTS, TAX, COURIER, KITS, SKU_LINKS, STOCK_POLICY, EXPENSE_CATEGORIES)}


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises UsageError with the names there are."""
    try:
        return KINDS[name]
    except KeyError:
        raise UsageError(f"Parâmetro desconhecido: {name}. Parâmetros: {', '.join(KINDS)}") from None
