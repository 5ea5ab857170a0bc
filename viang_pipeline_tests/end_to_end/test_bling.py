"""A client's Bling account, read night after night over HTTP (contract Bling §6 to §11 and its Traps)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.sandbox import Fault
from viang_pipeline.sandbox.bling.catalog_truth import Structure
from viang_pipeline.sandbox.bling.sales_truth import Fees, Sale
from viang_pipeline.sandbox.bling.sales_verbs import CANCELLED, FULFILLED
from viang_pipeline.sandbox.people import person
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.erp import (
    DAY,
    NIGHT,
    OPENED,
    START,
    YESTERDAY,
    Shop,
    hold_to_contract,
    local,
    open_shop,
    world,
)

NEXT_NIGHT = NIGHT + DAY


@pytest.fixture
def shop(install: Install) -> Iterator[Shop]:
    house = install(world(), now=START)
    shop = open_shop(house)
    yield shop
    hold_to_contract(house.sandbox.requests)


def sell(shop: Shop, when: str, **given: object) -> Sale:
    """An order of one item of 59.90 with known fees, in the client's Mercado Livre store."""
    account, at = shop.account, local(when)
    channel = next(iter(account.channels.values()), None) or account.add_channel("ML", "MercadoLivre", at=OPENED)
    given = {"channel": channel, "store_number": "2000007412345678", "fees": Fees(719, 1890, 5990)} | given
    items = [account.item(None, at=at, quantity=2, unit_price=2995, code="CAM-AZ-G")]
    return account.sell(items, at=at, **given)  # type: ignore[arg-type]


def details(paths: list[str]) -> list[str]:
    return [path for path in paths if path.startswith("/pedidos/vendas/")]


# --- orders -----------------------------------------------------------------------------------------------------------


def test_an_order_is_stored_on_its_own_date_with_items_and_fees_to_the_centavo(shop: Shop) -> None:
    sale = sell(shop, "2026-03-09 10:00")
    shop.read("orders")
    order = shop.rows("orders")[str(sale.sale_id)]
    assert shop.days("orders") == {str(sale.sale_id): YESTERDAY}
    assert (order["total"], order["numeroLoja"], order["loja"]["id"]) == ("59.90", "2000007412345678", sale.channel_id)
    assert [(i["codigo"], i["quantidade"], i["valor"]) for i in order["itens"]] == [("CAM-AZ-G", "2.00", "29.95")]
    assert order["taxas"] == {"taxaComissao": "7.19", "custoFrete": "18.90", "valorBase": "59.90"}
    assert shop.complete("orders") == [YESTERDAY]


def test_binary_noise_is_gone_from_every_amount_stored(shop: Shop) -> None:
    for n in range(40):
        sell(shop, "2026-03-09 10:00", freight=1990 + n)
    shop.read("orders")
    amounts = [order["total"] for order in shop.rows("orders").values()]
    assert len(amounts) == 40
    assert all(Decimal(amount).as_tuple().exponent == -2 for amount in amounts)


def test_nothing_of_the_buyer_is_stored_anywhere(shop: Shop) -> None:
    sales = [sell(shop, "2026-03-09 10:00") for _ in range(9)]
    for sale in sales:
        shop.account.invoice(sale, at=local("2026-03-09 11:00"))
        shop.account.expect(sale, at=local("2026-03-09 11:00"), due_on=date(2026, 4, 9))
    shop.read()
    shop.account.set_status(sales[0], FULFILLED, at=local("2026-03-10 10:00"))
    shop.account.settle(next(iter(shop.account.receivables.values())), at=local("2026-03-10 10:00"))
    shop.read(at=NEXT_NIGHT)
    texts = shop.house.column(
        "select payload::text from raw.bling_orders union all select payload::text from raw.bling_invoices"
        " union all select payload::text from raw.bling_receivables"
    )
    assert len(texts) == 27
    for sale in sales:
        buyer = person(sale.buyer_id)
        hidden = (buyer.first_name, buyer.last_name, buyer.cpf, buyer.street, buyer.zip_code)
        assert not [text for text in texts for secret in hidden if secret in text]
    assert all(buyer_town in "".join(texts) for buyer_town in {person(sale.buyer_id).city for sale in sales})


