"""How fast we may ask: the law of a rate budget, pure (contract Mercado Livre §1.2).

The platform publishes one ceiling and hides others, which move: per application, per account and per source address.
So each has a budget, and a request takes from all of them. A refusal lowers the account's rate by a factor, use raises
it again in steps: quickly while well below the rate that was refused, slowly near it, faster once it proves to be
history (the shape of TCP CUBIC). Where budgets are kept is the ledger's matter: a process (pacers.py) or Postgres
(warehouse/rate_budget.py), where one process's refusal slows all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

SAFE_SHARE = 0.8
"""Of the hourly ceiling the platform states."""

ACCOUNT_RATE = 5.0
"""Requests per second of one account, when nothing else is known."""

SLOWEST = 1 / 16
"""Of the ceiling: slower than this no refusal makes us."""

BOOK_AHEAD = 0.5
"""Seconds of requests booked at once, all processes together: few statements, and the longest that a slow-down goes
unnoticed or that a process loses for the others when it ends."""

MOST_AT_ONCE = 100

CUT_SLOW, CUT_BRISK, CUT_SPREAD = 0.6, 0.72, 0.05
"""What a refusal leaves of a slow and of a brisk rate, and how far jitter moves that. The slower the rate, the dearer a
refusal is as a share of the requests, and the rarer it has to be."""

PROBE, PULL, STEEPEST = 0.01, 0.425, 0.3
"""Increase per second of use, as a share of the refused rate: at that rate, per distance from it, and at most."""

BRISK = 30.0
"""Below this rate increases go by request, not by second: a refusal in fifty is one in fifty at any pace."""

SETTLED = 120.0
"""Seconds after a cut from which increases go by second at any pace: a storm that is over must not cost hours."""

HOLD = 0.3
"""Mean seconds without increase after a cut."""

HOLD_ALL = 1.0
"""Mean seconds without increase of any account after a refusal of one: a limit they share is not pushed by all."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What one budget limits. ``ceiling``: requests per second never exceeded; ``common``: several accounts use it;
    ``closes``: it can be closed for a while, and is not held by refusals."""

    name: str
    ceiling: float
    common: bool
    closes: bool = False

    @property
    def floor(self) -> float:
        """Requests per second that remain allowed whatever is refused."""
        return self.ceiling * SLOWEST


@dataclass(frozen=True, slots=True)
class Budget:
    """The state of one budget. Instants are seconds of the ledger's clock, rates requests per second; None: never.

    ``free_at``: next moment not given yet · ``rate``: allowed now (None: the ceiling) · ``refused_rate``: allowed when
    it was last cut · ``cut_at`` · ``held_until``: no increase before, or no request at all where the scope closes ·
    ``refused_at`` and ``refused_by``: the last
    refusal and the account it met, for people.
    """

    free_at: float = -math.inf
    rate: float | None = None
    refused_rate: float | None = None
    cut_at: float | None = None
    held_until: float | None = None
    refused_at: float | None = None
    refused_by: str | None = None


def safe_rate(per_hour: int) -> float:
    """Requests per second at 80 % of ``per_hour``. Raises ValueError below 1."""
    if per_hour < 1:
        raise ValueError("the hourly ceiling must be positive")
    return per_hour * SAFE_SHARE / 3600


def mercado_livre_scopes(
    app_id: str, seller_id: int, per_hour: int, account_rate: float = ACCOUNT_RATE
) -> tuple[Scope, ...]:
    """The budgets a request of a seller takes from. Nothing is published about addresses: they get the application's
    ceiling. Raises ValueError when ``per_hour`` is below 1."""
    ceiling = safe_rate(per_hour)
    return (
        Scope(f"mercado_livre:app:{app_id}", ceiling, common=True),
        Scope(f"mercado_livre:conta:{seller_id}", account_rate, common=False),
        Scope("mercado_livre:ip", ceiling, common=True),
    )


BLING_ACCOUNT_RATE = 2.0
"""Requests per second of one Bling account: it may make 3 with all its applications together (contract Bling §4)."""

BLING_ADDRESS_RATE = 40.0
"""Requests per second of one address, all accounts together: 60 block it (contract Bling §4)."""

BLING_TOKEN_RATE = 9 / 60
"""Token calls per second of one address. Twenty in a minute block it for an hour and ten are the most we allow
(contract Bling §2); one less, because a moment may be used a little late and the next one in time."""

SIMULATED_RATE = 1_000_000.0
"""Requests per second of a Bling simulated on this machine: it is asked as fast as it answers."""

BLING_ADDRESS = "bling:ip"
BLING_TOKENS = "bling:token"


def bling_day(company: str) -> str:
    """The budget that is closed when an account has used up its calls of the day."""
    return f"bling:dia:{company}"


def bling_scopes(company: str, account_rate: float = BLING_ACCOUNT_RATE) -> tuple[Scope, ...]:
    """The budgets a request of a Bling account takes from (contract Bling §4). A faster account is one of a sandbox,
    which must not wait for the address; the day is only ever closed."""
    address_rate = max(BLING_ADDRESS_RATE, account_rate)
    return (
        Scope(f"bling:conta:{company}", account_rate, common=False),
        Scope(bling_day(company), address_rate, common=True, closes=True),
        Scope(BLING_ADDRESS, address_rate, common=True, closes=True),
    )


def bling_token_scopes(token_rate: float = BLING_TOKEN_RATE) -> tuple[Scope, ...]:
    """The budgets a call of Bling's token endpoint takes from: a blocked address may not ask for tokens either. A
    faster pace is that of a sandbox, which must not wait for the address."""
    return (
        Scope(BLING_TOKENS, token_rate, common=False, closes=True),
        Scope(BLING_ADDRESS, max(BLING_ADDRESS_RATE, token_rate), common=True, closes=True),
    )


def allowed(scope: Scope, budget: Budget) -> float:
    """Requests per second allowed now, between floor and ceiling."""
    return scope.ceiling if budget.rate is None else min(max(budget.rate, scope.floor), scope.ceiling)


@dataclass(frozen=True, slots=True)
class Booking:
    """Moments of requests on the ledger's clock; none while a budget is closed, until ``closed_until``."""

    booked_at: float
    moments: list[float]
    closed_until: float | None = None


