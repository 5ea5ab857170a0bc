"""A Metabase of our own making, written from contract §2, §3, §5 and §6 only: it knows shapes, not our content.

Keeps state, refuses with 400 what the documents do not allow, and fails on request. Independent of the client.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Body = dict[str, Any]
Answer = tuple[int, Any]

KEY = "mb_chave-secreta-123="
DATABASE = 3
CARD = {
    "name", "dataset_query", "display", "visualization_settings", "type", "collection_id", "entity_id", "description",
    "parameters", "parameter_mappings", "result_metadata", "collection_position", "cache_ttl", "dashboard_id",
    "dashboard_tab_id",
}  # fmt: skip
NEW_DASHBOARD = {"name", "description", "parameters", "cache_ttl", "collection_id", "collection_position"}
DASHBOARD = NEW_DASHBOARD | {"dashcards", "tabs", "width", "embedding_params", "enable_embedding", "archived"}
DASHCARD = {
    "id", "size_x", "size_y", "row", "col", "card_id", "dashboard_tab_id", "parameter_mappings", "series",
    "visualization_settings", "inline_parameters", "action_id",
}  # fmt: skip
COLLECTION = {"name", "description", "parent_id", "namespace", "authority_level"}
DISPLAYS = {"table", "line", "bar", "scalar", "smartscalar", "pivot"}
OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
TAG = re.compile(r"\{\{(\w+)\}\}")


class Refused(Exception):
    """The answer is a status with what is wrong."""

    def __init__(self, status: int, **errors: str) -> None:
        self.answer: Answer = (status, {"errors": errors})


def rendered(query: str, values: dict[str, str]) -> str:
    """A native query with values as literals: an optional clause stays when all its tags have one."""
    kept = OPTIONAL.sub(lambda part: part[1] if set(TAG.findall(part[1])) <= values.keys() else "", query)
    if missing := set(TAG.findall(kept)) - values.keys():
        raise KeyError(f"missing required parameters: {missing}")
    return TAG.sub(lambda tag: "'" + values[tag[1]].replace("'", "''") + "'", kept)


@dataclass
class FakeMetabase:
    """``trouble``: method and path → a status to answer with, or "cut"; ``run``: executes the SQL of a card;
    ``pro``: whether the paid cache endpoint is there."""

    url: str = ""
    pro: bool = False
    trouble: Callable[[str, str], int | str | None] = lambda method, path: None
    run: Callable[[str], object] = lambda query: None
    seen: list[tuple[str, str, Any]] = field(default_factory=list)
    collections: dict[int, Body] = field(default_factory=dict)
    cards: dict[int, Body] = field(default_factory=dict)
    dashboards: dict[int, Body] = field(default_factory=dict)
    tables: list[Body] = field(default_factory=list)
    reachable: bool = True
    _last: int = 100

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """Requests that change content."""
        return [
            each for each in self.seen
            if each[0] == "PUT" or (each[0] == "POST" and re.fullmatch(r"/api/(card|dashboard|collection)", each[1]))
        ]  # fmt: skip

    def new_id(self) -> int:
        self._last += 1
        return self._last

    def person_card(self, name: str) -> int:
        """A card a person made by hand."""
        number = self.new_id()
        self.cards[number] = {"id": number, "name": name, "description": None, "archived": False, "tags": set(),
                              "entity_id": f"{number:021d}"}  # fmt: skip
        return number

    def handle(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        for pattern, name in ROUTES:
            found = re.fullmatch(pattern, f"{method} {path}")
            if found:
                return getattr(self, name)(*map(int, found.groups()), query=query, body=body)
        return 404, "API endpoint does not exist."

    def health(self, **_: Any) -> Answer:
        return 200, {"status": "ok"}

    def healthcheck(self, number: int, **_: Any) -> Answer:
        self._database(number)
        return 200, {"status": "ok"} if self.reachable else {"status": "error", "message": "connection refused"}

    def metadata(self, number: int, **_: Any) -> Answer:
        self._database(number)
        return 200, {"id": number, "name": "viang", "tables": self.tables}

    def background(self, number: int, *, body: Any, **_: Any) -> Answer:
        self._database(number)
        if body is not None:
            raise Refused(400, body="none expected")
        return 200, {"status": "ok"}

    def invalidate(self, *, query: dict[str, str], **_: Any) -> Answer:
        if not self.pro:
            return 404, "API endpoint does not exist."
        self._database(int(query["database"]))
        return (200, {"message": "ok"}) if query.get("include") == "overrides" else (400, "nothing to invalidate")

    def put_field(self, number: int, *, body: Body, **_: Any) -> Answer:
        closed(body, {"description", "display_name", "semantic_type"})
        column = next(c for table in self.tables for c in table["fields"] if c["id"] == number)
        column.update(body)
        return 200, column

    def list_collections(self, *, query: dict[str, str], **_: Any) -> Answer:
        wanted = query.get("archived") == "true"
        return 200, [each for each in self.collections.values() if each["archived"] == wanted]

    def post_collection(self, *, body: Body, **_: Any) -> Answer:
        closed(body, COLLECTION, {"name"})
        if "parent_id" in body and body["parent_id"] not in self.collections:
            raise Refused(404, parent_id="no such collection")
        number = self.new_id()
        self.collections[number] = {"archived": False, **body, "id": number, "entity_id": f"{number:021d}"}
        return 200, self.collections[number]

    def put_collection(self, number: int, *, body: Body, **_: Any) -> Answer:
        closed(body, COLLECTION | {"archived"})
        self.collections[number].update(body)
        return 200, self.collections[number]

    def list_cards(self, *, query: dict[str, str], **_: Any) -> Answer:
        wanted = {"all": False, "archived": True}[query["f"]]
        return 200, [shown(card) for card in self.cards.values() if card["archived"] == wanted]

    def post_card(self, *, body: Body, **_: Any) -> Answer:
        closed(body, CARD, {"name", "dataset_query", "display", "visualization_settings"})
        entity = body.get("entity_id")
        if entity is not None and not re.fullmatch(r"[A-Za-z0-9_-]{21}", entity):
            raise Refused(400, entity_id="21 characters")
        if any(card["entity_id"] == entity for card in self.cards.values()):
            raise Refused(400, entity_id="taken")
        if body.get("collection_id") not in {None, *self.collections}:
            raise Refused(404, collection_id="no such collection")
        number = self.new_id()
        self.cards[number] = {"archived": False, **body, "id": number, "tags": self._query(body)}
        return 200, shown(self.cards[number])

    def put_card(self, number: int, *, body: Body, **_: Any) -> Answer:
        closed(body, CARD | {"archived"})
        self.cards[number].update(body, tags=self._query(body) if "dataset_query" in body else set())
        return 200, shown(self.cards[number])

    def query_card(self, number: int, *, body: Body, **_: Any) -> Answer:
        closed(body, {"ignore_cache", "parameters", "dashboard_id", "collection_preview"})
        try:
            self.run(rendered(self.cards[number]["dataset_query"]["native"]["query"], {}))
        except Exception as error:  # noqa: BLE001  whatever the database says is the answer
            return 202, {"status": "failed", "error": str(error).splitlines()[0]}
        return 202, {"status": "completed", "row_count": 1, "data": {"rows": [[1]]}}

    def list_dashboards(self, *, query: dict[str, str], **_: Any) -> Answer:
        wanted = {"all": False, "archived": True}[query["f"]]
        found = [each for each in self.dashboards.values() if each["archived"] == wanted]
        return 200, [{name: value for name, value in each.items() if name != "dashcards"} for each in found]

    def get_dashboard(self, number: int, **_: Any) -> Answer:
        board = self.dashboards[number]
        hydrated = [
            {**each, "dashboard_id": number, "created_at": "2026-11-01T00:00:00Z", "card": {"id": each["card_id"]},
             "series": [{"id": one["id"], "name": "x"} for one in each["series"]]}
            for each in board["dashcards"]
        ]  # fmt: skip
        return 200, {**board, "dashcards": hydrated}

    def post_dashboard(self, *, body: Body, **_: Any) -> Answer:
        closed(body, NEW_DASHBOARD, {"name"})
        number = self.new_id()
        empty = {"description": None, "parameters": [], "dashcards": [], "tabs": [], "archived": False}
        self.dashboards[number] = {**empty, **body, "id": number, "entity_id": f"{number:021d}"}
        return self.get_dashboard(number)

    def put_dashboard(self, number: int, *, body: Body, **_: Any) -> Answer:
        closed(body, DASHBOARD)
        board = self.dashboards[number]
        after = {**board, **body}
        ids = [each["id"] for each in after["parameters"]]
        if len(set(ids)) < len(ids) or any(not each.get("type") for each in after["parameters"]):
            raise Refused(400, parameters="id and type, ids are unique")
        if "dashcards" in body:
            if board["archived"]:
                raise Refused(404, dashboard="The object has been archived.")
            after["dashcards"] = self._dashcards(board, after)
        self.dashboards[number] = after
        return self.get_dashboard(number)

    def _dashcards(self, board: Body, after: Body) -> list[Body]:
        """The list is the whole wanted state."""
        known = {each["id"]: each for each in board["dashcards"]}
        wanted = after["dashcards"]
        if len({each["id"] for each in wanted}) < len(wanted):
            raise Refused(400, dashcards="ids are unique")
        tabs = {tab["id"] for tab in after["tabs"]}
        filters = {each["id"] for each in after["parameters"]}
        stored = []
        for each in wanted:
            closed(each, DASHCARD, {"id", "size_x", "size_y", "row", "col"})
            if each["id"] > 0 and each["id"] not in known:
                raise Refused(400, dashcards="a new one has a negative id")
            if min(each["row"], each["col"]) < 0 or each["col"] + each["size_x"] > 24:
                raise Refused(400, dashcards="outside the grid")
            if (each.get("dashboard_tab_id") in tabs) != bool(tabs):
                raise Refused(400, dashcards="every dashcard is on a tab, or there are none")
            self._shown(each, filters)
            base = known.get(each["id"], {"series": [], "parameter_mappings": [], "visualization_settings": {}})
            stored.append({**base, **each, "id": each["id"] if each["id"] > 0 else self.new_id()})
        return stored

    def _shown(self, dashcard: Body, filters: set[str]) -> None:
        number = dashcard.get("card_id")
        if number is None:
            if "virtual_card" not in dashcard.get("visualization_settings", {}):
                raise Refused(400, card_id="nothing to show")
            return
        if number not in self.cards or self.cards[number]["archived"]:
            raise Refused(400, card_id="no such card")
        for mapping in dashcard.get("parameter_mappings", []):
            kind, (tagged, name) = mapping["target"]
            if mapping["parameter_id"] not in filters or mapping["card_id"] != number:
                raise Refused(400, parameter_mappings="of another filter or card")
            if (kind, tagged) != ("variable", "template-tag") or name not in self.cards[number]["tags"]:
                raise Refused(400, parameter_mappings="no such template tag")

    def _query(self, body: Body) -> set[str]:
        """A native query; every template tag is declared once and used."""
        query = body["dataset_query"]
        closed(query, {"database", "type", "native"}, {"database", "type", "native"})
        if query["type"] != "native" or query["database"] != DATABASE:
            raise Refused(400, dataset_query="a native query on a known database")
        if body.get("display", "table") not in DISPLAYS:
            raise Refused(400, display="unknown")
        native = query["native"]
        closed(native, {"query", "template-tags"}, {"query"})
        declared = native.get("template-tags", {})
        for name, tag in declared.items():
            closed(tag, {"id", "name", "display-name", "type", "default", "required"}, {"id", "name", "type"})
            if tag["name"] != name or tag["type"] not in ("text", "number", "date"):
                raise Refused(400, template_tags=f"{name} is not a variable")
        if set(TAG.findall(native["query"])) != declared.keys():
            raise Refused(400, template_tags="declared and used differ")
        return set(declared)

    def _database(self, number: int) -> None:
        if number != DATABASE:
            raise Refused(404, database="Not found.")


ROUTES = (
    ("GET /api/health", "health"),
    (r"GET /api/database/(\d+)/healthcheck", "healthcheck"),
    (r"GET /api/database/(\d+)/metadata", "metadata"),
    (r"POST /api/database/(\d+)/(?:sync_schema|rescan_values)", "background"),
    ("POST /api/cache/invalidate", "invalidate"),
    (r"PUT /api/field/(\d+)", "put_field"),
    ("GET /api/collection", "list_collections"),
    ("POST /api/collection", "post_collection"),
    (r"PUT /api/collection/(\d+)", "put_collection"),
    ("GET /api/card", "list_cards"),
    ("POST /api/card", "post_card"),
    (r"PUT /api/card/(\d+)", "put_card"),
    (r"POST /api/card/(\d+)/query", "query_card"),
    ("GET /api/dashboard", "list_dashboards"),
    ("POST /api/dashboard", "post_dashboard"),
    (r"GET /api/dashboard/(\d+)", "get_dashboard"),
    (r"PUT /api/dashboard/(\d+)", "put_dashboard"),
)


def closed(body: Any, allowed: set[str], required: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """A body has these fields and no others; what is required is not blank."""
    if not isinstance(body, dict):
        raise Refused(400, body="must be an object")
    if unknown := body.keys() - allowed:
        raise Refused(400, **dict.fromkeys(unknown, "disallowed key"))
    if blank := {name for name in required if body.get(name) in (None, "")}:
        raise Refused(400, **dict.fromkeys(blank, "missing required key"))
    if "description" in body and body["description"] == "":
        raise Refused(400, description="non-blank or nothing")


def shown(card: Body) -> Body:
    """A card as it is returned: the query in a form of Metabase's own (MBQL 5), never as it was sent."""
    kept = {name: value for name, value in card.items() if name not in ("tags", "dataset_query")}
    return kept | {"dataset_query": {"lib/type": "mbql/query", "stages": [{"lib/type": "mbql.stage/native"}]}}


@contextmanager
def served(fake: FakeMetabase) -> Iterator[FakeMetabase]:
    """The fake on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("content-length") or 0))
            body = json.loads(text) if text else None
            fake.seen.append((self.command, parts.path, body))
            wish = fake.trouble(self.command, parts.path)
            if wish == "cut":
                self.close_connection = True
                return
            if isinstance(wish, int):
                status, answer = wish, f"trouble with the key {self.headers.get('x-api-key')}"
            elif parts.path != "/api/health" and self.headers.get("x-api-key") != KEY:
                status, answer = 401, "Unauthenticated"
            else:
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                try:
                    status, answer = fake.handle(self.command, parts.path, query, body)
                except Refused as refused:
                    status, answer = refused.answer
            content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _serve  # noqa: N815

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield fake
    server.shutdown()
    server.server_close()
