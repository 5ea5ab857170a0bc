"""Metabase as a Dagster resource. Holds no setting: its key would be readable in the UI."""

import dagster as dg

from viang_pipeline.metabase.refresh import Refreshed, refresh_metabase
from viang_pipeline.resources.supabase import SupabaseResource


class MetabaseResource(dg.ConfigurableResource[None]):
    """The Metabase of ``METABASE_URL``, or none."""

    supabase: dg.ResourceDependency[SupabaseResource]

    @property
    def configured(self) -> bool:
        """Whether the three settings are there."""
        return self.supabase.settings.metabase

    def refresh(self, run_id: str) -> Refreshed | None:
        """Show the new numbers; never raises because Metabase is away. None when it is off."""
        return refresh_metabase(self.supabase.settings, self.supabase.database, run_id)

    def address(self, dashboard: int) -> str:
        """Where a person opens a dashboard."""
        return f"{self.supabase.settings.require('metabase_url')}/dashboard/{dashboard}"
