"""``vw_client_month``: sums of complete months, and profit only where all of it is known (kpis.md §5.5)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from viang_pipeline.domain.business_day import days_between
from viang_pipeline.warehouse import ledgers
from viang_pipeline_tests.marts.shop import NOW, Shop, line, order
from viang_pipeline_tests.marts.test_expenses import FEBRUARY, GOODS, bill, categories

DAYS = days_between(FEBRUARY, date(2026, 2, 28))


def sell(shop: Shop, number: int, day: date, sku: str = "A", price: str = "100.00") -> None:
    shop.put(order(str(number), line(sku, price, fee="10.00"), shipment=str(number), at=f"{day}T12:00:00.000-03:00"))
    shop.ship(str(number), "5.00", day=day)


def mark(shop: Shop, source: str, resource: str, days: list[date]) -> None:
    with shop.database.transaction() as conn:
        ledgers.mark_read(conn, shop.client_id, source, resource, days, NOW)


def built(shop: Shop) -> Shop:
    shop.build(*DAYS)
    return shop


@pytest.fixture
def february(shop: Shop) -> Shop:
    """Two sales of 100 with a margin of 35 each, no advertising, rent of 20, and 3 for storage in Full."""
    for number, day in ((1, DAYS[0]), (2, DAYS[20])):
        sell(shop, number, day)
    shop.told({"A": "40.00"}, "0.10")
    shop.read(*DAYS)
    shop.read_claims(*DAYS)
    mark(shop, "mercado_livre", "ads", DAYS)
    for day in DAYS:
        shop.execute(
            "insert into raw.mercado_livre_ads_days (client_id, chave, dia, payload, hash, visto_em, lido_em)"
            " values (%s, %s, %s, %s, '', now(), now())",
            shop.client_id, str(day), day, '{"estado": "sem_ads"}',
        )  # fmt: skip
    categories(shop)
    bill(shop, 1, "20.00")
    bill(shop, 2, "500.00", GOODS)
    mark(shop, "bling", "payables", DAYS)
    shop.execute(
        "insert into dashboard.billing_period (client_id, periodo, sub_tipo, significado, custo_do_vendedor,"
        " cobranca_mensal, fechado, versao_metrica, run_id, calculado_em)"
        " values (%s, %s, 'FF', 'full_armazenagem', true, 3, true, 1, 'r', now())",
        shop.client_id, FEBRUARY,
    )  # fmt: skip
    return shop


def month(shop: Shop) -> dict[str, Any]:
    (row,) = shop.rows("vw_client_month", "mes")
    return row


def test_a_complete_month_is_the_sum_of_its_days_with_ratios_of_its_sums(february: Shop) -> None:
    row = month(built(february))
    assert (row["mes"], row["faturamento"], row["unidades"], row["comissao"]) == (FEBRUARY, Decimal("200.00"), 2, 20)
    assert (row["imposto"], row["cmv"], row["mc"]) == (20, 80, 70)
    assert (row["mc_cobertura"], row["mc_pct"]) == (1, Decimal("0.350000"))


def test_profit_is_the_margin_less_fixed_expenses_and_full(february: Shop) -> None:
    row = month(built(february))
    assert (row["despesas_fixas"], row["custos_full"], row["lucro"]) == (20, 3, 47)
    assert (row["faltantes"], row["maturidade"]) == ([], "preliminar")


def test_a_month_one_of_whose_days_was_not_read_is_not_shown(february: Shop) -> None:
    built(february)
    february.forget("dashboard.source_reads", "resource = 'orders' and dia = %s", DAYS[5])
    assert february.rows("vw_client_month", "mes") == []


def test_below_95_percent_of_coverage_no_profit_is_stated(february: Shop) -> None:
    sell(february, 3, DAYS[2], "B", "10.50")
    row = month(built(february))
    assert row["mc_cobertura"] == Decimal("0.950119")
    assert row["lucro"] == 47
    sell(february, 4, DAYS[2], "B", "0.10")
    row = month(built(february))
    assert (row["lucro"], row["faltantes"]) == (None, ["cobertura_insuficiente"])


def test_a_day_whose_ads_were_not_read_leaves_margin_and_profit_unknown(february: Shop) -> None:
    built(february)
    february.forget("dashboard.source_reads", "resource = 'ads' and dia = %s", DAYS[7])
    row = month(february)
    assert (row["ads_investimento"], row["mc"], row["lucro"]) == (None, None, None)
    assert row["faltantes"] == ["ads_nao_lidos"]


def test_payables_that_were_not_all_read_leave_the_expenses_unknown_and_not_zero(february: Shop) -> None:
    built(february)
    february.forget("dashboard.source_reads", "source = 'bling' and dia = %s", DAYS[7])
    row = month(february)
    assert (row["despesas_fixas"], row["lucro"], row["faltantes"]) == (None, None, ["contas_a_pagar_nao_lidas"])


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"competencia": None, "vencimento": "2026-02-20"}, "contas_sem_competencia"),
        ({"categoria": {}}, "contas_sem_categoria"),
        ({"categoria": {"id": 9}}, "categorias_nao_informadas"),
    ],
    ids=["competence", "category", "mapping"],
)
def test_a_bill_that_cannot_be_told_fixed_or_not_leaves_the_expenses_unknown(
    february: Shop, told: dict[str, Any], reason: str
) -> None:
    bill(february, 3, "1.00", **told)
    february.execute(
        "update raw.bling_payables set dia = coalesce((payload ->> 'vencimento')::date, dia) where client_id = %s",
        february.client_id,
    )
    row = month(built(february))
    assert (row["despesas_fixas"], row["lucro"], row["faltantes"]) == (None, None, [reason])


def test_a_month_without_any_bill_states_no_expenses(february: Shop) -> None:
    february.forget("raw.bling_payables")
    row = month(built(february))
    assert (row["despesas_fixas"], row["faltantes"]) == (None, ["sem_contas_a_pagar"])


def test_without_a_bill_of_the_platform_profit_is_unknown(february: Shop) -> None:
    february.forget("dashboard.billing_period")
    row = month(built(february))
    assert (row["custos_full"], row["lucro"], row["faltantes"]) == (None, None, ["faturas_nao_lidas"])


def test_tax_is_never_partial_in_a_month_either(february: Shop) -> None:
    february.execute(
        "update dashboard.aliquota_imposto set vigente_de = %s where client_id = %s", DAYS[10], february.client_id
    )
    february.read(*DAYS)
    row = month(built(february))
    assert (row["imposto"], row["mc_cobertura"]) == (None, Decimal("0.500000"))


def test_a_month_is_final_when_every_day_and_the_bill_are(february: Shop) -> None:
    later = NOW + timedelta(days=60)
    for resource in ("orders", "ads", "claims"):
        with february.database.transaction() as conn:
            ledgers.mark_read(conn, february.client_id, "mercado_livre", resource, DAYS, later)
    february.build(*DAYS, now=later)
    assert month(february)["maturidade"] == "final"
    february.execute("update dashboard.billing_period set fechado = false where client_id = %s", february.client_id)
    assert month(february)["maturidade"] == "preliminar"