def book(scopes: Sequence[Scope], budgets: Sequence[Budget], now: float) -> tuple[Booking, list[Budget]]:
    """The moments of the next requests, at least one unless a budget is closed, and the budgets after them.

    Each budget gives its own evenly spaced moments; a request waits for the latest. Nothing is saved up while idle.
    """
    closed = [b.held_until for s, b in zip(scopes, budgets, strict=True) if s.closes and (b.held_until or now) > now]
    if closed:
        return Booking(now, [], closed_until=max(until for until in closed if until is not None)), list(budgets)
    rates = [allowed(*pair) for pair in zip(scopes, budgets, strict=True)]
    starts = [max(budget.free_at, now) for budget in budgets]
    room = BOOK_AHEAD - (max(starts) - now)
    count = max(1, min(MOST_AT_ONCE, int(room * min(rates))))
    moments = [max(start + i / rate for start, rate in zip(starts, rates, strict=True)) for i in range(count)]
    held = any(budget.held_until is not None and budget.held_until > now for budget in budgets)
    after = [
        replace(budget if held else _raised(scope, budget, count / rate, now), free_at=start + count / rate)
        for scope, budget, start, rate in zip(scopes, budgets, starts, rates, strict=True)
    ]
    return Booking(now, moments), after


def _raised(scope: Scope, budget: Budget, used: float, now: float) -> Budget:
    """After ``used`` seconds of requests without refusal: idleness proves nothing, so it raises nothing."""
    if budget.rate is None or budget.refused_rate is None or budget.cut_at is None:
        return budget
    rate = allowed(scope, budget)
    haste = min(1.0, rate / BRISK + ((now - budget.cut_at) / SETTLED) ** 2)
    share = min(STEEPEST, PROBE + PULL * abs(rate / budget.refused_rate - 1)) * haste
    return replace(budget, rate=min(scope.ceiling, rate + share * budget.refused_rate * used))


def refuse(
    scopes: Sequence[Scope],
    budgets: Sequence[Budget],
    booking: Booking,
    *,
    now: float,
    retry_after: float | None,
    jitter: float,
) -> list[Budget]:
    """The budgets after a 429 to a request of ``booking``; ``jitter`` is drawn from [0, 1).

    An empty 429 does not say whose limit it was, and need not: the account slows down, and where a limit is shared each
    account finds its part of it, as flows do that share a line. What they have in common only keeps all of them from
    growing for a moment. ``retry_after`` (seconds) moves the account's next free moment.
    """
    account = next(scope.name for scope in scopes if not scope.common)
    after = []
    for scope, budget in zip(scopes, budgets, strict=True):
        if scope.common and not scope.closes:
            budget = replace(budget, held_until=max(budget.held_until or now, now + HOLD_ALL * (0.5 + jitter)))
        elif not scope.common:
            budget = _cut(scope, budget, booking.booked_at, now, jitter)
            if retry_after is not None:
                budget = replace(budget, free_at=max(budget.free_at, now + retry_after))
        after.append(replace(budget, refused_at=now, refused_by=account))
    return after


def close(scopes: Sequence[Scope], budgets: Sequence[Budget], name: str, seconds: float, *, now: float) -> list[Budget]:
    """The budgets after the platform shut one of them, ``name``, for ``seconds``: nobody asks before."""
    return [
        replace(budget, held_until=max(budget.held_until or now, now + seconds)) if scope.name == name else budget
        for scope, budget in zip(scopes, budgets, strict=True)
    ]


def _cut(scope: Scope, budget: Budget, booked_at: float, now: float, jitter: float) -> Budget:
    """Slower once for all requests booked before: more refusals of those say nothing new."""
    if budget.cut_at is not None and booked_at <= budget.cut_at:
        return budget
    rate = allowed(scope, budget)
    kept = CUT_SLOW + (CUT_BRISK - CUT_SLOW) * min(1.0, rate / BRISK) + CUT_SPREAD * (2 * jitter - 1)
    lower = max(scope.floor, rate * kept)
    return replace(
        budget,
        free_at=max(budget.free_at, now) + jitter / lower,
        rate=lower,
        refused_rate=rate,
        cut_at=now,
        held_until=now + HOLD * (0.5 + jitter),
    )
