"""UpSeller's open API: warehouses and what is available in each (contract UpSeller §8, unverified, off by default).

Quirks: reads are POST; the envelope says 0 for good whatever the HTTP status; header names, base address and page size
are not documented and come from the settings. Nothing else is asked of it, and nobody is signed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.payloads import Payload, read
from viang_pipeline.sources.redaction import HIDDEN, quote
from viang_pipeline.sources.upseller.payloads import Stock

WAREHOUSES, SKUS = "/getWarehouseList/v1", "/pageWarehouseSku/v1"
MOST_PAGES = 2_000


class WarehouseRow(Payload):
    """A warehouse of the account."""

    warehouseId: str | int  # noqa: N815
    warehouseName: str  # noqa: N815


class SkuRow(Payload):
    """What is available of a SKU in the warehouse asked for; whether ``skuId`` is the SKU's text is unknown."""

    skuId: str | int  # noqa: N815
    quantity: int


R = TypeVar("R", WarehouseRow, SkuRow)


class Page(Payload, Generic[R]):
    """A page of rows; ``total`` counts those of all pages."""

    total: int
    list: tuple[R, ...] = ()


class _Envelope(Payload):
    ignored: ClassVar[frozenset[str]] = frozenset({"data"})
    code: int
    msg: str | None = None


class UpsellerStock:
    """Reads of one account. ``headers`` carry the credentials."""

    def __init__(self, http: HttpClient, headers: Mapping[str, str], page_size: int) -> None:
        self.http = http
        self._headers = headers
        self._page_size = page_size

    def probe(self) -> bytes:
        """The raw answer to the first page of warehouses, for a person to look at."""
        return self.http.post(WAREHOUSES, self._page(1), self._headers).content

    def available(self) -> list[Stock]:
        """Every SKU of every warehouse.

        Raises TransientFailure when the pages do not hold what they announce, PermanentFailure when the API refuses.
        """
        found = []
        for warehouse in self._pages(WAREHOUSES, {}, Page[WarehouseRow]):
            rows = self._pages(SKUS, {"warehouseId": warehouse.warehouseId}, Page[SkuRow])
            found += [
                Stock(sku=str(row.skuId), warehouse=warehouse.warehouseName, available=row.quantity) for row in rows
            ]
        if len({(each.sku, each.warehouse) for each in found}) < len(found):
            raise _unstable(SKUS)
        return found

    def _pages(self, path: str, body: Mapping[str, object], kind: type[Page[R]]) -> list[R]:
        found: list[R] = []
        for number in range(1, MOST_PAGES + 1):
            page = self._ask(path, {**body, **self._page(number)}, kind)
            found += page.list
            if len(found) >= page.total or not page.list:
                if len(found) != page.total:
                    raise _unstable(path)
                return found
        raise _unstable(path)

    def _page(self, number: int) -> dict[str, object]:
        return {"pageNo": number, "pageSize": self._page_size}

    def _ask(self, path: str, body: Mapping[str, object], kind: type[Page[R]]) -> Page[R]:
        document, where = self.http.post(path, body, self._headers).document, f"POST {path}"
        envelope = read(document, _Envelope, where=where, what="resposta do UpSeller")
        if envelope.code != 0:
            said = quote(self._without_credentials(envelope.msg))
            raise PermanentFailure(
                f"O UpSeller recusou a leitura: {envelope.code} {said}".strip(),
                where=where,
                action="Confira UPSELLER_CLIENT_ID, UPSELLER_API_TOKEN e os nomes dos cabeçalhos.",
            )
        return read(document.get("data"), kind, where=where, what="página do UpSeller")

    def _without_credentials(self, message: str | None) -> str:
        """An answer may repeat what it was sent."""
        text = message or ""
        for value in self._headers.values():
            text = text.replace(value, HIDDEN)
        return text


def _unstable(path: str) -> TransientFailure:
    return TransientFailure(
        "As páginas não trazem o total anunciado", where=f"POST {path}", action="Nada foi gravado. Tente de novo."
    )
