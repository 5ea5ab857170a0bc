"""Bling contract §7 and §8: products, their costs and links, and what is in stock."""

from __future__ import annotations

from decimal import Decimal

import pytest

from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.catalog_truth import Structure
from viang_pipeline_tests.sandbox.bling_shop import OLD, Erp
from viang_pipeline_tests.sandbox.shop import DAY, HOUR, START

LIST, STOCK = "/produtos", "/estoques/saldos"


@pytest.fixture
def account(erp: Erp) -> BlingAccount:
    return erp.account()


def test_the_default_criterion_hides_what_was_not_included_lately(erp: Erp, account: BlingAccount) -> None:
    old = account.add_product("Antiga", at=OLD, stock=5)
    new = account.add_product("Nova", at=START - DAY, stock=5)
    assert erp.ids(account, LIST) == [new.product_id]
    assert erp.ids(account, LIST, criterio=5) == [old.product_id, new.product_id]


def test_the_default_stock_filter_hides_zero_and_negative(erp: Erp, account: BlingAccount) -> None:
    plenty, none, owed = (account.add_product(f"P{n}", at=OLD, stock=n) for n in (5, 0, -3))
    never = account.add_product("Nunca contado", at=OLD)
    assert erp.ids(account, LIST, criterio=5) == [plenty.product_id]
    assert erp.ids(account, LIST, criterio=5, filtroSaldoEstoque=0) == [none.product_id, never.product_id]
    assert erp.ids(account, LIST, criterio=5, filtroSaldoEstoque=2) == [owed.product_id]


def test_the_stock_filter_of_the_list_may_be_without_effect(erp: Erp, account: BlingAccount) -> None:
    products = [account.add_product(f"P{n}", at=OLD, stock=n) for n in (5, 0)]
    erp.shop.sandbox.bling.options.stock_filter_on_products = False
    assert erp.ids(account, LIST, criterio=5) == [p.product_id for p in products]


def test_criteria_tell_active_inactive_and_deleted_apart(erp: Erp, account: BlingAccount) -> None:
    active, inactive, deleted = (account.add_product(name, at=OLD, stock=1) for name in "ABC")
    account.change_product(inactive, at=START - DAY, active=False)
    account.delete_product(deleted, at=START - DAY)
    assert erp.ids(account, LIST, criterio=2) == [active.product_id]
    assert erp.ids(account, LIST, criterio=3) == [inactive.product_id]
    assert erp.ids(account, LIST, criterio=4) == [deleted.product_id]
    assert erp.ids(account, LIST, criterio=5) == [active.product_id, inactive.product_id]
    erp.shop.sandbox.bling.options.all_includes_deleted = True
    assert len(erp.ids(account, LIST, criterio=5)) == 3
    assert erp.get(account, f"{LIST}/{deleted.product_id}").status_code == 404


@pytest.mark.parametrize("given", [{"criterio": 6}, {"filtroSaldoEstoque": 3}, {"tipo": "X"}])
def test_an_unknown_choice_is_refused(erp: Erp, account: BlingAccount, given: dict[str, object]) -> None:
    assert erp.get(account, LIST, **given).status_code == 400


def test_types_select_kits_parents_variations_and_services(erp: Erp, account: BlingAccount) -> None:
    simple = account.add_product("Simples", at=OLD, stock=4)
    parent = account.add_product("Camiseta", at=OLD, format="V", stock=1)
    child = account.add_product("Camiseta Cor:Azul;Tamanho:G", at=OLD, parent=parent, stock=2)
    kit = account.add_product("Kit", at=OLD, format="E", structure=Structure(((simple.product_id, Decimal(2)),)))
    service = account.add_product("Embalagem", at=OLD, kind="S", stock=1)
    expected = {"E": [kit], "C": [parent], "V": [child], "PS": [simple], "S": [service]}
    assert {kind: erp.ids(account, LIST, criterio=5, tipo=kind) for kind in expected} == {
        kind: [p.product_id for p in products] for kind, products in expected.items()
    }
    assert erp.ids(account, LIST, criterio=5, idComponente=simple.product_id) == [kit.product_id]


def test_a_variation_names_its_parent_and_other_rows_have_no_such_key(erp: Erp, account: BlingAccount) -> None:
    parent = account.add_product("Camiseta", at=OLD, format="V", code="CAM", stock=1)
    account.add_product("Camiseta Cor:Azul;Tamanho:G", at=OLD, code="CAM", parent=parent, stock=2)
    first, second = erp.data(account, LIST, criterio=5)
    assert "idProdutoPai" not in first
    assert second["idProdutoPai"] == parent.product_id
    assert first["codigo"] == second["codigo"] == "CAM"
    (variation,) = erp.data(account, f"{LIST}/{parent.product_id}")["variacoes"]
    assert variation["variacao"]["nome"] == "Cor:Azul;Tamanho:G"
    assert variation["variacao"]["produtoPai"]["id"] == parent.product_id
    assert erp.data(account, f"/produtos/variacoes/{parent.product_id}")["variacoes"] == [variation]


