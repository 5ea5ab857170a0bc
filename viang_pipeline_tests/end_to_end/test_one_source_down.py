"""One source down is one source down: sales are complete and on time, the missing block is NULL with its reason,
nothing stored was changed, status says it, and the next good reading heals it (kpis.md R4, I18).

Every source that fills a block of its own, in every way of the contract's error table (contract §1.1, §1.2). All cases
share one installation: each takes the next day, fails at night and is healed two hours later. Sources fail one by one
in the same night; that one alone leaves the others in peace is shown by the real job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import dagster as dg
import httpx
import pytest

from viang_pipeline.automation.in_process import run_range
from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.failures import SourceFailure
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.sandbox import Fault
from viang_pipeline.sandbox.ads_generate import advertise
from viang_pipeline.sandbox.billing_generate import bill_seller
from viang_pipeline.sandbox.traffic_generate import attract
from viang_pipeline.sources import connection, http
from viang_pipeline.warehouse.client_status import ReadState, read_states
from viang_pipeline_tests.end_to_end.claims_turbulence import claim_wildly
from viang_pipeline_tests.end_to_end.comparison import compare
from viang_pipeline_tests.end_to_end.conftest import Install, take_over
from viang_pipeline_tests.end_to_end.driver import COLLECTORS, Installation, utc
from viang_pipeline_tests.end_to_end.oracle import Oracle
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

FIRST = date(2026, 2, 20)
KNOWN = FIRST + timedelta(days=9)
"""The last day of the history read before anything goes wrong."""

CLIENT = "loja-0"
ONE, TWO_HOURS = timedelta(days=1), timedelta(hours=2)
IMPATIENT = httpx.Timeout(30.0, read=0.2)
ATTEMPTS = 2
"""Of each call: what more repeats do is tested where they are made."""


@dataclass(frozen=True)
class Source:
    """A source by its routes, what it fills, why it is missing, and its raw tables."""

    path: str
    column: str
    reason: str
    raw: str


SOURCES = {
    "ads": Source("/advertising/*", "ads_investimento", "ads_nao_lidos", "raw.mercado_livre_ads%"),
    "visits": Source("*/time_window", "visitas", "visitas_nao_lidas", "raw.mercado_livre_%visits"),
    "claims": Source("/post-purchase/*", "devolucoes", "reclamacoes_nao_lidas", "raw.mercado_livre_%(claims|return)%"),
    "billing": Source(
        "/billing/*", "faturamento_com_tarifa_faturada", "faturas_nao_lidas", "raw.mercado_livre_billing%"
    ),
}
INVALID_TOKEN = '{"message":"invalid access token","error":"invalid_token","status":401,"cause":[]}'
TROUBLES: dict[str, dict[str, Any]] = {
    "outage": {"kind": "status", "status": 503},
    "bad gateway in HTML": {"kind": "status", "status": 502, "body": "<html>Bad Gateway</html>"},
    "closed by the gateway": {"kind": "status", "status": 499},
    "refused": {"kind": "rate_limit"},
    "refused with a word": {"kind": "status", "status": 429, "body": "local_rate_limited"},
    "cut in the body": {"kind": "reset"},
    "dropped": {"kind": "lost"},
    "too slow": {"kind": "slow", "seconds": 1.0},
    "incomplete": {"kind": "partial"},
    "no permission": {"kind": "policy_agent"},
    "no scope": {"kind": "scope"},
    "token not accepted": {"kind": "status", "status": 401, "body": INVALID_TOKEN},
    "request called wrong": {"kind": "status", "status": 400, "body": '{"message":"invalid","error":"bad_request"}'},
    "route gone": {"kind": "status", "status": 404, "body": "Not Found"},
    "half a document": {"kind": "status", "status": 200, "body": '{"results":[{"id":'},
    "another shape": {"kind": "status", "status": 200, "body": '{"novo":1}'},
}


@dataclass
class Shop:
    """The shared installation, what is true of its sales, and the last day whose night has been."""

    installation: Installation
    oracle: Oracle
    day: date = KNOWN

    def next_night(self) -> datetime:
        """06:00 UTC after the next day."""
        self.day += ONE
        self.installation.at(utc(f"{self.day + ONE}T06:00:00Z"))
        self.oracle.night(self.installation.now)
        return self.installation.now

    def build(self) -> None:
        """Every mart, as the night builds what was read."""
        with self.installation.session() as session:
            for mart in BUILDERS:
                build_mart(self.installation.work(CLIENT, session), mart, [self.day])

    @contextmanager
    def without(self, source: Source, trouble: str) -> Iterator[None]:
        """A while in which every call to a source ends in trouble."""
        self.installation.sandbox.faults.add(Fault(path=source.path, times=None, **TROUBLES[trouble]))
        try:
            yield
        finally:
            self.installation.sandbox.faults.clear()

    def heal(self, *names: str) -> None:
        """A good reading of these sources, and of nothing else, two hours later."""
        self.installation.at(self.installation.now + TWO_HOURS)
        self.installation.collect(CLIENT, names, [self.day])
        self.build()

    def stored(self, source: Source) -> dict[str, str]:
        """Digests of the source's raw tables, row versions included."""
        tables = self.installation.column(
            "select relname from pg_class where 'raw.' || relname similar to %s and relkind = 'r'"
            " and relnamespace = 'raw'::regnamespace",
            source.raw,
        )
        return {
            name: self.installation.column(
                f"select md5(string_agg(t::text || t.xmin::text, '|' order by t::text)) from raw.{name} as t"
            )[0]
            for name in tables
        }

    def states(self) -> dict[str, ReadState]:
        """Source → what ``viang status`` says of it."""
        with self.installation.database.transaction() as conn:
            return {state.resource: state for state in read_states(conn, self.day, CLIENT)}


