"""Parameters in their tables: an import converges, records every change and reaches just the sales it moves (R11)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.collect.parameters.doubts import doubts
from viang_pipeline.collect.parameters.files import read_parameters
from viang_pipeline.collect.parameters.in_force import rows_in_force
from viang_pipeline.collect.parameters.kinds import KINDS
from viang_pipeline.collect.parameters.store import Imported, import_parameters
from viang_pipeline.failures import UsageError
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.marts.shop import SELLER, Shop, line, order

TODAY = date(2026, 3, 20)
FIRST = date(2026, 3, 2)
DAYS = [FIRST + timedelta(days=n) for n in range(10)]

COSTS = "sku,custo_unitario,vigente_de\n"
KITS = "sku_kit,sku_componente,quantidade,vigente_de\n"
LINKS = "conta,anuncio,variacao,sku,vigente_de\n"


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


@pytest.fixture
def selling(shop: Shop) -> Shop:
    """Ten days with one order of A each, and one of B on the third, all built."""
    shop.put(*(order(f"10{n}", line("A", "50.00"), at=f"{day}T12:00:00.000-03:00") for n, day in enumerate(DAYS)))
    shop.put(order("200", line("B", "50.00"), at=f"{DAYS[2]}T12:00:00.000-03:00"))
    shop.read(*DAYS)
    shop.build(*DAYS)
    return shop


def tell(shop: Shop, kind: str, text: str) -> Imported:
    file = read_parameters(KINDS[kind], text.encode(), TODAY)
    return import_parameters(shop.work(), KINDS[kind], file, f"teste {kind}")


def costs(shop: Shop) -> list[tuple[object, ...]]:
    return [
        (row["sku"], str(row["vigente_de"])[5:], row["custo_unitario"], row["outros_variaveis"])
        for row in shop.rows("custo_sku", "sku, vigente_de")
    ]


def history(shop: Shop) -> list[tuple[object, ...]]:
    return [
        (row["parametro"], row["chave"], row["antes"], row["depois"]) for row in shop.rows("parametros_historico", "id")
    ]


def test_a_second_import_writes_nothing_and_touches_no_row(shop: Shop) -> None:
    text = COSTS + "A,10,2026-03-01\nB,20.5,2026-03-01\n"
    first = tell(shop, "costs", text)
    before = shop.execute("select xmin::text, c::text from dashboard.custo_sku as c order by 2")

    again = tell(shop, "costs", text)

    assert (first.written, first.unchanged) == (2, 0)
    assert (again.written, again.unchanged, again.days) == (0, 2, {})
    assert shop.execute("select xmin::text, c::text from dashboard.custo_sku as c order by 2") == before
    assert len(history(shop)) == 2


def test_new_and_changed_rows_are_recorded_with_what_was_there_before(shop: Shop) -> None:
    tell(shop, "costs", COSTS + "A,10,2026-03-01\n")
    tell(shop, "costs", COSTS + "A,10.5,2026-03-01\nB,1,2026-03-02\n")

    told = {"custo_zero_confirmado": False, "outros_variaveis": None}
    key = {"sku": "A", "vigente_de": "2026-03-01"}
    assert history(shop) == [
        ("custo_sku", key, None, told | {"custo_unitario": 10}),
        ("custo_sku", key, told | {"custo_unitario": 10}, told | {"custo_unitario": 10.5}),
        ("custo_sku", {"sku": "B", "vigente_de": "2026-03-02"}, None, told | {"custo_unitario": 1}),
    ]
    assert {row["origem"] for row in shop.rows("parametros_historico")} == {"teste costs"}


def test_rows_a_file_does_not_name_stay(shop: Shop) -> None:
    tell(shop, "costs", COSTS + "A,10,2026-01-01\nB,20,2026-01-01\n")
    tell(shop, "costs", COSTS + "A,11,2026-03-01\n")
    assert [(sku, day, cost) for sku, day, cost, _ in costs(shop)] == [
        ("A", "01-01", 10),
        ("A", "03-01", 11),
        ("B", "01-01", 20),
    ]


def test_an_empty_cost_withdraws_it_from_its_day_on(shop: Shop) -> None:
    tell(shop, "costs", COSTS + "A,10,2026-01-01\nA,,2026-03-01\n")
    assert [cost for _, _, cost, _ in costs(shop)] == [10, None]


def test_a_column_the_file_does_not_have_keeps_what_is_in_force(shop: Shop) -> None:
    tell(shop, "costs", "sku,custo_unitario,outros_variaveis,vigente_de\nA,10,1.50,2026-01-01\n")
    tell(shop, "costs", COSTS + "A,11,2026-01-01\nA,12,2026-03-01\nA,9,2025-12-01\n")
    assert costs(shop) == [
        ("A", "12-01", 9, None),
        ("A", "01-01", 11, Decimal("1.5000")),
        ("A", "03-01", 12, Decimal("1.5000")),
    ]


def test_an_empty_cell_is_not_a_missing_column(shop: Shop) -> None:
    text = "sku,custo_unitario,outros_variaveis,vigente_de\nA,10,{},2026-01-01\n"
    tell(shop, "costs", text.format("1.50"))
    tell(shop, "costs", text.format(""))
    assert costs(shop) == [("A", "01-01", 10, None)]


def test_a_kit_and_day_told_again_has_exactly_the_components_told(shop: Shop) -> None:
    tell(shop, "kits", KITS + "K,A,2,2026-01-01\nK,B,1,2026-01-01\nK,A,3,2026-03-01\nL,A,1,2026-01-01\n")
    again = tell(shop, "kits", KITS + "K,A,2,2026-01-01\nK,C,1,2026-01-01\n")

    rows = shop.rows("kits", "sku_kit, vigente_de, sku_componente")
    assert [(row["sku_kit"], row["vigente_de"].month, row["sku_componente"]) for row in rows] == [
        ("K", 1, "A"),
        ("K", 1, "C"),
        ("K", 3, "A"),
        ("L", 1, "A"),
    ]
    assert (again.written, again.unchanged) == (2, 1)
    assert history(shop)[-1] == (
        "kits",
        {"sku_kit": "K", "sku_componente": "B", "vigente_de": "2026-01-01"},
        {"quantidade": 1},
        None,
    )


def test_a_kit_inside_itself_through_stored_kits_is_refused_and_changes_nothing(shop: Shop) -> None:
    tell(shop, "kits", KITS + "CESTA,PAR,1,2026-01-01\n")
    with pytest.raises(UsageError, match=r"Linha 3: a partir de 2026-02-01 um kit contém a si mesmo: .* → "):
        tell(shop, "kits", KITS + "X,A,1,2026-01-01\nPAR,CESTA,1,2026-02-01\n")
    assert [row["sku_kit"] for row in shop.rows("kits")] == ["CESTA"]
    assert len(history(shop)) == 1


def test_a_cost_reaches_the_sales_of_its_sku_until_its_next_row(selling: Shop) -> None:
    tell(selling, "costs", COSTS + f"A,10,{DAYS[0]}\nA,12,{DAYS[7]}\n")
    selling.build(*DAYS)

    told = tell(selling, "costs", COSTS + f"A,11,{DAYS[3]}\n")

    assert told.days == dict.fromkeys(DAYS[3:7], 1)
    assert selling.stale() == DAYS[3:7]


def test_a_cost_reaches_no_sale_of_another_sku_nor_before_its_day(selling: Shop) -> None:
    assert tell(selling, "costs", COSTS + f"B,10,{DAYS[0]}\n").days == {DAYS[2]: 1}
    assert tell(selling, "costs", COSTS + f"B,10,{DAYS[3]}\n").days == {}
    assert tell(selling, "costs", COSTS + f"Z,10,{DAYS[0]}\n").days == {}


def test_a_cost_reaches_the_sales_of_kits_its_sku_is_in(selling: Shop) -> None:
    tell(selling, "kits", KITS + f"B,PAR,1,{DAYS[0]}\nPAR,C,2,{DAYS[0]}\n")
    assert tell(selling, "costs", COSTS + f"C,10,{DAYS[0]}\n").days == {DAYS[2]: 1}


def test_a_kit_reaches_its_own_sales_until_its_next_composition(selling: Shop) -> None:
    tell(selling, "kits", KITS + f"A,X,1,{DAYS[5]}\n")
    assert tell(selling, "kits", KITS + f"A,X,2,{DAYS[4]}\nA,Y,2,{DAYS[4]}\n").days == {DAYS[4]: 1}


def test_a_tax_reaches_every_sale_until_the_next_rate(selling: Shop) -> None:
    tell(selling, "tax", f"aliquota,vigente_de\n0.06,{DAYS[4]}\n")
    told = tell(selling, "tax", f"aliquota,vigente_de\n0.05,{DAYS[1]}\n")
    assert told.days == {DAYS[1]: 1, DAYS[2]: 2, DAYS[3]: 1}


def test_a_courier_cost_reaches_only_own_deliveries_and_the_whole_of_their_shipments(selling: Shop) -> None:
    selling.execute("update dashboard.fact_order_line set tipo_logistico = 'drop_off', envio = order_id")
    selling.execute(
        "update dashboard.fact_order_line set tipo_logistico = 'self_service', envio = '9' where dia = any(%s)",
        [DAYS[4], DAYS[5]],
    )
    tell(selling, "courier", f"custo,vigente_de\n8,{DAYS[5]}\n")
    assert tell(selling, "courier", f"custo,vigente_de\n9,{DAYS[4]}\n").days == {DAYS[4]: 1, DAYS[5]: 1}
    assert tell(selling, "courier", f"custo,vigente_de\n9,{DAYS[6]}\n").days == {}


def test_a_link_reaches_the_sales_of_its_listing_that_name_no_sku(shop: Shop) -> None:
    shop.put(
        order("1", line(None, "10.00", listing="MLB1"), at=f"{DAYS[0]}T12:00:00.000-03:00"),
        order("2", line("A", "10.00", listing="MLB1"), at=f"{DAYS[1]}T12:00:00.000-03:00"),
        order("3", line(None, "10.00", listing="MLB2"), at=f"{DAYS[2]}T12:00:00.000-03:00"),
    )
    shop.read(*DAYS[:3])
    shop.build(*DAYS[:3])

    assert tell(shop, "sku-links", LINKS + f"{SELLER},MLB1,,A,2026-01-01\n").days == {DAYS[0]: 1}
    assert tell(shop, "sku-links", LINKS + f"{SELLER},MLB2,55,A,2026-01-01\n").days == {}
    assert tell(shop, "sku-links", LINKS + "999,MLB2,,A,2026-01-01\n").days == {}


def test_a_policy_and_a_category_reach_no_sale(selling: Shop) -> None:
    header = "sku,prazo_dias,seguranca_dias,alvo_dias,teto_dias,vigente_de\n"
    assert tell(selling, "stock-policy", header + "*,10,5,30,90,2026-01-01\n").days == {}
    assert tell(selling, "expense-categories", "categoria,fixa,vigente_de\nAluguel,sim,2026-01-01\n").days == {}
    assert selling.stale() == []


def test_an_import_is_in_the_audit(shop: Shop) -> None:
    tell(shop, "costs", COSTS + "A,10,2026-03-01\n")
    (entry,) = shop.rows("updates_log", "id")
    assert (entry["source"], entry["resource"], entry["status"], entry["linhas_escritas"]) == (
        "parametros",
        "costs",
        "success",
        1,
    )


def test_what_is_in_force_is_the_newest_row_of_each_owner(shop: Shop) -> None:
    def in_force(kind: str, day: str) -> list[dict[str, object]]:
        with shop.database.transaction() as conn:
            return rows_in_force(conn, shop.client_id, KINDS[kind], date.fromisoformat(day))

    tell(shop, "kits", KITS + "K,A,2,2026-01-01\nK,B,1,2026-01-01\nK,C,3,2026-03-01\n")
    tell(shop, "tax", "aliquota,rbt12,vigente_de\n,300000,2026-01-01\n0,,2026-03-01\n")

    assert [row["sku_componente"] for row in in_force("kits", "2026-02-28")] == ["A", "B"]
    assert [row["sku_componente"] for row in in_force("kits", "2026-03-01")] == ["C"]
    assert in_force("kits", "2025-12-31") == []
    assert [row["aliquota"] for row in in_force("tax", "2026-02-01")] == [Decimal("0.053200")]
    assert [row["aliquota"] for row in in_force("tax", "2026-03-01")] == [0]


@pytest.mark.parametrize(
    ("kind", "text", "doubt"),
    [
        ("costs", COSTS + "A,0,2026-03-01\n", r"1 SKU\(s\) com custo 0"),
        ("sku-links", LINKS + "123,MLB1,,A,2026-03-01\n", "não conectou: 123"),
    ],
)
def test_what_is_probably_not_meant_is_told(shop: Shop, kind: str, text: str, doubt: str) -> None:
    shop.execute(
        "insert into dashboard.api_tokens (client_id, platform, account_id, access_token, refresh_token, expires_at)"
        " values (%s, 'mercado_livre', 77, '', '', now())",
        shop.client_id,
    )
    with shop.database.transaction() as conn:
        (found,) = doubts(conn, shop.client_id, read_parameters(KINDS[kind], text.encode(), TODAY))
    assert re.search(doubt, found)


def test_two_clients_do_not_meet(database: Database) -> None:
    one, other = Shop(database, "um"), Shop(database, "dois")
    tell(one, "costs", COSTS + "A,10,2026-03-01\n")
    tell(other, "costs", COSTS + "A,20,2026-03-01\n")
    assert [cost for _, _, cost, _ in costs(one)] == [10]
