"""The reads of a Bling account, each complete or failed (contract Bling §6 to §11).

Knows routes, filters whose defaults hide rows, and paging; what a field means is in payloads, how requests behave in
http.py and conduct.py. One client is one account.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableSet, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.failures import PermanentFailure
from viang_pipeline.sources.bling.pages import PAGE, all_rows, data
from viang_pipeline.sources.bling.payloads.base import BlingPayload, uneven
from viang_pipeline.sources.bling.payloads.finance import OPEN, Category, Payable, Receivable
from viang_pipeline.sources.bling.payloads.invoices import Invoice
from viang_pipeline.sources.bling.payloads.orders import Order, OrderRow
from viang_pipeline.sources.bling.payloads.products import Balance, Product, StoreLink, Structure, SupplierLink
from viang_pipeline.sources.bling.payloads.reference import Channel, Company, Deposit, Status, StatusModule
from viang_pipeline.sources.http import HttpClient, Params
from viang_pipeline.sources.payloads import read

B = TypeVar("B", bound=BlingPayload)

POSITIVE, ZERO, NEGATIVE = 1, 0, 2
STOCK_FILTERS = (POSITIVE, ZERO, NEGATIVE)
"""Values of ``filtroSaldoEstoque``; there is none for all, and its default hides everything without stock."""

ALL_PRODUCTS = 5
"""``criterio``; its default hides products."""

INVOICE_STATUSES = range(1, 12)
SALES = "Vendas"


class BlingClient:
    """Reads one Bling account, ``company``.

    Every read raises AccessDenied, PermanentFailure or TransientFailure and then has returned nothing.
    ``confirmed``: companies whose token was seen to be theirs, shared by the clients of a run. ``unknown_fields``:
    fields met so far that nobody decided about; ``uneven``: amounts that were no whole centavos.
    """

    def __init__(self, http: HttpClient, company: str, confirmed: MutableSet[str] | None = None) -> None:
        self.http = http
        self.company_id = company
        self._confirmed = set() if confirmed is None else confirmed
        self.unknown_fields: set[str] = set()
        self.uneven: set[str] = set()

    # --- the account ------------------------------------------------------------------------------------------------

    def company(self) -> Company:
        """The company behind the token, whichever it is."""
        return company(self.http, self.unknown_fields)

    def confirm_company(self) -> None:
        """Once per run: the token is of the company that was connected. Raises PermanentFailure when it is not."""
        if self.company_id in self._confirmed:
            return
        if self.company().id != self.company_id:
            raise PermanentFailure(
                "O acesso ao Bling é de outra empresa, não da que está conectada",
                where="GET /empresas/me/dados-basicos",
                action="Nada foi lido. Conecte a empresa certa, ou troque com: viang connect bling … --trocar-conta",
            )
        self._confirmed.add(self.company_id)

    def deposits(self) -> list[Deposit]:
        """Every deposit; the default hides the inactive ones."""
        return [row for situacao in (1, 0) for row in self._list("/depositos", Deposit, {"situacao": situacao})]

    def channels(self) -> list[Channel]:
        """Every store, whatever became of it."""
        return self._list("/canais-venda", Channel, thorough=True)

    def order_statuses(self) -> list[Status]:
        """The statuses orders may have in this account; none when the account has no such module."""
        modules = self._list_once("/situacoes/modulos", StatusModule)
        sales = next((module for module in modules if module.nome == SALES), None)
        return [] if sales is None else self._list_once(f"/situacoes/modulos/{sales.id}", Status)

    # --- orders -----------------------------------------------------------------------------------------------------

    def orders_changed(self, since: datetime, until: datetime) -> list[OrderRow]:
        """Orders changed in [since, until], aware instants. Stamps go by Brasília's clock, and the fixed end keeps what
        changes meanwhile for the next read."""
        window: Params = {"dataAlteracaoInicial": wall_time(since), "dataAlteracaoFinal": wall_time(until)}
        return self._list("/pedidos/vendas", OrderRow, window, thorough=True)

    def orders_of(self, first: date, last: date, *, thorough: bool = True) -> list[OrderRow]:
        """Orders by their date, both ends included, at most a year apart."""
        window: Params = {"dataInicial": first.isoformat(), "dataFinal": last.isoformat()}
        return self._list("/pedidos/vendas", OrderRow, window, thorough=thorough)

    def order(self, order_id: int) -> Order | None:
        """An order with items and fees; None when Bling does not have it (deleted)."""
        return self._one(f"/pedidos/vendas/{order_id}", Order, f"pedido {order_id}")

    # --- products ---------------------------------------------------------------------------------------------------

    def products(self, ids: Sequence[int] = ()) -> list[Product]:
        """Every product, or those of ``ids``, each once: one pass per stock filter, in every state."""
        found: dict[int, Product] = {}
        for part in _parts(ids) if ids else [()]:
            for stock in STOCK_FILTERS:
                params: dict[str, Any] = {"criterio": ALL_PRODUCTS, "tipo": "T", "filtroSaldoEstoque": stock}
                if part:
                    params["idsProdutos[]"] = part
                found |= {row.id: row for row in self._list("/produtos", Product, params)}
        return list(found.values())

    def product_is_gone(self, product_id: int) -> bool:
        """Whether Bling says that it does not have a product (404)."""
        return self.http.get(f"/produtos/{product_id}", accept=(200, 404)).status == 404

    def structure(self, product_id: int) -> Structure | None:
        """The components of a kit; None when it has none."""
        return self._one(f"/produtos/estruturas/{product_id}", Structure, f"kit {product_id}")

    def supplier_links(self) -> list[SupplierLink]:
        """Every supplier of every product."""
        return self._list("/produtos/fornecedores", SupplierLink, thorough=True)

    def store_links(self) -> list[StoreLink]:
        """Every product's code in every store."""
        return self._list("/produtos/lojas", StoreLink, thorough=True)

    def balances(self, ids: Iterable[int]) -> list[Balance]:
        """Balances of products, 100 at a time. A filter drops what does not pass it, so what one does not show is asked
        with the next; a product no filter shows has no balance, which is not zero."""
        route, found = "/estoques/saldos", {}
        absent = list(dict.fromkeys(ids))
        for stock in STOCK_FILTERS:
            for part in _parts(absent):
                params: Params = {"idsProdutos[]": part, "filtroSaldoEstoque": stock}
                for row in data(self.http.get(route, params).document, route):
                    balance = self._read(row, Balance, route, "saldo")
                    found[balance.produto.id] = balance
            absent = [product for product in absent if product not in found]
        return list(found.values())

    # --- money ------------------------------------------------------------------------------------------------------

    def receivables_due(self, first: date, last: date, *, only_open: bool) -> list[Receivable]:
        """Receivables by due date. The end is always given: its default is today and hides what is due later."""
        params = {"tipoFiltroData": "V", "dataInicial": first.isoformat(), "dataFinal": last.isoformat()}
        return self._list("/contas/receber", Receivable, params | ({"situacoes[]": OPEN} if only_open else {}))

    def receivables_received(self, first: date, last: date) -> list[Receivable]:
        """Receivables by the date they were paid."""
        params: Params = {"tipoFiltroData": "R", "dataInicial": first.isoformat(), "dataFinal": last.isoformat()}
        return self._list("/contas/receber", Receivable, params)

    def receivable(self, bill_id: int) -> Receivable | None:
        """A receivable with balance, category and competence; None when Bling does not have it."""
        return self._one(f"/contas/receber/{bill_id}", Receivable, f"conta a receber {bill_id}")

    def payables_due(self, first: date, last: date, *, only_open: bool) -> list[Payable]:
        """Payables by due date."""
        params: dict[str, Any] = {"dataVencimentoInicial": first.isoformat(), "dataVencimentoFinal": last.isoformat()}
        if not only_open:
            return self._list("/contas/pagar", Payable, params)
        return [row for code in OPEN for row in self._list("/contas/pagar", Payable, params | {"situacao": code})]

    def payables_paid(self, first: date, last: date) -> list[Payable]:
        """Payables by the date they were paid."""
        params: Params = {"dataPagamentoInicial": first.isoformat(), "dataPagamentoFinal": last.isoformat()}
        return self._list("/contas/pagar", Payable, params)

    def payables_issued(self, first: date, last: date) -> list[Payable]:
        """Payables by the date they were issued."""
        params: Params = {"dataEmissaoInicial": first.isoformat(), "dataEmissaoFinal": last.isoformat()}
        return self._list("/contas/pagar", Payable, params)

    def payable(self, bill_id: int) -> Payable | None:
        """A payable with balance, category and competence; None when Bling does not have it."""
        return self._one(f"/contas/pagar/{bill_id}", Payable, f"conta a pagar {bill_id}")

    def categories(self) -> list[Category]:
        """Every category of income and expense."""
        return self._list("/categorias/receitas-despesas", Category, {"tipo": 0, "situacao": 0}, thorough=True)

    def invoices(self, first: date, last: date) -> list[Invoice]:
        """Invoices of sales by their date, both ends included; every status by name, because cancelled ones hide."""
        window = {"dataEmissaoInicial": f"{first} 00:00:00", "dataEmissaoFinal": f"{last} 23:59:59", "tipo": "1"}
        return [row for code in INVOICE_STATUSES for row in self._list("/nfe", Invoice, window | {"situacao": code})]

    # --- how --------------------------------------------------------------------------------------------------------

    def _list(self, route: str, kind: type[B], params: Params | None = None, *, thorough: bool = False) -> list[B]:
        def fetch(page: int) -> Any:
            return self.http.get(route, {**(params or {}), "pagina": page, "limite": PAGE}).document

        rows = all_rows(fetch, route, thorough=thorough)
        return [self._read(row, kind, route, f"{kind.__name__} {identity}") for identity, row in rows.items()]

    def _list_once(self, route: str, kind: type[B]) -> list[B]:
        """A list without pages."""
        rows = data(self.http.get(route).document, route)
        return [self._read(row, kind, route, kind.__name__) for row in rows]

    def _one(self, route: str, kind: type[B], what: str) -> B | None:
        answer = self.http.get(route, accept=(200, 404))
        return None if answer.status == 404 else self._read(data(answer.document, route), kind, route, what)

    def _read(self, document: Any, kind: type[B], route: str, what: str) -> B:
        value = read(document, kind, where=f"GET {route}", what=what, unknown=self.unknown_fields)
        self.uneven |= uneven(value)
        return value


def company(http: HttpClient, unknown: set[str] | None = None) -> Company:
    """The company behind the token of ``http``. Raises PermanentFailure for an answer without id."""
    route = "/empresas/me/dados-basicos"
    found = read(data(http.get(route).document, route), Company, where=f"GET {route}", what="empresa", unknown=unknown)
    if not found.id:
        raise PermanentFailure(
            "O Bling não disse de que empresa é este acesso",
            where=f"GET {route}",
            action="Confira o aplicativo e o usuário que o autorizou.",
        )
    return found


def wall_time(instant: datetime) -> str:
    """An aware instant on Brasília's clock, as filters take it; seconds and less are cut."""
    return f"{instant.astimezone(SAO_PAULO):%Y-%m-%d %H:%M:%S}"


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]
