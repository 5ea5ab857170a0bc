"""Mercado Livre as a Dagster resource: one paced client per seller."""

from contextlib import AbstractContextManager
from functools import cached_property

import dagster as dg

from viang_pipeline.collect.access import MercadoLivreRun, mercado_livre_client
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient


class MercadoLivreResource(dg.ConfigurableResource[None]):
    """Hands out clients of the sellers' accounts; tokens stay in the vault."""

    supabase: dg.ResourceDependency[SupabaseResource]

    @cached_property
    def run(self) -> MercadoLivreRun:
        """What this run learned of the accounts."""
        return MercadoLivreRun()

    def account(self, client_id: str) -> AbstractContextManager[MercadoLivreClient]:
        """The account of one client, for the length of a ``with`` block."""
        return mercado_livre_client(self.supabase.settings, self.supabase.database, client_id, run=self.run)