def test_the_cost_of_the_list_is_the_default_suppliers_and_has_no_history(erp: Erp, account: BlingAccount) -> None:
    product = account.add_product("Camiseta", at=OLD, stock=1)
    account.link_supplier(product, at=OLD, cost=19_00, default=False)
    link = account.link_supplier(product, at=OLD, cost=21_00)
    account.set_cost(link, at=START + DAY, cost=25_00, purchase=22_00)
    assert erp.data(account, LIST, criterio=5)[0]["precoCusto"] == 21
    erp.shop.sandbox.clock.set(START + DAY)
    erp.shop.sandbox.bling.tokens(account.seller_id)
    assert erp.data(account, LIST, criterio=5)[0]["precoCusto"] == 25
    detail = erp.data(account, f"{LIST}/{product.product_id}")
    assert "precoCusto" not in detail
    assert (detail["fornecedor"]["precoCusto"], detail["fornecedor"]["precoCompra"]) == (25, 22)


def test_a_product_without_default_supplier_costs_zero_although_a_link_knows_better(
    erp: Erp, account: BlingAccount
) -> None:
    product = account.add_product("Camiseta", at=OLD, stock=1)
    account.link_supplier(product, at=OLD, cost=19_00, default=False)
    assert erp.data(account, LIST, criterio=5)[0]["precoCusto"] == 0
    (link,) = erp.data(account, "/produtos/fornecedores", idProduto=product.product_id)
    assert (link["precoCusto"], link["padrao"]) == (19, False)


def test_codes_may_be_empty_or_repeated_with_another_cost(erp: Erp, account: BlingAccount) -> None:
    for cost in (10_00, 12_00):
        account.add_product("Caneca", code="CAN-1", at=OLD, cost=cost, stock=1)
    account.add_product("Sem código", at=OLD, stock=1)
    rows = erp.data(account, LIST, criterio=5)
    assert [(row["codigo"], row["precoCusto"]) for row in rows] == [("CAN-1", 10), ("CAN-1", 12), ("", 0)]
    assert len(erp.ids(account, LIST, criterio=5, codigos=["CAN-1"])) == 2


def test_ids_select_products_only_with_brackets(erp: Erp, account: BlingAccount) -> None:
    first, second = (account.add_product(f"P{n}", at=OLD, stock=1) for n in range(2))
    assert erp.ids(account, LIST, criterio=5, idsProdutos=[second.product_id]) == [second.product_id]
    assert len(erp.ids(account, LIST, criterio=5, idsProdutos=first.product_id)) == 2


def test_changes_of_products_are_filtered_in_brasilia_time(erp: Erp, account: BlingAccount) -> None:
    product = account.add_product("P", at=OLD, stock=1)
    account.change_product(product, at=START - HOUR, price=10_00)
    window = {"dataAlteracaoInicial": "2026-03-10 07:59:59", "dataAlteracaoFinal": "2026-03-10 08:00:00"}
    assert erp.ids(account, LIST, criterio=5, **window) == [product.product_id]
    window["dataAlteracaoInicial"] = window["dataAlteracaoFinal"] = "2026-03-10 11:00:00"
    assert erp.ids(account, LIST, criterio=5, **window) == []


def test_what_is_no_kit_has_a_structure_of_empty_strings(erp: Erp, account: BlingAccount) -> None:
    product = account.add_product("P", at=OLD)
    detail = erp.data(account, f"{LIST}/{product.product_id}")
    assert detail["estrutura"] == {"tipoEstoque": "", "lancamentoEstoque": "", "componentes": []}
    assert detail["fornecedor"] == {
        "id": 0, "contato": {"id": 0, "nome": ""}, "codigo": "", "precoCusto": 0, "precoCompra": 0
    }  # fmt: skip
    assert detail["dataValidade"] == "0000-00-00"
    assert erp.get(account, f"/produtos/estruturas/{product.product_id}").status_code == 404


def test_a_virtual_kit_has_what_its_scarcest_component_allows(erp: Erp, account: BlingAccount) -> None:
    shirt = account.add_product("Camiseta", at=OLD)
    account.set_balance(shirt, 9, reserved=2, at=OLD)
    cup = account.add_product("Caneca", at=OLD, stock=50)
    parts = ((shirt.product_id, Decimal(2)), (cup.product_id, Decimal("0.5")))
    kit = account.add_product("Kit", at=OLD, format="E", structure=Structure(parts))
    (row,) = erp.data(account, STOCK, idsProdutos=[kit.product_id])
    assert (row["saldoFisicoTotal"], row["saldoVirtualTotal"]) == (4, 3)
    assert erp.data(account, f"/produtos/estruturas/{kit.product_id}") == {
        "tipoEstoque": "V",
        "lancamentoEstoque": "M",
        "componentes": [
            {"produto": {"id": shirt.product_id}, "quantidade": 2},
            {"produto": {"id": cup.product_id}, "quantidade": 0.5},
        ],
    }


