"""No secret and no person is found anywhere after nights that went well and nights that failed, although marketplace
and ERP served both: buyers with names, documents and addresses, and error bodies that quote them and tokens.
Nor of the files of UpSeller, which are full of people: those that are taken, refused, or have rows that are.
Anywhere is: every file, every row of both databases, what commands print, mails with their reports, what the language
model and Metabase are sent.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dagster as dg
import httpx
import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from viang_pipeline.automation import in_process
from viang_pipeline.automation.in_process import RunReport, open_instance, run_range
from viang_pipeline.automation.jobs import alert_digest, send_mail
from viang_pipeline.cli.main import app
from viang_pipeline.collect.upseller.inbox import folder_of
from viang_pipeline.definitions import build_definitions
from viang_pipeline.logs import set_up_logging
from viang_pipeline.sandbox import Fault, World
from viang_pipeline.sandbox.people import person
from viang_pipeline.sandbox.upseller import Style
from viang_pipeline.sandbox.upseller.export import orders_file
from viang_pipeline.sources.bling import conduct
from viang_pipeline.sources.trust import trusted
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, tables, utc
from viang_pipeline_tests.end_to_end.erp import OPENED, UNPACED
from viang_pipeline_tests.insights.model_server import KEY as MODEL_KEY
from viang_pipeline_tests.insights.model_server import ModelServer, Told, model_server
from viang_pipeline_tests.mail.servers import Mailbox, serving
from viang_pipeline_tests.metabase.fake import KEY as METABASE_KEY
from viang_pipeline_tests.metabase.fake import FakeMetabase, served
from viang_pipeline_tests.security.planted import of_file, of_mail, places_of
from viang_pipeline_tests.sources.upseller_orders import order as sold

DAY = date(2026, 3, 10)
BUYERS = (987_650_012_345, 987_650_054_321)
BUYERS_IN_BLING = (987_650_033_333, 987_650_044_444)
BUYERS_ELSEWHERE = (987_650_077_777, 987_650_088_888)
ISSUED = re.compile(r"APP_USR-\d+-\d+-[0-9a-f]+-\d+|TG-[0-9a-f]{24}-\d+")

ACCESS, REFRESH = "APP_USR-777-100312-aa11bb22-424242", "TG-6701aa0123456789abcdef01-424242"
PLANTED = {
    "access token": ACCESS,
    "refresh token": REFRESH,
    "bearer": "Zm9vYmFyYmF6cXV4",
    "e-mail": "maria.aparecida@segredo.com.br",
    "CPF": "529.982.247-25",
    "bare CPF": "52998224725",
    "name": "Maria Aparecida da Conceição",
    "surname": "Conceição",
    "street": "Rua das Palmeiras",
    "phone": "11987654321",
}
SAID = (
    f"Maria Aparecida da Conceição, CPF 529.982.247-25 (52998224725), Rua das Palmeiras 77, fone 11987654321, "
    f"maria.aparecida@segredo.com.br; token {ACCESS} {REFRESH} Authorization: Bearer Zm9vYmFyYmF6cXV4"
)
BODIES = {
    "/orders/search": (400, json.dumps({"message": SAID, "error": "bad_request", "status": 400, "cause": [SAID]})),
    "/shipments/*": (500, SAID),
    "/users/*/items/search": (403, json.dumps({"code": "FORBIDDEN", "error": "access_denied", "message": SAID})),
    "/oauth/token": (400, json.dumps({"error": "invalid_grant", "error_description": SAID, "status": 400})),
    "/Api/v3/pedidos/vendas": (
        400, json.dumps({"error": {"type": "VALIDATION_ERROR", "message": SAID, "description": SAID}})
    ),
    "/Api/v3/contas/*": (503, SAID),
}  # fmt: skip
SMTP_PASSWORD = "s3nha-do-correio-88"

NIGHTS: tuple[tuple[str, ...], ...] = (
    (),
    ("/orders/search",),
    ("/shipments/*", "/users/*/items/search", "/Api/v3/pedidos/vendas"),
    ("/oauth/token", "/Api/v3/contas/*"),
)

OURS = ("DAGSTER_HOME", "VIANG_DAGSTER_STORAGE_URL", "VIANG_COMPUTE_LOGS", "DAGSTER_GRPC_PROXY_HEARTBEAT_TTL_SECONDS")


@pytest.fixture
def logs_to_file(viang_home: Path) -> Iterator[Path]:
    """The process's own logging, as the command line sets it up; the test runner's comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield set_up_logging(viang_home)
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:], root.level = handlers, level


