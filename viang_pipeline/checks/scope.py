"""Which rows a check looks at, and how its findings are shown.

Checks have no partitions of their own (they break in range runs); they read the run's keys. Rows the run wrote beyond
its own keys are looked at too. A check started by hand looks at everything stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from typing import Any

import dagster as dg
import psycopg

from viang_pipeline import partitions
from viang_pipeline.domain.plain_text import in_markdown
from viang_pipeline.failures import UsageError

SHOWN = 20


def run_scope(context: dg.AssetCheckExecutionContext) -> partitions.ClientDays | None:
    """Client → days of the run; None for a check started by hand, without a partition."""
    try:
        keys = partitions.partition_keys(context.run.tags, context.instance)
    except UsageError:
        return None
    wanted: partitions.ClientDays = {}
    for key in keys:
        client_id, day = partitions.split_key(key)
        wanted.setdefault(client_id, []).append(day)
    return wanted


def row_condition(context: dg.AssetCheckExecutionContext) -> tuple[str, dict[str, object]]:
    """An SQL condition over ``client_id``, ``dia`` and ``run_id``, with its values."""
    wanted = run_scope(context)
    if wanted is None:
        return "true", {}
    days: set[date] = {day for found in wanted.values() for day in found}
    values: dict[str, object] = {"clients": list(wanted), "days": sorted(days), "run_id": context.run.run_id}
    return "(client_id = any(%(clients)s) and dia = any(%(days)s) or run_id = %(run_id)s)", values


def sql_text(name: str, **parts: str) -> str:
    """A query of this package; ``parts`` are constants of ours, values are always bound."""
    return files("viang_pipeline.checks").joinpath("sql", name).read_text(encoding="utf-8").format(**parts)


def verdict(
    conn: psycopg.Connection, query: str, values: dict[str, object], *, good: str, bad: str
) -> dg.AssetCheckResult:
    """Passed when the query finds nothing; otherwise the first findings as a table."""
    cursor = conn.execute(query, values)
    names = [column.name for column in cursor.description or ()]
    return result(names, cursor.fetchall(), good=good, bad=bad)


def result(names: Sequence[str], findings: Sequence[Sequence[Any]], *, good: str, bad: str) -> dg.AssetCheckResult:
    """A check result people can act on: what was found, where."""
    metadata: dict[str, Any] = {"violacoes": len(findings)}
    if findings:
        lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
        lines += ["| " + " | ".join(in_markdown(str(value)) for value in row) + " |" for row in findings[:SHOWN]]
        metadata["exemplos"] = dg.MetadataValue.md("\n".join(lines))
    return dg.AssetCheckResult(
        passed=not findings,
        severity=dg.AssetCheckSeverity.ERROR,
        description=bad.format(n=len(findings)) if findings else good,
        metadata=metadata,
    )
