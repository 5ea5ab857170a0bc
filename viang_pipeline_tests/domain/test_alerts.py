"""What is news, what lasts and what is resolved."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.alerts import Alert, Known, daily_digest, failure_digest

SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def alert(key: str) -> Alert:
    return Alert(key, "execucao" if key < "e" else "atraso", f"assunto {key}", "linha")


def known(*keys: str) -> dict[str, Known]:
    return {key: Known(f"título {key}", SINCE) for key in keys}


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(KEYS, KEYS)
def test_every_alert_is_new_or_lasting_and_every_known_one_lasting_or_resolved(
    now: list[str], before: list[str]
) -> None:
    digest = daily_digest(map(alert, now), known(*before))
    new = {told.alert.chave for told in digest.alerts if told.desde is None}
    lasting = {told.alert.chave for told in digest.alerts if told.desde == SINCE}
    resolved = {told.titulo[-1] for told in digest.resolved}
    assert (new, lasting, resolved) == (set(now) - set(before), set(now) & set(before), set(before) - set(now))
    assert digest.new == len(new)
    assert bool(digest) == bool(now or before)


def test_between_digests_only_failed_runs_nobody_was_told_of_are_news() -> None:
    digest = failure_digest(map(alert, "abgh"), known("a", "z"))
    assert [told.alert.chave for told in digest.alerts] == ["b"]
    assert digest.resolved == ()
