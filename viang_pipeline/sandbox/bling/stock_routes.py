"""Routes of balances and deposits (§8). The default filter drops what has none: absent is not zero."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from viang_pipeline.sandbox.answers import Json
from viang_pipeline.sandbox.bling.answers import data, error, not_found
from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.catalog_truth import Balance, Product
from viang_pipeline.sandbox.bling.notation import number
from viang_pipeline.sandbox.bling.product_routes import SIGNS
from viang_pipeline.sandbox.bling.service import Caller, Handler
from viang_pipeline.sandbox.bling.truth import Deposit


def balances(caller: Caller) -> Response:
    """``GET /estoques/saldos``: the totals of some products, and each deposit's part."""
    wanted = _wanted(caller)
    if isinstance(wanted, Response):
        return wanted
    sign = SIGNS[caller.question.choice("filtroSaldoEstoque", 1, tuple(SIGNS))]
    rows = []
    for product in wanted:
        total = caller.account.total(product, caller.now)
        if sign(total.available):
            parts = caller.account.balances_at(product, caller.now)
            rows.append(
                _row(caller.account, product, total, caller.now)
                | {
                    "depositos": [
                        {"id": place, "saldoFisico": number(b.physical), "saldoVirtual": number(b.available)}
                        for place, b in parts.items()
                    ]
                }
            )
    return data(rows)


def balances_of_deposit(caller: Caller) -> Response:
    """``GET /estoques/saldos/{id}``: the same for one deposit, without parts."""
    place = caller.number("id")
    if place not in caller.account.deposits:
        return not_found()
    wanted = _wanted(caller)
    if isinstance(wanted, Response):
        return wanted
    sign = SIGNS[caller.question.choice("filtroSaldoEstoque", 1, tuple(SIGNS))]
    rows = []
    for product in wanted:
        balance = caller.account.balances_at(product, caller.now).get(place)
        if balance is not None and sign(balance.available):
            rows.append(_row(caller.account, product, balance, caller.now))
    return data(rows)


def deposits(caller: Caller) -> Response:
    """``GET /depositos``: only active ones unless ``situacao=0`` is asked."""
    ask = caller.question
    wanted, name = ask.choice("situacao", 1, (0, 1)), ask.text("descricao")
    rows = [
        {
            "id": deposit.deposit_id,
            "descricao": deposit.name,
            "situacao": _is_active(deposit, caller.now),
            "padrao": deposit.default,
            "desconsiderarSaldo": deposit.ignored,
        }
        for deposit in caller.account.deposits.values()
        if deposit.opened_at <= caller.now
        and _is_active(deposit, caller.now) == wanted
        and (name is None or name.lower() in deposit.name.lower())
    ]
    return data(ask.page(rows))


ROUTES: dict[str, tuple[str, Handler]] = {
    "/estoques/saldos": ("estoques", balances),
    "/estoques/saldos/{id}": ("estoques", balances_of_deposit),
    "/depositos": ("depositos", deposits),
}


def _wanted(caller: Caller) -> list[Product] | Response:
    """The products asked for, without pages; deleted and foreign ids are silently absent."""
    ids, codes = caller.question.wholes("idsProdutos"), caller.question.texts("codigos")
    if not ids:
        return error(
            400, "MISSING_REQUIRED_FIELD_ERROR", "Parâmetro ausente", "O parâmetro idsProdutos[] é obrigatório."
        )
    found = []
    for product in caller.account.products.values():
        state = product.state_at(caller.now)
        if state and not state.deleted and product.product_id in ids and (not codes or state.code in codes):
            found.append(product)
    return found


def _row(account: BlingAccount, product: Product, balance: Balance, now: datetime) -> Json:
    state = product.state_at(now)
    return {
        "produto": {"id": product.product_id, "codigo": state.code if state else ""},
        "saldoFisicoTotal": number(balance.physical),
        "saldoVirtualTotal": number(balance.available),
    }


def _is_active(deposit: Deposit, now: datetime) -> int:
    return 0 if deposit.closed_at is not None and deposit.closed_at <= now else 1
