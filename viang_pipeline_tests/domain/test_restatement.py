"""Why a shown number changed, from the rows before and after (kpis.md §7)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from viang_pipeline.domain.restatement import Restatement, RowMove, moved_between_skus, restatements

BEFORE = {
    "vendas_brutas": Decimal("100.00"),
    "faturamento": Decimal("100.00"),
    "valor_cancelado": Decimal("0.00"),
    "pedidos_brutos": 1,
    "pedidos": 1,
    "reembolsos": Decimal("0.00"),
    "faturamento_liquido": Decimal("100.00"),
    "frete_vendedor": None,
    "ads_investimento": None,
    "visitas": 10,
    "comissao_faturada": None,
    "cmv": None,
    "imposto": Decimal("5.00"),
    "custo_devolucao": Decimal("0.00"),
    "mc_pre_ads": None,
    "mc": None,
    "faturamento_sem_sku": Decimal("0.00"),
    "versao_metrica": 1,
}


def reasons(*, moved: bool = False, **changes: object) -> dict[str, str]:
    after = BEFORE | changes
    found = restatements(
        [name for name in BEFORE if name != "versao_metrica"], RowMove(BEFORE, after), moved_between_skus=moved
    )
    return {each.metric: each.reason for each in found}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reembolsos": Decimal(5), "faturamento_liquido": Decimal(95)}, "reembolso"),
        ({"ads_investimento": Decimal(3)}, "ads_atribuicao"),
        ({"visitas": 12}, "visita_tardia"),
        ({"faturamento": Decimal(0), "valor_cancelado": Decimal(100), "pedidos": 0}, "status_mudou"),
        ({"vendas_brutas": Decimal(150), "faturamento": Decimal(150), "pedidos_brutos": 2}, "pagamento_tardio"),
        ({"frete_vendedor": Decimal(20)}, "status_mudou"),
        ({"comissao_faturada": Decimal(12)}, "status_mudou"),
        ({"cmv": Decimal(40), "mc_pre_ads": Decimal(43), "mc": Decimal(40)}, "custo_alterado"),
        ({"imposto": Decimal(6), "mc_pre_ads": Decimal(42)}, "imposto_alterado"),
        ({"custo_devolucao": Decimal(9), "mc_pre_ads": Decimal(42)}, "reembolso"),
        ({"ads_investimento": Decimal(3), "mc": Decimal(40)}, "ads_atribuicao"),
        ({"cmv": Decimal(80), "pedidos_brutos": 2}, "pagamento_tardio"),
        ({"cmv": Decimal(0), "faturamento": Decimal(0), "mc_pre_ads": Decimal(0)}, "status_mudou"),
        ({"cmv": Decimal(40), "faturamento_sem_sku": Decimal(100)}, "remapeamento_sku"),
        ({"mc": Decimal(1)}, "reprocesso"),
        ({"vendas_brutas": Decimal(101)}, "reprocesso"),
        ({"vendas_brutas": Decimal(101), "versao_metrica": 2}, "correcao_formula"),
    ],
    ids=[
        "refund",
        "ads",
        "visits",
        "cancelled",
        "paid later",
        "freight seen",
        "billed",
        "cost",
        "tax",
        "return",
        "ads in the margin",
        "cost of a sale paid later",
        "cost of a cancelled sale",
        "cost of a SKU that was found",
        "margin by nothing",
        "nothing explains it",
        "formula",
    ],
)
def test_the_reason_of_a_change(changes: dict[str, object], expected: str) -> None:
    assert set(reasons(**changes).values()) == {expected}


def test_sales_that_only_change_their_sku_are_a_remapping() -> None:
    gone = RowMove(BEFORE, None)
    come = RowMove(None, BEFORE)
    assert moved_between_skus([gone, come])
    assert not moved_between_skus([gone])
    found = restatements(["vendas_brutas", "faturamento"], gone, moved_between_skus=True)
    assert {each.reason for each in found} == {"remapeamento_sku"}


def test_a_null_that_becomes_a_zero_is_a_change_and_an_equal_value_is_none() -> None:
    after = BEFORE | {"frete_vendedor": Decimal(0), "vendas_brutas": Decimal(100)}
    found = restatements(["frete_vendedor", "vendas_brutas"], RowMove(BEFORE, after), moved_between_skus=False)
    assert found == [Restatement("frete_vendedor", None, Decimal(0), "status_mudou")]
