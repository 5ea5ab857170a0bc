"""Stored Bling products as sources of unit costs, kits and links (contract Bling §7, §11).

Decodes only what lines need. No rule of the dictionary lives here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import msgspec
import psycopg

from viang_pipeline.domain.cost_sources import ProductPhoto, SupplierCost, photographed
from viang_pipeline.domain.costs import Source, unit_cost
from viang_pipeline.domain.kits import Component, Kit
from viang_pipeline.domain.sku import Place, normalise_sku

COST, SUPPLIER_COST, LINK = "bling", "bling_fornecedor", "vinculo_bling"
_MARKETPLACE = "MercadoLivre"


class _Ref(msgspec.Struct, gc=False):
    id: int | None = None


class _Photo(msgspec.Struct, gc=False, rename={"cost": "precoCusto"}):
    id: int
    codigo: str | None = None
    cost: Decimal | None = None
    situacao: str | None = None


class _Component(msgspec.Struct, gc=False):
    produto: _Ref | None = None
    quantidade: Decimal | None = None


class _Structure(msgspec.Struct, gc=False):
    componentes: list[_Component] = []
    excluido: bool = False


class _SupplierLink(msgspec.Struct, gc=False, rename={"cost": "precoCusto"}):
    id: int
    cost: Decimal | None = None
    padrao: bool | None = None
    produto: _Ref | None = None
    excluido: bool = False


class _StoreLink(msgspec.Struct, gc=False):
    codigo: str | None = None
    produto: _Ref | None = None
    loja: _Ref | None = None
    excluido: bool = False


class _Channel(msgspec.Struct, gc=False):
    id: int
    tipo: str | None = None


class Bling:
    """The products of one client as they were photographed, with what hangs on them."""

    def __init__(self, conn: psycopg.Connection, client_id: str) -> None:
        self._conn = conn
        self._client_id = client_id
        self._photos = [
            _photo(since, msgspec.json.decode(payload, type=_Photo)) for _, since, payload in self._rows("cost_photos")
        ]
        newest = sorted(self._photos, key=lambda photo: photo.since)
        self._skus = {photo.product: photo.sku for photo in newest}

    def costs(self) -> Source:
        """Unit costs by photo, else by supplier."""
        suppliers = []
        for _, since, payload in self._rows("supplier_links"):
            link = msgspec.json.decode(payload, type=_SupplierLink)
            cost = unit_cost(link.cost)
            if cost is not None and link.produto is not None and not link.excluido:
                suppliers.append(SupplierCost(str(link.produto.id), link.id, cost, bool(link.padrao), since))
        return photographed(self._photos, suppliers, COST, SUPPLIER_COST)

    def kits(self) -> dict[str, Kit]:
        """SKU of a kit → its components."""
        found: dict[str, Kit] = {}
        for key, _, payload in self._rows("structures"):
            sku, structure = self._skus.get(key), msgspec.json.decode(payload, type=_Structure)
            if sku is not None and structure.componentes and not structure.excluido:
                found[sku] = tuple(map(self._component, structure.componentes))
        return found

    def links(self) -> dict[Place, str]:
        """Listing → SKU, where the stores of the marketplace agree on one."""
        stores = {
            channel.id
            for _, _, payload in self._rows("channels")
            if (channel := msgspec.json.decode(payload, type=_Channel)).tipo == _MARKETPLACE
        }
        found: dict[Place, set[str]] = defaultdict(set)
        for _, _, payload in self._rows("store_links"):
            link = msgspec.json.decode(payload, type=_StoreLink)
            sku = self._skus.get(str(link.produto.id)) if link.produto is not None else None
            if sku and link.codigo and not link.excluido and link.loja is not None and link.loja.id in stores:
                found[listing_id(link.codigo), ""].add(sku)
        return unambiguous(found)

    def _component(self, raw: _Component) -> Component:
        sku = self._skus.get(str(raw.produto.id)) if raw.produto is not None else None
        return Component(sku if raw.quantidade else None, raw.quantidade or Decimal(0))

    def _rows(self, resource: str) -> Iterable[tuple[str, date, str]]:
        return self._conn.execute(
            f"select chave, dia, payload::text from raw.bling_{resource} where client_id = %s order by chave",
            [self._client_id],
        ).fetchall()


def _photo(since: date, raw: _Photo) -> ProductPhoto:
    return ProductPhoto(str(raw.id), since, normalise_sku(raw.codigo), unit_cost(raw.cost), raw.situacao == "A")


def listing_id(code: str) -> str:
    """A listing's id, which some sources print without its letters."""
    return f"MLB{code}" if code.isdigit() else code.strip().upper()


def unambiguous(found: Mapping[Place, set[str]]) -> dict[Place, str]:
    """Only places with one SKU."""
    return {place: next(iter(skus)) for place, skus in found.items() if len(skus) == 1}
