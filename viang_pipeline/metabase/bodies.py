"""What Metabase is sent for a card and a dashboard, and how we know our own again (contract Metabase §6). Pure.

A card of ours has an entity id made from its key; its description, like those of dashboards and collections, which
take no entity id, ends with our mark. The mark carries the hash of what was sent: Metabase stores queries in a form of
its own, so what it returns is never compared.
"""

from __future__ import annotations

import json
import re
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

from viang_pipeline.metabase.cards import FILTERS, Card, Dashboard, Filter, Heading, sql, tags

Body = dict[str, Any]

MARK: Final = "viang"
UNFINISHED: Final = "novo"
"""Stands for the hash of a dashboard that was made but not yet filled."""

_IDS = uuid.UUID("6f1c9d0e-6a55-4a5e-9e0c-3f1f8c2b7a11")
_LAST_MARK = re.compile(rf"\n?{MARK}:([\w:.-]+)\s*\Z")
_TEXT_MARK = re.compile(rf'\n\[{MARK}\]: # "([\w./-]+)"\s*\Z')


def entity_id(key: str) -> str:
    """21 characters of [A-Za-z0-9_-], the same for the same key."""
    return urlsafe_b64encode(blake2b(key.encode()).digest()).decode()[:21]


def digest(body: Mapping[str, Any]) -> str:
    """A short hash of what is sent."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def marked(text: str, mark: str) -> str:
    """A description with our mark in its last line."""
    return f"{text}\n\n{MARK}:{mark}".strip()


def mark_of(description: object) -> str | None:
    """What our mark in a description says; None in a text that is not ours."""
    found = _LAST_MARK.search(description) if isinstance(description, str) else None
    return found.group(1) if found else None


def card_key(dashboard: str, card: Card) -> str:
    """The key of a card among all of ours."""
    return f"{dashboard}/{card.key}"


def card_body(dashboard: str, card: Card, database_id: int) -> Body:
    """The content of a card: what POST and PUT have in common. Its description ends with the hash of all of it."""
    query = sql(dashboard, card.key)
    body: Body = {
        "name": card.title,
        "description": card.note,
        "type": "question",
        "display": card.display,
        "dataset_query": {
            "database": database_id,
            "type": "native",
            "native": {"query": query, "template-tags": {name: _tag(FILTERS[name]) for name in tags(query)}},
        },
        "visualization_settings": card.looks,
    }
    return body | {"description": marked(card.note, digest(body))}


def _tag(each: Filter) -> Body:
    return {"id": str(uuid.uuid5(_IDS, each.tag)), "name": each.tag, "display-name": each.name, "type": each.kind}


def parameter_id(each: Filter) -> str:
    """The id of our filter on every dashboard."""
    return f"{MARK}_{each.tag}"


def parameters(dashboard: Dashboard, clients_card: int) -> list[Body]:
    """The filters of a dashboard; that of clients offers those of a card."""
    found: list[Body] = []
    for each in dashboard.filters:
        kind, section = ("date/single", "date") if each.kind == "date" else ("string/=", "string")
        slug = each.name.lower().replace("é", "e")
        body: Body = {"id": parameter_id(each), "name": each.name, "slug": slug, "type": kind, "sectionId": section}
        if each.tag == "client_id":
            body |= {
                "values_query_type": "list",
                "values_source_type": "card",
                "values_source_config": {
                    "card_id": clients_card,
                    "value_field": ["field", "client_id", {"base-type": "type/Text"}],
                },
            }
        found.append(body)
    return found


def dashcards(dashboard: Dashboard, ids: Mapping[str, int]) -> list[Body]:
    """What stands on a dashboard, without dashcard ids; ``ids``: card key → number in this Metabase."""
    return [
        {"row": place.row, "col": place.col, "size_x": place.width, "size_y": place.height}
        | (
            _text(dashboard.key, place.item)
            if isinstance(place.item, Heading)
            else _question(dashboard, place.item, ids[card_key(dashboard.key, place.item)])
        )
        for place in dashboard.places
    ]


def _question(dashboard: Dashboard, card: Card, card_id: int) -> Body:
    known = tags(sql(dashboard.key, card.key))
    mappings = [
        {"parameter_id": parameter_id(each), "card_id": card_id, "target": ["variable", ["template-tag", each.tag]]}
        for each in dashboard.filters
        if each.tag in known
    ]
    return {"card_id": card_id, "parameter_mappings": mappings, "visualization_settings": {}}


def _text(dashboard: str, heading: Heading) -> Body:
    """A text of ours; the mark is a link definition, which Markdown does not show."""
    text = f'{heading.text}\n\n[{MARK}]: # "{dashboard}/{heading.key}"'
    looks = {
        "virtual_card": {"name": None, "display": "text", "visualization_settings": {}, "archived": False},
        "text": text,
        "dashcard.background": False,
    }
    return {"card_id": None, "parameter_mappings": [], "visualization_settings": looks}


def merged(current: Sequence[Body], wanted: Sequence[Body], tabs: Sequence[Body]) -> list[Body]:
    """The whole list a dashboard should hold: ours as wanted, everything else as it is.

    Of several dashcards of one of our cards the oldest is ours, the others a person's. What a person put there keeps
    its content; where it would lie under ours it moves below. New dashcards have negative ids.
    """
    mine: dict[object, Body] = {}
    for each in sorted(current, key=lambda each: int(each["id"])):
        mine.setdefault(_identity(each), each)
    found: list[Body] = []
    for position, each in enumerate(wanted, 1):
        old = mine.get(_identity(each), {})
        tab = old.get("dashboard_tab_id") or (tabs[0]["id"] if tabs else None)
        found.append({"id": old.get("id", -position), "dashboard_tab_id": tab, "series": [], **each})
    taken = {each["id"] for each in found}
    bottom = max((each["row"] + each["size_y"] for each in found), default=0)
    for each in current:
        if each["id"] in taken or isinstance(_identity(each), str):
            continue
        kept = {name: each[name] for name in _KEPT if each.get(name) is not None}
        kept |= {"card_id": each.get("card_id"), "series": [{"id": s["id"]} for s in each.get("series") or []]}
        if any(_overlap(kept, other) for other in found):
            kept["row"], bottom = bottom, bottom + kept["size_y"]
        found.append(kept)
    return found


_KEPT = (
    "id", "row", "col", "size_x", "size_y", "dashboard_tab_id", "action_id", "parameter_mappings",
    "visualization_settings", "inline_parameters",
)  # fmt: skip


def _identity(dashcard: Body) -> object:
    """What a dashcard shows: the number of a card, the key of a text of ours, or else only itself."""
    if dashcard.get("card_id") is not None:
        return dashcard["card_id"]
    found = _TEXT_MARK.search(str((dashcard.get("visualization_settings") or {}).get("text", "")))
    return found.group(1) if found else ("a person's", dashcard.get("id"))


def _overlap(one: Body, other: Body) -> bool:
    return (
        one.get("dashboard_tab_id") == other.get("dashboard_tab_id")
        and one["col"] < other["col"] + other["size_x"]
        and other["col"] < one["col"] + one["size_x"]
        and one["row"] < other["row"] + other["size_y"]
        and other["row"] < one["row"] + one["size_y"]
    )
