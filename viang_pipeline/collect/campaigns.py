"""Campaigns and their lost impression shares into raw tables (contract §9.2, §9.3): one transaction, or nothing.

Lists hide campaigns in error although they spent (§15 trap 21): those are found through the ad groups that name them.
"""

from __future__ import annotations

from datetime import date, datetime

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.business_day import business_day, parse_instant
from viang_pipeline.failures import PermanentFailure
from viang_pipeline.sources.mercado_livre.ads import AdsReader
from viang_pipeline.sources.mercado_livre.payloads.ads import AdCampaign, CampaignDay
from viang_pipeline.sources.payloads import record
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.locks import lock_client

RUNNING = frozenset({"active", "paused"})


def collect_campaigns(
    work: Work, reader: AdsReader, advertiser: int, span: tuple[date, date], named: set[int], now: datetime
) -> Outcome:
    """Store every campaign and, for those that run or showed ads in ``span``, its shares per day.

    ``named``: campaigns that ad groups with impressions belong to. Raises the source's failure; nothing is stored then.
    """
    outcome = Outcome()
    campaigns = {campaign.id: campaign for campaign in reader.campaigns(advertiser)}
    for hidden in sorted(named - campaigns.keys()):
        found = _hidden(reader, hidden, span[1])
        if found is None:
            outcome.notes.append(f"A campanha {hidden} tem grupos de anúncios, mas a plataforma não a mostra")
        else:
            campaigns[hidden] = found
    asked = {identity for identity, campaign in campaigns.items() if campaign.status in RUNNING or identity in named}
    days: list[RawRow] = []
    for identity in sorted(asked):
        for day, metrics in sorted(reader.campaign_days(identity, *span).items()):
            value = CampaignDay(campaign_id=identity, metrics=metrics)
            found_day = record(f"{day}:{identity}", value)
            days.append(RawRow(day, found_day.id, found_day.payload, found_day.hash))
    rows = [_row(campaign, span[1]) for campaign in campaigns.values()]
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        for table, part in (("campaigns", rows), ("campaign_days", days)):
            write = upsert_raw(conn, f"raw.mercado_livre_ads_{table}", work.client_id, part, read_at=now)
            outcome.read += write.read
            outcome.written += write.inserted + write.updated
            outcome.unchanged += write.unchanged
    return outcome


def _hidden(reader: AdsReader, campaign: int, day: date) -> AdCampaign | None:
    """A campaign no list shows; None when it is not shown by its id either: then nothing is stored about it."""
    try:
        return reader.campaign(campaign, day)
    except PermanentFailure as failure:
        if failure.status == 404:
            return None
        raise


def _row(campaign: AdCampaign, fallback: date) -> RawRow:
    found = record(campaign.id, campaign)
    day = business_day(parse_instant(campaign.date_created)) if campaign.date_created else fallback
    return RawRow(day, found.id, found.payload, found.hash)
