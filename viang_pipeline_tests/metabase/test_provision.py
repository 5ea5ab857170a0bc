"""Provisioning against a Metabase that checks every request: made once, then only what differs, nothing of people's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.metabase.bodies import entity_id, mark_of
from viang_pipeline.metabase.cards import Dashboard, Heading, row
from viang_pipeline.metabase.dashboards import CLIENT_LIST, DASHBOARDS
from viang_pipeline.metabase.dashboards.ads import ADS
from viang_pipeline.metabase.provision import CardFailed, Provisioned, provision
from viang_pipeline.settings import Settings
from viang_pipeline.sources.metabase.client import MetabaseClient
from viang_pipeline_tests.metabase.conftest import client
from viang_pipeline_tests.metabase.fake import DATABASE, KEY, FakeMetabase

SMALL = replace(ADS, rows=(row(2, (Heading("leia", "Leia **isto**."), 24)), *ADS.rows[:1]))
"""Enough for what is the same for all: a text and five cards."""

Run = Callable[..., Provisioned]


@pytest.fixture
def run(metabase: FakeMetabase, api: MetabaseClient) -> Run:
    """One provisioning; forgets the requests before it."""

    def once(board: Dashboard = SMALL) -> Provisioned:
        metabase.seen.clear()
        return provision(api, DATABASE, [board])

    return once


def board_of(metabase: FakeMetabase) -> dict:  # type: ignore[type-arg]
    (only,) = metabase.dashboards.values()
    return only


def test_the_first_provision_makes_the_collection_every_card_and_the_six_dashboards(
    metabase: FakeMetabase, api: MetabaseClient
) -> None:
    done = provision(api, DATABASE)
    assert [each["name"] for each in metabase.collections.values()] == ["Viang", "Perguntas"]
    assert len(metabase.cards) == 1 + sum(len(board.cards) for board in DASHBOARDS)
    assert [each["name"] for each in metabase.dashboards.values()] == [board.name for board in DASHBOARDS]
    home, questions = metabase.collections
    assert {each["collection_id"] for each in metabase.dashboards.values()} == {home}
    assert {each["collection_id"] for each in metabase.cards.values()} == {questions}
    assert list(done.dashboards.values()) == list(metabase.dashboards)
    for board, made in zip(DASHBOARDS, metabase.dashboards.values(), strict=True):
        shown = [metabase.cards[each["card_id"]]["name"] for each in made["dashcards"] if each["card_id"]]
        assert shown == [card.title for card in board.cards]
    metabase.seen.clear()
    again = provision(api, DATABASE)
    assert (metabase.writes, again.created, again.updated) == ([], [], [])
    assert again.unchanged == len(metabase.cards) + len(metabase.dashboards)


def test_every_filter_is_wired_to_every_card_that_knows_it(metabase: FakeMetabase, run: Run) -> None:
    run()
    board = board_of(metabase)
    assert [each["name"] for each in board["parameters"]] == ["Cliente", "De", "Até", "SKU"]
    list_of_clients = board["parameters"][0]["values_source_config"]["card_id"]
    assert metabase.cards[list_of_clients]["name"] == CLIENT_LIST.title
    for each in board["dashcards"]:
        if each["card_id"] is not None:
            mapped = {mapping["target"][1][1] for mapping in each["parameter_mappings"]}
            assert mapped == metabase.cards[each["card_id"]]["tags"]


def test_a_changed_card_is_one_put_and_its_dashboard_is_left_alone(metabase: FakeMetabase, run: Run) -> None:
    run()
    first, *others = SMALL.rows[1].items
    changed = replace(first[0], note="Outra nota.")
    done = run(replace(SMALL, rows=(SMALL.rows[0], row(4, (changed, first[1]), *others))))
    ((method, path, body),) = metabase.writes
    number = next(n for n, card in metabase.cards.items() if card["entity_id"] == entity_id("ads/investimento"))
    assert (method, path) == ("PUT", f"/api/card/{number}")
    assert body["description"].startswith("Outra nota.\n\nviang:")
    assert done.updated == ["Investimento em Ads"]


def test_what_a_person_put_on_our_dashboard_survives_a_change_of_ours(metabase: FakeMetabase, run: Run) -> None:
    run()
    board = board_of(metabase)
    theirs = metabase.person_card("Minha pergunta")
    ours = next(each["card_id"] for each in board["dashcards"] if each["card_id"])
    filters = [*board["parameters"], {"id": "meu", "name": "Meu filtro", "slug": "meu", "type": "string/="}]
    below = {
        "size_x": 6, "size_y": 3, "row": 40, "series": [{"id": ours}], "parameter_mappings": [],
        "visualization_settings": {"card.title": "Minha"},
    }  # fmt: skip
    added = [
        {**below, "id": 9001, "col": 0, "card_id": theirs},
        {**below, "id": 9002, "col": 6, "card_id": ours},
        {**below, "id": 9003, "col": 12, "card_id": None,
         "visualization_settings": {"virtual_card": {"display": "text"}, "text": "Recado"}},
    ]  # fmt: skip
    board |= {"dashcards": board["dashcards"] + added, "parameters": filters}
    kept = [dict(each) for each in added]
    run(replace(SMALL, name="Viang · Anúncios"))
    assert [path for _, path, _ in metabase.writes] == [f"/api/dashboard/{board['id']}"]
    after = board_of(metabase)
    assert after["name"] == "Viang · Anúncios"
    found = [each for each in after["dashcards"] if each["id"] in (9001, 9002, 9003)]
    assert [{k: v for k, v in each.items() if k != "dashboard_tab_id"} for each in found] == kept
    assert [each["id"] for each in after["parameters"]][-1] == "meu"
    assert len(after["dashcards"]) == len(SMALL.cards) + 1 + 3


def test_what_a_person_put_where_ours_now_stands_moves_below(metabase: FakeMetabase, run: Run) -> None:
    run()
    board = board_of(metabase)
    theirs = metabase.person_card("Minha pergunta")
    board["dashcards"].append(
        {"id": 9001, "row": 6, "col": 0, "size_x": 24, "size_y": 5, "card_id": theirs, "series": []}
    )
    run(ADS)
    after = board_of(metabase)["dashcards"]
    assert max(each["row"] for each in after) == next(each["row"] for each in after if each["id"] == 9001)
    cells = [
        (x, y)
        for each in after
        for x in range(each["col"], each["col"] + each["size_x"])
        for y in range(each["row"], each["row"] + each["size_y"])
    ]
    assert len(cells) == len(set(cells))


def test_on_a_dashboard_with_tabs_ours_stay_on_their_tab_and_new_ones_go_to_the_first(
    metabase: FakeMetabase, run: Run
) -> None:
    run()
    board = board_of(metabase)
    board["tabs"] = [{"id": 71, "name": "Nossa"}, {"id": 72, "name": "Outra"}]
    board["dashcards"] = [{**each, "dashboard_tab_id": 72} for each in board["dashcards"]]
    before = {each["id"] for each in board["dashcards"]}
    run(ADS)
    after = board_of(metabase)
    assert [tab["name"] for tab in after["tabs"]] == ["Nossa", "Outra"]
    assert {each["dashboard_tab_id"] for each in after["dashcards"] if each["id"] in before} == {72}
    assert {each["dashboard_tab_id"] for each in after["dashcards"] if each["id"] not in before} == {71}


def test_what_was_put_in_the_trash_comes_back_without_a_second_copy(metabase: FakeMetabase, run: Run) -> None:
    run()
    counts = [len(each) for each in (metabase.collections, metabase.cards, metabase.dashboards)]
    for things in (metabase.collections, metabase.cards, metabase.dashboards):
        next(iter(things.values()))["archived"] = True
    run()
    assert [len(each) for each in (metabase.collections, metabase.cards, metabase.dashboards)] == counts
    for things in (metabase.collections, metabase.cards, metabase.dashboards):
        assert not any(each["archived"] for each in things.values())
    run()
    assert metabase.writes == []


def test_a_card_whose_mark_a_person_took_away_is_left_as_it_is(metabase: FakeMetabase, run: Run) -> None:
    run()
    card = next(c for c in metabase.cards.values() if c["entity_id"] == entity_id("ads/acos"))
    card |= {"description": "Agora é minha", "name": "Meu ACOS"}
    first, *others = SMALL.rows[1].items
    done = run(replace(SMALL, rows=(SMALL.rows[0], row(4, first, *((replace(c, note="x"), w) for c, w in others)))))
    assert done.left == ["ACOS"]
    assert (card["description"], card["name"]) == ("Agora é minha", "Meu ACOS")


def test_a_copy_a_person_made_of_our_dashboard_is_theirs(metabase: FakeMetabase, run: Run) -> None:
    run()
    board = board_of(metabase)
    metabase.dashboards[9000] = {**board, "id": 9000, "name": "Cópia"}
    run(replace(SMALL, name="Viang · Anúncios"))
    assert metabase.dashboards[9000]["name"] == "Cópia"
    assert metabase.dashboards[board["id"]]["name"] == "Viang · Anúncios"


def test_a_card_of_ours_taken_off_its_dashboard_is_put_back(metabase: FakeMetabase, run: Run) -> None:
    run()
    board = board_of(metabase)
    gone = board["dashcards"].pop()
    run()
    assert [path for _, path, _ in metabase.writes] == [f"/api/dashboard/{board['id']}"]
    assert gone["card_id"] in {each["card_id"] for each in board_of(metabase)["dashcards"]}


@pytest.mark.parametrize("answered", [True, False])
def test_killed_anywhere_half_way_the_next_run_finishes_without_copies(
    metabase: FakeMetabase, run: Run, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    """Whether the last request before the end took effect or not."""
    run()
    whole = len(metabase.writes)
    names = lambda things: sorted(each["name"] for each in things.values())  # noqa: E731
    expected = [names(each) for each in (metabase.collections, metabase.cards, metabase.dashboards)]
    for stop in range(1, whole + 1):
        for things in (metabase.collections, metabase.cards, metabase.dashboards):
            things.clear()
        with monkeypatch.context() as patch:
            _end_at(metabase, stop, patch, answered=answered)
            with pytest.raises(TransientFailure):
                run()
        run()
        assert [names(each) for each in (metabase.collections, metabase.cards, metabase.dashboards)] == expected
        assert len(board_of(metabase)["dashcards"]) == len(SMALL.cards) + 1
    run()
    assert metabase.writes == []


def _end_at(metabase: FakeMetabase, stop: int, patch: pytest.MonkeyPatch, *, answered: bool) -> None:
    """From the write number ``stop`` on nothing is answered; that one is done all the same when ``answered``."""
    handle, left = metabase.handle, [stop]

    def dying(method: str, path: str) -> str | None:
        if left[0] <= 0:
            return "cut"
        if metabase.writes and metabase.writes[-1] is metabase.seen[-1]:
            left[0] -= 1
            if left[0] == 0:
                if answered:
                    handle(method, path, {}, metabase.seen[-1][2])
                return "cut"
        return None

    patch.setattr(metabase, "trouble", dying)


def test_a_card_that_does_not_answer_stops_the_provision_before_any_dashboard(metabase: FakeMetabase, run: Run) -> None:
    def broken(query: str) -> None:
        if "sum(faturamento), 0), 6) as tacos" in query:
            raise RuntimeError('column "faturamento" does not exist')

    metabase.run = broken
    with pytest.raises(CardFailed, match=r"“TACOS” \(ads/tacos\) não responde.*column \"faturamento\" does not exist"):
        run()
    assert metabase.dashboards == {}
    metabase.run = lambda query: None
    run()
    assert len(board_of(metabase)["dashcards"]) == len(SMALL.cards) + 1


def test_an_unknown_database_is_named_with_its_variable(metabase: FakeMetabase, api: MetabaseClient) -> None:
    with pytest.raises(PermanentFailure, match=r"número 4.*METABASE_DATABASE_ID"):
        provision(api, 4, [SMALL])
    assert metabase.writes == []


def test_columns_metabase_knows_nothing_of_are_described_and_what_people_wrote_stays(
    metabase: FakeMetabase, run: Run
) -> None:
    empty = {"description": None, "semantic_type": None}
    metabase.tables = [
        {"name": "vw_client_day", "fields": [
            {"id": 1, "name": "faturamento", **empty},
            {"id": 2, "name": "mc_pct", "description": "Escrito por uma pessoa", "semantic_type": "type/Percentage"},
        ]},
        {"name": "agg_client_day", "fields": [{"id": 3, "name": "faturamento", **empty}]},
    ]  # fmt: skip
    assert run().fields == 1
    revenue, margin = metabase.tables[0]["fields"]
    assert (revenue["semantic_type"], revenue["description"][:11]) == ("type/Currency", "Faturamento")
    assert margin["description"] == "Escrito por uma pessoa"
    assert ("POST", f"/api/database/{DATABASE}/sync_schema", None) not in metabase.seen
    assert run().fields == 0


def test_a_database_metabase_has_not_looked_at_yet_is_synced_first(metabase: FakeMetabase, run: Run) -> None:
    run()
    assert ("POST", f"/api/database/{DATABASE}/sync_schema", None) in metabase.seen


@pytest.mark.parametrize("status", [401, 403, 400])
def test_a_refusal_is_asked_once_and_said_without_the_key(metabase: FakeMetabase, status: int) -> None:
    metabase.trouble = lambda method, path: status if path == "/api/collection" else None
    with client(metabase) as api, pytest.raises(PermanentFailure) as caught:
        provision(api, DATABASE, [SMALL])
    assert [path for _, path, _ in metabase.seen].count("/api/collection") == 1
    assert KEY not in str(caught.value)
    assert KEY not in repr(caught.value.__cause__)


@pytest.mark.parametrize("trouble", [500, 503, "cut"])
def test_a_short_trouble_is_ridden_out_and_a_long_one_ends_after_few_tries(
    metabase: FakeMetabase, trouble: int | str
) -> None:
    left = iter([trouble])
    metabase.trouble = lambda method, path: next(left, None) if path == "/api/card" else None
    with client(metabase) as api:
        provision(api, DATABASE, [SMALL])
        metabase.trouble = lambda method, path: trouble
        metabase.seen.clear()
        with pytest.raises(TransientFailure, match="Metabase"):
            provision(api, DATABASE, [SMALL])
    assert len(metabase.seen) == 3


def test_making_something_is_never_asked_twice(metabase: FakeMetabase, api: MetabaseClient) -> None:
    metabase.trouble = lambda method, path: 502 if (method, path) == ("POST", "/api/card") else None
    with pytest.raises(TransientFailure):
        provision(api, DATABASE, [SMALL])
    assert [(method, path) for method, path, _ in metabase.seen].count(("POST", "/api/card")) == 1


@pytest.fixture
def command(metabase: FakeMetabase, settings_env: Callable[..., Settings]) -> Callable[[], tuple[int, str]]:
    settings_env(METABASE_URL=metabase.url, METABASE_API_KEY=KEY, METABASE_DATABASE_ID=str(DATABASE))

    def invoke() -> tuple[int, str]:
        result = CliRunner().invoke(app, ["metabase", "provision"])
        return result.exit_code, result.output

    return invoke


def test_the_command_says_what_it_did_and_where_the_dashboards_are(
    metabase: FakeMetabase, command: Callable[[], tuple[int, str]]
) -> None:
    code, said = command()
    assert code == 0
    assert "criado: Viang · Ads" in said
    assert all(f"{metabase.url}/dashboard/{number}" in said for number in metabase.dashboards)
    code, said = command()
    in_order = len(metabase.cards) + len(metabase.dashboards)
    assert (code, f"0 criados, 0 atualizados, {in_order} já em dia" in said) == (0, True)


def test_the_command_fails_with_one_line_for_a_card_that_does_not_answer_and_names_a_missing_setting(
    metabase: FakeMetabase, command: Callable[[], tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(query: str) -> None:
        raise RuntimeError("no")

    metabase.run = broken
    code, said = command()
    assert (code, "não responde no Metabase" in said) == (1, True)
    monkeypatch.delenv("METABASE_API_KEY")
    code, said = command()
    assert (code, "METABASE_API_KEY" in said) == (2, True)
    assert KEY not in said


def test_descriptions_end_with_our_mark_and_marks_of_other_texts_are_none(metabase: FakeMetabase, run: Run) -> None:
    run()
    assert all(mark_of(card["description"]) for card in metabase.cards.values())
    assert [mark_of(text) for text in (None, "", "viang: não", "fala de viang:x no meio\nfim")] == [None] * 4
