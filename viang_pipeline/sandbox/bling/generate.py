"""A believable Bling account for a seller of the marketplace, drawn from a chance of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.generate_catalog import fill_shelf, morning
from viang_pipeline.sandbox.bling.generate_sales import Books, enter_sales
from viang_pipeline.sandbox.bling.sales_verbs import FULFILLED, OPEN
from viang_pipeline.sandbox.bling.truth import Category
from viang_pipeline.sandbox.truth import Listing, Seller
from viang_pipeline.sandbox.world import World

MONTHLY = (
    ("Aluguel", "Aluguel do galpão", 3_500_00, 5, 0),
    ("Salários", "Folha de pagamento", 9_800_00, 5, 1),
    ("Embalagens", "Caixas e fitas", 1_100_00, 18, 0),
    ("Software", "Assinaturas de sistemas", 389_90, 12, 0),
    ("Contabilidade", "Honorários contábeis", 650_00, 10, 1),
    ("Impostos", "DAS Simples Nacional", 4_200_00, 20, 1),
)
"""(category, text, usual centavos, due day, months the accrual lies before the due date)."""
FIXED = frozenset({"Aluguel", "Salários", "Software", "Contabilidade"})


def keep_books(
    world: World, seller: Seller, listings: Sequence[Listing], days: Sequence[date], position: int
) -> BlingAccount:
    """The seller's ERP for the days told: every marketplace order, other channels, goods, bills.

    By ``position`` among the accounts: of every four, two write packs as ``numeroLoja`` and two write orders; every
    second was reconnected and has a repeated code. The same world gives the same books, and nothing else of it changes.
    """
    chance = Random(f"{world.seed}:bling:{seller.slug}")
    account = world.bling.open_account(seller, at=world.start)
    shelf = fill_shelf(account, listings, days, chance, twin=position % 2 == 0)
    fixed, variable = account.add_category("Despesas fixas", 1), account.add_category("Despesas variáveis", 1)
    books = Books(
        world=world,
        account=account,
        shelf=shelf,
        chance=chance,
        waiting=account.add_status("Aguardando pagamento ML", 7, inherited=OPEN),
        sent=account.add_status("Enviado pelo Full", 1, inherited=FULFILLED),
        income=account.add_category("Vendas de mercadorias", 2),
        by_pack=position % 4 in (1, 2),
    )
    if position % 2 == 0:
        at = morning(days[len(days) // 3])
        books.reconnected = (at, account.reconnect(shelf.market, at=at))
    enter_sales(books, days)
    _owe_every_month(account, days, fixed, variable, chance)
    return account


def _owe_every_month(
    account: BlingAccount, days: Sequence[date], fixed: Category, variable: Category, chance: Random
) -> None:
    categories = {
        name: account.add_category(name, 1, parent=fixed if name in FIXED else variable) for name, *_ in MONTHLY
    }
    goods = account.add_category("Compra de mercadoria", 1, parent=variable)
    month = days[0].replace(day=1)
    while month <= days[-1]:
        before = (month - timedelta(days=1)).replace(day=1)
        entered = morning(month, 8)
        for name, text, usual, due_day, lag in MONTHLY:
            amount = usual if name == "Aluguel" else round(usual * chance.uniform(0.9, 1.15))
            accrual = before if lag else month
            bill = account.owe(
                f"{text} {accrual:%m/%Y}",
                amount,
                at=entered,
                due_on=month.replace(day=due_day),
                accrual_on=accrual,
                category=categories[name],
                document=f"{name[:3].upper()} {month:%m%y}",
                monthly=name in FIXED,
            )
            if chance.random() < 0.9:
                account.settle(bill, at=morning(month.replace(day=due_day), 11))
        twice = account.owe("Lançado em duplicidade", 389_90, at=entered, due_on=month.replace(day=12))
        account.set_bill_status(twice, 5, at=entered + timedelta(hours=2))
        purchase = account.owe(
            "Reposição de estoque",
            chance.randint(8_000_00, 20_000_00),
            at=morning(month.replace(day=3)),
            due_on=month.replace(day=28),
            category=goods,
        )
        account.settle(purchase, at=morning(month.replace(day=28)), amount=purchase.amount // 2)
        month = (month + timedelta(days=32)).replace(day=1)
