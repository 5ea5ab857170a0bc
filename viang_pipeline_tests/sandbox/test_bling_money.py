"""Bling contract §9 to §11: bills, categories, invoices, channels and the company."""

from __future__ import annotations

from datetime import date

import pytest

from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.sales_truth import Sale
from viang_pipeline_tests.sandbox.bling_shop import OLD, Erp, wall
from viang_pipeline_tests.sandbox.shop import DAY, HOUR, START

TODAY = date(2026, 3, 10)


@pytest.fixture
def account(erp: Erp) -> BlingAccount:
    return erp.account()


def sale(account: BlingAccount) -> Sale:
    item = account.item(None, at=OLD, unit_price=130_50, code="X")
    return account.sell([item], at=START - 40 * DAY, store_number="2000007412345678")


def test_receivables_default_to_what_was_issued_within_a_year_until_today(erp: Erp, account: BlingAccount) -> None:
    order = sale(account)
    long_ago = account.expect(order, at=START - 370 * DAY, due_on=TODAY)
    lately = account.expect(order, at=START - 30 * DAY, due_on=date(2026, 4, 9))
    assert erp.ids(account, "/contas/receber") == [lately.bill_id]
    window = {"dataInicial": "2025-03-01", "dataFinal": "2025-12-31"}
    assert erp.ids(account, "/contas/receber", **window) == [long_ago.bill_id]


def test_future_due_dates_need_an_explicit_end(erp: Erp, account: BlingAccount) -> None:
    order = sale(account)
    due = account.expect(order, at=START - 30 * DAY, due_on=date(2026, 3, 1))
    later = account.expect(order, at=START - 30 * DAY, due_on=date(2026, 4, 9))
    assert erp.ids(account, "/contas/receber", tipoFiltroData="V") == [due.bill_id]
    assert erp.ids(account, "/contas/receber", tipoFiltroData="V", dataFinal="2026-12-31") == [
        due.bill_id,
        later.bill_id,
    ]


def test_receivables_are_found_by_the_day_of_receipt(erp: Erp, account: BlingAccount) -> None:
    order = sale(account)
    bill = account.expect(order, at=START - 30 * DAY, due_on=TODAY)
    account.expect(order, at=START - 30 * DAY, due_on=TODAY)
    account.settle(bill, at=START - DAY)
    window = {"tipoFiltroData": "R", "dataInicial": "2026-03-09", "dataFinal": "2026-03-09"}
    assert erp.ids(account, "/contas/receber", **window) == [bill.bill_id]


def test_status_filters_of_receivables_stop_at_five_while_answers_go_to_seven(erp: Erp, account: BlingAccount) -> None:
    bill = account.expect(sale(account), at=START - 30 * DAY, due_on=TODAY)
    account.set_bill_status(bill, 7, at=START - DAY)
    assert erp.data(account, "/contas/receber")[0]["situacao"] == 7
    assert erp.ids(account, "/contas/receber", situacoes=[1, 2, 3, 4, 5]) == []
    assert erp.get(account, "/contas/receber", situacoes=[7]).status_code == 400


def test_the_detail_of_a_receivable_has_balance_and_payments(erp: Erp, account: BlingAccount) -> None:
    income = account.add_category("Vendas", 2)
    bill = account.expect(sale(account), at=START - 30 * DAY, due_on=TODAY, category=income)
    account.settle(bill, at=START - DAY, amount=30_50)
    account.postpone(bill, date(2026, 3, 20), at=START - HOUR)
    (row,) = erp.data(account, "/contas/receber")
    assert "saldo" not in row
    assert row["origem"]["tipoOrigem"] == "venda"
    assert row["contato"]["numeroDocumento"]
    detail = erp.data(account, f"/contas/receber/{bill.bill_id}")
    assert (detail["saldo"], detail["situacao"], len(detail["borderos"])) == (100, 3, 1)
    assert (detail["vencimento"], detail["vencimentoOriginal"]) == ("2026-03-20", "2026-03-10")
    assert detail["categoria"]["id"] == income.category_id
    assert erp.get(account, "/contas/receber/1").status_code == 404


def test_payables_are_thin_rows_and_only_the_detail_tells_category_and_competence(
    erp: Erp, account: BlingAccount
) -> None:
    rent = account.add_category("Aluguel", 1)
    bill = account.owe(
        "Aluguel de março",
        4_500_00,
        at=START - 5 * DAY,
        due_on=TODAY,
        accrual_on=date(2026, 3, 1),
        category=rent,
        monthly=True,
    )
    (row,) = erp.data(account, "/contas/pagar")
    assert set(row) == {"id", "situacao", "vencimento", "valor", "contato", "formaPagamento"}
    detail = erp.data(account, f"/contas/pagar/{bill.bill_id}")
    assert (detail["categoria"]["id"], detail["competencia"]) == (rent.category_id, "2026-03-01")
    assert (detail["dataEmissao"], detail["saldo"], detail["ocorrencia"]["tipo"]) == ("2026-03-05", 4500, 3)


def test_a_bill_without_category_has_the_empty_one(erp: Erp, account: BlingAccount) -> None:
    bill = account.owe("Diversos", 90_00, at=START - DAY, due_on=TODAY)
    assert erp.data(account, f"/contas/pagar/{bill.bill_id}")["categoria"] == {"id": 0}


