"""A Metabase to talk to, and a client of it that does not wait between tries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.metabase.client import RETRIES, MetabaseClient
from viang_pipeline.sources.metabase.conduct import MetabaseConduct
from viang_pipeline_tests.metabase.fake import KEY, FakeMetabase, served


@pytest.fixture
def metabase() -> Iterator[FakeMetabase]:
    with served(FakeMetabase()) as fake:
        yield fake


def client(fake: FakeMetabase, key: str = KEY) -> MetabaseClient:
    http = HttpClient(base_url=fake.url, conduct=MetabaseConduct(key), retries=RETRIES, sleep=lambda seconds: None)
    return MetabaseClient(fake.url, key, http)


@pytest.fixture
def api(metabase: FakeMetabase) -> Iterator[MetabaseClient]:
    with client(metabase) as opened:
        yield opened