def test_only_new_and_changed_orders_cost_a_detail(shop: Shop) -> None:
    sales = [sell(shop, f"2026-03-09 1{n}:00") for n in range(5)]
    with shop.watching() as first:
        shop.read("orders")
    assert len(details(first)) == 5
    shop.account.set_status(sales[2], FULFILLED, at=local("2026-03-10 09:00"))
    sell(shop, "2026-03-11 02:45")
    with shop.watching() as second:
        shop.read("orders", at=NEXT_NIGHT)
    assert len(details(second)) == 2
    assert shop.rows("orders")[str(sales[2].sale_id)]["situacao"]["valor"] == 1
    with shop.watching() as again:
        shop.read("orders", at=NEXT_NIGHT + timedelta(hours=1))
    assert details(again) == [], "the overlap lists the newest order again, unchanged"


def test_a_second_run_of_the_night_writes_nothing_of_anything(shop: Shop) -> None:
    fill(shop)
    shop.read()
    shop.read(at=NEXT_NIGHT)
    before = shop.stored()
    again = shop.read(at=NEXT_NIGHT + timedelta(hours=1))
    assert {name: outcome.written for name, outcome in again.items()} == dict.fromkeys(again, 0)
    assert shop.stored() == before


@pytest.mark.parametrize("changed", ["2026-03-11 03:35", "2026-03-11 23:30", "2026-03-12 03:25"])
def test_an_order_changed_between_two_nights_is_read_by_the_later_one(shop: Shop, changed: str) -> None:
    """Change filters go by the wall clock of Brasília: 23:30 there is 02:30 UTC of the next day."""
    sale = sell(shop, "2026-03-09 10:00")
    shop.read("orders")
    shop.read("orders", at=NEXT_NIGHT)
    shop.account.set_status(sale, FULFILLED, at=local(changed))
    shop.read("orders", at=NEXT_NIGHT + DAY)
    assert shop.rows("orders")[str(sale.sale_id)]["situacao"]["valor"] == 1
    assert shop.complete("orders") == [YESTERDAY + n * DAY for n in range(3)]


def test_an_order_of_the_last_half_hour_of_a_day_is_of_that_day(shop: Shop) -> None:
    sale = sell(shop, "2026-03-09 23:45")
    shop.read("orders")
    assert shop.days("orders") == {str(sale.sale_id): YESTERDAY}


def test_fees_that_come_later_without_a_change_stamp_are_found(shop: Shop) -> None:
    late, known = sell(shop, "2026-03-09 10:00", fees=Fees()), sell(shop, "2026-03-09 11:00")
    counter = sell(shop, "2026-03-09 12:00", fees=Fees(), channel=None, store_number="")
    shop.read("orders")
    assert set(shop.rows("orders")) == {str(s.sale_id) for s in (late, known, counter)}
    shop.account.set_fees(late, Fees(719, 1890, 5990), at=local("2026-03-12 10:00"), stamped=False)
    with shop.watching() as asked:
        shop.read("orders", at=NIGHT + 3 * DAY)
    assert shop.rows("orders")[str(late.sale_id)]["taxas"]["taxaComissao"] == "7.19"
    assert details(asked) == [f"/pedidos/vendas/{late.sale_id}"], "a counter sale never has fees"


def test_fees_are_not_looked_for_after_fifteen_days(shop: Shop) -> None:
    sell(shop, "2026-03-09 10:00", fees=Fees())
    shop.read("orders")
    shop.read("orders", at=NIGHT + 16 * DAY)
    with shop.watching() as asked:
        shop.read("orders", at=NIGHT + 17 * DAY)
    assert details(asked) == []


def test_a_deleted_order_is_marked_within_a_week_and_stays_readable(shop: Shop) -> None:
    gone, kept = sell(shop, "2026-03-09 10:00"), sell(shop, "2026-03-09 11:00")
    shop.read("orders")
    shop.account.delete_sale(gone, at=local("2026-03-10 10:00"))
    for night in range(1, 9):
        shop.read("orders", at=NIGHT + night * DAY)
    rows = shop.rows("orders")
    assert rows[str(gone.sale_id)]["excluido"] is True
    assert rows[str(gone.sale_id)]["total"] == "59.90"
    assert "excluido" not in rows[str(kept.sale_id)]


def test_a_cancellation_after_twenty_days_is_read(shop: Shop) -> None:
    sale = sell(shop, "2026-03-09 10:00")
    shop.read("orders")
    shop.account.set_status(sale, CANCELLED, at=local("2026-03-29 10:00"))
    shop.read("orders", at=NIGHT + 20 * DAY)
    assert shop.rows("orders")[str(sale.sale_id)]["situacao"]["valor"] == 2


