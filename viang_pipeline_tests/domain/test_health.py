"""The answer to "is everything fine?": one sentence, and what needs a person, the worst first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.alerts import Alert, Kind, Known
from viang_pipeline.domain.health import REMEDIES, verdict

SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def late(client_id: str | None, subject: str = "Mercado Livre", kind: Kind = "atraso", *, warns: bool = False) -> Alert:
    return Alert(f"{kind}:{subject}:{client_id}", kind, subject, f"{client_id}: por quê", client_id, warns)


def test_without_an_alert_everything_is_fine_and_the_clients_are_counted() -> None:
    assert verdict([], {}, active=20).frase == "Tudo em ordem: 20 clientes ativos."
    assert verdict([], {}, active=1).frase == "Tudo em ordem: 1 cliente ativo."
    assert verdict([], {}, active=0).frase == "Tudo em ordem: nenhum cliente ativo."


def test_what_is_under_way_is_said_and_needs_nobody() -> None:
    answer = verdict([], {}, active=2, working=["a: 3 dias a reconstruir"])
    assert answer.fine
    assert answer.frase == "Tudo em ordem: 2 clientes ativos, há trabalho em andamento."


def test_a_notice_is_told_and_changes_nothing_of_the_answer() -> None:
    answer = verdict([late("a", warns=True), late("b", warns=True)], {}, active=2)
    assert (answer.fine, answer.precisa) == (True, ())
    assert [(m.assunto, m.clientes) for m in answer.avisos] == [("Mercado Livre", ("a", "b"))]
    assert answer.frase == "Tudo em ordem: 2 clientes ativos, 1 aviso."
    more = verdict([late("a", warns=True), late("a", "Bling", warns=True)], {}, active=2, working=["b: 1 dia"])
    assert more.frase == "Tudo em ordem: 2 clientes ativos, 2 avisos, há trabalho em andamento."


def test_a_notice_beside_what_needs_a_person_is_not_counted_with_it() -> None:
    answer = verdict([late("a"), late("a", "Bling", warns=True)], {}, active=1)
    assert (answer.frase, len(answer.precisa), len(answer.avisos)) == ("1 coisa precisa de você.", 1, 1)


def test_the_same_trouble_of_many_clients_is_one_thing_to_do() -> None:
    answer = verdict([late("b"), late("a"), late("a", "Bling")], {}, active=2)
    assert answer.frase == "2 coisas precisam de você."
    assert [(m.assunto, m.clientes) for m in answer.precisa] == [("Bling", ("a",)), ("Mercado Livre", ("a", "b"))]
    assert verdict([late("b"), late("a")], {}, active=2).frase == "1 coisa precisa de você."


def test_what_stops_everything_else_comes_first_and_of_one_kind_what_lasts_longest() -> None:
    alerts = [late("a", kind) for kind in ("z", "y", "x")] + [late("a", "e", "email"), late("a", "r", "execucao")]
    known = {
        late("a", name).chave: Known(name, SINCE - timedelta(days=age)) for name, age in (("z", 9), ("y", 1))
    }  # fmt: skip
    answer = verdict(alerts, known, active=1)
    assert [m.assunto for m in answer.precisa] == ["r", "z", "y", "x", "e"]
    assert [m.desde for m in answer.precisa if m.tipo == "atraso"] == [
        SINCE - timedelta(days=9),
        SINCE - timedelta(days=1),
        None,
    ]


def test_a_trouble_lasts_since_the_first_client_was_told() -> None:
    known = {late("a").chave: Known("", SINCE), late("b").chave: Known("", SINCE - timedelta(days=1))}
    (matter,) = verdict([late("a"), late("b"), late("c")], known, active=3).precisa
    assert matter.desde == SINCE - timedelta(days=1)


@given(
    st.lists(
        st.builds(
            late,
            st.sampled_from(["a", "b", None]),
            st.sampled_from("xy"),
            st.sampled_from(get_args(Kind)),
            warns=st.booleans(),
        )
    )
)
def test_of_one_client_everything_of_it_and_of_everyone_is_said_and_nothing_of_others(alerts: list[Alert]) -> None:
    answer = verdict(alerts, {}, active=2, client_id="a")
    for matters, warns in ((answer.precisa, False), (answer.avisos, True)):
        said = {(m.tipo, m.assunto, line) for m in matters for line in m.linhas}
        told = [each for each in alerts if each.cliente != "b" and each.aviso is warns]
        assert said == {(each.tipo, each.assunto, each.linha) for each in told}
    assert answer.fine == (not answer.precisa)


def test_every_kind_of_alert_says_what_to_do_first() -> None:
    assert set(REMEDIES) == set(get_args(Kind))


def test_the_first_step_names_the_client_where_it_is_one_alone() -> None:
    (one,) = verdict([late("a")], {}, active=1).precisa
    (many,) = verdict([late("a"), late("b")], {}, active=2).precisa
    assert (one.o_que_fazer, many.o_que_fazer) == ("viang status a", "viang status ID")
