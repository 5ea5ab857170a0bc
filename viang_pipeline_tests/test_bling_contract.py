"""The judge itself: what it must let pass and what it must catch."""

from __future__ import annotations

from typing import Any

import pytest

from viang_pipeline_tests.bling_contract import ContractError, needs_document, validate_answer, validate_request

pytestmark = needs_document
ORDER = {
    "id": 1,
    "numeroLoja": "",
    "data": "2026-08-14",
    "dataSaida": "0000-00-00",
    "dataPrevista": "",
    "total": 19.900000000000002,
    "contato": {"id": 1, "nome": "X", "tipoPessoa": "F", "numeroDocumento": ""},
}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/pedidos/vendas", "pagina=1&limite=100&idsSituacoes%5B%5D=6&idsSituacoes[]=9&dataInicial=2026-08-14"),
        ("/Api/v3/pedidos/vendas", [("dataAlteracaoInicial", "2026-08-14 10:00:00")]),
        ("/pedidos/vendas/19000000101", ""),
        ("/produtos", "criterio=5&tipo=T&filtroSaldoEstoque=0"),
        ("/estoques/saldos", "idsProdutos[]=1&idsProdutos[]=2"),
        ("/nfe", "dataEmissaoInicial=2026-08-14 00:00:00&tipo=1"),
        ("/contas/receber", "situacoes[]=1&situacoes[]=5&tipoFiltroData=V"),
    ],
)
def test_a_declared_request_passes(path: str, query: Any) -> None:
    validate_request("GET", path, query)


@pytest.mark.parametrize(
    ("path", "query", "why"),
    [
        ("/pedidos/vendas", "status=6", "unknown parameter status"),
        ("/pedidos/vendas", "idsSituacoes=6", "unknown parameter idsSituacoes"),
        ("/pedidos/vendas", "numero=abc", "no integer"),
        ("/pedidos/vendas", "numero=1&numero=2", "given 2 times"),
        ("/pedidos/vendas", "dataInicial=14/08/2026", "no date"),
        ("/pedidos/vendas", "dataAlteracaoInicial=2026-08-14T10:00:00", "no datetime"),
        ("/pedidos/vendas", "limite=500", "beyond the pages"),
        ("/produtos", "criterio=6", "not one of"),
        ("/contas/receber", "situacoes[]=7", "not one of"),
        ("/estoques/saldos", "", r"missing parameter idsProdutos\[\]"),
        ("/notificacoes/webhooks", "", "the document has no"),
    ],
)
def test_an_undeclared_request_is_caught(path: str, query: str, why: str) -> None:
    with pytest.raises(ContractError, match=why):
        validate_request("GET", path, query)


def test_an_answer_with_observed_empties_and_noise_passes() -> None:
    validate_answer("GET", "/pedidos/vendas", 200, {"data": [ORDER]})


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"itens": []}, "itens"),
        ({"total": "19.90"}, "not of type 'number'"),
        ({"data": "14/08/2026"}, "is not a 'date'"),
        ({"numeroLoja": None}, "not of type 'string'"),
        ({"contato": {"id": 1, "nome": "X", "tipoPessoa": "Z"}}, "not one of"),
    ],
)
def test_an_answer_that_is_not_declared_is_caught(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(ContractError, match=why):
        validate_answer("GET", "/pedidos/vendas", 200, {"data": [ORDER | changed]})


def test_a_missing_property_is_caught() -> None:
    without = {key: value for key, value in ORDER.items() if key != "contato"}
    with pytest.raises(ContractError, match="'contato' is a required property"):
        validate_answer("GET", "/pedidos/vendas", 200, {"data": [without]})


def test_errors_have_their_envelope_with_any_type() -> None:
    error = {"type": "invalid_token", "message": "invalid_token", "description": "expired"}
    validate_answer("GET", "/pedidos/vendas", 401, {"error": error})
    with pytest.raises(ContractError, match="message"):
        validate_answer("GET", "/pedidos/vendas", 404, {"error": {"type": "RESOURCE_NOT_FOUND"}})
    with pytest.raises(ContractError, match="Additional properties"):
        validate_answer("GET", "/pedidos/vendas", 404, {"message": "not found"})