@dataclass
class Trail:
    """What nights left behind, and what must not be in it."""

    installation: Installation
    storage: Database
    home: Path
    successes: list[bool]
    said: dict[str, str] = field(default_factory=dict)
    """What left the process: commands, mails, requests to the model and to Metabase."""

    def texts(self) -> dict[str, str]:
        """Place → everything written there: files, and every table of both databases row by row.

        Not the files people brought themselves, which are kept for 30 days as they are, and not the environment the
        installation itself was given.
        """
        found = dict(self.said)
        for path in self.home.rglob("*"):
            if path.is_file() and not ("inbox" in path.parts and path.suffix == ".csv"):
                parts = of_file(path.read_bytes())
                found |= {f"{path.relative_to(self.home)} {part}".strip(): text for part, text in parts.items()}
        for database in (self.installation.database, self.storage):
            with database.transaction() as conn:
                for name in tables(database):
                    rows = conn.execute(f"select string_agg(t::text, chr(10)) from {name} t").fetchone()  # type: ignore[arg-type]
                    found[f"{urlsplit(database.url).path}: {name}"] = rows[0] or "" if rows else ""
        return found

    def places_of(self, needles: dict[str, str]) -> list[str]:
        """Where any of the needles is, in whichever spelling."""
        return places_of(needles, self.texts())


@pytest.fixture
def trail(
    install: Install, empty_database: Database, logs_to_file: Path, viang_home: Path, monkeypatch: pytest.MonkeyPatch
) -> Trail:
    """A good first load and three failing nights through the real jobs."""
    for name in OURS:
        monkeypatch.setenv(name, "restored by the test")
    monkeypatch.setenv("DAGSTER_DATABASE_URL", empty_database.url)
    world = World(start=utc("2026-03-01T00:00:00Z"))
    seller = world.add_seller("loja")
    listing = world.add_listing(seller, title="Produto", price=100_00, sku="A")
    for number, buyer in enumerate(BUYERS):
        at = utc(f"{DAY}T1{number}:00:00-03:00")
        order = world.place_order(seller, listing, at=at, buyer_id=buyer)
        world.pay(order, at=at + timedelta(minutes=1))
        world.attach_shipment(order, world.ship(seller, at=at, seller_cost=10_00), at=at + timedelta(minutes=2))
        world.cancel(order, at=at + timedelta(hours=3 + 24 * number))
    installation = install(world, now=utc(f"{DAY}T23:00:00-03:00"))
    installation.client("loja", seller, DAY)
    _keep_books_in_bling(installation)

    _bring_files(installation.settings.home)

    successes = []
    for number, troubles in enumerate(NIGHTS, 1):
        installation.at(utc(f"{DAY + timedelta(days=number)}T03:00:00-03:00"))
        installation.sandbox.faults.clear()
        for path in troubles:
            status, body = BODIES[path]
            installation.sandbox.faults.add(Fault("status", path=path, status=status, body=body, times=None))
        last = DAY + timedelta(days=number - 1)
        successes += [report.success for report in _night(installation, last)]
    return Trail(installation, empty_database, viang_home, successes)


def _night(installation: Installation, day: date) -> list[RunReport]:
    """The real night of one day, at no pace: the simulated Bling is asked as fast as it answers."""
    unpaced = {"bling": {"calls_per_second": UNPACED}}
    with open_instance(installation.settings) as instance:
        return run_range(
            instance, "daily_update", "loja", day, day, starts=DAY, now=installation.now, resources=unpaced
        )  # fmt: skip


