"""Bills of Bling by month of competence, as they are stored (contract Bling §9)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from viang_pipeline.marts.expenses import build_expenses
from viang_pipeline_tests.marts.shop import Shop
from viang_pipeline_tests.marts.test_own_stock import store

FEBRUARY = date(2026, 2, 1)
RENT, GOODS = 33000001, 33000002


def bill(shop: Shop, number: int, value: str, category: int | None = RENT, **given: Any) -> None:
    """A payable whose detail was read, unless ``detail`` is false; due in March, of February."""
    body: dict[str, Any] = {"id": number, "situacao": 1, "vencimento": "2026-03-05", "valor": Decimal(value)}
    if given.pop("detail", True):
        body |= {"competencia": "2026-02-10", "categoria": {"id": category} if category else {}}
    store(shop, "bling_payables", (str(number), body | given), day=date(2026, 3, 5))


def categories(shop: Shop) -> None:
    """Both are known by name, and the client told that the rent is fixed and goods are not."""
    for key, name, fixed in ((RENT, "Aluguel", True), (GOODS, "Compra de mercadoria", False)):
        store(shop, "bling_expense_categories", (str(key), {"id": key, "descricao": name, "tipo": 1}))
        shop.execute(
            "insert into dashboard.categorias_despesa (client_id, categoria, fixa, vigente_de, informado_em)"
            " values (%s, %s, %s, '2026-01-01', now())",
            shop.client_id, name, fixed,
        )  # fmt: skip


def test_bills_stand_by_month_of_competence_and_category(shop: Shop) -> None:
    categories(shop)
    bill(shop, 1, "900.00")
    bill(shop, 2, "0.10", situacao=7)
    bill(shop, 3, "50.00", GOODS, competencia="2026-01-31")
    bill(shop, 4, "77.00", situacao=5)
    bill(shop, 5, "88.00", excluido=True)
    build_expenses(shop.work(), [])
    rows = [(row["mes"], row["descricao"], row["fixa"], row["valor"], row["contas"]) for row in expenses(shop)]
    assert rows == [
        (date(2026, 1, 1), "Compra de mercadoria", False, Decimal("50.00"), 1),
        (FEBRUARY, "Aluguel", True, Decimal("900.10"), 2),
    ]


def test_a_bill_whose_detail_was_not_read_is_unread_and_no_zero(shop: Shop) -> None:
    bill(shop, 1, "900.00", detail=False)
    build_expenses(shop.work(), [])
    (row,) = expenses(shop)
    assert (row["mes"], row["categoria"], row["valor"]) == (date(2026, 3, 1), "", None)
    assert (row["contas"], row["contas_nao_lidas"]) == (1, 1)


def test_a_second_build_writes_nothing_and_a_cancelled_bill_takes_its_row_away(shop: Shop) -> None:
    bill(shop, 1, "900.00")
    assert build_expenses(shop.work(), []).written == 1
    assert build_expenses(shop.work(), []).written == 0
    bill(shop, 1, "900.00", situacao=5)
    assert build_expenses(shop.work(), []).written == 1
    assert expenses(shop) == []


def expenses(shop: Shop) -> list[dict[str, Any]]:
    return shop.rows("fact_expense_month", "mes, categoria")
