"""The night's photo of the account and its reputation, over HTTP (contract §1.1, §10; kpis.md §5.9, D11)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.sandbox.faults import Fault
from viang_pipeline.sandbox.reputation_truth import Rate, ReputationState
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import stored
from viang_pipeline_tests.end_to_end.traffic_shop import DAY, ONE, TrafficShop, morning

NIGHT = morning(DAY)
HOUR = timedelta(hours=1)
RATES = ("rep_reclamacoes", "rep_atrasos", "rep_cancelamentos")


@pytest.fixture
def shop(install: Install) -> TrafficShop:
    return TrafficShop.open(install)


def reputation(shop: TrafficShop, **given: Any) -> None:
    """What the platform shows from ``at`` (the beginning) on."""
    state = ReputationState(given.pop("at", shop.world.start), **given)
    shop.world.reputations.setdefault(shop.seller.seller_id, []).append(state)


def photo(shop: TrafficShop, *columns: str) -> tuple[Any, ...]:
    (row,) = shop.rows("fact_account_day", DAY)
    return tuple(row[name] for name in columns)


def test_rates_are_kept_as_given_with_their_period(shop: TrafficShop) -> None:
    reputation(shop, level="4_light_green", medal="silver", period="365 days", sales=41, claims=Rate(10_800, 9))
    shop.night(NIGHT)
    assert photo(shop, "reputacao_nivel", "reputacao_medalha", "periodo", "vendas_concluidas", "capturado_em") == (
        "4_light_green",
        "silver",
        "365 days",
        41,
        NIGHT,
    )
    assert photo(shop, *RATES) == (Decimal("0.0108"), Decimal("0.031"), Decimal("0.0012"))


def test_a_protected_seller_is_shown_zeros_and_the_truth_beside_them(shop: TrafficShop) -> None:
    reputation(shop, level="5_green", real_level="3_yellow", claims=Rate(0, 0, real=(45_000, 37)))
    shop.night(NIGHT)
    assert photo(shop, "reputacao_nivel", "reputacao_nivel_real") == ("5_green", "3_yellow")
    assert photo(shop, "rep_reclamacoes", "rep_reclamacoes_real") == (0, Decimal("0.045"))
    assert photo(shop, "rep_atrasos_real", "rep_cancelamentos_real") == (None, None)


def test_an_account_without_a_colour_or_medal_has_none(shop: TrafficShop) -> None:
    reputation(shop, level=None, medal=None)
    shop.night(NIGHT)
    assert photo(shop, "reputacao_nivel", "reputacao_medalha") == (None, None)


def test_an_answer_with_holes_is_no_photo_and_a_whole_one_of_the_night_is(shop: TrafficShop) -> None:
    """206 with a missing reputation must not become an empty reputation (contract §15 trap 27)."""
    shop.installation.sandbox.faults.add(Fault("partial", path="/users/me", missing=("seller_reputation",), times=None))
    before = stored(shop.installation.fingerprints())
    with pytest.raises(PartialCollectionError):
        shop.collect("account", NIGHT)
    assert stored(shop.installation.fingerprints()) == before
    assert shop.read_days("account") == set()
    shop.installation.sandbox.faults.clear()
    shop.night(NIGHT + HOUR)
    assert photo(shop, "reputacao_nivel", "capturado_em") == ("5_green", NIGHT + HOUR)


def test_the_first_photo_of_a_night_stands(shop: TrafficShop) -> None:
    reputation(shop, level="5_green")
    reputation(shop, level="1_red", at=NIGHT + HOUR)
    shop.night(NIGHT)
    again = shop.night(NIGHT + 2 * HOUR, [DAY])
    assert (again["account"].requests, again["account"].written, again["fact_account"].written) == (0, 0, 0)
    assert photo(shop, "reputacao_nivel") == ("5_green",)
    shop.night(morning(DAY + ONE))
    assert [row["reputacao_nivel"] for row in shop.rows("fact_account_day")] == ["5_green", "1_red"]


def test_a_past_day_gets_no_photo_and_it_is_said(shop: TrafficShop) -> None:
    outcome = shop.collect("account", NIGHT, [DAY - ONE, DAY])
    assert (shop.read_days("account"), len(outcome.notes)) == ({DAY}, 1)


def test_nobody_behind_the_account_is_stored(shop: TrafficShop) -> None:
    shop.collect("account", NIGHT)
    (payload,) = shop.installation.column("select payload from raw.mercado_livre_account")
    assert not {"first_name", "last_name", "email", "identification", "phone"} & set(payload)
