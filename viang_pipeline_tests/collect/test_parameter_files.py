"""A parameter file is taken whole, or refused with the numbers of its bad lines and the reasons (product.md §3)."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.collect.parameters.files import read_parameters
from viang_pipeline.collect.parameters.kinds import KINDS, kind_of
from viang_pipeline.failures import UsageError

TODAY = date(2026, 3, 20)
MARCH = date(2026, 3, 1)


def read(kind: str, text: str) -> list[dict[str, object]]:
    """The columns of every row."""
    return [row.columns() for _, row in read_parameters(KINDS[kind], text.encode(), TODAY).rows]


def test_a_cost_has_a_normalised_sku_and_four_decimals() -> None:
    assert read("costs", "sku;custo_unitario;vigente_de\n  gar  1l ;12,3456;2026-03-01\n") == [
        {
            "sku": "GAR 1L",
            "custo_unitario": Decimal("12.3456"),
            "vigente_de": MARCH,
            "custo_zero_confirmado": False,
            "outros_variaveis": None,
        }
    ]


def test_a_cost_may_be_withdrawn_confirmed_as_zero_and_carry_other_costs() -> None:
    header = "sku,custo_unitario,custo_zero_confirmado,outros_variaveis,vigente_de\n"
    withdrawn, brinde = read("costs", header + "A,,,,2026-03-01\nB,0,Sim,1.50,2026-03-01\n")
    assert (withdrawn["custo_unitario"], withdrawn["custo_zero_confirmado"]) == (None, False)
    assert (brinde["custo_unitario"], brinde["custo_zero_confirmado"]) == (0, True)
    assert brinde["outros_variaveis"] == Decimal("1.50")


def test_a_tax_is_an_informed_rate_or_revenue_for_the_simples_table() -> None:
    text = "aliquota;rbt12;vigente_de\n5,32%;;2026-01-01\n0,06;;2026-02-01\n;300.000,00;2026-03-01\n"
    assert [(row["regime"], row["aliquota"], row["rbt12"]) for row in read("tax", text)] == [
        ("informada", Decimal("0.0532"), None),
        ("informada", Decimal("0.06"), None),
        ("simples", None, Decimal("300000.00")),
    ]


def test_the_revenue_of_a_young_company_is_annualised() -> None:
    (row,) = read("tax", "rbt12,meses_de_atividade,vigente_de\n50000,4,2026-03-01\n")
    assert row == {"vigente_de": MARCH, "regime": "simples", "aliquota": None, "rbt12": Decimal("150000.00")}


@pytest.mark.parametrize("listing", ["MLB123", "mlb123", "123", "MLB-123"])
def test_a_listing_is_known_with_or_without_its_prefix(listing: str) -> None:
    (row,) = read("sku-links", f"conta,anuncio,variacao,sku,vigente_de\n77,{listing},,a,2026-03-01\n")
    assert row == {"vigente_de": MARCH, "conta": "77", "anuncio": "MLB123", "variacao": "", "sku": "A"}


def test_kits_courier_policy_and_categories_are_read() -> None:
    assert read("kits", "sku_kit,sku_componente,quantidade,vigente_de\nk,a,2,2026-03-01\n") == [
        {"vigente_de": MARCH, "sku_kit": "K", "sku_componente": "A", "quantidade": 2}
    ]
    assert read("courier", "custo;vigente_de\nR$ 9,90;2026-03-01\n") == [
        {"vigente_de": MARCH, "custo": Decimal("9.90")}
    ]
    header = "sku,prazo_dias,seguranca_dias,alvo_dias,teto_dias,vigente_de\n"
    assert read("stock-policy", header + "*,10,5,30,,2026-03-01\n") == [
        {"vigente_de": MARCH, "sku": "*", "prazo_dias": 10, "seguranca_dias": 5, "alvo_dias": 30, "teto_dias": None}
    ]
    assert read("expense-categories", "categoria,fixa,vigente_de\nAluguel,sim,2026-03-01\n") == [
        {"vigente_de": MARCH, "categoria": "Aluguel", "fixa": True}
    ]


COSTS = "sku,custo_unitario,vigente_de\n"
ZERO = "sku,custo_unitario,custo_zero_confirmado,vigente_de\n"
TAX = "aliquota,rbt12,meses_de_atividade,vigente_de\n"
KITS = "sku_kit,sku_componente,quantidade,vigente_de\n"
LINKS = "conta,anuncio,variacao,sku,vigente_de\n"
POLICY = "sku,prazo_dias,seguranca_dias,alvo_dias,teto_dias,vigente_de\n"


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("costs", "", "Linha 1: falta sku, custo_unitario, vigente_de. O cabeçalho é sku,custo_unitario,vigente_de e"),
        ("costs", "sku,custo_unitario,vigente_de,cor\n", "Linha 1: coluna desconhecida: cor"),
        ("costs", "sku,sku,custo_unitario,vigente_de\n", "Linha 1: coluna repetida"),
        ("costs", COSTS, "nenhuma linha de dados"),
        ("costs", COSTS + "A,1\n", "Linha 2: 2 colunas, o cabeçalho tem 3"),
        ("costs", COSTS + ",1,2026-03-01\n", "Linha 2: sku está vazio"),
        ("costs", COSTS + "A,-1,2026-03-01\n", "Linha 2: custo_unitario '-1' não é um número"),
        ("costs", COSTS + "A,1.23456,2026-03-01\n", "Linha 2: custo_unitario '1.23456' tem mais de quatro casas"),
        ("costs", COSTS + "A,1.234,2026-03-01\n", "Linha 2: custo_unitario '1.234' tem duas leituras"),
        ("costs", COSTS + "A,1000000000,2026-03-01\n", "Linha 2: custo_unitario '1000000000' é grande demais"),
        ("costs", COSTS + "A,1,01/03/2026\n", "Linha 2: vigente_de '01/03/2026' não é uma data"),
        ("costs", COSTS + "A,1,\n", "Linha 2: vigente_de está vazio"),
        ("costs", COSTS + "A,1,2062-03-01\n", "Linha 2: vigente_de 2062-03-01 deve estar entre 2000-01-01 e 2027"),
        ("costs", COSTS + "a,1,2026-03-01\nA ,2,2026-03-01\n", "Linha 3: repete a linha 2: mesmo sku, vigente_de"),
        ("costs", COSTS + "__SEM_SKU__:MLB1,1,2026-03-01\n", "Linha 2: sku .* não é um SKU"),
        ("costs", ZERO + "A,0,talvez,2026-03-01\n", "Linha 2: custo_zero_confirmado 'talvez' deve ser sim ou não"),
        ("tax", TAX + "5.32,,,2026-03-01\n", "Linha 2: aliquota '5.32' deve ser uma fração menor que 1"),
        ("tax", TAX + "0.1234567,,,2026-03-01\n", "Linha 2: aliquota '0.1234567' não é um número"),
        ("tax", TAX + "5.32123%,,,2026-03-01\n", "Linha 2: aliquota '5.32123%' tem mais de seis casas"),
        ("tax", TAX + ",,,2026-03-01\n", "Linha 2: informe aliquota ou rbt12"),
        ("tax", TAX + "0.05,1000,,2026-03-01\n", "Linha 2: informe aliquota ou rbt12"),
        ("tax", TAX + ",3600000.01,,2026-03-01\n", r"Linha 2: rbt12 acima de R\$ 3.600.000,00.*informe a aliquota"),
        ("tax", TAX + ",1000000,3,2026-03-01\n", "Linha 2: rbt12 acima de"),
        ("tax", TAX + "0.05,,3,2026-03-01\n", "Linha 2: meses_de_atividade só vale com rbt12"),
        ("tax", TAX + ",1000,13,2026-03-01\n", "Linha 2: meses_de_atividade '13' deve estar entre 1 e 12"),
        ("tax", TAX + "0.05,,,2026-03-01\n0.06,,,2026-03-01\n", "Linha 3: repete a linha 2: mesmo vigente_de"),
        ("kits", KITS + "K,a,1,2026-03-01\nK, k,1,2026-03-01\n", "Linha 3: o kit K contém a si mesmo"),
        ("kits", KITS + "K,A,0,2026-03-01\n", "Linha 2: quantidade '0' deve estar entre 1 e"),
        ("kits", KITS + "K,A,1.5,2026-03-01\n", "Linha 2: quantidade '1.5' deve ser um número inteiro"),
        ("sku-links", LINKS + "loja,MLB1,,A,2026-03-01\n", "Linha 2: conta 'loja' não é o número da conta"),
        ("sku-links", LINKS + "77,MLA1,,A,2026-03-01\n", "Linha 2: anuncio 'MLA1' não é um anúncio"),
        ("sku-links", LINKS + "77,MLB1,azul,A,2026-03-01\n", "Linha 2: variacao 'azul' não é o número"),
        ("stock-policy", POLICY + "A,10,5,30,44,2026-03-01\n", "Linha 2: teto_dias 44 é menor que .* 45 dias"),
        ("courier", "custo,vigente_de\n,2026-03-01\n", "Linha 2: custo está vazio"),
    ],
)  # fmt: skip
def test_a_bad_line_rejects_the_file_with_its_number_and_the_reason(kind: str, text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        read(kind, text)


def test_the_first_bad_lines_are_named_together_and_the_others_counted() -> None:
    bad = "".join(f"A{n},x,2026-03-01\n" for n in range(8))
    with pytest.raises(UsageError, match=r"Linha 3: .*Linha 4: .*Linha 7: .*; e mais 3 linha\(s\)$") as refused:
        read("costs", COSTS + "A,1,2026-03-01\n" + bad)
    assert "\n" not in str(refused.value)


def test_several_faults_of_one_line_are_told_together() -> None:
    with pytest.raises(UsageError, match="Linha 2: vigente_de está vazio, sku está vazio"):
        read("costs", COSTS + ",1,\n")


def test_a_parameter_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"Parâmetro desconhecido: custos\. Parâmetros: costs, tax, courier, kits"):
        kind_of("custos")


costs = st.integers(0, 10**8).map(lambda n: Decimal(n).scaleb(-4))


@given(
    values=st.lists(costs, min_size=1, max_size=10),
    delimiter=st.sampled_from(",;"),
    comma=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
)
def test_every_form_of_the_file_says_the_same(
    values: list[Decimal], delimiter: str, comma: bool, encoding: str
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(["SKU", "custo_unitario", "vigente_de"])
    writer.writerows(
        (f"ação {n}", str(value).replace(".", "," if comma else "."), "2026-03-01") for n, value in enumerate(values)
    )

    told = read_parameters(KINDS["costs"], file.getvalue().encode(encoding), TODAY)

    assert [(number, row.columns()["sku"], row.columns()["custo_unitario"]) for number, row in told.rows] == [
        (n + 2, f"AÇÃO {n}", value) for n, value in enumerate(values)
    ]
