"""What Bling's limits, refusals and failures do to a night: nothing stored changes, the rest goes on, the next reading
heals it (contract Bling §3, §4 and its Traps)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from fnmatch import fnmatch

import pytest

from viang_pipeline.collect.bling.access import BlingRun
from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.failures import PermanentFailure, SourceFailure, SourcePaused, TransientFailure
from viang_pipeline.sandbox import Fault
from viang_pipeline.sandbox.bling.limits import most_within
from viang_pipeline.sources import http
from viang_pipeline.sources.pacing import BLING_ACCOUNT_RATE
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.erp import (
    DAY,
    NIGHT,
    START,
    STEPS,
    YESTERDAY,
    Shop,
    hold_to_contract,
    local,
    open_shop,
    world,
)
from viang_pipeline_tests.end_to_end.test_bling import details, fill, sell

NEXT_NIGHT = NIGHT + DAY


@pytest.fixture
def shop(install: Install) -> Iterator[Shop]:
    house = install(world(), now=START)
    shop = open_shop(house)
    yield shop
    hold_to_contract(house.sandbox.requests)


def failure_of(shop: Shop, *steps: str, **given: object) -> SourceFailure:
    with pytest.raises(PartialCollectionError) as stopped:
        shop.read(*steps, **given)  # type: ignore[arg-type]
    assert isinstance(stopped.value.failure, SourceFailure)
    return stopped.value.failure


def break_(shop: Shop, kind: str = "status", **given: object) -> None:
    given = {"times": None} | given
    shop.house.sandbox.faults.add(Fault(kind, **given))  # type: ignore[arg-type]


def end_pauses(shop: Shop) -> None:
    """As when the ten minutes are over for which an address that seems blocked asks nothing."""
    shop.house.rows("update dashboard.rate_budgets set contido_ate = null where escopo = 'bling:ip' returning 1")


# --- a failed read changes nothing ------------------------------------------------------------------------------------


def test_an_order_whose_detail_fails_leaves_the_whole_window_unread_and_the_next_night_heals_it(shop: Shop) -> None:
    fill(shop)
    shop.read()
    for n in range(4):
        sell(shop, f"2026-03-10 1{n}:00")
    before = shop.stored()
    break_(shop, path="/Api/v3/pedidos/vendas/*", skip=2)
    failure = failure_of(shop, "orders", at=NEXT_NIGHT)
    assert type(failure) is TransientFailure
    assert shop.stored() == before
    assert shop.complete("orders") == [YESTERDAY]
    assert "problemas" in (shop.reason("orders") or "")
    shop.house.sandbox.faults.clear()
    shop.read("orders", at=NEXT_NIGHT + timedelta(hours=2))
    assert len(shop.rows("orders")) == 6
    assert shop.complete("orders") == [YESTERDAY, YESTERDAY + DAY]


FAULTS: list[dict[str, object]] = [
    {"status": 500, "body": "<html>Internal Server Error</html>"},
    {"status": 503},
    {"kind": "reset"},
    {"status": 200, "body": '{"data":[{"id":1'},
    {"status": 200, "body": "{}"},
]


@pytest.mark.parametrize("step", STEPS)
def test_no_failure_of_any_feed_changes_what_is_stored(shop: Shop, step: str) -> None:
    fill(shop)
    shop.read()
    if step == "stock":
        shop.read("products", at=NEXT_NIGHT)
    before = shop.stored()
    paths = {"reference": "/Api/v3/depositos", "stock": "/Api/v3/estoques/*", "finance": "/Api/v3/contas/*"}
    others = {"orders": "/Api/v3/pedidos/*", "products": "/Api/v3/produtos*", "invoices": "/Api/v3/nfe"}
    for fault in FAULTS:
        break_(shop, **({"kind": "status", "path": (paths | others)[step]} | fault))
        with shop.watching() as asked:
            failure_of(shop, step, at=NEXT_NIGHT)
        assert any(fnmatch(f"/Api/v3{path}", (paths | others)[step]) for path in asked), fault
        assert shop.stored() == before, fault
        shop.house.sandbox.faults.clear()
        end_pauses(shop)


def test_one_feed_down_does_not_keep_the_others_of_its_asset_from_being_read(shop: Shop) -> None:
    fill(shop)
    break_(shop, path="/Api/v3/contas/receber")
    failure_of(shop, "finance")
    assert shop.rows("receivables") == {}
    assert shop.complete("receivables") == []
    assert shop.complete("payables") == []  # five errors in a row open the breaker for the rest of the run
    shop.house.sandbox.faults.clear()
    break_(shop, path="/Api/v3/contas/receber", times=1, body="[1]", status=200)
    failure_of(shop, "finance")
    assert shop.rows("receivables") == {}
    assert len(shop.rows("payables")) == 1
    assert shop.complete("payables") == [YESTERDAY]


def test_stock_is_no_photo_of_a_night_whose_products_were_not_read(shop: Shop) -> None:
    fill(shop)
    shop.read()
    before = shop.rows("stock")
    failure = failure_of(shop, "stock", at=NEXT_NIGHT)
    assert "bling/products" in str(failure)
    assert shop.rows("stock") == before


# --- who may read what ------------------------------------------------------------------------------------------------


def test_a_feed_the_application_may_not_read_is_skipped_with_its_reason_and_the_others_go_on(shop: Shop) -> None:
    fill(shop)
    shop.account.refuse(["contas/receber", "situacoes"])
    shop.account.refuse(["produtos"], error="FORBIDDEN")
    outcomes = shop.read()
    assert all(outcome.days_done == {YESTERDAY} for outcome in outcomes.values())
    assert len(shop.rows("payables")) == 1
    assert len(shop.rows("deposits")) == 1
    assert len(shop.rows("orders")) == 2
    assert "sem permissão" in (shop.reason("receivables") or "")
    assert any("sem permissão" in note for note in outcomes["finance"].notes)
    assert shop.complete("stock") == [], "no stock without products, and that is no failure either"
    states = shop.house.column(
        "select status from dashboard.updates_log where source = 'bling' and resource = 'receivables'"
    )
    assert states == ["skipped"]


def test_another_company_than_the_connected_one_stops_everything(shop: Shop) -> None:
    fill(shop)
    with shop.house.database.transaction() as conn:
        conn.execute("update dashboard.api_tokens set conta_externa = repeat('0', 32) where platform = 'bling'")
    before = shop.stored()
    for step in STEPS:
        failure = failure_of(shop, step)
        assert type(failure) is PermanentFailure
        assert "outra empresa" in str(failure)
    assert shop.stored() == before
    assert {seen.path for seen in shop.asked} == {"/Api/v3/empresas/me/dados-basicos"}


def test_the_company_is_asked_for_once_per_run(shop: Shop) -> None:
    run = BlingRun()
    with shop.watching() as asked:
        shop.read("orders", "invoices", "finance", run=run)
        shop.read("orders", run=run)
    assert asked.count("/empresas/me/dados-basicos") == 1


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_an_access_token_is_renewed_when_little_of_it_is_left_and_not_before(shop: Shop) -> None:
    calls = shop.token_calls
    shop.read("reference", at=START + timedelta(hours=5, minutes=29))
    assert shop.token_calls == calls
    shop.read("reference", at=START + timedelta(hours=5, minutes=31))
    assert shop.token_calls == calls + 1
    shop.read("reference", at=START + timedelta(hours=5, minutes=32))
    assert shop.token_calls == calls + 1


def test_a_revoked_access_says_what_to_do(shop: Shop) -> None:
    shop.house.sandbox.bling.revoke(shop.seller)
    failure = failure_of(shop, "reference", at=START + timedelta(hours=1))
    assert "viang connect bling aurora" in str(failure)
    state = shop.house.column("select status from dashboard.api_tokens where platform = 'bling'")
    assert state == ["reautorizar"]


# --- pace -------------------------------------------------------------------------------------------------------------


def test_calls_of_an_account_stay_below_its_limit_without_a_single_refusal(shop: Shop) -> None:
    """Measured from the sandbox's log, with the limits of the contract in force."""
    fill(shop)
    limits = shop.house.sandbox.bling.limits
    limits.reset()
    limits.per_second = 3
    began = time.monotonic()
    shop.read("reference", "orders", rate=BLING_ACCOUNT_RATE)
    visits = [visit for visit in limits.visits if not visit.token_call]
    assert len(visits) >= 10
    assert not [visit for visit in visits if visit.refusal]
    assert most_within((visit.at for visit in visits), 1.0) <= 3
    assert time.monotonic() - began >= (len(visits) - 1) / BLING_ACCOUNT_RATE - 0.5


