"""The calls of Metabase's API the pipeline makes (contract Metabase §0, §3, §5, §6).

Documents stay as they came: most of what is read is only sent back. Creating is never repeated, because an answer may
be lost after the work was done; everything else says the whole wanted state and may be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from viang_pipeline.failures import PermanentFailure
from viang_pipeline.sources.conduct import Conduct
from viang_pipeline.sources.http import Answer, HttpClient, Params
from viang_pipeline.sources.metabase.conduct import MetabaseConduct
from viang_pipeline.sources.redaction import redact

Document = dict[str, Any]

GOOD = (200, 202, 204)
NOT_IN_THIS_EDITION = (400, 402, 403, 404)
"""What the paid cache endpoint answers where it is not paid for (contract §5; the exact status is not documented)."""

RETRIES = 2
RETRY_SECONDS = 30.0


class MetabaseClient:
    """One Metabase and one key. Every method raises PermanentFailure or TransientFailure with one clear sentence."""

    def __init__(self, url: str, key: str, http: HttpClient | None = None) -> None:
        conduct: Conduct = MetabaseConduct(key)
        self.http = http or HttpClient(base_url=url, conduct=conduct, retries=RETRIES, retry_seconds=RETRY_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.http.close()

    def health(self) -> bool:
        """Whether Metabase says it is up."""
        return bool(self._get("/api/health").get("status") == "ok")

    def database_health(self, database_id: int) -> str:
        """``ok``, or why Metabase cannot reach the database."""
        answer = self._get(f"/api/database/{database_id}/healthcheck")
        return "ok" if answer.get("status") == "ok" else redact(str(answer.get("message") or answer.get("status")))

    def tables(self, database_id: int) -> list[Document]:
        """Tables of a database as Metabase knows them, each with its ``fields``."""
        return list(self._get(f"/api/database/{database_id}/metadata").get("tables", []))

    def describe_field(self, field_id: int, properties: Mapping[str, str]) -> None:
        """Set ``description``, ``display_name``, ``semantic_type`` of a column."""
        self._write("PUT", f"/api/field/{field_id}", properties)

    def sync_schema(self, database_id: int) -> None:
        """Let Metabase look at tables and columns again; it works in the background."""
        self._write("POST", f"/api/database/{database_id}/sync_schema")

    def rescan_values(self, database_id: int) -> None:
        """Let Metabase look at the values of filters again; it works in the background."""
        self._write("POST", f"/api/database/{database_id}/rescan_values")

    def invalidate_cache(self, database_id: int) -> bool:
        """Drop cached answers of a database; False where the edition does not offer it."""
        query: Params = {"database": database_id, "include": "overrides"}
        try:
            self.http.write("POST", "/api/cache/invalidate", params=query, accept=GOOD, repeatable=True)
        except PermanentFailure as failure:
            if failure.status not in NOT_IN_THIS_EDITION:
                raise
            return False
        return True

    def collections(self, *, archived: bool) -> list[Document]:
        """Collections the key sees, or those in the trash."""
        return self._list("/api/collection", {"archived": "true" if archived else "false"})

    def create_collection(self, body: Mapping[str, object]) -> Document:
        """A new collection."""
        return self._create("/api/collection", body)

    def update_collection(self, collection_id: int, body: Mapping[str, object]) -> None:
        """Change a collection."""
        self._write("PUT", f"/api/collection/{collection_id}", body)

    def cards(self, *, archived: bool) -> list[Document]:
        """Every card, or those in the trash."""
        return self._list("/api/card", {"f": "archived" if archived else "all"})

    def create_card(self, body: Mapping[str, object]) -> Document:
        """A new card."""
        return self._create("/api/card", body)

    def update_card(self, card_id: int, body: Mapping[str, object]) -> None:
        """Change a card."""
        self._write("PUT", f"/api/card/{card_id}", body)

    def run_card(self, card_id: int) -> str | None:
        """Run a card past the cache, which also warms it; what is wrong with its SQL, None when it answers."""
        answer = self._read(self._write("POST", f"/api/card/{card_id}/query", {"ignore_cache": True}))
        if answer.get("status") == "completed":
            return None
        return redact(str(answer.get("error") or "sem explicação"))

    def dashboards(self, *, archived: bool) -> list[Document]:
        """Every dashboard without its cards, or those in the trash."""
        return self._list("/api/dashboard", {"f": "archived" if archived else "all"})

    def dashboard(self, dashboard_id: int) -> Document:
        """A dashboard with its ``dashcards`` and ``tabs``."""
        return self._get(f"/api/dashboard/{dashboard_id}")

    def create_dashboard(self, body: Mapping[str, object]) -> Document:
        """A new, empty dashboard."""
        return self._create("/api/dashboard", body)

    def update_dashboard(self, dashboard_id: int, body: Mapping[str, object]) -> None:
        """Change a dashboard. The lists of ``dashcards`` and ``tabs`` are the whole wanted state."""
        self._write("PUT", f"/api/dashboard/{dashboard_id}", body)

    def _get(self, path: str) -> Document:
        return self._read(self.http.get(path))

    def _list(self, path: str, params: Mapping[str, str]) -> list[Document]:
        found = _document(self.http.get(path, params).content, path)
        if not isinstance(found, list):
            raise _strange(path)
        return found

    def _create(self, path: str, body: Mapping[str, object]) -> Document:
        return self._read(self.http.write("POST", path, body, accept=GOOD, repeatable=False))

    def _write(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        return self.http.write(method, path, body, accept=GOOD, repeatable=True)

    def _read(self, answer: Answer) -> Document:
        found = _document(answer.content, "resposta") if answer.content.strip() else {}
        if not isinstance(found, dict):
            raise _strange("resposta")
        return found


def _document(content: bytes, where: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise _strange(where) from None


def _strange(where: str) -> PermanentFailure:
    return PermanentFailure(
        "O Metabase respondeu algo inesperado", where=where, action="Confira se METABASE_URL é o endereço do Metabase."
    )
