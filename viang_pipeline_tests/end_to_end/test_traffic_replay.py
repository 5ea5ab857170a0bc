"""A shop with wild visitors and stock, replayed night by night: every number equals the oracle's."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from viang_pipeline.marts.build import build_mart
from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.reputation_truth import Rate, ReputationState
from viang_pipeline.sandbox.truth import Listing, Seller
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc
from viang_pipeline_tests.end_to_end.oracle_traffic import TrafficOracle

FIRST = date(2026, 1, 10)
ONE = timedelta(days=1)
DAYS = 64
NIGHTS = (30, 31, 33, 34, 55, *range(57, 65))
"""Nights after FIRST: a first load, 32 is missed, then three weeks, then one, then none."""
SETTLED = 8
"""Nights after which every listing was read once more."""
CLIENT = "loja-aurora"
STEPS = ("orders", "shipments", "listings", "visits", "stock", "account")
MARTS = ("fact_order_line", "fact_visits", "fact_stock", "fact_account")


@pytest.mark.slow
def test_every_number_of_traffic_equals_the_oracle_after_every_night(install: Install) -> None:
    world = wild_world(seed=3)
    seller = world.seller(CLIENT)
    installation = install(world, now=utc(f"{FIRST + NIGHTS[0] * ONE}T05:30:00Z"))
    installation.client(CLIENT, seller, FIRST)
    oracle = TrafficOracle(world, seller.seller_id, FIRST)
    for number in NIGHTS:
        installation.at(utc(f"{FIRST + number * ONE}T06:37:12Z"))
        asked = installation._days_of_night(CLIENT)
        installation.collect(CLIENT, STEPS, asked)
        for mart in MARTS:
            build_mart(installation.work(CLIENT), mart, asked)
        oracle.night(installation.now, asked)
        check_client(installation, oracle, number)
        check_skus(installation, oracle, number)
    assert len(oracle.client_visits()) >= 60
    again = [build_mart(installation.work(CLIENT), mart, asked).written for mart in MARTS]
    assert again == [0, 0, 0, 0]


def check_client(installation: Installation, oracle: TrafficOracle, number: int) -> None:
    rows = installation.rows("select dia, visitas from dashboard.fact_visits_client_day")
    assert {row["dia"]: row["visitas"] for row in rows} == oracle.client_visits(), f"night {number}"
    rows = installation.rows("select * from dashboard.fact_stock_sku_day")
    names = ("estoque_full", "estoque_full_indisponivel", "estoque_anunciado")
    stock = {(row["dia"], row["sku"]): tuple(row[name] for name in names) for row in rows}
    assert stock == oracle.stock(), f"night {number}"
    rows = installation.rows("select dia, reputacao_nivel, rep_reclamacoes from dashboard.fact_account_day")
    found = {row["dia"]: (row["reputacao_nivel"], row["rep_reclamacoes"]) for row in rows}
    assert found == oracle.reputation(), f"night {number}"


def check_skus(installation: Installation, oracle: TrafficOracle, number: int) -> None:
    """Exact for every settled day; a younger one may be unread, and then says so, but is never a wrong number."""
    yesterday = FIRST + (number - 1) * ONE
    rows = installation.rows("select dia, sku, visitas, pedidos_com_visita, motivo from dashboard.fact_visits_sku_day")
    shown: dict[date, dict[str, tuple[int | None, int | None]]] = {day: {} for day in oracle.read_at}
    for row in rows:
        if row["motivo"] == "visita_nao_lida":
            assert (yesterday - row["dia"]).days < SETTLED - 1, f"night {number}"
            shown[row["dia"]][row["sku"]] = oracle.sku_visits(row["dia"])[row["sku"]]
        else:
            shown[row["dia"]][row["sku"]] = (row["visitas"], row["pedidos_com_visita"])
    for day, found in shown.items():
        if (yesterday - day).days >= SETTLED or day == yesterday:
            assert found == oracle.sku_visits(day), f"night {number}, {day}"


def wild_world(seed: int) -> World:
    """Listings that share inventories, user products and SKUs; visits that grow for two days; orders cancelled late."""
    world, random = World(seed=seed, start=utc(f"{FIRST - 30 * ONE}T00:00:00Z")), Random(seed)
    seller = world.add_seller(CLIENT)
    listings = _listings(world, seller)
    cold = listings[-6:]
    for n in range(DAYS + 1):
        day = FIRST + n * ONE
        total = 0
        for listing in listings:
            if listing in cold and n % 9:
                continue
            visits = random.choice([0, 0, random.randint(1, 40)])
            total += visits
            _grow(world.visits.visit, listing.listing_id, day, visits, random)
            if visits and random.random() < 0.4:
                _sell(world, seller, listing, day, random)
        _grow(world.visits.visit_account, seller.seller_id, day, total * 9 // 10, random)
        at = utc(f"{day}T12:00:00Z")
        for inventory in ("I1", "I2", "I3"):
            blocked = {random.choice(["damage", "damaged", "transfer"]): random.randint(0, 3)}
            world.inventories.stock(
                seller.seller_id, inventory, at=at, available=random.randint(0, 50), blocked=blocked
            )
    world.reputations[seller.seller_id] = [
        ReputationState(world.start + n * 7 * ONE, random.choice(["5_green", "4_light_green", None]), claims=rate)
        for n, rate in enumerate(Rate(random.randint(0, 80_000), 1) for _ in range(16))
    ]
    return world


def _listings(world: World, seller: Seller) -> list[Listing]:
    def add(**given: object) -> Listing:
        return world.add_listing(seller, title="Anúncio", price=50_00, **given)  # type: ignore[arg-type]

    variations = [world.variation(name, sku=name.upper(), stock=4) for name in ("azul", "verde")]
    own = world.variation("Único", sku="UNICO", inventory_id="I3")
    family = world.new_user_product()
    mixed = add(variations=variations)
    shop = [
        add(sku="CHEIO", inventory_id="I1", stock=9),
        add(sku="CHEIO", inventory_id="I1", stock=9),
        add(sku="CHEIO", inventory_id="I2", stock=3),
        add(sku="FAMILIA", user_product_id=family, stock=6),
        add(sku="FAMILIA", user_product_id=family, stock=6),
        mixed,
        add(sku="AZUL", stock=8),
        add(variations=[own]),
        *(add(sku=f"FRIO-{n}", stock=n) for n in range(6)),
    ]
    world.change_listing(shop[2], at=utc(f"{FIRST + 31 * ONE}T15:00:00Z"), status="paused", stock=0)
    world.change_listing(mixed, at=utc(f"{FIRST + 57 * ONE}T15:00:00Z"), status="closed")
    return shop


def _grow(verb: object, key: object, day: date, total: int, random: Random) -> None:
    """A part is known at midnight, the rest up to two days later."""
    if total:
        verb(key, day, total // 2, at=utc(f"{day + ONE}T03:00:00Z"))  # type: ignore[operator]
        verb(key, day, total, at=utc(f"{day + random.choice([1, 2]) * ONE}T20:00:00Z"))  # type: ignore[operator]


def _sell(world: World, seller: Seller, listing: Listing, day: date, random: Random) -> None:
    at = utc(f"{day}T15:00:00Z") + timedelta(minutes=random.randint(0, 600))
    given = {"variation": random.choice(listing.variations)} if listing.variations else {}
    order = world.place_order(seller, listing, at=at, **given)
    world.pay(order, at=at + timedelta(hours=random.choice([0, 0, 30])))
    if random.random() < 0.2:
        world.cancel(order, at=at + random.choice([2, 5, 20]) * ONE)
