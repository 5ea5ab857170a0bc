"""The optional HTTP read of UpSeller's stock: off by default, POST, paged, and only for what is available."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from viang_pipeline.collect.upseller.http_photo import collect_available, upseller_stock
from viang_pipeline.collect.upseller.importing import import_file
from viang_pipeline.collect.work import PartialCollectionError, Work
from viang_pipeline.sandbox.upseller import StockLine
from viang_pipeline.sandbox.upseller.export import stock_file, stock_name
from viang_pipeline.settings import Settings, SettingsError
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.sources.upseller_orders import LATE_EVENING, NOW

DAY = LATE_EVENING.date()
SECRET = "um-segredo-bem-guardado"


class OpenApi:
    """A stand-in for the open API as the contract's only public client saw it."""

    def __init__(self) -> None:
        self.stock = {"Galpão": {"A": 5, "B": 0, "C": 7}, "Full": {"A": 2}}
        self.code = 0
        self.total_off_by = 0
        self.seen: list[tuple[str, dict[str, Any], dict[str, str]]] = []

    def answer(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        self.seen.append((path, body, headers))
        if self.code:
            return {"code": self.code, "msg": f"invalid token {SECRET} of Maria Silva", "data": None}
        if path.endswith("/getWarehouseList/v1"):
            rows: list[dict[str, Any]] = [{"warehouseId": n, "warehouseName": w} for n, w in enumerate(self.stock)]
        else:
            held = list(self.stock.values())[int(body["warehouseId"])]
            rows = [{"skuId": sku, "quantity": units} for sku, units in held.items()]
        first = (body["pageNo"] - 1) * body["pageSize"]
        page = rows[first : first + body["pageSize"]]
        return {"code": 0, "msg": "success", "data": {"total": len(rows) + self.total_off_by, "list": page}}


@pytest.fixture
def api() -> Iterator[tuple[OpenApi, str]]:
    told = OpenApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            answer = json.dumps(told.answer(self.path, body, dict(self.headers))).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield told, f"http://127.0.0.1:{server.server_port}/erp/inventory"
    server.shutdown()
    server.server_close()


@pytest.fixture
def on(settings_env: Callable[..., Settings], api: tuple[OpenApi, str]) -> Settings:
    return settings_env(
        UPSELLER_API_URL=api[1],
        UPSELLER_CLIENT_ID="cliente-1",
        UPSELLER_API_TOKEN=SECRET,
        UPSELLER_API_TOKEN_HEADER="x-token",
        UPSELLER_PAGE_SIZE="2",
        UPSELLER_API_CLIENT="loja",
    )


@pytest.fixture
def work(database: Database) -> Work:
    with database.transaction() as conn:
        conn.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico) values ('loja', 'L', '2026-08-01')"
        )
    return Work(database, "loja", "teste", "teste", lambda: NOW)


def stored(work: Work) -> dict[str, Any]:
    with work.store.transaction() as conn:
        return dict(conn.execute("select chave, payload from raw.upseller_stock").fetchall())


def test_every_page_of_every_warehouse_becomes_what_is_available(
    work: Work, on: Settings, api: tuple[OpenApi, str]
) -> None:
    outcome = collect_available(work, on, [DAY])
    assert (outcome.requests, outcome.read, outcome.written, outcome.days_done) == (4, 4, 4, {DAY})
    assert stored(work)[f"A|Galpão|{DAY}"] == {"sku": "A", "warehouse": "Galpão", "available": 5}
    assert {key.split("|")[0] for key in stored(work)} == {"A", "B", "C"}
    _, body, headers = api[0].seen[0]
    assert body == {"pageNo": 1, "pageSize": 2}
    assert {name.lower(): value for name, value in headers.items()} | {"client-id": "cliente-1", "x-token": SECRET} == {
        name.lower(): value for name, value in headers.items()
    }


def test_a_day_with_a_photo_is_not_asked_about(work: Work, on: Settings, api: tuple[OpenApi, str]) -> None:
    collect_available(work, on, [DAY])
    api[0].seen.clear()
    assert collect_available(work, on, [DAY]).written == 0
    assert api[0].seen == []


def test_a_file_takes_the_place_of_what_http_told_and_never_the_other_way(
    work: Work, on: Settings, api: tuple[OpenApi, str]
) -> None:
    """Only a file has cost and what is reserved."""
    collect_available(work, on, [DAY])
    import_file(
        work, stock_name(NOW - timedelta(hours=2)), stock_file([StockLine("A", "Galpão", 4, 1, average_cost=99)])
    )
    [(key, told)] = stored(work).items()
    assert (key, told["available"], told["reserved"], told["cost_average"]) == (f"A|Galpão|{DAY}", 4, 1, 0.99)
    assert collect_available(work, on, [DAY]).written == 0


def test_a_refusal_or_a_wrong_total_stores_nothing_and_tells_no_secret(
    work: Work, on: Settings, api: tuple[OpenApi, str]
) -> None:
    for code, off_by, said in ((401, 0, "O UpSeller recusou a leitura: 401"), (0, 1, "total anunciado")):
        api[0].code, api[0].total_off_by = code, off_by
        with pytest.raises(PartialCollectionError, match=said) as caught:
            collect_available(work, on, [DAY])
        assert SECRET not in str(caught.value)
        assert "Maria" not in str(caught.value)
    assert stored(work) == {}


def test_without_the_three_settings_nothing_is_asked(
    work: Work, settings_env: Callable[..., Settings], api: tuple[OpenApi, str]
) -> None:
    off = settings_env(UPSELLER_API_URL=api[1], UPSELLER_CLIENT_ID="cliente-1", UPSELLER_API_CLIENT="loja")
    assert collect_available(work, off, [DAY]).days_done == {DAY}
    assert api[0].seen == []
    with pytest.raises(SettingsError, match="UPSELLER_API_TOKEN"), upseller_stock(off):
        pass


def test_the_account_of_one_client_is_no_stock_of_another(work: Work, on: Settings, api: tuple[OpenApi, str]) -> None:
    other = Work(work.store, "outra", "teste", "teste", work.clock)
    with suppress(PartialCollectionError):
        collect_available(other, on, [DAY])
    assert api[0].seen == []


def test_a_probe_shows_the_answer_as_it_came(on: Settings) -> None:
    with upseller_stock(on) as api:
        assert json.loads(api.probe())["data"]["total"] == 2
