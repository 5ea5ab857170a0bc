"""The code location: ``build_definitions`` assembles it, ``defs`` is its result. Nothing else happens at import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from viang_pipeline.assets import dashboards, marts, raw_bling, raw_mercado_livre, raw_upseller, served
from viang_pipeline.automation import jobs, schedules, sensors
from viang_pipeline.checks import invariants, lateness
from viang_pipeline.resources.bling import BlingResource
from viang_pipeline.resources.mailer import MailerResource
from viang_pipeline.resources.mercado_livre import MercadoLivreResource
from viang_pipeline.resources.metabase import MetabaseResource
from viang_pipeline.resources.openai import OpenAIResource
from viang_pipeline.resources.supabase import SupabaseResource


def build_definitions(resources: Mapping[str, Any] | None = None) -> dg.Definitions:
    """A fresh graph; ``resources`` replaces resources by name, for tests and rehearsals."""
    supabase = SupabaseResource()
    return dg.Definitions(
        assets=[
            *dg.load_assets_from_modules([raw_mercado_livre, raw_bling, raw_upseller, marts, served]),
            *dashboards.metabase_dashboards,
        ],
        asset_checks=dg.load_asset_checks_from_modules([invariants, lateness]),
        jobs=[
            jobs.daily_update,
            jobs.reprocess,
            jobs.ads_update,
            jobs.deep_sweep,
            jobs.rebuild_marts,
            jobs.client_report_job,
            jobs.refresh_tokens,
            jobs.metabase_refresh,
            jobs.alert_digest,
            jobs.send_mail,
        ],
        schedules=[
            schedules.daily_update_schedule,
            schedules.ads_update_schedule,
            schedules.deep_sweep_schedule,
            schedules.client_report_schedule,
            schedules.refresh_tokens_schedule,
            schedules.alert_digest_schedule,
        ],
        sensors=[
            sensors.client_registry,
            sensors.lost_retries,
            sensors.catch_up,
            sensors.catch_up_sources,
            sensors.changed_days,
            sensors.upseller_inbox,
            sensors.new_numbers,
            sensors.run_failures,
            sensors.mail_outbox,
        ],
        resources={
            "supabase": supabase,
            "mercado_livre": MercadoLivreResource(supabase=supabase),
            "bling": BlingResource(supabase=supabase),
            "metabase": MetabaseResource(supabase=supabase),
            "mailer": MailerResource(supabase=supabase),
            "openai": OpenAIResource(supabase=supabase),
            **(resources or {}),
        },
        executor=dg.in_process_executor,
    )


defs = build_definitions()
