"""Channels by one name each, and numbers that never meet (kpis.md §4.1, R14; contract UpSeller, trap 7)."""

from __future__ import annotations

import pytest

from viang_pipeline.domain.channels import MERCADO_LIVRE, channel_of, known_channel, typed


@pytest.mark.parametrize(
    "said", ["Mercado Livre", "Mercado Libre", "MercadoLivre", "mercado_livre", "Mercado Livre Full"]
)
def test_mercado_livre_is_one_channel_however_it_is_written(said: str) -> None:
    assert channel_of(said) == MERCADO_LIVRE


@pytest.mark.parametrize(
    ("said", "channel"),
    [("Shopee", "shopee"), ("TikTok Shop", "tiktok_shop"), ("TikTokShop", "tiktok_shop"), ("Amazon", "amazon")],
)
def test_known_channels_have_their_own_name(said: str, channel: str) -> None:
    assert (channel_of(said), known_channel(said)) == (channel, channel)


@pytest.mark.parametrize("said", ["LojaPropria", "Loja própria", " loja PROPRIA "])
def test_a_channel_never_seen_is_called_by_its_text(said: str) -> None:
    assert (channel_of(said), known_channel(said)) == ("loja_propria", None)


def test_orders_of_two_channels_never_share_a_number() -> None:
    assert len({typed("shopee", "1"), typed("amazon", "1"), "1"}) == 3
