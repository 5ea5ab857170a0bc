"""Which DSNs are accepted and how they are completed (contract supabase §1, §3)."""

from __future__ import annotations

import pytest

from viang_pipeline.settings import checked_dsn


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_local_dsn_stays_as_it_is(host: str) -> None:
    assert checked_dsn(f"postgresql://u:p@{host}:5433/viang") == f"postgresql://u:p@{host}:5433/viang"


def test_a_remote_dsn_never_falls_back_to_plain_text() -> None:
    assert checked_dsn("postgresql://u:p@db.example.com/postgres").endswith("/postgres?sslmode=require")


def test_a_stricter_ssl_mode_is_kept() -> None:
    dsn = "postgresql://u:p@db.example.com/postgres?sslmode=verify-full"
    assert checked_dsn(dsn) == dsn


def test_the_short_scheme_is_written_out() -> None:
    assert checked_dsn("postgres://u:p@127.0.0.1/viang").startswith("postgresql://")


@pytest.mark.parametrize(
    ("dsn", "reason"),
    [
        ("postgresql://u:p@aws-0-sa-east-1.pooler.supabase.com:6543/postgres", "6543"),
        ("mysql://u:p@127.0.0.1/viang", "postgresql://"),
        ("postgresql://u:p@127.0.0.1", "postgresql://"),
        ("postgresql://u:p#@127.0.0.1:x/viang", "postgresql://|porta"),
        ("postgresql://u:a@b:c@host:port/viang", "porta"),
    ],
)
def test_a_dsn_that_cannot_work_is_refused_with_the_reason(dsn: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        checked_dsn(dsn)
