"""Brings our collection, cards and dashboards into a Metabase, again and again with the same result (contract §6).

Finds what is ours by entity id and mark, changes only what differs, never deletes, and leaves alone what lost its mark.
Stopped half-way, the next run goes on from what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from viang_pipeline.failures import PermanentFailure, ViangError
from viang_pipeline.metabase.bodies import (
    UNFINISHED,
    Body,
    card_body,
    card_key,
    dashcards,
    digest,
    entity_id,
    mark_of,
    marked,
    merged,
    parameters,
)
from viang_pipeline.metabase.cards import Card, Dashboard
from viang_pipeline.metabase.dashboards import CLIENT_LIST, DASHBOARDS
from viang_pipeline.metabase.fields import describe
from viang_pipeline.sources.metabase.client import MetabaseClient

CLIENTS = f"visao_geral/{CLIENT_LIST.key}"


class CardFailed(ViangError):
    """A card does not answer: its SQL and this database do not go together."""


@dataclass
class Provisioned:
    """What was done; names a person knows. ``left``: ours once, without our mark now."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    left: list[str] = field(default_factory=list)
    fields: int = 0
    dashboards: dict[str, int] = field(default_factory=dict)


def provision(
    api: MetabaseClient,
    database_id: int,
    dashboards: Sequence[Dashboard] = DASHBOARDS,
    on_step: Callable[[str], None] = lambda name: None,
) -> Provisioned:
    """Create or update everything, run every card once, and describe columns Metabase knows nothing of.

    Raises CardFailed naming the first card that does not answer (dashboards are then left as they were), and
    PermanentFailure or TransientFailure when Metabase refuses or is away.
    """
    return _Provision(api, database_id, on_step).everything(dashboards)


def our_cards(api: MetabaseClient, dashboards: Sequence[Dashboard] = DASHBOARDS) -> dict[str, int]:
    """Key → number of our cards that are in use in this Metabase."""
    wanted = {entity_id(key): key for key, _, _ in _cards(dashboards)}
    return {
        wanted[card["entity_id"]]: card["id"] for card in api.cards(archived=False) if card.get("entity_id") in wanted
    }


def our_dashboards(api: MetabaseClient) -> dict[str, int]:
    """Key → number of our dashboards that are in use in this Metabase."""
    return {key: int(found["id"]) for key, found in _marked(api, archived=False).items()}


def _marked(api: MetabaseClient, *, archived: bool) -> dict[str, Body]:
    """Key → dashboard with our mark. A copy a person made carries it too: the oldest one is ours."""
    found: dict[str, Body] = {}
    for board in sorted(api.dashboards(archived=archived), key=lambda each: int(each["id"])):
        mark = mark_of(board.get("description"))
        if mark is not None:
            found.setdefault(mark.partition(":")[0], board | {"archived": archived})
    return found


def _cards(dashboards: Sequence[Dashboard]) -> list[tuple[str, str, Card]]:
    """Key, dashboard's key and card of every card, the list of clients first: filters need its number."""
    found = [(CLIENTS, "visao_geral", CLIENT_LIST)]
    return found + [(card_key(board.key, card), board.key, card) for board in dashboards for card in board.cards]


