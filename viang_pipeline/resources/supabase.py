"""The database as a Dagster resource. Holds no setting: a DSN in run config would be readable in the UI."""

from functools import cached_property

import dagster as dg

from viang_pipeline.collect.work import Work
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.sources.redaction import protect_logs
from viang_pipeline.warehouse.database import Database, open_database
from viang_pipeline.warehouse.session import Session


class SupabaseResource(dg.ConfigurableResource[None]):
    """The pipeline's Postgres, from the environment."""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Every process that runs our code scrubs what it logs."""
        protect_logs()

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """A run keeps no connection."""
        self.session.close()

    @cached_property
    def settings(self) -> Settings:
        """Settings of this process."""
        return load_settings()

    @cached_property
    def database(self) -> Database:
        """The database that ``VIANG_DATABASE_URL`` names, or the embedded one."""
        return open_database(self.settings)

    @cached_property
    def session(self) -> Session:
        """The connection of this run, for its assets and checks; opened when first used."""
        return Session(self.database)

    def work(self, client_id: str, run: dg.DagsterRun) -> Work:
        """One client's share of a run."""
        return Work(self.session, client_id, run.run_id, run.job_name, self.settings.clock())