def test_a_refusal_of_the_second_is_waited_out(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(shop)
    pauses: list[float] = []
    monkeypatch.setattr(http, "_wait", lambda state: pauses.append(state.args[0].pause or 0.0) or 0.0)
    break_(shop, "rate_limit", path="/Api/v3/pedidos/vendas", times=2)
    shop.read("orders")
    assert len(shop.rows("orders")) == 2
    assert len(pauses) == 2
    assert all(1.0 <= pause <= 2.0 for pause in pauses)


def test_an_account_without_calls_left_for_the_day_is_left_alone_until_the_next(shop: Shop) -> None:
    fill(shop)
    shop.read("reference")
    limits = shop.house.sandbox.bling.limits
    limits.per_day = 0
    failure = failure_of(shop, "orders")
    assert isinstance(failure, SourcePaused)
    assert "chamadas do dia" in str(failure)
    with shop.watching() as asked:
        assert isinstance(failure_of(shop, "finance"), SourcePaused)
    assert asked == []
    assert shop.rows("orders") == {}


def test_a_blocked_address_stops_every_client_of_every_process_without_another_call(install: Install) -> None:
    house = install(world(), now=START)
    first, second = open_shop(house), open_shop(house, "brisa")
    break_(first, path="/Api/v3/nfe", status=403, body="<html>Acesso bloqueado</html>", times=1)
    soon = START + timedelta(hours=1)
    assert isinstance(failure_of(first, "invoices", at=soon), SourcePaused)
    seen = len(first.asked)
    for shop in (first, second):
        failure = failure_of(shop, "reference", at=soon)
        assert isinstance(failure, SourcePaused)
        assert "10 min" in str(failure)
    assert len(first.asked) == seen
    until = house.column("select contido_ate - clock_timestamp() from dashboard.rate_budgets where escopo = 'bling:ip'")
    assert timedelta(minutes=9) < until[0] <= timedelta(minutes=10)
    end_pauses(second)
    second.read("reference", at=soon)


def test_five_errors_in_a_row_leave_the_account_alone_for_the_run_and_not_for_the_next(shop: Shop) -> None:
    fill(shop)
    run = BlingRun()
    break_(shop, path="/Api/v3/pedidos/vendas")
    with shop.watching() as asked:
        failure_of(shop, "orders", run=run)
    assert asked.count("/pedidos/vendas") == 5
    with shop.watching() as asked:
        assert isinstance(failure_of(shop, "invoices", run=run), SourcePaused)
    assert asked == []
    shop.read("invoices", run=BlingRun())


# --- the plan of calls ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_night_of_a_typical_client_fits_the_budget_of_calls(shop: Shop) -> None:
    """300 new orders, 2 000 products and 500 accounts a night (contract Bling §0)."""
    account = shop.account
    for n in range(2000):
        account.add_product(f"P{n}", at=START, code=f"P{n}", cost=1000 + n, stock=0 if n % 3 == 0 else n)
    sell(shop, "2026-03-05 10:00")
    shop.read()
    for n in range(300):
        sale = sell(shop, f"2026-03-10 {n % 24:02d}:00")
        account.invoice(sale, at=local(f"2026-03-10 {n % 24:02d}:30"))
        if n < 200:
            account.expect(sale, at=local("2026-03-10 09:00"), due_on=YESTERDAY + 30 * DAY)
    for n in range(100):
        account.owe(f"Conta {n}", 1000, at=local("2026-03-10 09:00"), due_on=YESTERDAY + 20 * DAY)
    with shop.watching() as asked:
        shop.read(at=NEXT_NIGHT)
    assert len(details(asked)) == 300
    assert len(shop.rows("payables")) == 100
    assert len(shop.rows("receivables")) == 200
    assert len(asked) <= 600, Counter(path.split("/")[1] for path in asked)