@pytest.mark.parametrize("what", ["arrival", "departure"])
def test_no_order_is_missed_when_rows_move_while_pages_are_read(shop: Shop, what: str) -> None:
    """One that arrives pushes rows to a later page; one that changes leaves the window, whose end is fixed, and pulls
    rows to an earlier page."""
    shop.read("orders")
    sales = [sell(shop, "2026-03-10 10:00") for _ in range(230)]
    bling, clock = shop.house.sandbox.bling, shop.house.sandbox.clock
    bling.options.during_paging = what  # type: ignore[assignment]
    moving = Fault(
        "hook", path="/Api/v3/pedidos/vendas", times=None, hook=lambda *_: clock.advance(timedelta(seconds=2))
    )
    shop.house.sandbox.faults.add(moving)
    shop.read("orders", at=NEXT_NIGHT)
    left = {sale.sale_id for sale in sales if len(sale.states) > 1}
    assert bool(left) == (what == "departure")
    assert {str(sale.sale_id) for sale in sales if sale.sale_id not in left} <= set(shop.rows("orders"))


def test_days_of_the_past_are_read_by_order_date_and_only_from_the_clients_first_day(shop: Shop) -> None:
    before, inside = sell(shop, "2026-02-20 10:00"), sell(shop, "2026-03-02 10:00")
    days = [date(2026, 2, 19) + n * DAY for n in range(19)]
    outcome = shop.read("orders", days=days)["orders"]
    assert outcome.days_done == set(days)
    assert set(shop.rows("orders")) == {str(inside.sale_id)}
    assert str(before.sale_id) not in shop.rows("orders")
    assert shop.complete("orders")[0] == START.date()


def test_an_account_away_for_more_than_a_year_is_read_by_date_again(shop: Shop) -> None:
    """A change window of more than a year is refused."""
    shop.read("orders")
    shop.house.rows(
        "update dashboard.source_cursors set lido_ate = lido_ate - interval '400 days'"
        " where source = 'bling' returning 1"
    )
    sale = sell(shop, "2026-03-10 10:00")
    shop.read("orders", at=NEXT_NIGHT)
    assert str(sale.sale_id) in shop.rows("orders")


def test_a_status_of_the_accounts_own_keeps_its_id_and_is_named_by_code(shop: Shop) -> None:
    own = shop.account.add_status("Enviado pelo Full", 1, inherited=FULFILLED)
    sale = sell(shop, "2026-03-09 10:00", status=own)
    shop.read("orders", "reference")
    assert shop.rows("orders")[str(sale.sale_id)]["situacao"] == {"id": own.status_id, "valor": 1}
    assert shop.rows("statuses")[str(own.status_id)]["idHerdado"] == FULFILLED


# --- products and stock -----------------------------------------------------------------------------------------------


def test_products_without_stock_owed_inactive_or_old_are_read_too(shop: Shop) -> None:
    add = shop.account.add_product
    wanted = [
        add("Com saldo", at=OPENED, code="A", stock=5),
        add("Sem saldo", at=OPENED, code="B", stock=0),
        add("Devendo", at=OPENED, code="C", stock=-3),
        add("Inativo", at=OPENED, code="D", stock=0, active=False),
        add("Sem código", at=OPENED),
        add("Código repetido", at=OPENED, code="A"),
    ]
    shop.read("products")
    assert set(shop.rows("products")) == {str(product.product_id) for product in wanted}
    assert not [row for row in shop.rows("products").values() if "imagemURL" in row]


def test_a_deleted_product_is_marked_and_one_no_list_shows_is_not(shop: Shop) -> None:
    gone = shop.account.add_product("Sai", at=OPENED, code="A")
    shop.account.add_product("Fica", at=OPENED, code="B")
    shop.read("products")
    shop.account.delete_product(gone, at=local("2026-03-10 10:00"))
    shop.read("products", at=NEXT_NIGHT)
    marked = {key for key, row in shop.rows("products").items() if row.get("excluido")}
    assert marked == {str(gone.product_id)}


