"""One line of a parameter file, checked and normalised (product.md §3): a model per file, cells in, columns out.

Messages are what the person who made the file reads. What lines say together is checked in files.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from viang_pipeline.collect.csv_tables import amount_of, day_of, fraction_of, whole_of
from viang_pipeline.domain.money import brl
from viang_pipeline.domain.sku import NO_SKU, normalise_sku
from viang_pipeline.domain.taxes import ANEXO_I, PLACES, annualised

T = TypeVar("T")
EVERY_SKU = "*"
_MOST = 10**9
_LISTING = re.compile(r"(?:MLB)?-?(\d+)")
_ANSWERS = {"sim": True, "não": False, "nao": False}


def _needed(read: Callable[[str], T]) -> BeforeValidator:
    def validate(cell: str) -> T:
        if not cell:
            raise ValueError("está vazio")
        return read(cell)

    return BeforeValidator(validate)


def _optional(read: Callable[[str], T]) -> BeforeValidator:
    return BeforeValidator(lambda cell: read(cell) if cell else None)


def _money(places: int) -> Callable[[str], Decimal]:
    def read(cell: str) -> Decimal:
        value = amount_of(cell, places)
        if value >= _MOST:
            raise ValueError(f"{cell!r} é grande demais")
        return value

    return read


def _rate(cell: str) -> Decimal:
    value = fraction_of(cell)
    if value != value.quantize(PLACES):
        raise ValueError(f"{cell!r} tem mais de seis casas como fração")
    return value


def _count(least: int, most: int) -> Callable[[str], int]:
    def read(cell: str) -> int:
        value = whole_of(cell)
        if not least <= value <= most:
            raise ValueError(f"{cell!r} deve estar entre {least} e {most}")
        return value

    return read


def _yes_or_no(cell: str) -> bool:
    try:
        return _ANSWERS[cell.lower()]
    except KeyError:
        raise ValueError(f"{cell!r} deve ser sim ou não") from None


def _sku(cell: str) -> str:
    sku = normalise_sku(cell) or ""
    if sku.startswith(NO_SKU):
        raise ValueError(f"{cell!r} não é um SKU: {NO_SKU} marca o que ficou sem SKU")
    return sku


def _account(cell: str) -> str:
    if not re.fullmatch(r"\d{1,18}", cell):
        raise ValueError(f"{cell!r} não é o número da conta do vendedor")
    return str(int(cell))


def _listing(cell: str) -> str:
    found = _LISTING.fullmatch(cell.upper())
    if found is None:
        raise ValueError(f"{cell!r} não é um anúncio, como MLB1234567890")
    return f"MLB{found[1]}"


def _variation(cell: str) -> str:
    if not re.fullmatch(r"\d*", cell):
        raise ValueError(f"{cell!r} não é o número de uma variação; vazio vale para o anúncio inteiro")
    return cell


Day = Annotated[date, _needed(day_of)]
Sku = Annotated[str, _needed(_sku)]
YesOrNo = Annotated[bool, _needed(_yes_or_no)]
Days = Annotated[int, _needed(_count(0, 3650))]
UnitCost = Annotated[Decimal | None, _optional(_money(4))]


class Row(BaseModel):
    """A line; fields without default are columns the file must have. Every column but ``vigente_de`` is its own."""

    model_config = ConfigDict(frozen=True)

    vigente_de: Day

    def columns(self) -> dict[str, object]:
        """What goes into the table."""
        return dict(self)


class CostRow(Row):
    """``costs``. No ``custo_unitario``: it is no longer told from that day on; zero counts only when confirmed."""

    sku: Sku
    custo_unitario: UnitCost
    custo_zero_confirmado: Annotated[bool, BeforeValidator(lambda cell: bool(cell) and _yes_or_no(cell))] = False
    outros_variaveis: UnitCost = None


class TaxRow(Row):
    """``tax``: the accountant's effective rate, or the revenue for the Simples table (kpis.md §5.3).

    ``meses_de_atividade``: the revenue is that of so many months of a company younger than a year.
    """

    aliquota: Annotated[Decimal | None, _optional(_rate)] = None
    rbt12: Annotated[Decimal | None, _optional(_money(2))] = None
    meses_de_atividade: Annotated[int | None, _optional(_count(1, 12))] = None

    @model_validator(mode="after")
    def _one_of_two(self) -> TaxRow:
        if (self.aliquota is None) == (self.rbt12 is None):
            raise ValueError("informe aliquota ou rbt12, uma das duas")
        if self.rbt12 is None:
            if self.meses_de_atividade is not None:
                raise ValueError("meses_de_atividade só vale com rbt12")
        elif self._revenue(self.rbt12) > ANEXO_I[-1].limit:
            raise ValueError(
                f"rbt12 acima de {brl(ANEXO_I[-1].limit)}: o ICMS sai da tabela do Simples; informe a aliquota efetiva"
            )
        return self

    def columns(self) -> dict[str, object]:
        """The regime follows from what was told."""
        simples = self.rbt12 is not None
        return {
            "vigente_de": self.vigente_de,
            "regime": "simples" if simples else "informada",
            "aliquota": self.aliquota,
            "rbt12": self._revenue(self.rbt12) if self.rbt12 is not None else None,
        }

    def _revenue(self, told: Decimal) -> Decimal:
        return told if self.meses_de_atividade is None else annualised(told, self.meses_de_atividade)


class CourierRow(Row):
    """``courier``: BRL of one shipment delivered by the seller."""

    custo: Annotated[Decimal, _needed(_money(2))]


class KitRow(Row):
    """``kits``: one component; the rows of one kit and day are its whole composition from that day on."""

    sku_kit: Sku
    sku_componente: Sku
    quantidade: Annotated[int, _needed(_count(1, 10**6))]

    @model_validator(mode="after")
    def _not_inside_itself(self) -> KitRow:
        if self.sku_kit == self.sku_componente:
            raise ValueError(f"o kit {self.sku_kit} contém a si mesmo")
        return self


class LinkRow(Row):
    """``sku-links``: the SKU of a listing, or of one variation of it."""

    conta: Annotated[str, _needed(_account)]
    anuncio: Annotated[str, _needed(_listing)]
    variacao: Annotated[str, BeforeValidator(_variation)]
    sku: Sku


class StockPolicyRow(Row):
    """``stock-policy``: days, for one SKU or for all; without a ceiling an excess is never stated (kpis.md §5.8)."""

    sku: Sku
    prazo_dias: Days
    seguranca_dias: Days
    alvo_dias: Days
    teto_dias: Annotated[int | None, _optional(_count(0, 3650))]

    @model_validator(mode="after")
    def _ceiling_above_target(self) -> StockPolicyRow:
        target = self.prazo_dias + self.seguranca_dias + self.alvo_dias
        if self.teto_dias is not None and self.teto_dias < target:
            raise ValueError(f"teto_dias {self.teto_dias} é menor que prazo + segurança + alvo, {target} dias")
        return self


class ExpenseCategoryRow(Row):
    """``expense-categories``: whether a category of the ERP is a fixed expense."""

    categoria: Annotated[str, _needed(str)]
    fixa: YesOrNo