def test_store_links_tell_under_which_listing_a_product_is_sold(erp: Erp, account: BlingAccount) -> None:
    channel = account.add_channel("ML", "MercadoLivre", at=OLD)
    product = account.add_product("P", at=OLD)
    account.link_store(product, channel, "MLB5550001112", at=OLD, price=59_00)
    (link,) = erp.data(account, "/produtos/lojas", idLoja=channel.channel_id)
    assert (link["codigo"], link["produto"]["id"], link["preco"]) == ("MLB5550001112", product.product_id, 59)
    assert link["fornecedorLoja"] == link["marcaLoja"] == {"id": 0}


def test_balances_are_physical_and_available_by_deposit(erp: Erp, account: BlingAccount) -> None:
    product = account.add_product("P", code="P-1", at=OLD)
    other = account.add_deposit("Loja física", at=OLD)
    account.set_balance(product, 35, reserved=3, at=OLD)
    account.set_balance(product, Decimal("5.5"), deposit=other, at=OLD)
    assert erp.data(account, STOCK, idsProdutos=[product.product_id]) == [
        {
            "produto": {"id": product.product_id, "codigo": "P-1"},
            "saldoFisicoTotal": 40.5,
            "saldoVirtualTotal": 37.5,
            "depositos": [
                {"id": account.general.deposit_id, "saldoFisico": 35, "saldoVirtual": 32},
                {"id": other.deposit_id, "saldoFisico": 5.5, "saldoVirtual": 5.5},
            ],
        }
    ]


def test_a_full_mirror_is_listed_but_left_out_of_totals(erp: Erp, account: BlingAccount) -> None:
    product = account.add_product("P", at=OLD, stock=10)
    full = account.add_deposit("Full", at=OLD, ignored=True)
    account.set_balance(product, 90, deposit=full, at=OLD)
    (row,) = erp.data(account, STOCK, idsProdutos=[product.product_id])
    assert row["saldoFisicoTotal"] == 10
    assert [place["saldoFisico"] for place in row["depositos"]] == [10, 90]
    assert erp.data(account, LIST, criterio=5)[0]["estoque"]["saldoVirtualTotal"] == 10


def test_the_default_filter_drops_zero_and_negative_balances(erp: Erp, account: BlingAccount) -> None:
    ids = [account.add_product(f"P{n}", at=OLD, stock=n).product_id for n in (4, 0, -2)]
    found = [
        [row["produto"]["id"] for row in erp.data(account, STOCK, idsProdutos=ids, **given)]
        for given in ({}, {"filtroSaldoEstoque": 0}, {"filtroSaldoEstoque": 2})
    ]
    assert found == [[ids[0]], [ids[1]], [ids[2]]]


def test_balances_need_product_ids_in_brackets(erp: Erp, account: BlingAccount) -> None:
    product = account.add_product("P", at=OLD, stock=1)
    for given in ({}, {"idsProdutos": product.product_id}):
        answer = erp.get(account, STOCK, **given)
        assert (answer.status_code, answer.json()["error"]["type"]) == (400, "MISSING_REQUIRED_FIELD_ERROR")


def test_one_deposits_balances_have_no_parts(erp: Erp, account: BlingAccount) -> None:
    product = account.add_product("P", at=OLD, stock=7)
    (row,) = erp.data(account, f"{STOCK}/{account.general.deposit_id}", idsProdutos=[product.product_id])
    assert row["saldoFisicoTotal"] == 7
    assert "depositos" not in row
    assert erp.get(account, f"{STOCK}/1", idsProdutos=[product.product_id]).status_code == 404


def test_balances_are_those_of_the_instant(erp: Erp, account: BlingAccount) -> None:
    product = account.add_product("P", at=OLD, stock=7)
    account.set_balance(product, 3, at=START + HOUR)
    assert erp.data(account, STOCK, idsProdutos=[product.product_id])[0]["saldoFisicoTotal"] == 7
    erp.shop.sandbox.clock.set(START + HOUR)
    assert erp.data(account, STOCK, idsProdutos=[product.product_id])[0]["saldoFisicoTotal"] == 3


def test_inactive_deposits_need_asking_for(erp: Erp, account: BlingAccount) -> None:
    full = account.add_deposit("Full", at=OLD, ignored=True)
    gone = account.add_deposit("Antigo", at=OLD)
    account.close_deposit(gone, at=START - DAY)
    assert erp.data(account, "/depositos") == [
        {
            "id": account.general.deposit_id,
            "descricao": "Geral",
            "situacao": 1,
            "padrao": True,
            "desconsiderarSaldo": False,
        },
        {"id": full.deposit_id, "descricao": "Full", "situacao": 1, "padrao": False, "desconsiderarSaldo": True},
    ]
    assert erp.ids(account, "/depositos", situacao=0) == [gone.deposit_id]


def test_image_addresses_expire(erp: Erp, account: BlingAccount) -> None:
    account.add_product("P", at=OLD, stock=1)
    before = erp.data(account, LIST, criterio=5)[0]["imagemURL"]
    erp.shop.sandbox.clock.advance(HOUR)
    assert erp.data(account, LIST, criterio=5)[0]["imagemURL"] != before
