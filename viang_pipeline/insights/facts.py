"""The fact sheet: the closed list of what may be said of a client in a period, and nothing beside it.

Reports, the deterministic text, the model and the verifier all stand on it. One snapshot, every ratio from sums.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b
from importlib.resources import files
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

from viang_pipeline.collect.work import Transactions
from viang_pipeline.domain.comparisons import Comparison, Decomposition, compare, decompose
from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.domain.periods import Period, Window
from viang_pipeline.insights import measures
from viang_pipeline.insights.measures import Maturity, Sums
from viang_pipeline.insights.skus import SkuFigures, chosen

Role = Literal[
    "cliente", "efeito", "mais_vendido", "maior_alta", "maior_queda", "pior_margem", "ads_sem_venda", "em_ruptura",
    "contagem",
]  # fmt: skip
NOW, BEFORE, YEAR = "atual", "anterior", "ano"
MARGIN = BY_ID["mc_pct"]


@dataclass(frozen=True)
class Fact:
    """One thing that is so. ``id`` names it within its sheet; ``metric`` is an id of the dictionary.

    ``value``: Decimal in ``unit`` (fractions for ``fração`` and ``p.p.``); ``previous`` and ``year``: how it compares
    with the window before and with a year ago; ``coverage``: part of the revenue it stands on; ``final_on``: the day
    it becomes final, None when it is; ``sku`` and ``title``: what it is about, when not the whole client.
    An ``efeito`` is what a cost did to the margin between the windows.
    """

    id: str
    role: Role
    metric: str
    name: str
    value: Decimal
    unit: str
    previous: Comparison | None = None
    year: Comparison | None = None
    coverage: Decimal | None = None
    maturity: Maturity = "final"
    final_on: date | None = None
    sku: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class FactSheet:
    """All facts of one client and period. ``days_read``: of its days, how many had their orders read completely;
    ``margin_split``: why a change of the margin is split over its costs or not."""

    client_id: str
    client_name: str
    period: Period
    previous: Window
    year_ago: Window
    days_read: int
    facts: tuple[Fact, ...]
    margin_split: Decomposition

    @cached_property
    def by_id(self) -> Mapping[str, Fact]:
        """The facts by their ids."""
        return {fact.id: fact for fact in self.facts}

    def get(self, fact_id: str) -> Fact | None:
        """A fact by its id, when it is known."""
        return self.by_id.get(fact_id)

    def of(self, role: Role) -> tuple[Fact, ...]:
        """The facts with one role, in their order."""
        return tuple(fact for fact in self.facts if fact.role == role)

    @property
    def complete(self) -> bool:
        """Whether every day of the period was read."""
        return self.days_read == self.period.days

    @property
    def maturity(self) -> Maturity:
        """``final`` only when every fact is (kpis.md §7)."""
        return "final" if all(fact.maturity == "final" for fact in self.facts) else "preliminar"

    @property
    def final_on(self) -> date | None:
        """The day the last fact becomes final; None when all are."""
        return max((fact.final_on for fact in self.facts if fact.final_on), default=None)

    @cached_property
    def hash(self) -> str:
        """A stable digest of everything the sheet says: equal data, equal digest."""
        body = json.dumps(asdict(self), default=_stable, sort_keys=True, ensure_ascii=False)
        return blake2b(body.encode(), digest_size=16).hexdigest()


def _stable(value: object) -> str:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


@contextmanager
def snapshot(store: Transactions) -> Iterator[psycopg.Connection]:
    """A transaction that sees one state of the database and writes nothing."""
    with store.transaction() as conn:
        conn.execute("set transaction isolation level repeatable read, read only")
        yield conn


def read_fact_sheet(conn: psycopg.Connection, client_id: str, name: str, period: Period) -> FactSheet:
    """The facts of a client and period, on a connection in a ``snapshot``."""
    windows = {NOW: Window(period.first, period.last), BEFORE: period.previous, YEAR: period.year_ago}
    rows = _rows(conn, "windows.sql", measures.parameters(client_id, windows))
    sums: dict[str, Sums] = {row["nome"]: row for row in rows}
    facts = _client_facts(sums, windows)
    margin = next((fact.previous for fact in facts if fact.id == MARGIN.id and fact.previous), None)
    split = (
        Decomposition({}, "sem_valor")
        if margin is None
        else decompose(measures.shares(sums[NOW]), measures.shares(sums[BEFORE]), margin)
    )
    facts += [_effect(component, effect) for component, effect in split.effects.items() if effect]
    comparable = all(measures.days_read(sums[each]) == windows[each].days for each in (NOW, BEFORE))
    facts += _sku_facts(conn, client_id, windows, comparable=comparable)
    facts += _stock_facts(conn, client_id, period.last)
    return FactSheet(
        client_id,
        name,
        period,
        windows[BEFORE],
        windows[YEAR],
        measures.days_read(sums[NOW]),
        tuple(facts),
        split,
    )


def _rows(conn: psycopg.Connection, name: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    text = files("viang_pipeline.insights").joinpath("sql", name).read_bytes()
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(text, values).fetchall()


def _client_facts(sums: Mapping[str, Sums], windows: Mapping[str, Window]) -> list[Fact]:
    found = []
    for metric_id in measures.STATED:
        metric = BY_ID[metric_id]
        readings = {each: measures.reading(metric_id, sums[each], windows[each]) for each in windows}
        now = readings[NOW]
        if now.value is None:
            continue
        found.append(
            Fact(
                metric_id,
                "cliente",
                metric_id,
                metric.nome_pt,
                now.value,
                metric.unidade,
                compare(metric, now, readings[BEFORE]),
                compare(metric, now, readings[YEAR]),
                now.coverage,
                *_finality(metric_id, measures.maturity(metric_id, sums[NOW]), windows[NOW].last),
            )
        )
    return found


def _finality(metric_id: str, maturity: Maturity, last: date) -> tuple[Maturity, date | None]:
    return maturity, None if maturity == "final" else last + timedelta(days=BY_ID[metric_id].dias_ate_final)


def _effect(component: str, effect: Decimal) -> Fact:
    name = BY_ID[component].nome_pt if component in BY_ID else "Outros custos variáveis"
    return Fact(f"efeito.{component}", "efeito", component, name, effect, "p.p.")


def _sku_facts(
    conn: psycopg.Connection, client_id: str, windows: Mapping[str, Window], *, comparable: bool
) -> list[Fact]:
    now, before = windows[NOW], windows[BEFORE]
    rows = _rows(
        conn,
        "skus.sql",
        {
            "client_id": client_id, "de": now.first, "ate": now.last,
            "antes_de": before.first, "antes_ate": before.last,
        },
    )  # fmt: skip
    picked = chosen([SkuFigures(**row) for row in rows], comparable=comparable)
    skus = sorted({pick.figures.sku for pick in picked})
    titles = {
        row["sku"]: row["titulo"]
        for row in _rows(conn, "titles.sql", {"client_id": client_id, "de": now.first, "ate": now.last, "skus": skus})
    }
    return [
        Fact(
            f"{pick.role}.{pick.rank}",
            pick.role,
            pick.metric,
            BY_ID[pick.metric].nome_pt,
            pick.value,
            BY_ID[pick.metric].unidade,
            pick.comparison,
            None,
            pick.coverage,
            *_finality(pick.metric, "final" if pick.final else "preliminar", now.last),
            pick.figures.sku,
            titles.get(pick.figures.sku),
        )
        for pick in picked
    ]


def _stock_facts(conn: psycopg.Connection, client_id: str, day: date) -> list[Fact]:
    rows = _rows(conn, "out_of_stock.sql", {"client_id": client_id, "dia": day})
    if not rows:
        return []
    metric = BY_ID["em_ruptura"]
    facts = [Fact("em_ruptura", "contagem", metric.id, "SKUs em ruptura", Decimal(len(rows)), "un")]
    lost = BY_ID["venda_perdida_est"]
    for rank, row in enumerate([r for r in rows if r["venda_perdida_est"]][:3], 1):
        facts.append(
            Fact(
                f"em_ruptura.{rank}", "em_ruptura", lost.id, lost.nome_pt, row["venda_perdida_est"], "BRL",
                sku=row["sku"],
            )
        )  # fmt: skip
    return facts
