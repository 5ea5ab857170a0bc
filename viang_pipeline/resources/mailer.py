"""Mail as a Dagster resource. Holds no setting: SMTP_URL in run config would be readable in the UI."""

from functools import cached_property

import dagster as dg

from viang_pipeline.mail.access import open_mailer
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.sources.smtp import Mailer


class MailerResource(dg.ConfigurableResource[None]):
    """The agency's way out by mail, from the environment."""

    supabase: dg.ResourceDependency[SupabaseResource]

    @cached_property
    def mailer(self) -> Mailer | None:
        """None while SMTP_URL and VIANG_MAIL_FROM are not set: then nothing is queued and nothing is sent."""
        return open_mailer(self.supabase.settings)