def test_payables_are_filtered_by_issue_due_payment_and_status(erp: Erp, account: BlingAccount) -> None:
    paid = account.owe("Malha", 900_00, at=START - 40 * DAY, due_on=date(2026, 2, 20))
    account.settle(paid, at=START - 15 * DAY)
    still_open = account.owe("Contador", 500_00, at=START - 3 * DAY, due_on=date(2026, 3, 20))
    cancelled = account.owe("Erro", 1_00, at=START - 3 * DAY, due_on=date(2026, 3, 21))
    account.set_bill_status(cancelled, 5, at=START - DAY)
    ids = [paid.bill_id, still_open.bill_id, cancelled.bill_id]

    def found(**given: object) -> list[int]:
        return [ids.index(bill_id) for bill_id in erp.ids(account, "/contas/pagar", **given)]

    assert found() == [0, 1, 2]
    assert found(dataEmissaoInicial="2026-03-01", dataEmissaoFinal="2026-03-31") == [1, 2]
    assert found(dataVencimentoInicial="2026-02-01", dataVencimentoFinal="2026-02-28") == [0]
    assert found(dataPagamentoInicial="2026-02-23", dataPagamentoFinal="2026-02-23") == [0]
    assert found(situacao=5) == [2]


def test_categories_form_a_tree_of_kinds(erp: Erp, account: BlingAccount) -> None:
    root = account.add_category("Despesas fixas", 1)
    account.add_category("Aluguel", 1, parent=root)
    account.add_category("Vendas", 2)
    account.add_category("Antiga", 1, active=False)
    rows = erp.data(account, "/categorias/receitas-despesas")
    assert [(row["descricao"], row["idCategoriaPai"]) for row in rows] == [
        ("Despesas fixas", 0),
        ("Aluguel", root.category_id),
        ("Vendas", 0),
        ("Antiga", 0),
    ]
    assert [r["descricao"] for r in erp.data(account, "/categorias/receitas-despesas", tipo=2)] == ["Vendas"]
    assert [r["descricao"] for r in erp.data(account, "/categorias/receitas-despesas", situacao=2)] == ["Antiga"]


def test_cancelled_and_inbound_invoices_need_asking_for(erp: Erp, account: BlingAccount) -> None:
    order = sale(account)
    valid, void = account.invoice(order, at=START - 9 * DAY), account.invoice(order, at=START - 8 * DAY)
    account.set_invoice_status(void, 2, at=START - DAY)
    returned = account.return_invoice(order, at=START - HOUR)
    assert erp.ids(account, "/nfe") == [valid.invoice_id]
    assert erp.ids(account, "/nfe", situacao=2) == [void.invoice_id]
    assert erp.ids(account, "/nfe", tipo=0) == [returned.invoice_id]
    assert erp.data(account, f"/nfe/{returned.invoice_id}")["finalidade"] == 4


def test_the_value_of_an_invoice_is_in_its_detail_alone(erp: Erp, account: BlingAccount) -> None:
    invoice = account.invoice(sale(account), at=wall("2026-03-09 15:10:02"))
    (row,) = erp.data(account, "/nfe")
    assert "valorNota" not in row
    assert (row["dataEmissao"], row["numero"], row["loja"]["numero"]) == (
        "2026-03-09 15:10:02",
        "000321",
        "2000007412345678",
    )
    assert (len(row["chaveAcesso"]), row["chaveAcesso"].isdecimal()) == (44, True)
    detail = erp.data(account, f"/nfe/{invoice.invoice_id}")
    assert (detail["valorNota"], detail["itens"][0]["codigo"]) == (pytest.approx(130.5), "X")
    assert erp.get(account, "/nfe/1").status_code == 404


def test_a_bare_date_ends_an_invoice_window_at_its_midnight(erp: Erp, account: BlingAccount) -> None:
    account.invoice(sale(account), at=wall("2026-03-09 15:10:02"))
    assert erp.ids(account, "/nfe", dataEmissaoInicial="2026-03-09", dataEmissaoFinal="2026-03-09") == []
    ends = {"dataEmissaoInicial": "2026-03-09 00:00:00", "dataEmissaoFinal": "2026-03-09 23:59:59"}
    assert len(erp.ids(account, "/nfe", **ends)) == 1


def test_a_reconnected_store_is_a_new_id_of_the_same_kind(erp: Erp, account: BlingAccount) -> None:
    old = account.add_channel("ML Loja Um", "MercadoLivre", at=OLD)
    account.add_channel("Shopee", "Shopee", at=OLD)
    new = account.reconnect(old, at=START - DAY)
    rows = erp.data(account, "/canais-venda", tipos=["MercadoLivre"])
    assert [(row["id"], row["tipo"], row["situacao"]) for row in rows] == [
        (old.channel_id, "MercadoLivre", 2),
        (new.channel_id, "MercadoLivre", 1),
    ]
    assert len(erp.ids(account, "/canais-venda")) == 3
    assert old.channel_id not in erp.ids(account, "/canais-venda", situacao=1)
    (branch,) = erp.data(account, f"/canais-venda/{new.channel_id}")["filiais"]
    assert branch["deposito"]["id"] == account.general.deposit_id
    assert {"nome": "Mercado Livre", "tipo": "MercadoLivre", "agrupador": 3} in erp.data(account, "/canais-venda/tipos")


def test_the_company_is_known_by_its_hex_id(erp: Erp, account: BlingAccount) -> None:
    body = erp.data(account, "/empresas/me/dados-basicos")
    assert len(body["id"]) == 32
    assert int(body["id"], 16)
    assert body["id"] != erp.data(erp.account(), "/empresas/me/dados-basicos")["id"]


def test_an_unknown_path_is_a_404_in_the_error_envelope(erp: Erp, account: BlingAccount) -> None:
    answer = erp.get(account, "/borderos-que-nao-existem")
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "RESOURCE_NOT_FOUND")
