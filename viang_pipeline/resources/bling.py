"""Bling as a Dagster resource: one paced client per company."""

from contextlib import AbstractContextManager
from functools import cached_property

import dagster as dg
from pydantic import Field

from viang_pipeline.collect.bling.access import BlingRun, bling_client
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.settings import is_loopback
from viang_pipeline.sources.bling.client import BlingClient
from viang_pipeline.sources.pacing import BLING_ACCOUNT_RATE


class BlingResource(dg.ConfigurableResource[None]):
    """Hands out clients of the companies' accounts; tokens stay in the vault."""

    supabase: dg.ResourceDependency[SupabaseResource]
    calls_per_second: float = Field(
        default=BLING_ACCOUNT_RATE,
        gt=0,
        description="Chamadas por segundo de cada conta. O Bling aceita 3, somados todos os aplicativos do vendedor; "
        "mais do que o padrão só vale contra um simulador nesta máquina.",
    )

    @cached_property
    def run(self) -> BlingRun:
        """What this run learned of the accounts."""
        return BlingRun()

    def account(self, client_id: str) -> AbstractContextManager[BlingClient]:
        """The account of one client, for the length of a ``with`` block."""
        settings, rate = self.supabase.settings, self.calls_per_second
        rate = rate if is_loopback(settings.bling_api_url) else min(rate, BLING_ACCOUNT_RATE)
        return bling_client(settings, self.supabase.database, client_id, run=self.run, rate=rate)
