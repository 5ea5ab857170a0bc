"""What the engine tests launch, all at once: who is registered, and which backfills and runs are asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from threading import Event

from viang_pipeline import partitions
from viang_pipeline.collect.order_windows import DAYS_PER_WINDOW
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.sandbox import Fault
from viang_pipeline.sources.side_by_side import AHEAD
from viang_pipeline_tests.engine.market import TODAY, Market, ago, keys
from viang_pipeline_tests.engine.services import Services, until

# Each day of many clients is a run, and so is each month of one: fewer days and clients show the same, and the sizes
# people really ask for, a quarter of one client and a week of twenty from either page, would be most of what all the
# tests cost. They are asked for by name:
# WHOLE_BACKFILLS=1 pytest viang_pipeline_tests/engine
WHOLE = os.environ.get("WHOLE_BACKFILLS") == "1"
MONTHS = days_between(ago(91 if WHOLE else 34), ago(2))
MANY = [f"muitos-{number:02d}" for number in range(1, 21 if WHOLE else 5)]
DAYS_BY_ASSETS = days_between(ago(10 if WHOLE else 5), ago(4))
DAYS_BY_JOB = days_between(ago(20 if WHOLE else 15), ago(14))
HOLES = keys(["furos"], [ago(40), ago(39), ago(30)])
REVOKED_DAY = ago(5)
REVOKED_GROUP = ["acesso-a", "acesso-revogado", "acesso-z"]
FIRST_LOAD = days_between(ago(33), ago(1))
KILLED = days_between(ago(AHEAD * DAYS_PER_WINDOW + 2), ago(2))
OPEN_DAY = partitions.partition_key("aberto", TODAY)


def register(market: Market) -> None:
    """Every client of the cases, before the services start."""
    for client_id in ("de-ativos", "de-job"):
        market.add(client_id, starts=MONTHS[0], selling=MONTHS[::3])
    for client_id in MANY:
        market.add(client_id, starts=ago(30), selling=[*DAYS_BY_ASSETS, *DAYS_BY_JOB])
    market.add("furos", starts=ago(50))
    for client_id in REVOKED_GROUP:
        market.add(client_id, starts=REVOKED_DAY, selling=[REVOKED_DAY])
    market.add("aberto", starts=ago(5))
    market.add("interrompido", starts=KILLED[0])
    market.add("novo", starts=FIRST_LOAD[0], active=True)
    market.sandbox.revoke(market.sellers["acesso-revogado"])


@dataclass(frozen=True)
class Cases:
    """Ids of what was launched: backfills, and single runs. ``in_the_middle``: the run to kill has stored a part."""

    market: Market
    services: Services
    backfills: dict[str, str]
    open_day: str
    killed: str
    in_the_middle: Event


def launch(market: Market, services: Services) -> Cases:
    """Ask for everything as soon as the registry sensor has made the partitions."""
    until(lambda: set(market.sellers) <= set(services.instance.get_dynamic_partitions("client")), "client partitions")
    in_the_middle = Event()
    seller = market.sellers["interrompido"].seller_id
    # A window is two searches, and AHEAD of them are read at a time: one search more, and the first has been read.
    later = {"path": "/orders/search", "seller": seller, "skip": 2 * AHEAD}
    market.sandbox.faults.add(Fault("hook", hook=lambda world, now: in_the_middle.set(), **later))
    market.sandbox.faults.add(Fault("delay", seconds=120, **later))
    killed = services.run("reprocess", _range("interrompido", KILLED[0], KILLED[-1]))
    backfills = {
        # First, because its runs carry the tag of one client and go one after the other: the longest chain.
        "many clients from the job page": services.backfill_from_job("reprocess", keys(MANY, DAYS_BY_JOB)),
        "months from the asset page": services.backfill_from_assets(keys(["de-ativos"], MONTHS)),
        "months from the job page": services.backfill_from_job("reprocess", keys(["de-job"], MONTHS)),
        "many clients from the asset page": services.backfill_from_assets(keys(MANY, DAYS_BY_ASSETS)),
        "holes from the job page": services.backfill_from_job("reprocess", HOLES),
        "a revoked grant": services.backfill_from_assets(keys(REVOKED_GROUP, [REVOKED_DAY])),
    }
    open_day = services.run("reprocess", _range("aberto", ago(2), TODAY))
    return Cases(market, services, backfills, open_day, killed, in_the_middle)


def _range(client_id, first, last) -> dict[str, str]:
    return {
        "dagster/asset_partition_range_start": partitions.partition_key(client_id, first),
        "dagster/asset_partition_range_end": partitions.partition_key(client_id, last),
        partitions.CLIENT_TAG: client_id,
    }