class _Provision:
    def __init__(self, api: MetabaseClient, database_id: int, on_step: Callable[[str], None]) -> None:
        self._api, self._database_id, self._on_step = api, database_id, on_step
        self._done = Provisioned()

    def everything(self, dashboards: Sequence[Dashboard]) -> Provisioned:
        tables = self._tables()
        home = self._collection("Viang", "Painéis do Dashboard Viang, feitos a partir do banco.", "colecao", None)
        questions = self._collection("Perguntas", "As perguntas dos painéis da Viang.", "perguntas", home)
        ids = self._all_cards(dashboards, questions)
        self._all_dashboards(dashboards, home, ids)
        self._done.fields = describe(self._api, tables)
        return self._done

    def _tables(self) -> list[Body]:
        """What Metabase knows of the database; asked to look again when it has not seen our views yet."""
        try:
            tables = self._api.tables(self._database_id)
        except PermanentFailure as failure:
            if failure.status != 404:
                raise
            raise PermanentFailure(
                f"O Metabase não tem um banco com o número {self._database_id}",
                where=failure.where,
                action="Ponha em METABASE_DATABASE_ID o número que aparece no endereço da conexão, em Admin → Bancos.",
                status=404,
            ) from None
        if not any(str(table.get("name")).startswith("vw_") for table in tables):
            self._api.sync_schema(self._database_id)
        return tables

    def _collection(self, name: str, about: str, mark: str, parent: int | None) -> int:
        for archived in (False, True):
            ours = [c for c in self._api.collections(archived=archived) if mark_of(c.get("description")) == mark]
            if ours:
                found = min(int(each["id"]) for each in ours)
                if archived:
                    self._api.update_collection(found, {"archived": False})
                    self._done.updated.append(f"coleção {name}")
                return found
        self._done.created.append(f"coleção {name}")
        body = {"name": name, "description": marked(about, mark), **({"parent_id": parent} if parent else {})}
        return int(self._api.create_collection(body)["id"])

    def _all_cards(self, dashboards: Sequence[Dashboard], collection: int) -> dict[str, int]:
        known = {
            card.get("entity_id"): card | {"archived": archived}
            for archived in (True, False)
            for card in self._api.cards(archived=archived)
        }
        ids = {}
        for key, board, card in _cards(dashboards):
            self._on_step(card.title)
            body = card_body(board, card, self._database_id)
            ids[key] = self._card(key, body, known.get(entity_id(key)), collection)
            problem = self._api.run_card(ids[key])
            if problem is not None:
                raise CardFailed(
                    f"A pergunta “{card.title}” ({key}) não responde no Metabase: {problem}. "
                    "Confira se o banco está atualizado (viang db upgrade) e se a conexão usa o papel viang_reader"
                )
        return ids

    def _card(self, key: str, body: Body, known: Body | None, collection: int) -> int:
        if known is None:
            self._done.created.append(str(body["name"]))
            made = self._api.create_card(body | {"collection_id": collection, "entity_id": entity_id(key)})
            return int(made["id"])
        number, mark = int(known["id"]), mark_of(known.get("description"))
        if mark is None:
            self._done.left.append(str(body["name"]))
        elif known["archived"] or mark != mark_of(body["description"]):
            self._api.update_card(number, body | ({"archived": False} if known["archived"] else {}))
            self._done.updated.append(str(body["name"]))
        else:
            self._done.unchanged += 1
        return number

    def _all_dashboards(self, dashboards: Sequence[Dashboard], collection: int, ids: dict[str, int]) -> None:
        known = _marked(self._api, archived=True) | _marked(self._api, archived=False)
        for board in dashboards:
            self._on_step(board.name)
            self._dashboard(board, known.get(board.key), collection, ids)

    def _dashboard(self, board: Dashboard, known: Body | None, collection: int, ids: dict[str, int]) -> None:
        content: Body = {
            "name": board.name,
            "parameters": parameters(board, ids[CLIENTS]),
            "width": "full",
            "dashcards": dashcards(board, ids),
        }
        mark = f"{board.key}:{digest(content | {'about': board.about})}"
        if known is None:
            body = {"name": board.name, "description": marked(board.about, f"{board.key}:{UNFINISHED}")}
            known = self._api.create_dashboard(body | {"collection_id": collection}) | {"archived": False}
            self._done.created.append(board.name)
        number = self._done.dashboards[board.key] = int(known["id"])
        if known["archived"]:  # what is in the trash takes no cards
            self._api.update_dashboard(number, {"archived": False})
        current = self._api.dashboard(number)
        there = {each.get("card_id") for each in current.get("dashcards") or []}
        wanted = {each["card_id"] for each in content["dashcards"]} - {None}
        if mark_of(known.get("description")) == mark and wanted <= there and not known["archived"]:
            self._done.unchanged += 1
            return
        if board.name not in self._done.created:
            self._done.updated.append(board.name)
        tabs = [{"id": tab["id"], "name": tab["name"]} for tab in current.get("tabs") or []]
        own = {each["id"] for each in content["parameters"]}
        others = [each for each in current.get("parameters") or [] if each["id"] not in own]
        content |= {
            "description": marked(board.about, mark),
            "parameters": content["parameters"] + others,
            "dashcards": merged(current.get("dashcards") or [], content["dashcards"], tabs),
            "tabs": tabs,
        }
        self._api.update_dashboard(number, content)