def _keep_books_in_bling(installation: Installation) -> None:
    """Sales with their invoices and bills, each with its buyer."""
    seller = installation.world.seller("loja")
    account = installation.world.bling.open_account(seller, at=OPENED)
    account.add_product("Produto", at=OPENED, code="A", cost=21_40, stock=12)
    for number, buyer in enumerate(BUYERS_IN_BLING):
        at = utc(f"{DAY}T1{number}:30:00-03:00")
        sale = account.sell([account.item(None, at=at, unit_price=19_90)], at=at, buyer_id=buyer)
        account.invoice(sale, at=at)
        account.expect(sale, at=at, due_on=DAY + timedelta(days=5))
    installation.connect_bling("loja", seller)


def _bring_files(home: Path) -> None:
    """Exports with everything about their buyers: one to take, with a row to refuse, and two to refuse."""
    folder = folder_of(home, "loja")
    folder.mkdir(parents=True)
    at = utc(f"{DAY}T15:00:00-03:00")
    orders = [
        sold(number, order_id=f"UPS{number}", buyer_id=buyer, ordered_at=at, paid_at=None)
        for number, buyer in enumerate(BUYERS_ELSEWHERE * 15)
    ]
    style = Style(encoding="utf-8").as_csv()
    good = orders_file([*orders, replace(orders[0], order_id="2,6E+17")], style)
    files = {
        "a.csv": good,
        "b.csv": orders_file(orders, replace(style, width=13)),
        "c.csv": good.replace(b"59,00", b"Maria"),
        "d.csv": good.replace(b";Shopee;", b";Shopee;x;"),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
        os.utime(folder / name, (time.time() - 60,) * 2)


@pytest.fixture
def told(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> Trail:
    """All that people and other systems are told afterwards, by commands and jobs that succeed and that fail."""
    recorded = in_process._instance_at
    monkeypatch.setattr(in_process, "_instance_at", lambda settings: dg.DagsterInstance.ephemeral())
    mailbox, metabase = Mailbox(password=SMTP_PASSWORD), FakeMetabase()
    with ExitStack() as running:
        port = running.enter_context(serving(mailbox))
        model = running.enter_context(model_server())
        model.answers = [Told(status=401)]
        running.enter_context(served(metabase))
        _configure(trail, monkeypatch, port, model, metabase)
        _run(trail, "clients", "set", "loja", "--email", "dona@loja.com.br")
        for arguments in COMMANDS:
            _run(trail, *arguments)
        for job in (alert_digest, send_mail):
            definitions = build_definitions()
            result = definitions.resolve_job_def(job.name).execute_in_process(raise_on_error=False)
            trail.said[f"job {job.name}"] = "\n".join(map(str, result.all_events))
        resources = build_definitions().resources or {}
        trail.said |= {f"repr of {name}": repr(resource) for name, resource in resources.items()}
        trail.said["repr of settings"] = repr(trail.installation.settings)
        monkeypatch.setenv("SMTP_URL", f"smtp://relatorios:{SMTP_PASSWORD}-errada@127.0.0.1:{port}")
        monkeypatch.setattr(metabase, "trouble", lambda method, path: 500)
        _run(trail, "clients", "set", "loja", "--email", "dona@loja.com.br", "--email", "socio@loja.com.br")
        for arguments in FAILING:
            _run(trail, *arguments, failing=True)
        monkeypatch.setenv("VIANG_DATABASE_URL", _wrong_password(trail.installation.database.url))
        for arguments in (("status",), ("doctor",), ("nightly",)):
            _run(trail, *arguments, failing=True)
        monkeypatch.setenv("VIANG_DATABASE_URL", trail.installation.database.url)
    monkeypatch.setattr(in_process, "_instance_at", recorded)
    for number, (_, content) in enumerate(mailbox.kept):
        trail.said |= {f"mail {number} {part}": text for part, text in of_mail(content).items()}
    trail.said["prompts"] = json.dumps(model.bodies, ensure_ascii=False)
    trail.said["Metabase"] = json.dumps(metabase.seen, ensure_ascii=False)
    assert mailbox.calls["AUTH"] >= 2
    assert any("mail 0" in place and "pages" in place for place in trail.said), sorted(trail.said)
    assert model.bodies
    assert metabase.seen
    return trail


MONTH = f"{DAY:%Y-%m}"
COMMANDS = (
    ("status",), ("status", "loja"), ("clients", "list"), ("doctor",), ("refresh-tokens",), ("mail", "list"),
    ("report", "loja", "--periodo", MONTH, "--send"), ("insight", "loja", "--periodo", MONTH),
    ("metabase", "provision"), ("reprocess", "--client-id", "loja", "--data-inicio", str(DAY), "--dry-run"),
    ("import", "upseller", "c.csv", "--client-id", "loja"), ("connect", "bling", "loja", "--no-wait"),
)  # fmt: skip
FAILING = (
    ("doctor",), ("report", "loja", "--periodo", MONTH, "--send"), ("metabase", "provision"),
    ("report", "ninguem", "--periodo", MONTH),
    ("connect", "bling", "loja", "--code", "TG-6701aa0123456789abcdef01-424242", "--state", "x"),
)  # fmt: skip


def _configure(
    trail: Trail, monkeypatch: pytest.MonkeyPatch, port: int, model: ModelServer, metabase: FakeMetabase
) -> None:
    for name, value in {
        "SMTP_URL": f"smtp://relatorios:{SMTP_PASSWORD}@127.0.0.1:{port}",
        "VIANG_MAIL_FROM": "Agência <relatorios@agencia.com.br>",
        "VIANG_ALERT_EMAILS": "plantao@agencia.com.br",
        "OPENAI_API_KEY": MODEL_KEY,
        "OPENAI_BASE_URL": model.url,
        "METABASE_URL": metabase.url,
        "METABASE_API_KEY": METABASE_KEY,
        "METABASE_DATABASE_ID": "3",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(next(trail.home.glob("inbox/loja/upseller/rejected")))


def _run(trail: Trail, *arguments: str, failing: bool = False) -> None:
    result = CliRunner().invoke(app, list(arguments))
    trail.said[f"viang {' '.join(arguments)}{' (failing)' if failing else ''}"] = result.output
    assert result.output, arguments
    assert result.exit_code or not failing, (arguments, result.output)


def _wrong_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", f":{parts.password}-errada@")


@pytest.mark.slow
def test_no_secret_and_no_person_is_left_anywhere(told: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    trail = told
    assert trail.successes == [True, False, False, False]
    texts = trail.texts()
    assert any("raw.bling_orders" in place and text for place, text in texts.items())
    assert any("dashboard.fact_order_line" in place and text for place, text in texts.items())
    assert texts["logs/viang.log"]
    assert any("compute_logs" in place for place in texts), sorted(texts)
    assert any("event_logs" in place and "bad_request" in text for place, text in texts.items())
    assert "[oculto]" in "".join(texts.values()), "the error bodies were never quoted: nothing was put to the test"

    assert trail.places_of(PLANTED) == []
    assert trail.places_of(_people()) == []
    assert trail.places_of(_people_in_bling()) == []
    assert trail.places_of(_people_of_files()) == []
    brought = (trail.home / "inbox" / "loja" / "upseller" / "done" / "a.csv").read_text(encoding="utf-8")
    assert [what for what, needle in _people_of_files().items() if needle not in brought] == []
    assert sum(json.loads(text)["situacao"] == "importado" for text in _reports(texts)) == 1
    assert len(_reports(texts)) == 4
    assert trail.places_of(_secrets(trail.installation)) == []
    assert [place for place, text in texts.items() if ISSUED.search(text)] == []
    _assert_they_were_served(trail.installation)
    _assert_the_search_can_fail(trail, monkeypatch)


def _assert_the_search_can_fail(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one door left open, one more bad night is found out: in a table, and in what Dagster keeps."""
    monkeypatch.setattr(conduct, "quote", str)
    day = DAY + timedelta(days=len(NIGHTS))
    trail.installation.at(utc(f"{day + timedelta(days=1)}T03:00:00-03:00"))
    path = "/Api/v3/pedidos/vendas"
    status, body = BODIES[path]
    trail.installation.sandbox.faults.add(Fault("status", path=path, status=status, body=body, times=None))
    reports = _night(trail.installation, day)
    found = " ".join(trail.places_of(PLANTED))
    assert "street in" in found, reports
    assert "dashboard.updates_log" in found
    assert "event_logs" in found


def _reports(texts: dict[str, str]) -> list[str]:
    return [text for place, text in texts.items() if place.startswith("inbox") and place.endswith(".json")]


def _people_of_files() -> dict[str, str]:
    """Everything the exports say about their buyers."""
    needles = {}
    for buyer in BUYERS_ELSEWHERE:
        who = person(buyer)
        needles |= {
            f"name of {buyer}": f"{who.first_name} {who.last_name}",
            f"surname of {buyer}": who.last_name,
            f"nickname of {buyer}": who.nickname,
            f"e-mail of {buyer}": who.email,
            f"CPF of {buyer}": who.cpf,
            f"phone of {buyer}": who.phone,
            f"street of {buyer}": f"{who.street}, {who.number}",
            f"postcode of {buyer}": who.zip_code,
            f"quarter of {buyer}": f"Jardim {who.last_name}",
        }
    return needles


def _people_in_bling() -> dict[str, str]:
    """What orders, invoices and bills say of their buyers."""
    needles = {}
    for buyer in BUYERS_IN_BLING:
        who = person(buyer)
        needles |= {
            f"name of {buyer}": f"{who.first_name} {who.last_name}",
            f"surname of {buyer}": who.last_name,
            f"CPF of {buyer}": who.cpf,
            f"e-mail of {buyer}": who.email,
            f"postcode of {buyer}": who.zip_code,
        }
    return needles


def _people() -> dict[str, str]:
    """Everything the marketplace says about the buyers."""
    needles = {"delivery note": "Entregar a", "cancellation text": "Cancelado: pedido de"}
    for buyer in BUYERS:
        who = person(buyer)
        needles |= {
            f"id of {buyer}": str(buyer),
            f"name of {buyer}": f"{who.first_name} {who.last_name}",
            f"surname of {buyer}": who.last_name,
            f"nickname of {buyer}": who.nickname,
            f"e-mail of {buyer}": who.email,
            f"CPF of {buyer}": who.cpf,
            f"phone of {buyer}": who.phone,
            f"street of {buyer}": f"{who.street} {who.number}",
            f"postcode of {buyer}": who.zip_code,
        }
    return needles


def _secrets(installation: Installation) -> dict[str, str]:
    """What the installation itself knows and must keep."""
    settings = installation.settings
    key = Fernet(settings.token_keys[0].get_secret_value())
    kept = {
        f"{kind} token of {row['platform']}": key.decrypt(row[kind]).decode()
        for row in installation.rows(
            "select platform, access_token as access, refresh_token as refresh from dashboard.api_tokens"
        )
        for kind in ("access", "refresh")
    }
    assert len(kept) == 4
    assert settings.database_url is not None
    password = urlsplit(settings.database_url.get_secret_value()).password
    assert password
    return {
        "app secret": settings.require("mercado_livre_app_secret"),
        "token key": settings.token_keys[0].get_secret_value(),
        "database password": password,
        "Bling secret": settings.require("bling_client_secret"),
        "password of the mail server": SMTP_PASSWORD,
        "key of the model": MODEL_KEY,
        "key of Metabase": METABASE_KEY,
        **kept,
    }


def _assert_they_were_served(installation: Installation) -> None:
    """The marketplace did send every planted text: what is not found was dropped, not absent."""
    served = {(seen.path, seen.status) for seen in installation.sandbox.requests}
    assert {("/orders/search", 400), ("/oauth/token", 400), ("/orders/search", 200)} <= served
    assert any(path.startswith("/shipments/") and status == 500 for path, status in served)
    installation.sandbox.faults.clear()
    pair = installation.sandbox.tokens("loja")
    texts = []
    for path in {seen.path for seen in installation.sandbox.requests if seen.path.startswith(("/orders/2", "/shipm"))}:
        answer = httpx.get(
            installation.sandbox.url + path,
            headers={"Authorization": f"Bearer {pair.access_token}", "x-format-new": "true"},
            verify=trusted(),
        )
        texts.append(json.dumps(answer.json(), ensure_ascii=False))
    together = "\n".join(texts)
    assert [what for what, needle in _people().items() if needle not in together] == []
