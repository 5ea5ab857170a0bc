"""Bling contract §6 and §13: sales orders as a list, as a detail, and as they change."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.sales_truth import Fees, Sale
from viang_pipeline.sandbox.bling.sales_verbs import CANCELLED, FULFILLED
from viang_pipeline.sandbox.faults import Fault
from viang_pipeline_tests.sandbox.bling_shop import OLD, Erp, wall
from viang_pipeline_tests.sandbox.shop import DAY, HOUR, MINUTE, START

LIST = "/pedidos/vendas"


@pytest.fixture
def account(erp: Erp) -> BlingAccount:
    return erp.account()


def sell(account: BlingAccount, **given: Any) -> Sale:
    """An order of one shirt at R$ 59,00 an hour ago, unless told otherwise."""
    given = {"at": START - HOUR, "items": [account.item(None, at=OLD, unit_price=59_00)]} | given
    return account.sell(**given)


def detail(erp: Erp, account: BlingAccount, sale: Sale) -> Any:
    return erp.data(account, f"{LIST}/{sale.sale_id}")


def changed_ids(erp: Erp, account: BlingAccount, since: str, until: str) -> list[int]:
    return erp.ids(account, LIST, dataAlteracaoInicial=since, dataAlteracaoFinal=until)


def test_a_list_has_a_hundred_rows_and_no_total(erp: Erp, account: BlingAccount) -> None:
    sales = [sell(account).sale_id for _ in range(101)]
    first = erp.get(account, LIST).json()
    assert set(first) == {"data"}
    assert [row["id"] for row in first["data"]] == sales[:0:-1]
    assert erp.ids(account, LIST, pagina=2) == [sales[0]]
    assert erp.ids(account, LIST, pagina=3) == []


def test_a_page_larger_than_a_hundred_is_silently_a_hundred(erp: Erp, account: BlingAccount) -> None:
    for _ in range(101):
        sell(account)
    assert len(erp.data(account, LIST, limite=500)) == 100
    assert len(erp.data(account, LIST, limite=10)) == 10


@pytest.mark.parametrize("given", [{"pagina": 0}, {"pagina": -1}, {"limite": 0}, {"pagina": "um"}])
def test_a_page_that_makes_no_sense_is_a_validation_error(erp: Erp, account: BlingAccount, given: Any) -> None:
    answer = erp.get(account, LIST, **given)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "VALIDATION_ERROR")


def test_rows_lack_items_fees_and_stamps(erp: Erp, account: BlingAccount) -> None:
    sell(account)
    (row,) = erp.data(account, LIST)
    assert set(row) == {
        "id", "numero", "numeroLoja", "data", "dataSaida", "dataPrevista", "totalProdutos", "total", "contato",
        "situacao", "loja",
    }  # fmt: skip


def test_rows_and_details_carry_the_buyer_to_be_dropped(erp: Erp, account: BlingAccount) -> None:
    channel = account.add_channel("ML Loja", "MercadoLivre", at=OLD)
    sale = sell(account, channel=channel, store_number="2000007412345678")
    (row,) = erp.data(account, LIST)
    assert row["contato"]["nome"]
    assert len(row["contato"]["numeroDocumento"]) == 11
    label = detail(erp, account, sale)["transporte"]["etiqueta"]
    assert label["nome"] == row["contato"]["nome"]
    assert label["endereco"]
    assert label["uf"] == ""


def test_an_order_has_a_day_without_hour_and_empty_days_are_zeros(erp: Erp, account: BlingAccount) -> None:
    sell(account, at=wall("2026-03-08 23:30:00"))
    (row,) = erp.data(account, LIST)
    assert (row["data"], row["dataSaida"], row["dataPrevista"]) == ("2026-03-08", "0000-00-00", "0000-00-00")


def test_a_counter_sale_has_no_store(erp: Erp, account: BlingAccount) -> None:
    sell(account)
    (row,) = erp.data(account, LIST)
    assert (row["loja"]["id"], row["numeroLoja"]) == (0, "")


def test_what_is_not_there_is_an_empty_shell_in_the_detail(erp: Erp, account: BlingAccount) -> None:
    body = detail(erp, account, sell(account))
    assert body["categoria"] == body["notaFiscal"] == body["vendedor"] == {"id": 0}
    assert body["transporte"]["contato"] == {"id": 0, "nome": ""}
    assert body["transporte"]["volumes"] == []
    assert body["numeroPedidoCompra"] == ""


def test_what_is_empty_may_rarely_be_null(erp: Erp, account: BlingAccount) -> None:
    erp.shop.sandbox.bling.options.empties_as_null = True
    body = detail(erp, account, sell(account))
    assert (body["numeroLoja"], body["dataSaida"], body["itens"][0]["codigo"]) == (None, None, None)
    assert body["transporte"]["volumes"] == []


def test_a_free_text_item_has_no_product_and_may_lack_a_code(erp: Erp, account: BlingAccount) -> None:
    (item,) = detail(erp, account, sell(account))["itens"]
    assert (item["produto"]["id"], item["codigo"]) == (0, "")


def test_a_pack_is_one_order_with_several_items(erp: Erp, account: BlingAccount) -> None:
    shirt = account.add_product("Camiseta", code="CAM-AZ-G", price=59_00, at=OLD)
    cup = account.add_product("Caneca", code="CAN-1", price=30_00, at=OLD)
    items = [account.item(shirt, at=START - HOUR, quantity=2), account.item(cup, at=START - HOUR)]
    body = detail(erp, account, sell(account, items=items, store_number="2000009999888777"))
    assert [(i["codigo"], i["quantidade"], i["valor"]) for i in body["itens"]] == [
        ("CAM-AZ-G", 2, 59),
        ("CAN-1", 1, 30),
    ]
    assert body["totalProdutos"] == 148


def test_total_follows_discount_freight_and_other_costs(erp: Erp, account: BlingAccount) -> None:
    body = detail(erp, account, sell(account, discount=9_00, freight=12_00, other_costs=1_00))
    assert (body["total"], body["desconto"]) == (63, {"valor": 9, "unidade": "REAL"})


def test_an_order_discount_may_be_a_percentage(erp: Erp, account: BlingAccount) -> None:
    body = detail(erp, account, sell(account, discount=10_00, discount_in_percent=True))
    assert body["desconto"] == {"valor": 10, "unidade": "PERCENTUAL"}
    assert body["total"] == pytest.approx(53.1)


def test_an_item_price_is_net_of_its_percentage_discount_and_quantities_may_be_fractions(
    erp: Erp, account: BlingAccount
) -> None:
    line = account.item(None, at=OLD, unit_price=49_00, discount=2, quantity=Decimal("1.5"))
    body = detail(erp, account, sell(account, items=[line]))
    assert (body["itens"][0]["desconto"], body["itens"][0]["quantidade"]) == (2, 1.5)
    assert body["totalProdutos"] == pytest.approx(73.5)


def test_some_amounts_carry_binary_noise(erp: Erp, account: BlingAccount) -> None:
    for amount in range(1990, 2090, 3):
        sell(account, items=[account.item(None, at=OLD, unit_price=amount)])
    text = erp.get(account, LIST).text
    totals = [part.split(",")[0] for part in text.split('"total":')[1:]]
    assert any(len(total) > 10 for total in totals)
    assert all(abs(float(total) * 100 - round(float(total) * 100)) < 1e-6 for total in totals)


def test_fees_are_zero_at_first_and_their_arrival_moves_the_change_stamp(erp: Erp, account: BlingAccount) -> None:
    sale = sell(account, at=START - 2 * DAY)
    account.set_fees(sale, Fees(14_16, 18_90, 118_00), at=START + HOUR)
    assert detail(erp, account, sale)["taxas"] == {"taxaComissao": 0, "custoFrete": 0, "valorBase": 0}
    erp.shop.sandbox.clock.set(START + 2 * HOUR)
    assert detail(erp, account, sale)["taxas"]["valorBase"] == 118
    assert changed_ids(erp, account, "2026-03-10 09:00:00", "2026-03-10 11:00:00") == [sale.sale_id]


def test_fees_may_arrive_without_any_change_filter_noticing(erp: Erp, account: BlingAccount) -> None:
    sale = sell(account, at=START - 2 * DAY)
    account.set_fees(sale, Fees(14_16, 18_90, 118_00), at=START - HOUR, stamped=False)
    assert detail(erp, account, sale)["taxas"]["valorBase"] == 118
    assert changed_ids(erp, account, "2026-03-09 12:00:00", "2026-03-10 12:00:00") == []


def test_change_filters_are_brasilia_wall_time(erp: Erp, account: BlingAccount) -> None:
    sale = sell(account, at=wall("2026-03-08 23:30:00"))
    assert changed_ids(erp, account, "2026-03-08 23:00:00", "2026-03-08 23:59:59") == [sale.sale_id]
    assert changed_ids(erp, account, "2026-03-09 02:00:00", "2026-03-09 03:00:00") == []


def test_both_ends_of_a_change_window_are_included_to_the_second(erp: Erp, account: BlingAccount) -> None:
    sale = sell(account, at=wall("2026-03-09 10:00:00") + timedelta(milliseconds=700))
    assert changed_ids(erp, account, "2026-03-09 10:00:00", "2026-03-09 10:00:00") == [sale.sale_id]
    assert changed_ids(erp, account, "2026-03-09 10:00:01", "2026-03-09 11:00:00") == []


def test_order_date_filters_are_whole_days(erp: Erp, account: BlingAccount) -> None:
    sale = sell(account, at=wall("2026-03-08 23:30:00"))
    assert erp.ids(account, LIST, dataInicial="2026-03-08", dataFinal="2026-03-08") == [sale.sale_id]
    assert erp.ids(account, LIST, dataInicial="2026-03-09", dataFinal="2026-03-09") == []


@pytest.mark.parametrize(
    ("first", "last", "good", "bad"),
    [
        ("dataInicial", "dataFinal", ("2025-03-10", "2026-03-10"), ("2025-03-10", "2026-03-11")),
        (
            "dataAlteracaoInicial",
            "dataAlteracaoFinal",
            ("2025-03-10 00:00:00", "2026-03-10 00:00:00"),
            ("2025-03-10 00:00:00", "2026-03-10 00:00:01"),
        ),
        ("dataInicial", "dataFinal", ("2024-02-29", "2025-02-28"), ("2024-02-29", "2025-03-01")),
    ],
)
def test_a_period_of_more_than_a_year_is_refused(
    erp: Erp, account: BlingAccount, first: str, last: str, good: tuple[str, str], bad: tuple[str, str]
) -> None:
    assert erp.get(account, LIST, **{first: good[0], last: good[1]}).status_code == 200
    refused = erp.get(account, LIST, **{first: bad[0], last: bad[1]})
    assert (refused.status_code, refused.json()["error"]["type"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "given",
    [
        {"dataInicial": "10/03/2026"},
        {"dataInicial": "2026-03-10 00:00:00"},
        {"dataInicial": "2026-02-30"},
        {"dataAlteracaoInicial": "2026-03-10T00:00:00-03:00"},
        {"idLoja": "loja"},
    ],
)
def test_a_malformed_filter_is_refused(erp: Erp, account: BlingAccount, given: dict[str, str]) -> None:
    assert erp.get(account, LIST, **given).status_code == 400


def test_lists_filter_only_with_brackets(erp: Erp, account: BlingAccount) -> None:
    done = sell(account, status=FULFILLED)
    still_open = sell(account)
    assert erp.ids(account, LIST, idsSituacoes=[FULFILLED, CANCELLED]) == [done.sale_id]
    assert erp.ids(account, LIST, idsSituacoes=FULFILLED) == [still_open.sale_id, done.sale_id]


def test_orders_are_found_by_their_store_numbers_and_store(erp: Erp, account: BlingAccount) -> None:
    channel = account.add_channel("ML Loja", "MercadoLivre", at=OLD)
    sales = [sell(account, channel=channel, store_number=str(n)) for n in range(3)]
    sell(account)
    assert erp.ids(account, LIST, numerosLojas=["0", "2"]) == [sales[2].sale_id, sales[0].sale_id]
    assert len(erp.ids(account, LIST, idLoja=channel.channel_id)) == 3
    assert len(erp.ids(account, LIST, idLoja=0)) == 1
    assert erp.ids(account, LIST, numero=sales[1].number) == [sales[1].sale_id]


def test_a_custom_status_has_its_own_id_and_blings_value(erp: Erp, account: BlingAccount) -> None:
    sent = account.add_status("Enviado pelo Full", 1, inherited=FULFILLED)
    sale = sell(account)
    account.set_status(sale, sent, at=START - MINUTE)
    assert detail(erp, account, sale)["situacao"] == {"id": sent.status_id, "valor": 1}
    sales_module = next(m["id"] for m in erp.data(account, "/situacoes/modulos") if m["nome"] == "Vendas")
    named = {row["id"]: row for row in erp.data(account, f"/situacoes/modulos/{sales_module}")}
    assert (named[sent.status_id]["nome"], named[sent.status_id]["idHerdado"]) == ("Enviado pelo Full", FULFILLED)
    assert (named[12]["nome"], named[12]["idHerdado"]) == ("Cancelado", 0)
    assert erp.data(account, f"/situacoes/{sent.status_id}")["nome"] == "Enviado pelo Full"
    assert erp.get(account, "/situacoes/modulos/1").status_code == 404


def test_a_cancellation_weeks_later_shows_in_the_change_window(erp: Erp, account: BlingAccount) -> None:
    sale = sell(account, at=START - 20 * DAY)
    account.set_status(sale, CANCELLED, at=START - HOUR)
    assert changed_ids(erp, account, "2026-03-10 00:00:00", "2026-03-10 09:00:00") == [sale.sale_id]
    assert detail(erp, account, sale)["situacao"] == {"id": 12, "valor": 2}


def test_a_deleted_order_is_absent_and_its_detail_a_404(erp: Erp, account: BlingAccount) -> None:
    sale = sell(account)
    account.delete_sale(sale, at=START - MINUTE)
    assert erp.ids(account, LIST) == []
    answer = erp.get(account, f"{LIST}/{sale.sale_id}")
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "RESOURCE_NOT_FOUND")


def test_another_accounts_order_is_a_404(erp: Erp, account: BlingAccount) -> None:
    foreign = sell(erp.account())
    assert erp.get(account, f"{LIST}/{foreign.sale_id}").status_code == 404


def test_an_order_shows_its_invoice_and_dispatch(erp: Erp, account: BlingAccount) -> None:
    sale = sell(account, at=START - DAY)
    invoice = account.invoice(sale, at=START - 3 * HOUR)
    account.dispatch(sale, at=START - 2 * HOUR)
    body = detail(erp, account, sale)
    assert (body["notaFiscal"]["id"], body["dataSaida"]) == (invoice.invoice_id, "2026-03-10")


def test_what_happens_later_is_not_seen_yet(erp: Erp, account: BlingAccount) -> None:
    sell(account, at=START + HOUR)
    assert erp.ids(account, LIST) == []


def test_an_order_that_arrives_while_paging_repeats_a_row_on_the_next_page(erp: Erp, account: BlingAccount) -> None:
    for _ in range(150):
        sell(account)
    erp.shop.sandbox.bling.options.during_paging = "arrival"
    first, second = erp.ids(account, LIST), erp.ids(account, LIST, pagina=2)
    assert set(first) & set(second) == {first[-1]}


def test_an_order_that_changes_while_paging_a_window_hides_another(erp: Erp, account: BlingAccount) -> None:
    sales = {sell(account).sale_id for _ in range(150)}
    erp.shop.sandbox.bling.options.during_paging = "departure"
    window = {"dataAlteracaoInicial": "2026-03-10 00:00:00", "dataAlteracaoFinal": "2026-03-10 08:30:00"}
    seen = set(erp.ids(account, LIST, **window)) | set(erp.ids(account, LIST, pagina=2, **window))
    assert len(sales - seen) == 1


def test_anything_may_happen_between_two_requests(erp: Erp, account: BlingAccount) -> None:
    erp.shop.sandbox.faults.add(
        Fault("hook", path=f"/Api/v3{LIST}", skip=1, hook=lambda world, now: sell(account, at=now))
    )
    assert (len(erp.ids(account, LIST)), len(erp.ids(account, LIST))) == (0, 1)


def test_the_day_of_an_order_may_differ_from_its_arrival(erp: Erp, account: BlingAccount) -> None:
    sell(account, day=date(2026, 3, 1))
    assert len(erp.ids(account, LIST, dataInicial="2026-03-01", dataFinal="2026-03-01")) == 1
