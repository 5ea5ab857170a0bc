"""The law of a rate budget: below the ceilings, slower after refusals, never silenced, back again (contract §1.2)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.sources.pacing import (
    BOOK_AHEAD,
    Booking,
    Budget,
    Scope,
    allowed,
    book,
    mercado_livre_scopes,
    refuse,
)

PER_HOUR = 90_000
APP = mercado_livre_scopes("1", 1, PER_HOUR)[0].name
RETRY_AFTER = st.none() | st.floats(0, 60)


@dataclass
class Ledger:
    """Budgets of several accounts of one application, on a clock that only the test moves."""

    per_hour: int = PER_HOUR
    account_rate: float = 20.0
    now: float = 1000.0
    budgets: dict[str, Budget] = field(default_factory=dict)

    def scopes(self, account: int) -> tuple[Scope, ...]:
        return mercado_livre_scopes("1", account, self.per_hour, self.account_rate)

    def book(self, account: int = 1) -> Booking:
        booking, after = book(self.scopes(account), self._of(account), self.now)
        self._keep(account, after)
        return booking

    def refuse(self, booking: Booking, account: int = 1, retry_after: float | None = None, jitter: float = 0.5) -> None:
        after = refuse(
            self.scopes(account), self._of(account), booking, now=self.now, retry_after=retry_after, jitter=jitter
        )
        self._keep(account, after)

    def rates(self, account: int = 1) -> dict[str, float]:
        """Allowed rate by kind of budget."""
        pairs = zip(self.scopes(account), self._of(account), strict=True)
        return {scope.name.split(":")[1]: allowed(scope, budget) for scope, budget in pairs}

    def _of(self, account: int) -> list[Budget]:
        return [self.budgets.get(scope.name, Budget()) for scope in self.scopes(account)]

    def _keep(self, account: int, after: list[Budget]) -> None:
        self.budgets |= {scope.name: budget for scope, budget in zip(self.scopes(account), after, strict=True)}


def use(ledger: Ledger, seconds: float, refused: Callable[[float], bool] = lambda _: False, account: int = 1) -> int:
    """Ask as fast as allowed for ``seconds``; how many requests went."""
    end, sent = ledger.now + seconds, 0
    while ledger.now < end:
        booking = ledger.book(account)
        for moment in booking.moments:
            ledger.now = max(ledger.now, moment)
            sent += 1
            if refused(ledger.now):
                ledger.refuse(booking, account, jitter=random.Random(sent).random())
                break
    return sent


def test_an_account_gets_five_requests_per_second_and_all_together_80_percent_of_the_quota() -> None:
    assert [scope.ceiling for scope in mercado_livre_scopes("77", 4, 36_000)] == [8.0, 5.0, 8.0]


def test_the_budgets_are_those_of_application_account_and_address() -> None:
    names = [scope.name for scope in mercado_livre_scopes("77", 4, 18_000)]
    assert names == ["mercado_livre:app:77", "mercado_livre:conta:4", "mercado_livre:ip"]


def test_a_quota_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        mercado_livre_scopes("77", 4, 0)


@given(per_hour=st.integers(60, 400_000), accounts=st.lists(st.integers(1, 4), min_size=1, max_size=60))
def test_no_budget_gives_more_than_its_ceiling_allows(per_hour: int, accounts: list[int]) -> None:
    """Counted over the booked moments, whoever books: at most the ceiling times the time, and one for the start."""
    ledger = Ledger(per_hour, account_rate=5.0)
    moments = sorted(m - 1000.0 for account in accounts for m in ledger.book(account).moments)
    slack = max(1.0, BOOK_AHEAD * per_hour * 0.8 / 3600)  # an account that waits sends what it took earlier
    for count, moment in enumerate(moments, start=1):
        assert count <= moment * per_hour * 0.8 / 3600 + 1 + slack


@given(gaps=st.lists(st.floats(0, 30), min_size=1, max_size=30))
def test_moments_of_one_account_are_never_closer_than_its_spacing(gaps: list[float]) -> None:
    ledger = Ledger(account_rate=5.0)
    moments: list[float] = []
    for gap in gaps:
        ledger.now += gap
        moments += ledger.book().moments
    assert all(later - earlier >= 0.2 - 1e-6 for earlier, later in pairwise(moments))


@given(steps=st.lists(st.tuples(st.floats(0, 5), st.booleans(), RETRY_AFTER, st.floats(0, 0.999)), max_size=60))
def test_whatever_happens_the_rate_stays_between_floor_and_ceiling(
    steps: list[tuple[float, bool, float | None, float]],
) -> None:
    ledger = Ledger()
    for gap, refused, retry_after, jitter in steps:
        booking = ledger.book()
        ledger.now += gap
        if refused:
            ledger.refuse(booking, retry_after=retry_after, jitter=jitter)
        for scope, budget in zip(ledger.scopes(1), ledger._of(1), strict=True):
            assert scope.floor <= allowed(scope, budget) <= scope.ceiling


@given(retry_after=RETRY_AFTER, jitter=st.floats(0, 0.999))
def test_no_refusal_gives_an_earlier_moment_or_a_higher_rate(retry_after: float | None, jitter: float) -> None:
    ledger = Ledger()
    booking = ledger.book()
    before, rates = ledger.budgets.copy(), ledger.rates()
    ledger.refuse(booking, retry_after=retry_after, jitter=jitter)
    assert all(ledger.budgets[name].free_at >= budget.free_at for name, budget in before.items())
    assert all(rate <= rates[name] for name, rate in ledger.rates().items())


@pytest.mark.parametrize(("rate", "left"), [(3.0, 0.612), (20.0, 0.68)])
def test_a_refusal_leaves_about_two_thirds_of_the_rate_and_less_of_a_slow_one(rate: float, left: float) -> None:
    found = []
    for jitter in (0.0, 0.5, 0.999):
        ledger = Ledger(account_rate=rate)
        ledger.refuse(ledger.book(), jitter=jitter)
        found.append(ledger.rates()["conta"] / rate)
    assert found == [pytest.approx(left - 0.05), pytest.approx(left), pytest.approx(left + 0.05, abs=1e-3)]


def test_refusals_of_requests_booked_before_the_slow_down_count_once() -> None:
    ledger = Ledger()
    booking = ledger.book()
    ledger.now += 0.1
    for _ in range(5):
        ledger.refuse(booking)
    assert ledger.rates()["conta"] == pytest.approx(13.6)


def test_use_restores_the_rate_and_idleness_does_not() -> None:
    ledger = Ledger()
    ledger.refuse(ledger.book())
    ledger.now += 3600
    ledger.book()
    assert ledger.rates()["conta"] < 17.0
    use(ledger, 60)
    assert ledger.rates()["conta"] == 20.0


def test_a_storm_of_refusals_is_made_up_for_within_minutes() -> None:
    ledger = Ledger(account_rate=5.0)
    for _ in range(50):
        booking = ledger.book()
        ledger.now = max(booking.moments)
        ledger.refuse(booking)
    assert ledger.rates()["conta"] == pytest.approx(5.0 / 16)
    use(ledger, 240)
    assert ledger.rates()["conta"] > 4.0


def test_nothing_is_raised_while_held_back() -> None:
    ledger = Ledger()
    ledger.refuse(ledger.book(), jitter=0.999)
    lowered = ledger.rates()["conta"]
    use(ledger, 0.5)
    assert ledger.rates()["conta"] == lowered


def test_retry_after_moves_the_next_free_moment_of_the_account_and_of_nobody_else() -> None:
    ledger = Ledger()
    ledger.refuse(ledger.book(), retry_after=30.0)
    assert min(ledger.book().moments) >= ledger.now + 30.0
    assert min(ledger.book(account=2).moments) < ledger.now + 1.0


def test_refusals_of_one_account_never_slow_the_others() -> None:
    ledger = Ledger()
    for _ in range(50):
        booking = ledger.book(account=1)
        ledger.now = max(booking.moments)
        ledger.refuse(booking, account=1)
    assert ledger.rates(2) == {"app": 20.0, "conta": 20.0, "ip": 20.0}


def test_a_refusal_of_one_account_keeps_all_from_growing_for_a_moment() -> None:
    ledger = Ledger()
    ledger.refuse(ledger.book(account=1), account=1)
    ledger.now += 30.0
    ledger.refuse(ledger.book(account=2), account=2, jitter=0.999)
    lowered = ledger.rates(1)["conta"]
    use(ledger, 0.4, account=1)
    assert ledger.rates(1)["conta"] == lowered
    use(ledger, 5.0, account=1)
    assert ledger.rates(1)["conta"] > lowered


class Bucket:
    """A hidden limit: ``rate(now)`` requests per second, five saved up."""

    def __init__(self, rate: Callable[[float], float], now: float) -> None:
        self.rate, self.at, self.tokens = rate, now, 5.0
        self.sent = self.refusals = 0

    def __call__(self, now: float) -> bool:
        self.tokens = min(5.0, self.tokens + self.rate(now) * (now - self.at))
        self.at = now
        self.sent += 1
        if self.tokens >= 1:
            self.tokens -= 1
            return False
        self.refusals += 1
        return True


@pytest.mark.parametrize("limit", [8.0, 12.0, 17.0])
def test_a_steady_hidden_limit_is_used_to_nine_tenths_with_few_refusals(limit: float) -> None:
    ledger = Ledger()
    bucket = Bucket(lambda _: limit, ledger.now)
    use(ledger, 120, bucket)
    assert (bucket.sent - bucket.refusals) / 120 >= 0.9 * limit
    assert bucket.refusals / bucket.sent <= 0.02


def test_a_limit_that_halves_and_returns_is_followed_both_ways() -> None:
    ledger = Ledger()
    limits = [16.0, 8.0, 16.0]
    start = ledger.now
    bucket = Bucket(lambda now: limits[min(int((now - start) / 40), 2)], start)
    use(ledger, 120, bucket)
    assert (bucket.sent - bucket.refusals) / (40 * sum(limits)) >= 0.78
    assert bucket.refusals / bucket.sent <= 0.02


def test_four_accounts_share_a_hidden_limit_without_being_told_that_it_is_one() -> None:
    sent, refused = [0] * 4, 0
    for seed in range(4):
        ledger = Ledger()
        bucket, start = Bucket(lambda _: 16.0, ledger.now), ledger.now
        booked = {account: _moments(ledger, account) for account in range(4)}
        while ledger.now < start + 120:
            account = min(booked, key=lambda each: booked[each][0][0])
            moment, booking = booked[account].pop(0)
            ledger.now = max(ledger.now, moment)
            if bucket(ledger.now):
                booked[account].clear()
                ledger.refuse(booking, account, jitter=random.Random(f"{seed}:{bucket.sent}").random())
            else:
                sent[account] += 1
            booked[account] = booked[account] or _moments(ledger, account)
        refused += bucket.refusals
    assert sum(sent) / (4 * 120) >= 0.9 * 16.0
    assert refused / (refused + sum(sent)) <= 0.02
    assert min(sent) >= 0.15 * sum(sent), "nobody is starved"


def _moments(ledger: Ledger, account: int) -> list[tuple[float, Booking]]:
    booking = ledger.book(account)
    return [(moment, booking) for moment in booking.moments]
