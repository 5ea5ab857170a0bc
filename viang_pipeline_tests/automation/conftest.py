"""The pipeline's resource and an instance without daemon, at a fixed hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest

from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.database import Database

MORNING = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def supabase(settings_env: Callable[..., Settings]) -> SupabaseResource:
    """The resource as a run sees it; "now" is 20 March 2026, 09:00 in São Paulo."""
    settings_env(
        VIANG_NOW=MORNING.isoformat(),
        MERCADO_LIVRE_API_URL="http://127.0.0.1:9",
        MERCADO_LIVRE_AUTH_URL="http://127.0.0.1:9",
    )
    return SupabaseResource()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def register(database: Database) -> Callable[..., None]:
    """Registers a client; ``connected`` gives it a grant whose tokens nobody opens."""

    def add(client_id: str, *, status: str = "ativo", connected: bool = True, starts: str = "2026-03-01") -> None:
        with database.transaction() as conn:
            conn.execute(
                "insert into dashboard.clients (client_id, nome, status, inicio_historico) values (%s, %s, %s, %s)",
                [client_id, client_id, status, starts],
            )
            if connected:
                conn.execute(
                    "insert into dashboard.api_tokens (client_id, platform, access_token, refresh_token, expires_at)"
                    " values (%s, 'mercado_livre', '', '', %s)",
                    [client_id, MORNING],
                )

    return add
