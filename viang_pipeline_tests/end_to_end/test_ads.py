"""Product Ads from the platform to the tables, through every trap of contract §9 and §15 20-23."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.sandbox import Fault
from viang_pipeline.sandbox.ads_truth import Figures
from viang_pipeline.sandbox.generate import generate_world
from viang_pipeline.sandbox.profiles import CRAFTS, HOUSEHOLD
from viang_pipeline_tests.end_to_end.ads_shop import DAY, STARTS, AdsShop, figures, morning, ten
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import stored

ONE = timedelta(days=1)
AFTER = ten(DAY) + timedelta(hours=1)
MONEY = ("ads_investimento", "ads_receita_direta", "ads_receita_assistida", "ads_receita")
METRICS = (*MONEY, "ads_impressoes", "ads_cliques", "ads_unidades", "ads_nao_alocado", "ads_itens_vs_campanha")


@pytest.fixture
def shop(install: Install) -> AdsShop:
    return AdsShop.open(install)


# --- the golden example -----------------------------------------------------------------------------------------------


def test_the_ads_of_the_golden_day(shop: AdsShop) -> None:
    """kpis.md §10 with D1: the item of A comes twice (active and hold), B is advertised on its own listing."""
    b = shop.world.add_listing(shop.seller, title="B", price=49_90, sku="B")
    group = shop.group(kind="CATALOG", repeats=[shop.plain])
    items = {
        shop.plain.listing_id: Figures(cost=20_00, direct=100_00, indirect=49_90, direct_units=1, indirect_units=1),
        b.listing_id: Figures(cost=9_62, clicks=4, prints=10),
    }
    shop.report(group, items=items)
    shop.read(AFTER)
    shop.build([DAY])
    day, skus = shop.client_days()[DAY], shop.sku_days()
    assert (day["estado"], day["ads_investimento"], day["ads_nao_alocado"]) == ("lido", Decimal("29.62"), 0)
    assert (day["ads_receita"], day["ads_itens_vs_campanha"]) == (Decimal("149.90"), 0)
    assert (skus["A"]["ads_investimento"], skus["B"]["ads_investimento"]) == (Decimal("20.00"), Decimal("9.62"))
    assert (skus["A"]["ads_receita_direta"], skus["A"]["ads_receita_assistida"]) == (Decimal(100), Decimal("49.90"))
    assert (skus["B"]["ads_receita"], skus["B"]["ads_rateado"]) == (0, False)


# --- the account's state ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("absent", ["not_found", "empty"])
def test_without_product_ads_the_spend_is_a_known_zero(install: Install, absent: str) -> None:
    shop = AdsShop.open(install, ads=False, starts=STARTS)
    shop.installation.sandbox.options.ads_absent = absent
    read = shop.read(AFTER)
    shop.build(read.days_changed)
    day = shop.client_days()[DAY]
    assert day["estado"] == "sem_ads"
    assert {name: day[name] for name in METRICS} == dict.fromkeys(METRICS, 0)
    assert len(shop.client_days()) == 15


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", path="/advertising/advertisers", status=404, body="Not Found", times=None),
        Fault("status", path="*/ad_groups/search", status=404, body="Not Found", times=None),
        Fault("status", path="*/campaigns/search", status=404, body="Not Found", times=None),
        Fault("partial", path="*/ad_groups/search", missing=("metrics",), times=None),
        Fault("partial", path="*/ads", missing=("metrics",), times=None),
        Fault("policy_agent", path="/advertising/*", times=None),
        Fault("status", path="/advertising/*", status=503, times=None),
    ],
    ids=["advertisers 404", "groups 404", "series 404", "groups 206", "items 206", "no permission", "outage"],
)
def test_what_is_not_read_changes_nothing_and_is_never_a_zero(shop: AdsShop, fault: Fault) -> None:
    group = shop.group(kind="CATALOG")
    for day in (DAY - ONE, DAY):
        shop.report(group, day, items={shop.plain.listing_id: figures(20_00)})
    shop.read(ten(DAY - ONE), [DAY - ONE])
    shop.build([DAY - ONE])
    before = stored(shop.installation.fingerprints())
    shop.installation.sandbox.faults.add(fault)

    with pytest.raises(PartialCollectionError) as raised:
        shop.read(AFTER)
    shop.build([DAY])

    assert raised.value.outcome.days_done == set()
    after = stored(shop.installation.fingerprints())
    assert {name for name in after if after[name] != before[name]} <= {"raw.mercado_livre_ads_accounts"}
    assert DAY not in shop.client_days()
    shop.installation.sandbox.faults.clear()
    shop.read(AFTER + timedelta(hours=1))
    shop.build([DAY])
    assert shop.client_days()[DAY]["ads_investimento"] == 20


def test_an_account_that_loses_its_ads_keeps_the_days_that_were_read(shop: AdsShop) -> None:
    """The day on which the last night still found ads may have spent: it is unknown, and only the next one a zero."""
    group = shop.group(shop.plain)
    shop.report(group, group_total=figures(20_00))
    shop.read(AFTER)
    shop.world.ads.activate(shop.seller, at=shop.world.start, until=AFTER)
    for night in (AFTER + ONE, AFTER + 2 * ONE):
        shop.read(night)
    shop.build([DAY + n * ONE for n in range(3)])
    found = shop.client_days()
    assert [(found[DAY + n * ONE]["estado"], found[DAY + n * ONE]["ads_investimento"]) for n in range(3)] == [
        ("lido", 20),
        ("fora_do_alcance", None),
        ("sem_ads", 0),
    ]


def test_days_of_an_account_that_was_given_up_are_no_more_final_than_their_last_reading(shop: AdsShop) -> None:
    """Sales were still being attributed when the account went: nobody saw what became of them (kpis.md §7)."""
    shop.report(shop.group(shop.plain), group_total=figures(20_00))
    shop.night(AFTER)
    shop.world.ads.activate(shop.seller, at=shop.world.start, until=AFTER)
    shop.sell(shop.plain, DAY + 20 * ONE)
    for night in (5, 20):
        shop.night(AFTER + night * ONE, [DAY, DAY + night * ONE])
    row = shop.installation.client_days(shop.client_id)[DAY]
    assert (row["ads_investimento"], row["maturidade_ads"]) == (20, "preliminar")
    assert shop.installation.client_days(shop.client_id)[DAY + 20 * ONE]["maturidade_ads"] == "final"


def test_a_day_asked_for_again_behind_the_wall_is_no_more_final_than_its_last_reading(shop: AdsShop) -> None:
    shop.report(shop.group(shop.plain), group_total=figures(20_00))
    shop.night(AFTER)
    shop.night(AFTER + 100 * ONE, [DAY])
    row = shop.installation.client_days(shop.client_id)[DAY]
    assert (row["ads_investimento"], row["maturidade_ads"]) == (20, "preliminar")


def test_ads_that_begin_later_replace_the_zeros_that_can_still_be_read(install: Install) -> None:
    shop = AdsShop.open(install, ads=False)
    shop.read(AFTER)
    shop.world.ads.activate(shop.seller, at=AFTER)
    shop.report(shop.group(shop.plain), group_total=figures(3_00))
    read = shop.read(AFTER + ONE)
    shop.build(read.days_changed)
    assert (shop.client_days()[DAY]["estado"], shop.spend()) == ("lido", {"A": 3.0})


def test_days_behind_the_wall_are_unknown_for_who_advertises_and_zero_for_who_does_not(install: Install) -> None:
    shop = AdsShop.open(install, starts=STARTS)
    night = morning(STARTS + timedelta(days=120))
    read = shop.read(night, [STARTS, night.date() - timedelta(days=90)])
    shop.build(read.days_changed)
    beyond = shop.client_days()[STARTS]
    assert beyond["estado"] == "fora_do_alcance"
    assert {name: beyond[name] for name in METRICS} == dict.fromkeys(METRICS)
    assert shop.client_days()[night.date() - timedelta(days=90)]["estado"] == "lido"


def test_an_old_day_of_an_account_without_ads_is_zero(install: Install) -> None:
    shop = AdsShop.open(install, ads=False, starts=STARTS)
    shop.read(morning(STARTS + timedelta(days=120)), [STARTS])
    shop.build([STARTS])
    assert (shop.client_days()[STARTS]["estado"], shop.client_days()[STARTS]["ads_investimento"]) == ("sem_ads", 0)


# --- days, windows, late figures --------------------------------------------------------------------------------------


def test_sales_attributed_later_reach_the_day_of_the_click_for_a_fortnight(shop: AdsShop) -> None:
    group = shop.group(shop.plain)
    shop.report(group, group_total=figures(9_00))
    for after, sold in ((3, 50_00), (14, 150_00)):
        shop.report(group, at=ten(DAY + after * ONE - ONE), group_total=figures(9_00, direct=sold, direct_units=1))
    seen = []
    for night in (1, 4, 14):
        read = shop.read(morning(DAY + night * ONE))
        shop.build(read.days_changed)
        seen.append(shop.client_days()[DAY]["ads_receita"])
    assert seen == [0, 50, 150]
    assert list(shop.sku_days()) == ["A"]


def test_attributed_sales_that_the_platform_takes_back_leave_the_day(shop: AdsShop) -> None:
    group = shop.group(shop.plain)
    shop.report(group, group_total=figures(9_00, direct=50_00, direct_units=1))
    shop.report(group, at=ten(DAY + 2 * ONE), group_total=figures(9_00))
    shop.read(AFTER)
    read = shop.read(ten(DAY + 3 * ONE))
    shop.build(read.days_changed)
    assert DAY in read.days_changed
    assert shop.client_days()[DAY]["ads_receita"] == 0


def test_the_night_sees_yesterday_partially_and_the_next_one_whole(shop: AdsShop) -> None:
    group = shop.group(shop.plain)
    shop.report(group, at=ten(DAY - ONE), group_total=figures(4_00))
    shop.report(group, group_total=figures(10_00))
    seen = []
    for night in (morning(DAY), morning(DAY + ONE)):
        shop.read(night)
        shop.build([DAY])
        seen.append(shop.spend())
    assert seen == [{"A": 4.0}, {"A": 10.0}]


def test_a_second_run_writes_nothing(shop: AdsShop) -> None:
    shop.report(shop.group(kind="CATALOG"), items={shop.shirts.listing_id: figures(9_99)})
    shop.world.ads.add_campaign(shop.seller, at=shop.world.start)
    shop.night(AFTER)
    before = stored(shop.installation.fingerprints())
    read, built = shop.night(AFTER + timedelta(minutes=1))
    assert (read.written, built.written, read.days_changed, built.days_changed) == (0, 0, set(), set())
    assert stored(shop.installation.fingerprints()) == before


def test_a_first_load_reads_a_month_of_the_past_with_one_group_search_per_day(install: Install) -> None:
    shop = AdsShop.open(install, starts=STARTS)
    month = [date(2026, 1, 10) + n * ONE for n in range(31)]
    shop.report(shop.group(shop.plain), month[0], group_total=figures(5_00))
    read = shop.read(AFTER, month)
    shop.build(month)
    assert read.days_done == set(month)
    assert set(shop.client_days()) == set(month)
    assert (shop.asked("/ad_groups/search"), shop.asked("/ads"), read.requests) == (31, 0, 34)
    assert shop.spend(month[0]) == {"A": 5.0}


def test_a_failure_in_the_middle_keeps_the_newer_days_and_leaves_the_older_unread(install: Install) -> None:
    shop = AdsShop.open(install, starts=STARTS)
    group = shop.group(shop.plain)
    for n in range(4):
        shop.report(group, DAY - n * ONE, group_total=figures(5_00))
    shop.installation.sandbox.faults.add(
        Fault("status", path="*/ad_groups/search", status=404, body="Not Found", skip=2, times=None)
    )
    days = [DAY - n * ONE for n in range(1, 5)]
    with pytest.raises(PartialCollectionError) as raised:
        shop.read(AFTER, days)
    assert raised.value.outcome.days_done == set(days[:2])
    shop.build(days)
    assert set(shop.client_days()) == set(days[:2])
    reads = shop.installation.rows("select dia, completo, motivo from dashboard.source_reads where resource = 'ads'")
    assert {row["dia"] for row in reads if row["completo"]} == set(days[:2])
    assert all("rota foi retirada" in row["motivo"] for row in reads if not row["completo"])


# --- groups and listings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["upper", "lower"])
def test_either_letter_case_of_group_metrics_is_read(shop: AdsShop, case: str) -> None:
    shop.installation.sandbox.options.ads_group_metrics_case = case
    shop.report(shop.group(shop.plain), group_total=figures(12_34))
    shop.read(AFTER)
    shop.build([DAY])
    assert shop.spend() == {"A": 12.34}


def test_only_groups_that_spent_and_hold_several_listings_are_looked_into(shop: AdsShop) -> None:
    shop.plain.family_id, shop.shirts.family_id = 4001, 4002
    twin = shop.world.add_listing(shop.seller, title="Camiseta, outra condição", price=52_00, sku="AZ")
    twin.family_id = 4002
    item = shop.group(shop.plain)
    single = shop.group(kind="FAMILY", external="4001")
    several = shop.group(kind="FAMILY", external="4002")
    idle = shop.group(kind="CATALOG")
    shop.report(item, group_total=figures(1_00))
    shop.report(single, group_total=figures(2_00), items={shop.plain.listing_id: figures(2_00)})
    shop.report(several, items={twin.listing_id: figures(4_00)})
    shop.report(idle, group_total=Figures(prints=300), items={twin.listing_id: Figures(prints=300)})
    shop.read(AFTER, [DAY])
    shop.build([DAY])
    drilled = [seen.path for seen in shop.installation.sandbox.requests if seen.path.endswith("/ads")]
    assert drilled == [f"/advertising/MLB/product_ads/ad_groups/{several.group_id}/ads"]
    assert shop.spend() == {"A": 3.0, "AZ": 4.0}


def test_a_group_as_stored_is_not_looked_into_again(shop: AdsShop) -> None:
    group = shop.group(kind="CATALOG")
    shop.report(group, items={shop.plain.listing_id: figures(4_00)})
    changed = {shop.plain.listing_id: figures(4_00, direct=10_00, direct_units=1)}
    shop.report(group, at=ten(DAY + 5 * ONE), items=changed)
    asked = []
    for night in (1, 2, 6):
        shop.installation.sandbox.clear_requests()
        shop.read(ten(DAY + night * ONE))
        asked.append(shop.asked("/ads"))
    assert asked == [1, 0, 1]


def test_a_group_deleted_before_it_was_seen_is_in_the_remainder(shop: AdsShop) -> None:
    seen, unseen = shop.group(shop.plain), shop.group(shop.plain)
    shop.report(seen, group_total=figures(9_00))
    shop.report(unseen, group_total=figures(1_00))
    shop.world.ads.delete_group(unseen, at=ten(DAY))
    shop.read(AFTER)
    shop.build([DAY])
    day = shop.client_days()[DAY]
    assert (day["ads_investimento"], day["ads_nao_alocado"], shop.spend()) == (10, 1, {"A": 9.0})


def test_a_group_deleted_after_it_was_seen_stays_with_its_sku(shop: AdsShop) -> None:
    group = shop.group(shop.plain)
    shop.report(group, group_total=figures(9_00))
    shop.read(AFTER)
    shop.world.ads.delete_group(group, at=AFTER)
    shop.read(AFTER + ONE)
    shop.build([DAY])
    assert (shop.client_days()[DAY]["ads_nao_alocado"], shop.spend()) == (0, {"A": 9.0})


def test_a_deleted_group_that_is_listed_and_cannot_be_looked_into_is_in_the_remainder(shop: AdsShop) -> None:
    shop.installation.sandbox.options.ads_deleted_groups_listed = True
    group = shop.group(kind="CATALOG")
    shop.report(group, items={shop.plain.listing_id: figures(7_00)})
    shop.world.ads.delete_group(group, at=ten(DAY))
    shop.read(AFTER)
    shop.build([DAY])
    day = shop.client_days()[DAY]
    assert (day["ads_nao_alocado"], day["ads_itens_vs_campanha"], shop.spend()) == (7, -7, {})


def test_items_that_do_not_add_up_share_the_groups_bill_and_the_gap_is_shown(shop: AdsShop) -> None:
    group = shop.group(kind="CATALOG")
    items = {shop.plain.listing_id: figures(6_00), shop.shirts.listing_id: figures(6_00)}
    shop.report(group, group_total=figures(10_01), items=items)
    shop.sell(shop.shirts, variation=shop.shirts.variations[1])
    shop.night(AFTER)
    day = shop.client_days()[DAY]
    assert (day["ads_nao_alocado"], day["ads_itens_vs_campanha"]) == (0, Decimal("1.99"))
    assert shop.spend() == {"A": 5.01, "VD": 5.0}


def test_a_listing_with_several_skus_is_split_by_what_each_sold_in_it(shop: AdsShop) -> None:
    shop.report(shop.group(shop.shirts), group_total=figures(10_00, direct=99_80, direct_units=3))
    blue, green = shop.shirts.variations
    shop.sell(shop.shirts, variation=blue, quantity=2)
    shop.sell(shop.shirts, variation=green)
    shop.night(AFTER)
    assert shop.spend() == {"AZ": 6.67, "VD": 3.33}
    assert {sku: row["ads_unidades"] for sku, row in shop.sku_days().items()} == {"AZ": 2, "VD": 1}
    assert all(row["ads_rateado"] for row in shop.sku_days().values())


def test_a_late_change_of_lines_moves_the_day_and_the_28_days_after_it(shop: AdsShop) -> None:
    group = shop.group(shop.shirts)
    for n in (0, 28, 29):
        shop.report(group, DAY + n * ONE, group_total=figures(10_00))
    last = DAY + 29 * ONE
    every = [DAY + n * ONE for n in range(30)]
    _, green = shop.shirts.variations
    order = shop.world.place_order(shop.seller, shop.shirts, at=morning(DAY - ONE), variation=green)
    shop.night(ten(last), every)
    assert [shop.spend(DAY + n * ONE) for n in (0, 28, 29)] == [{"AZ": 5.0, "VD": 5.0}] * 3
    shop.world.pay(order, at=ten(last) + timedelta(hours=3))

    shop.night(ten(last + ONE), [last + ONE])

    assert [shop.spend(DAY + n * ONE) for n in (0, 28)] == [{"VD": 10.0}] * 2
    assert shop.spend(last) == {"AZ": 5.0, "VD": 5.0}


def test_an_unknown_listing_leaves_its_bucket_when_it_becomes_known(shop: AdsShop) -> None:
    shop.report(shop.group(shop.plain), group_total=figures(10_00))
    shop.read(AFTER)
    with shop.installation.database.transaction() as conn:
        conn.execute("delete from dashboard.listing_skus where anuncio = %s", [shop.plain.listing_id])
    shop.build([DAY])
    assert shop.spend() == {f"__SEM_SKU__:{shop.plain.listing_id}": 10.0}
    shop.read(AFTER + ONE)
    shop.build([DAY + ONE])
    assert shop.spend() == {"A": 10.0}


def test_a_day_is_pending_until_a_later_one_is_complete(shop: AdsShop) -> None:
    group = shop.group(shop.plain)
    shop.report(group, DAY - ONE, group_total=figures(5_00))
    shop.report(group, group_total=Figures(cost=5_00, clicks=3))
    shop.read(AFTER)
    shop.build([DAY - ONE, DAY])
    assert [shop.client_days()[day]["pendente"] for day in (DAY - ONE, DAY)] == [False, True]
    shop.report(group, DAY + ONE, group_total=figures(5_00))
    shop.read(AFTER + ONE)
    shop.build([DAY + ONE])
    assert not shop.client_days()[DAY]["pendente"]


def test_a_group_that_is_paused_today_changes_no_past_day(shop: AdsShop) -> None:
    shop.report(shop.group(shop.plain), group_total=figures(5_00))
    shop.read(AFTER)
    shop.installation.sandbox.options.ads_deleted_groups_listed = True
    for group in shop.world.ads.groups.values():
        shop.world.ads.delete_group(group, at=AFTER)
    assert shop.read(AFTER + timedelta(minutes=1)).days_changed == set()


def test_generated_shops_are_read_without_surprises(install: Install) -> None:
    last = DAY + 5 * ONE
    world = generate_world(4, first_day=DAY, last_day=last, profiles=(HOUSEHOLD, CRAFTS), days_after=0)
    installation = install(world, now=ten(last))
    found = {}
    for seller in world.sellers.values():
        installation.client(seller.slug, seller, DAY)
        shop = AdsShop(installation, seller, *list(world.listings.values())[:2])
        read, _ = shop.night(ten(last), [DAY + n * ONE for n in range(6)])
        assert (read.unknown_fields, read.notes) == (set(), [])
        found[seller.slug] = shop.client_days()
    household, crafts = found.values()
    assert {row["estado"] for row in household.values()} == {"lido"}
    assert {row["estado"] for row in crafts.values()} == {"sem_ads"}
    for row in household.values():
        assert abs(row["ads_nao_alocado"]) <= row["ads_investimento"] * Decimal("0.05")


# --- campaigns --------------------------------------------------------------------------------------------------------


def test_campaigns_no_list_shows_are_found_by_their_groups(shop: AdsShop) -> None:
    shown = shop.world.ads.add_campaign(shop.seller, at=shop.world.start, lost_by_budget=12, lost_by_rank=30)
    deleted, broken = (shop.world.ads.add_campaign(shop.seller, at=shop.world.start, lost_by_rank=5) for _ in "ab")
    shop.world.ads.set_campaign_status(deleted, at=morning(DAY - ONE), status="deleted")
    shop.world.ads.set_campaign_status(broken, at=morning(DAY - ONE), status="error")
    for campaign in (shown, broken):
        shop.report(shop.group(shop.plain, campaign=campaign), group_total=figures(5_00))
    shop.read(AFTER, [DAY])
    rows = shop.installation.rows("select chave, payload ->> 'status' as status from raw.mercado_livre_ads_campaigns")
    assert {row["status"] for row in rows} == {"active", "deleted", "error"}
    shares = shop.installation.rows(
        "select payload ->> 'campaign_id' as campanha, payload #>> '{metrics,lost_impression_share_by_budget}' as b,"
        " payload #>> '{metrics,lost_impression_share_by_ad_rank}' as r from raw.mercado_livre_ads_campaign_days"
        " where payload #>> '{metrics,prints}' <> '0'"
    )
    assert {(row["campanha"], Decimal(row["b"]), Decimal(row["r"])) for row in shares} == {
        (str(shown.campaign_id), 12, 30),
        (str(broken.campaign_id), 0, 5),
    }


def test_a_failure_in_campaigns_leaves_the_days_read(shop: AdsShop) -> None:
    shop.world.ads.add_campaign(shop.seller, at=shop.world.start)
    shop.report(shop.group(shop.plain), group_total=figures(5_00))
    shop.installation.sandbox.faults.add(Fault("status", path="*/product_ads/campaigns/3*", status=404, times=None))
    with pytest.raises(PartialCollectionError) as raised:
        shop.read(AFTER)
    assert raised.value.outcome.days_done == {DAY}
    assert shop.installation.column("select count(*) from raw.mercado_livre_ads_campaigns") == [0]
