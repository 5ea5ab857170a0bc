"""Routes of products, their suppliers and stores (§7). Two defaults hide rows: ``criterio`` and the stock filter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from starlette.responses import Response

from viang_pipeline.sandbox.answers import Json, money
from viang_pipeline.sandbox.bling.answers import data, not_found, reference
from viang_pipeline.sandbox.bling.catalog_truth import Product, ProductState
from viang_pipeline.sandbox.bling.notation import wall_time
from viang_pipeline.sandbox.bling.product_bodies import detail_body, row_body, structure_body
from viang_pipeline.sandbox.bling.service import Caller, Handler

LAST_INCLUDED, ACTIVE, INACTIVE, DELETED, ALL = 1, 2, 3, 4, 5
RECENT = timedelta(days=30)
"""How new the "last included" of ``criterio`` 1 are: not documented; what matters is that older ones are hidden."""
SIGNS: dict[int, Callable[[Decimal], bool]] = {
    0: lambda balance: balance == 0,
    1: lambda balance: balance > 0,
    2: lambda balance: balance < 0,
}
TYPES: dict[str, Callable[[Product], bool]] = {
    "T": lambda product: True,
    "P": lambda product: product.kind == "P",
    "S": lambda product: product.kind == "S",
    "E": lambda product: product.format == "E",
    "PS": lambda product: product.kind == "P" and product.format == "S" and not product.parent_id,
    "C": lambda product: product.format == "V",
    "V": lambda product: product.parent_id != 0,
}


def products(caller: Caller) -> Response:
    """``GET /produtos``."""
    ask, account, now = caller.question, caller.account, caller.now
    criterion = ask.choice("criterio", LAST_INCLUDED, (LAST_INCLUDED, ACTIVE, INACTIVE, DELETED, ALL))
    wanted_type = TYPES[ask.choice("tipo", "T", tuple(TYPES))]
    sign = SIGNS[ask.choice("filtroSaldoEstoque", 1, tuple(SIGNS))]
    included = ask.moments("dataInclusaoInicial", "dataInclusaoFinal")
    changed = ask.moments("dataAlteracaoInicial", "dataAlteracaoFinal")
    ids, codes = ask.wholes("idsProdutos"), ask.texts("codigos")
    deposit, component = ask.whole("filtroSaldoEstoqueDeposito"), ask.whole("idComponente")
    name, store = ask.text("nome"), ask.whole("idLoja")
    found = []
    for product in account.products.values():
        state = product.state_at(now)
        if (
            state is not None
            and _meets(caller, product, state, criterion)
            and wanted_type(product)
            and included.holds(wall_time(product.created_at))
            and changed.holds(wall_time(state.at))
            and (not ids or product.product_id in ids)
            and (not codes or state.code in codes)
            and (name is None or name.lower() in state.name.lower())
            and (component is None or _contains(product, component))
            and (store is None or _is_sold_in(caller, product, store))
            and (not caller.bling.options.stock_filter_on_products or sign(_stock(caller, product, deposit)))
        ):
            found.append((product, state))
    return data([row_body(account, product, state, now) for product, state in ask.page(found)])


def product(caller: Caller) -> Response:
    """``GET /produtos/{id}``."""
    found = _living(caller)
    return data(detail_body(caller.account, *found, caller.now)) if found else not_found()


def variations(caller: Caller) -> Response:
    """``GET /produtos/variacoes/{id}``: the parent's detail."""
    found = _living(caller)
    if found is None or found[0].format != "V":
        return not_found()
    return data(detail_body(caller.account, *found, caller.now))


def structure(caller: Caller) -> Response:
    """``GET /produtos/estruturas/{id}``: only kits have one."""
    found = _living(caller)
    if found is None or found[0].structure is None:
        return not_found()
    return data(structure_body(found[0].structure))


def suppliers(caller: Caller) -> Response:
    """``GET /produtos/fornecedores``: every link of every product."""
    ask = caller.question
    product_id, supplier_id = ask.whole("idProduto"), ask.whole("idFornecedor")
    rows: list[Json] = []
    for links in caller.account.supplier_links.values():
        for link in links:
            state = link.state_at(caller.now)
            if state and product_id in (None, link.product_id) and supplier_id in (None, link.supplier_id):
                rows.append(
                    {
                        "id": link.link_id,
                        "descricao": link.description,
                        "codigo": link.code,
                        "precoCusto": money(state.cost, link.product_id),
                        "precoCompra": money(state.purchase, link.product_id),
                        "padrao": link.default,
                        "produto": reference(link.product_id),
                        "fornecedor": reference(link.supplier_id),
                    }
                )
    return data(ask.page(rows))


def stores(caller: Caller) -> Response:
    """``GET /produtos/lojas``: under which listing a product is sold where."""
    ask = caller.question
    changed = ask.moments("dataAlteracaoInicial", "dataAlteracaoFinal")
    product_id, store = ask.whole("idProduto"), ask.whole("idLoja")
    rows: list[Json] = [
        {
            "id": link.link_id,
            "codigo": link.code,
            "preco": money(link.price, link.link_id),
            "precoPromocional": money(link.promotional, link.link_id),
            "produto": reference(link.product_id),
            "loja": reference(link.channel_id),
            "fornecedorLoja": reference(0),
            "marcaLoja": reference(0),
            "categoriasProdutos": [],
        }
        for link in caller.account.store_links.values()
        if link.linked_at <= caller.now
        and changed.holds(wall_time(link.linked_at))
        and product_id in (None, link.product_id)
        and store in (None, link.channel_id)
    ]
    return data(ask.page(rows))


ROUTES: dict[str, tuple[str, Handler]] = {
    "/produtos": ("produtos", products),
    "/produtos/fornecedores": ("produtos/fornecedores", suppliers),
    "/produtos/lojas": ("produtos/lojas", stores),
    "/produtos/estruturas/{id}": ("produtos", structure),
    "/produtos/variacoes/{id}": ("produtos", variations),
    "/produtos/{id}": ("produtos", product),
}


def _living(caller: Caller) -> tuple[Product, ProductState] | None:
    found = caller.account.products.get(caller.number("id"))
    state = found.state_at(caller.now) if found else None
    return (found, state) if found and state and not state.deleted else None


def _meets(caller: Caller, product: Product, state: ProductState, criterion: int) -> bool:
    if state.deleted:
        return criterion == DELETED or (criterion == ALL and caller.bling.options.all_includes_deleted)
    if criterion == LAST_INCLUDED:
        return product.created_at > caller.now - RECENT
    return criterion == ALL or (criterion == ACTIVE and state.active) or (criterion == INACTIVE and not state.active)


def _contains(product: Product, component: int) -> bool:
    return product.structure is not None and component in dict(product.structure.components)


def _is_sold_in(caller: Caller, product: Product, store: int) -> bool:
    links = caller.account.store_links.values()
    return any(link.product_id == product.product_id and link.channel_id == store for link in links)


def _stock(caller: Caller, product: Product, deposit: int | None) -> Decimal:
    if deposit is None:
        return caller.account.total(product, caller.now).available
    balance = caller.account.balances_at(product, caller.now).get(deposit)
    return balance.available if balance else Decimal(0)
