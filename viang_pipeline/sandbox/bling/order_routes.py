"""Routes of sales orders and their statuses (§6)."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from starlette.responses import Response

from viang_pipeline.sandbox.bling.answers import data, not_found
from viang_pipeline.sandbox.bling.notation import wall_time
from viang_pipeline.sandbox.bling.order_bodies import contact_id, detail_body, row_body
from viang_pipeline.sandbox.bling.sales_truth import Sale, SaleState
from viang_pipeline.sandbox.bling.service import Caller, Handler
from viang_pipeline.sandbox.bling.truth import Status

SALES_MODULE = 98_310
MODULES = (
    {"id": 98_309, "nome": "Compras", "descricao": "Pedidos de Compra", "criarSituacoes": False},
    {"id": SALES_MODULE, "nome": "Vendas", "descricao": "Pedidos de Venda", "criarSituacoes": True},
)


def sales(caller: Caller) -> Response:
    """``GET /pedidos/vendas``: newest first, so that a new order shifts the pages."""
    ask = caller.question
    ordered = ask.days("dataInicial", "dataFinal")
    changed = ask.moments("dataAlteracaoInicial", "dataAlteracaoFinal")
    expected = ask.days("dataPrevistaInicial", "dataPrevistaFinal")
    statuses, store_numbers = ask.wholes("idsSituacoes"), ask.texts("numerosLojas")
    store, contact, number = ask.whole("idLoja"), ask.whole("idContato"), ask.whole("numero")
    found = []
    for sale in sorted(caller.account.sales.values(), key=attrgetter("sale_id"), reverse=True):
        state = sale.state_at(caller.now)
        if (
            state is not None
            and not state.deleted
            and ordered.holds(sale.day)
            and changed.holds(wall_time(state.changed_at))
            and expected.holds(None)
            and (not statuses or state.status_id in statuses)
            and (not store_numbers or sale.store_number in store_numbers)
            and store in (None, sale.channel_id)
            and contact in (None, contact_id(sale.buyer_id))
            and number in (None, sale.number)
        ):
            found.append((sale, state))
    answer = data([row_body(caller.account, sale, state) for sale, state in ask.page(found)])
    if ask.whole("pagina") in (None, 1):
        _happen_during_paging(caller, found)
    return answer


def sale(caller: Caller) -> Response:
    """``GET /pedidos/vendas/{id}``."""
    found = caller.account.sales.get(caller.number("id"))
    state = found.state_at(caller.now) if found else None
    if found is None or state is None or state.deleted:
        return not_found()
    return data(detail_body(caller.account, found, state))


def modules(caller: Caller) -> Response:
    """``GET /situacoes/modulos``."""
    return data(MODULES)


def module(caller: Caller) -> Response:
    """``GET /situacoes/modulos/{id}``: the statuses of orders, custom ones included."""
    if caller.number("id") != SALES_MODULE:
        return not_found()
    return data([_status_body(status) for status in caller.account.statuses])


def status(caller: Caller) -> Response:
    """``GET /situacoes/{id}``."""
    try:
        return data(_status_body(caller.account.status(caller.number("id"))))
    except KeyError:
        return not_found()


ROUTES: dict[str, tuple[str, Handler]] = {
    "/pedidos/vendas": ("pedidos/vendas", sales),
    "/pedidos/vendas/{id}": ("pedidos/vendas", sale),
    "/situacoes/modulos": ("situacoes", modules),
    "/situacoes/modulos/{id}": ("situacoes", module),
    "/situacoes/{id}": ("situacoes", status),
}


def _status_body(status: Status) -> dict[str, object]:
    return {"id": status.status_id, "nome": status.name, "idHerdado": status.inherited, "cor": status.colour}


def _happen_during_paging(caller: Caller, found: Sequence[tuple[Sale, SaleState]]) -> None:
    account, switch = caller.account, caller.bling.options.during_paging
    if switch == "arrival":
        account.sell([account.item(None, at=caller.now, unit_price=1990)], at=caller.now)
    elif switch == "departure":
        settled = next((sale for sale, _ in found if sale.states[-1].at <= caller.now), None)
        if settled is not None:
            account.touch(settled, at=caller.now)