@pytest.fixture(scope="module")
def opened(share: Install) -> Shop:
    """One shop with ads, visits, claims and bills, and its first ten days read."""
    days = (KNOWN - FIRST).days + 1 + len(TROUBLES) + len(SOURCES)
    world = turbulent_world(21, FIRST, days, sellers=1)
    (seller,) = world.sellers.values()
    listings = list(world.listings.values())
    every = [FIRST + timedelta(days=n) for n in range(days)]
    for day in every:  # a day without a sale would have no row in the oracle
        order = world.place_order(seller, listings[0], at=utc(f"{day}T15:00:00Z"))
        world.pay(order, at=utc(f"{day}T15:01:00Z"))
    advertise(world, seller, listings, every, Random(1))
    attract(world, seller, listings, every, Random(2))
    claim_wildly(world, seller, 3)
    bill_seller(world, seller, utc(f"{every[-1]}T00:00:00Z"))
    installation = share(world, now=utc(f"{KNOWN}T05:30:00Z"))
    installation.client(CLIENT, seller, FIRST)
    installation.night(CLIENT, utc(f"{KNOWN + ONE}T06:00:00Z"))
    return Shop(installation, Oracle(world, seller.seller_id, FIRST))


@pytest.fixture
def shop(opened: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop with its settings in this test's environment; nothing is waited for."""
    take_over(opened.installation, monkeypatch)
    enough: Callable[[int, float], object] = http._enough
    monkeypatch.setattr(http, "_enough", lambda attempts, seconds: enough(ATTEMPTS, seconds))
    monkeypatch.setattr(connection, "TIMEOUT", IMPATIENT)
    return opened


def the_sales_are_complete_and_only_these_are_missing(shop: Shop, *names: str) -> None:
    compared = compare(shop.installation, CLIENT, shop.oracle)
    assert not compared.differences, str(compared)
    row, states = shop.installation.client_day(CLIENT, shop.day), shop.states()
    for name, source in SOURCES.items():
        missing = name in names
        assert (row[source.column] is None, source.reason in row["faltantes"]) == (missing, missing), name
    problems = {name: problem for name, state in states.items() if (problem := state.problem(shop.day))}
    assert sorted(problems) == sorted(names)
    assert all(str(states[name].motivo) in problem for name, problem in problems.items())
    quality = "select recurso from dashboard.vw_source_quality where client_id = %s and motivo is not null order by 1"
    assert shop.installation.column(quality, CLIENT) == sorted(names)


@pytest.mark.slow
@pytest.mark.parametrize("trouble", TROUBLES)
def test_the_sales_of_a_night_do_not_wait_for_the_other_sources(shop: Shop, trouble: str) -> None:
    shop.next_night()
    before = {name: shop.stored(source) for name, source in SOURCES.items()}
    assert all(any(digests.values()) for digests in before.values()), "there is something that could be changed"

    shop.installation.collect(CLIENT, [name for name in COLLECTORS if name not in SOURCES])
    for name, source in SOURCES.items():
        with shop.without(source, trouble), pytest.raises(PartialCollectionError) as stopped:
            shop.installation.collect(CLIENT, [name], [shop.day])
        assert isinstance(stopped.value.failure, SourceFailure), name
        assert stopped.value.outcome.written == 0, name
        assert shop.stored(source) == before[name], name
    shop.build()

    the_sales_are_complete_and_only_these_are_missing(shop, *SOURCES)

    shop.heal(*SOURCES)

    the_sales_are_complete_and_only_these_are_missing(shop)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "trouble"),
    [("ads", "route gone"), ("visits", "cut in the body"), ("claims", "refused"), ("billing", "no permission")],
)
def test_the_run_fails_with_the_reason_and_the_sales_are_built_without_the_source(
    shop: Shop, name: str, trouble: str
) -> None:
    now = shop.next_night()

    with dg.DagsterInstance.ephemeral() as instance, shop.without(SOURCES[name], trouble):
        (night,) = run_range(instance, "daily_update", CLIENT, shop.day, shop.day, starts=FIRST, now=now)
        (rest,) = run_range(instance, "rebuild_marts", CLIENT, shop.day, shop.day, starts=FIRST, now=now)

    assert not night.success
    assert any(str(shop.states()[name].motivo) in failure for failure in night.failures)
    assert rest.success
    the_sales_are_complete_and_only_these_are_missing(shop, name)

    shop.heal(name)

    the_sales_are_complete_and_only_these_are_missing(shop)
