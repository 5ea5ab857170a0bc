"""The reads of the seller side of Mercado Livre, each complete or failed (contract §0, §3, §5, §7, §10).

Knows routes, headers and paging; what a field means is in payloads.py, how requests behave in http.py.
One client is one seller account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from viang_pipeline.domain.business_day import parse_instant
from viang_pipeline.failures import PermanentFailure
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.mercado_livre import listings_scan, orders_search
from viang_pipeline.sources.mercado_livre.payloads import (
    CANCELLED,
    Account,
    CancelDetail,
    Listing,
    Order,
    Shipment,
    ShipmentCosts,
    ShipmentHistory,
)
from viang_pipeline.sources.payloads import RawRecord, Rows, S, decode_rows, pseudonym, read, read_bytes, record
from viang_pipeline.sources.side_by_side import side_by_side

SearchField = Literal["date_created", "date_last_updated"]

NEW_FORMAT = {"x-format-new": "true"}
BULK = 20
NOT_THERE_YET = (200, 204, 404)


@dataclass(frozen=True, slots=True)
class OrdersRead:
    """All orders of a window. ``announced`` and ``collected`` count the rows of the hour-wide windows asked, so they
    exceed ``len(orders)``; they are equal (kpis ``completude_pedidos``)."""

    orders: list[RawRecord[Order]]
    announced: int
    collected: int
    unknown_fields: set[str]


@dataclass(frozen=True, slots=True)
class ListingsRead:
    """Listing bodies in the order asked; ``missing`` are ids the platform says do not exist."""

    listings: list[RawRecord[Listing]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AccountRead:
    """The account; ``complete`` is False when the platform could not load all of it (206): then nothing stored may be
    overwritten with what is absent here (contract §1.1)."""

    record: RawRecord[Account]
    complete: bool


class MercadoLivreClient:
    """Reads one seller account.

    ``buyer_salt``: secret text of the client (tenant) that turns buyer ids into pseudonyms, see ``payloads.pseudonym``.
    Every method raises PermanentFailure or TransientFailure and then has returned nothing. ``unknown_fields`` gathers
    the fields met so far that nobody decided about.
    """

    def __init__(self, http: HttpClient, seller_id: int, *, buyer_salt: str) -> None:
        pseudonym(buyer_salt, seller_id)  # fails early without a salt
        self.http = http
        self.seller_id = seller_id
        self.unknown_fields: set[str] = set()
        self._salt = buyer_salt

    def read(self, document: Any, kind: type[S], route: str, what: str) -> S:
        """A document as ``kind``; fields nobody decided about are gathered. Raises PermanentFailure naming ``what``."""
        return read(document, kind, where=f"GET {route}", what=what, unknown=self.unknown_fields)

    def search_orders(
        self,
        field: SearchField,
        since: datetime,
        until: datetime,
        known: Callable[[int], CancelDetail | None] | None = None,
        beyond: timedelta = timedelta(0),
    ) -> OrdersRead:
        """Every order with ``since`` ≤ ``field`` < ``until`` (aware instants), in any status.

        Pass A has no status and hides cancelled orders; pass B asks for them (§15 trap 1). B runs after A, so an order
        cancelled in between is in one of them. Filters go by whole hours and only by the two fields that work (traps 2
        and 3); the exact window is cut here. Completeness is argued in ``orders_search.read_window``: give the instant
        the read starts as ``until`` and continue from there next time. ``beyond`` keeps what is met that long after
        ``until``: an order that changes while it is being read leaves the window, and would otherwise be missing until
        the next read.

        A cancelled order whose row has no ``cancel_detail`` takes it from ``known(order_id)``, the one already stored;
        only when there is none is the order itself read, for that one field (§0 #5). Several windows may be read at the
        same time.
        """
        if since >= until:
            raise ValueError("since must be before until")
        lower, upper = since.astimezone(UTC), until.astimezone(UTC)
        reach = upper + beyond
        unknown: set[str] = set()
        found = orders_search.WindowRead()
        for status in (None, CANCELLED):
            part = orders_search.read_window(
                lambda start, end, offset, only=status: self._orders_page(field, start, end, offset, only),  # type: ignore[misc]
                lambda row: self._own(row, "/orders/search", unknown),
                lower,
                reach,
                settled=lambda order: _inside(order, field, lower, upper),
            )
            orders_search.merge(found.orders, part.orders)
            found.announced += part.announced
            found.collected += part.collected
        orders = [order for order in found.orders.values() if _inside(order, field, lower, reach)]
        self._complete_cancellations(orders, known, unknown)
        self.unknown_fields |= unknown
        return OrdersRead(
            orders=[record(order.id, order) for order in orders],
            announced=found.announced,
            collected=found.collected,
            unknown_fields=unknown,
        )

    def order(self, order_id: int) -> RawRecord[Order] | None:
        """One order (§3.2); None while the platform does not show it."""
        order = self._order(order_id, self.unknown_fields)
        return None if order is None else record(order.id, order)

    def shipment(self, shipment_id: int) -> RawRecord[Shipment] | None:
        """One shipment (§5.1), new or flat shape; None while it is not there."""
        document = self._optional(f"/shipments/{shipment_id}", NEW_FORMAT)
        if document is None:
            return None
        return record(shipment_id, self.read(document, Shipment, f"/shipments/{shipment_id}", f"envio {shipment_id}"))

    def shipment_history(self, shipment_id: int) -> RawRecord[ShipmentHistory] | None:
        """The steps of a shipment (§5.1); None while there are none."""
        route = f"/shipments/{shipment_id}/history"
        document = self._optional(route, NEW_FORMAT)
        if document is None:
            return None
        return record(
            shipment_id, self.read({"events": document}, ShipmentHistory, route, f"histórico do envio {shipment_id}")
        )

    def shipment_costs(self, shipment_id: int) -> RawRecord[ShipmentCosts] | None:
        """The freight of a shipment (§5.2); None while it is not there.

        Only the seller's own sender entry is kept: ``seller_cost`` is None, not 0, when there is none (kpis R4).
        """
        route = f"/shipments/{shipment_id}/costs"
        document = self._optional(route, NEW_FORMAT)
        if document is None:
            return None
        costs = self.read(document, ShipmentCosts, route, f"custos do envio {shipment_id}")
        costs.senders = tuple(side for side in costs.senders if side.user_id == self.seller_id)
        if costs.receiver is not None:
            costs.receiver.user_id = None  # the buyer
        return record(shipment_id, costs)

    def listing_ids(self, status: str) -> list[str]:
        """The ids of all listings in one ``status`` (§7.1): active, paused, closed… each exactly once."""
        return listings_scan.all_ids(self.http, self.seller_id, status)

    def listings(self, ids: Iterable[str]) -> ListingsRead:
        """The bodies of listings (§7.2), 20 at a time, variation attributes included; repeated ids are asked once."""
        distinct = list(dict.fromkeys(ids))
        result = ListingsRead()
        for start in range(0, len(distinct), BULK):
            asked = distinct[start : start + BULK]
            bodies = listings_scan.bulk(self.http, asked)
            result.missing.extend(identity for identity in asked if identity not in bodies)
            for identity in asked:
                if identity in bodies:
                    listing = self.read(bodies[identity], Listing, listings_scan.BULK_ROUTE, f"anúncio {identity}")
                    result.listings.append(record(identity, listing))
        return result

    def me(self) -> AccountRead:
        """The account behind the token (§10)."""
        answer = self.http.get("/users/me", accept=(200, 206))
        account = self.read(answer.document, Account, "/users/me", "conta do vendedor")
        return AccountRead(record(account.id, account), complete=answer.status == 200)

    def app_quota(self, app_id: str) -> int:
        """``max_requests_per_hour`` of the application (§1.2). Raises PermanentFailure when it is not stated."""
        document = self.http.get(f"/applications/{app_id}").document
        quota = document.get("max_requests_per_hour") if isinstance(document, dict) else None
        if not isinstance(quota, int) or quota < 1:
            raise PermanentFailure(
                "A plataforma não informou o limite de chamadas do aplicativo",
                where="GET /applications",
                action="Confira o aplicativo no painel de desenvolvedores.",
            )
        return quota

    def _orders_page(
        self, field: SearchField, start: datetime, end: datetime, offset: int, status: str | None
    ) -> orders_search.Page[msgspec.Raw]:
        params: dict[str, str | int] = {
            "seller": self.seller_id,
            f"order.{field}.from": _hour(start),
            f"order.{field}.to": _hour(end),
            "sort": "date_asc",
            "offset": offset,
            "limit": orders_search.PAGE,
        }
        if status is not None:
            params["order.status"] = status
        page: Rows | None = self.http.get("/orders/search", params, decode=decode_rows).document
        paging = page.paging if page else None
        total = paging.get("total") if isinstance(paging, dict) else None
        if not isinstance(total, int) or page is None or page.results is None:
            raise PermanentFailure(
                "A busca de pedidos respondeu sem total ou sem lista",
                where=orders_search.WHERE,
                action="Nada foi gravado. A plataforma mudou o formato: o leitor precisa ser ajustado.",
            )
        return orders_search.Page(total, page.results)

    def _order(self, order_id: int, unknown: set[str]) -> Order | None:
        route = f"/orders/{order_id}"

        def own(content: bytes, *, where: str) -> Order:
            return self._own(content, route, unknown)

        order: Order | None = self.http.get(route, accept=NOT_THERE_YET, decode=own).document
        return order

    def _own(self, content: bytes, route: str, unknown: set[str]) -> Order:
        """The bytes of an order of this seller, the buyer replaced by a pseudonym, its times checked."""
        order = read_bytes(content, Order, where=f"GET {route}", what=_named, unknown=unknown)
        what = f"pedido {order.id}"
        for name in ("date_created", "date_last_updated", "last_updated"):
            text = getattr(order, name)
            try:
                _ = text and parse_instant(text)
            except ValueError:
                raise PermanentFailure(
                    f"{what}: campo em formato inesperado ({name} não é um instante com fuso)",
                    where=f"GET {route}",
                    action="Nada foi gravado. A plataforma mudou o formato: o leitor precisa ser ajustado.",
                ) from None
        if order.seller is not None and order.seller.id not in (None, self.seller_id):
            raise PermanentFailure(
                f"{what} é de outra conta de vendedor",
                where=f"GET {route}",
                action="Nada foi gravado. Confira se a autorização é da conta cadastrada para este cliente.",
            )
        if order.buyer is not None and order.buyer.id is not None:
            order.buyer_key = pseudonym(self._salt, order.buyer.id)
        else:
            order.buyer_key = None
        order.buyer = None
        return order

    def _complete_cancellations(
        self, orders: Iterable[Order], known: Callable[[int], CancelDetail | None] | None, unknown: set[str]
    ) -> None:
        """Give cancelled orders the reason and date their search rows lack. The rest of a row stays as searched, so
        that the record is the same when the detail is known already."""
        bare = [order for order in orders if order.status == CANCELLED and order.cancel_detail is None]
        for order in bare:
            order.cancel_detail = known(order.id) if known else None
        to_ask = [order for order in bare if order.cancel_detail is None]
        for order, whole in zip(
            to_ask, side_by_side(lambda order: self._order(order.id, unknown), to_ask), strict=True
        ):
            order.cancel_detail = None if whole is None else whole.cancel_detail

    def _optional(self, route: str, headers: dict[str, str] | None = None) -> Any:
        """The document at ``route``; None for 204 and 404, which mean "not there yet" for orders and shipments."""
        return self.http.get(route, headers=headers, accept=NOT_THERE_YET).document


def _named(document: Any) -> str:
    identity = document.get("id") if isinstance(document, dict) else None
    return f"pedido {identity if isinstance(identity, int | str) else '(sem id)'}"


def _inside(order: Order, field: SearchField, since: datetime, until: datetime) -> bool:
    """Whether the order lies in the exact window; one whose row does not carry the field is believed to the search."""
    text = order.date_created if field == "date_created" else order.date_last_updated
    return text is None or since <= parse_instant(text) < until


def _hour(instant: datetime) -> str:
    """A whole UTC hour as the search takes it; ``-00:00`` needs no escaping of a plus sign."""
    return instant.strftime("%Y-%m-%dT%H:00:00.000-00:00")