def test_a_cost_is_photographed_from_the_day_before_the_night_and_only_when_it_changes(shop: Shop) -> None:
    product = shop.account.add_product("Camiseta", at=OPENED, code="CAM", cost=2140)
    link = shop.account.default_link(product, NIGHT)
    assert link is not None
    shop.read("products")
    shop.read("products", at=NEXT_NIGHT)
    shop.account.set_cost(link, at=local("2026-03-11 10:00"), cost=2250)
    shop.read("products", at=NIGHT + 2 * DAY)
    photos = {key.split("|")[1]: row["precoCusto"] for key, row in shop.rows("cost_photos").items()}
    assert photos == {"2026-03-09": "21.40", "2026-03-11": "22.50"}
    assert shop.complete("costs") == [YESTERDAY + n * DAY for n in range(3)]


def test_a_cost_photo_of_a_night_is_not_taken_again(shop: Shop) -> None:
    product = shop.account.add_product("Camiseta", at=OPENED, code="CAM", cost=2140)
    link = shop.account.default_link(product, NIGHT)
    assert link is not None
    shop.read("products")
    shop.account.set_cost(link, at=local("2026-03-10 10:00"), cost=2250)
    shop.read("products", at=NIGHT + timedelta(hours=9))
    assert [row["precoCusto"] for row in shop.rows("cost_photos").values()] == ["21.40"]


def test_a_code_that_changes_leaves_the_days_of_both_codes_to_be_rebuilt(shop: Shop) -> None:
    product = shop.account.add_product("Camiseta", at=OPENED, code="VELHO", cost=2140)
    with shop.house.database.transaction() as conn:
        for day, sku in ((date(2026, 2, 1), "VELHO"), (date(2026, 2, 2), "NOVO"), (date(2026, 2, 3), "OUTRO")):
            conn.execute(
                "insert into dashboard.fact_stock_sku_day (client_id, dia, sku, estoque_disponivel, capturado_em,"
                " versao_metrica, run_id, calculado_em) values (%s, %s, %s, 1, now(), 1, 'r', now())",
                [shop.client_id, day, sku],
            )

    def february() -> dict[date, int]:
        found = shop.house.rows("select dia, bruto_rev from dashboard.day_state where dia < '2026-03-01'")
        return {row["dia"]: row["bruto_rev"] for row in found}

    shop.read("products")
    before = february()
    shop.account.change_product(product, at=local("2026-03-10 10:00"), code="NOVO")
    shop.read("products", at=NEXT_NIGHT)
    touched = {day for day, revision in february().items() if revision != before.get(day)}
    assert touched == {date(2026, 2, 1), date(2026, 2, 2)}


def test_kits_are_read_once_a_week_and_a_new_one_at_once(shop: Shop) -> None:
    part = shop.account.add_product("Camiseta", at=OPENED, code="CAM", stock=9)
    two = Structure(((part.product_id, Decimal(2)),))
    kit = shop.account.add_product("Kit 2", at=OPENED, code="KIT-2", format="E", structure=two)
    with shop.watching() as first:
        shop.read("products")
    assert f"/produtos/estruturas/{kit.product_id}" in first
    structure = shop.rows("structures")[str(kit.product_id)]
    assert structure["componentes"] == [{"produto": {"id": part.product_id}, "quantidade": "2.00"}]
    new = shop.account.add_product("Kit novo", at=local("2026-03-10 10:00"), code="KIT-N", format="E", structure=two)
    with shop.watching() as second:
        shop.read("products", at=NEXT_NIGHT)
    with shop.watching() as after_a_week:
        shop.read("products", at=NIGHT + 7 * DAY)

    def kits(paths: list[str]) -> list[str]:
        return [path for path in paths if "estruturas" in path]

    assert kits(second) == [f"/produtos/estruturas/{new.product_id}"]
    assert len(kits(after_a_week)) == 2


def test_suppliers_and_store_codes_are_read_once_a_week_and_what_left_is_marked(shop: Shop) -> None:
    product = shop.account.add_product("Camiseta", at=OPENED, code="CAM", cost=2140)
    channel = shop.account.add_channel("ML", "MercadoLivre", at=OPENED)
    link = shop.account.link_store(product, channel, "MLB123", at=OPENED)
    shop.read("products")
    assert shop.rows("store_links")[str(link.link_id)]["codigo"] == "MLB123"
    assert [row["precoCusto"] for row in shop.rows("supplier_links").values()] == ["21.40"]
    del shop.account.store_links[link.link_id]
    with shop.watching() as asked:
        shop.read("products", at=NEXT_NIGHT)
    assert not {"/produtos/lojas", "/produtos/fornecedores"} & set(asked)
    shop.read("products", at=NIGHT + 7 * DAY)
    assert shop.rows("store_links")[str(link.link_id)]["excluido"] is True


