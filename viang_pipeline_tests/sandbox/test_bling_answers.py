"""Every answer of every route, held to Bling's published document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from viang_pipeline.sandbox import Sandbox
from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.routes import RESOURCES
from viang_pipeline.sandbox.generate import generate_world
from viang_pipeline.sandbox.profiles import COSMETICS
from viang_pipeline_tests.bling_contract import needs_document, validate_answer, validate_request
from viang_pipeline_tests.sandbox.bling_shop import API, wall
from viang_pipeline_tests.sandbox.shop import DAY

pytestmark = needs_document
SAMPLE = 12
"""Details looked at per list."""


class Inspector:
    """Asks one generated account and judges every question and every answer."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client, account: BlingAccount) -> None:
        self.sandbox, self.account = sandbox, account
        self._http = http
        self._bearer = {"Authorization": f"Bearer {sandbox.bling.tokens(account.seller_id).access_token}"}

    def ask(self, path: str, query: str = "", status: int = 200) -> list[dict[str, object]]:
        """The rows of a list; a detail is one row."""
        validate_request("GET", path, query)
        answer = self._http.get(f"{API}{path}?{query}", headers=self._bearer)
        assert answer.status_code == status, answer.text
        validate_answer("GET", path, status, answer.content)
        found = answer.json().get("data", [])
        return found if isinstance(found, list) else [found]


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    world = generate_world(3, first_day=date(2026, 1, 1), last_day=date(2026, 3, 9), profiles=[COSMETICS])
    with Sandbox(world, now=wall("2026-03-10 05:00:00")) as sandbox, httpx.Client(base_url=sandbox.url) as http:
        sandbox.bling.limits.switch_off()
        (account,) = world.bling.accounts.values()
        yield Inspector(sandbox, http, account)


LISTS = (
    ("/pedidos/vendas", ("", "pagina=2", "dataInicial=2026-01-01&dataFinal=2026-03-10", "idsSituacoes[]=12")),
    ("/produtos", tuple(f"criterio={c}&filtroSaldoEstoque={f}" for c in (1, 4, 5) for f in (0, 1, 2))),
    ("/contas/receber", ("", "tipoFiltroData=V&dataFinal=2026-12-31&situacoes[]=1", "tipoFiltroData=R")),
    ("/contas/pagar", ("", "situacao=5", "dataPagamentoInicial=2026-01-01&dataPagamentoFinal=2026-02-28")),
    ("/nfe", ("", "situacao=2", "tipo=0", "dataEmissaoInicial=2026-02-01 00:00:00")),
    ("/canais-venda", ("", "situacao=2", "tipos[]=Shopee")),
    ("/situacoes/modulos", ("",)),
)


WITHOUT_DETAILS = (
    "/produtos/fornecedores",
    "/produtos/lojas",
    "/depositos",
    "/canais-venda/tipos",
    "/categorias/receitas-despesas",
    "/empresas/me/dados-basicos",
)


@pytest.mark.parametrize(("path", "queries"), LISTS, ids=[path for path, _ in LISTS])
def test_lists_and_the_details_of_their_rows(inspector: Inspector, path: str, queries: tuple[str, ...]) -> None:
    rows = [(query, row) for query in queries for row in inspector.ask(path, query)]
    assert rows
    for query, row in rows[:: max(1, len(rows) // SAMPLE)]:
        if "criterio=4" not in query and row.get("nome") != "Compras":
            inspector.ask(f"{path}/{row['id']}")
    inspector.ask(f"{path}/1", status=404)


@pytest.mark.parametrize("path", WITHOUT_DETAILS)
def test_lists_without_details(inspector: Inspector, path: str) -> None:
    assert inspector.ask(path)


def test_stock_kits_parents_and_statuses(inspector: Inspector) -> None:
    products = list(inspector.account.products.values())
    ids = "&".join(f"idsProdutos[]={product.product_id}" for product in products)
    for sign in (0, 1, 2):
        inspector.ask("/estoques/saldos", f"{ids}&filtroSaldoEstoque={sign}")
    inspector.ask(f"/estoques/saldos/{inspector.account.general.deposit_id}", ids)
    inspector.ask("/estoques/saldos/1", ids, status=404)
    inspector.ask(f"/produtos/estruturas/{next(p for p in products if p.format == 'E').product_id}")
    inspector.ask(f"/produtos/variacoes/{next(p for p in products if p.format == 'V').product_id}")
    for status in inspector.account.statuses:
        inspector.ask(f"/situacoes/{status.status_id}")


def test_refusals(inspector: Inspector) -> None:
    inspector.account.refuse(["depositos"])
    inspector.ask("/depositos", status=403)
    inspector.account.traits.refusals.clear()
    inspector.sandbox.bling.limits.per_second = 0
    inspector.ask("/depositos", status=429)
    inspector.sandbox.bling.limits.switch_off()
    inspector.ask("/pedidos/vendas", "dataInicial=2024-01-01&dataFinal=2026-01-01", status=400)
    inspector.sandbox.clock.advance(DAY)
    inspector.ask("/depositos", status=401)


def test_every_route_is_inspected_above() -> None:
    with_details = {path for path, _ in LISTS}
    others = {"/estoques/saldos", "/estoques/saldos/{id}", "/situacoes/{id}"}
    others |= {"/produtos/estruturas/{id}", "/produtos/variacoes/{id}"}
    assert set(RESOURCES) == with_details | {f"{path}/{{id}}" for path in with_details} | set(WITHOUT_DETAILS) | others
