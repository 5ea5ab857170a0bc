"""The language model as a Dagster resource. Holds no setting: a key in run config would be readable in the UI."""

from functools import cached_property

import dagster as dg

from viang_pipeline.insights.models import configured_model
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.sources.language_model import LanguageModel


class OpenAIResource(dg.ConfigurableResource[None]):
    """The model of the environment; None without a key."""

    supabase: dg.ResourceDependency[SupabaseResource]

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """A run keeps no connection."""
        if self.model is not None:
            self.model.close()

    @cached_property
    def model(self) -> LanguageModel | None:
        """The model insights are asked of."""
        return configured_model(self.supabase.settings)