def test_the_stock_photo_holds_every_balance_by_deposit_absent_zero_and_owed_apart(shop: Shop) -> None:
    account = shop.account
    full = account.add_deposit("Full", at=OPENED, ignored=True)
    many = account.add_product("Muitos", at=OPENED, code="A", stock=40)
    account.set_balance(many, 5, at=OPENED, deposit=full)
    none = account.add_product("Nenhum", at=OPENED, code="B", stock=0)
    owed = account.add_product("Devendo", at=OPENED, code="C", stock=-3)
    account.add_product("Pai", at=OPENED, code="P", format="V")
    shop.read("products", "stock")
    found = shop.rows("stock")
    assert set(found) == {f"{product.product_id}|2026-03-09" for product in (many, none, owed)}
    assert found[f"{many.product_id}|2026-03-09"]["saldoFisicoTotal"] == "40.00"
    assert {d["id"]: d["saldoFisico"] for d in found[f"{many.product_id}|2026-03-09"]["depositos"]} == {
        account.general.deposit_id: "40.00",
        full.deposit_id: "5.00",
    }
    assert found[f"{owed.product_id}|2026-03-09"]["saldoFisicoTotal"] == "-3.00"
    assert found[f"{none.product_id}|2026-03-09"]["saldoFisicoTotal"] == "0.00"


def test_a_stock_photo_is_never_rewritten_and_never_taken_for_a_past_day(shop: Shop) -> None:
    product = shop.account.add_product("Camiseta", at=OPENED, code="A", stock=40)
    shop.read("products", "stock")
    before = shop.rows("stock")
    shop.account.set_balance(product, 7, at=local("2026-03-10 10:00"))
    days = [YESTERDAY - DAY, YESTERDAY]
    with shop.watching() as asked:
        outcome = shop.read("products", "stock", at=NIGHT + timedelta(hours=9), days=days)["stock"]
    assert "/estoques/saldos" not in asked
    assert shop.rows("stock") == before
    assert outcome.days_done == {YESTERDAY - DAY, YESTERDAY}
    assert any("sem foto" in note for note in outcome.notes)
    assert shop.complete("stock") == [YESTERDAY]


def test_more_than_a_hundred_products_are_asked_for_in_parts(shop: Shop) -> None:
    for n in range(230):
        shop.account.add_product(f"P{n}", at=OPENED, code=f"P{n}", stock=n % 3 - 1)
    shop.read("products", "stock")
    assert len(shop.rows("stock")) == 230


# --- money ------------------------------------------------------------------------------------------------------------


def test_a_receivable_due_in_the_future_is_read_and_followed_until_it_is_paid(shop: Shop) -> None:
    bill = shop.account.expect(
        sell(shop, "2026-03-09 10:00"), at=local("2026-03-09 10:00"), due_on=date(2026, 6, 8), amount=5990
    )
    shop.read("finance")
    row = shop.rows("receivables")[str(bill.bill_id)]
    assert (row["situacao"], row["valor"], shop.days("receivables")[str(bill.bill_id)]) == (
        1, "59.90", date(2026, 6, 8)
    )  # fmt: skip
    shop.account.settle(bill, at=local("2026-03-10 10:00"))
    shop.read("finance", at=NEXT_NIGHT)
    paid = shop.rows("receivables")[str(bill.bill_id)]
    assert (paid["situacao"], paid["saldo"]) == (2, "0.00")


@pytest.mark.parametrize("status", [5, 6, 7])
def test_a_bill_that_leaves_the_open_ones_without_being_paid_is_asked_for_by_id(shop: Shop, status: int) -> None:
    """Filters stop at 5 and answers go to 7: an account in 6 or 7 is in no filtered list."""
    sale = sell(shop, "2026-03-09 10:00")
    owed = shop.account.owe("Compra", 90000, at=local("2026-03-09 10:00"), due_on=date(2026, 4, 1))
    due = shop.account.expect(sale, at=local("2026-03-09 10:00"), due_on=date(2026, 4, 1))
    shop.read("finance")
    for bill in (owed, due):
        shop.account.set_bill_status(bill, status, at=local("2026-03-10 10:00"))  # type: ignore[arg-type]
    shop.read("finance", at=NEXT_NIGHT)
    assert shop.rows("payables")[str(owed.bill_id)]["situacao"] == status
    assert shop.rows("receivables")[str(due.bill_id)]["situacao"] == status


def test_a_payable_carries_category_and_competence_which_only_its_detail_has(shop: Shop) -> None:
    rent = shop.account.add_category("Aluguel", 1)
    bill = shop.account.owe(
        "Aluguel 02/2026", 350000, at=local("2026-03-01 10:00"), due_on=date(2026, 3, 5),
        accrual_on=date(2026, 2, 1), category=rent,
    )  # fmt: skip
    shop.read("finance")
    row = shop.rows("payables")[str(bill.bill_id)]
    assert (row["categoria"], row["competencia"], row["valor"]) == ({"id": rent.category_id}, "2026-02-01", "3500.00")
    assert "historico" not in row
    assert shop.rows("expense_categories")[str(rent.category_id)]["descricao"] == "Aluguel"
    with shop.watching() as asked:
        shop.read("finance", at=NEXT_NIGHT)
    assert not [path for path in asked if path.startswith("/contas/pagar/")]


def test_bills_of_past_days_are_read_by_due_date_whatever_became_of_them(shop: Shop) -> None:
    paid = shop.account.owe("Antiga", 10000, at=local("2026-01-01 10:00"), due_on=date(2026, 3, 3))
    shop.account.settle(paid, at=local("2026-01-20 10:00"))
    shop.read("finance", days=[date(2026, 3, 2), date(2026, 3, 3)])
    assert shop.rows("payables")[str(paid.bill_id)]["situacao"] == 2


def test_invoices_are_read_also_when_cancelled_and_again_when_that_comes_later(shop: Shop) -> None:
    first, second = (sell(shop, "2026-03-09 10:00") for _ in range(2))
    born_dead = shop.account.invoice(first, at=local("2026-03-09 23:50"), status=2)
    later = shop.account.invoice(second, at=local("2026-03-09 11:00"))
    shop.read("invoices")
    found = shop.rows("invoices")
    assert {key: row["situacao"] for key, row in found.items()} == {
        str(born_dead.invoice_id): 2,
        str(later.invoice_id): 6,
    }
    assert len(found[str(later.invoice_id)]["chaveAcesso"]) == 44
    assert set(shop.days("invoices").values()) == {YESTERDAY}
    shop.account.set_invoice_status(later, 2, at=local("2026-03-10 10:00"))
    shop.read("invoices", at=NEXT_NIGHT)
    assert shop.rows("invoices")[str(later.invoice_id)]["situacao"] == 2


# --- reference --------------------------------------------------------------------------------------------------------


def test_inactive_deposits_and_reconnected_stores_are_kept(shop: Shop) -> None:
    account = shop.account
    closed = account.add_deposit("Antigo", at=OPENED)
    account.close_deposit(closed, at=START)
    before = account.add_channel("ML Loja Um", "MercadoLivre", at=OPENED)
    after = account.reconnect(before, at=START)
    shop.read("reference")
    assert shop.rows("deposits")[str(closed.deposit_id)]["situacao"] == 0
    assert {shop.rows("channels")[str(c.channel_id)]["tipo"] for c in (before, after)} == {"MercadoLivre"}
    assert list(shop.rows("account")) == [account.company.company_id]


def fill(shop: Shop) -> None:
    """Something of everything."""
    account = shop.account
    part = account.add_product("Camiseta", at=OPENED, code="CAM", cost=2140, stock=12)
    account.add_product("Kit", at=OPENED, code="KIT", format="E", structure=Structure(((part.product_id, Decimal(2)),)))
    sale = sell(shop, "2026-03-09 10:00")
    sell(shop, "2026-03-09 11:00", fees=Fees())
    account.invoice(sale, at=local("2026-03-09 12:00"))
    account.expect(sale, at=local("2026-03-09 12:00"), due_on=date(2026, 4, 9))
    account.owe("Aluguel", 350000, at=local("2026-03-09 12:00"), due_on=date(2026, 3, 20))
    channel = next(iter(account.channels.values()))
    account.link_store(part, channel, "MLB1", at=OPENED)
