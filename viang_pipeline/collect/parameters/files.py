"""A parameter file, whole or not at all: every line checked, the first bad ones named with their number and reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from viang_pipeline.collect.csv_tables import read_csv
from viang_pipeline.collect.parameters.kinds import SINCE, Kind
from viang_pipeline.collect.parameters.rows import Row
from viang_pipeline.failures import UsageError

SHOWN = 5
"""Bad lines named in one message; a person mends the file and tries again."""

FIRST_DAY = date(2000, 1, 1)
AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class ParameterFile:
    """``columns``: those the file has; ``rows``: each line's number and what it says, in the order of the file."""

    columns: frozenset[str]
    rows: list[tuple[int, Row]]


def read_parameters(kind: Kind, content: bytes, today: date) -> ParameterFile:
    """The rows of a file. Raises UsageError naming the lines that are wrong and why; nothing of it is taken then.

    ``today``: a value may begin at most a year later, further ahead it is taken for a slip of the pen.
    """
    table = read_csv(content)
    _check_header(kind, table.names)
    rows: list[tuple[int, Row]] = []
    bad: list[str] = []
    seen: dict[tuple[object, ...], int] = {}
    for number, cells in table.lines:
        try:
            row = kind.row.model_validate(table.named(cells))
            _check_day(row.vigente_de, today)
            first = seen.setdefault(tuple(getattr(row, name) for name in kind.key), number)
            if first != number:
                raise ValueError(f"repete a linha {first}: mesmo {', '.join(kind.key)}")
        except ValidationError as problem:
            bad.append(f"Linha {number}: {', '.join(_sentence(error) for error in problem.errors())}")
        except ValueError as problem:
            bad.append(f"Linha {number}: {problem}")
        else:
            rows.append((number, row))
    if bad:
        more = f"; e mais {len(bad) - SHOWN} linha(s)" if len(bad) > SHOWN else ""
        raise UsageError(f"Nada foi importado. {'; '.join(bad[:SHOWN])}{more}")
    if not rows:
        raise UsageError("O arquivo não traz nenhuma linha de dados")
    return ParameterFile(frozenset(table.names), rows)


def _check_header(kind: Kind, names: Sequence[str]) -> None:
    missing = [name for name in kind.header.split(",") if name not in names]
    unknown = [name for name in names if name not in kind.row.model_fields]
    problems = [f"falta {', '.join(missing)}"] if missing else []
    problems += [f"coluna desconhecida: {', '.join(unknown)}"] if unknown else []
    problems += ["coluna repetida"] if len(set(names)) != len(names) else []
    if problems:
        optional = [name for name in kind.row.model_fields if name not in kind.header.split(",")]
        also = f" e, se quiser, {','.join(optional)}" if optional else ""
        raise UsageError(f"Linha 1: {'; '.join(problems)}. O cabeçalho é {kind.header}{also}")


def _check_day(since: date, today: date) -> None:
    if not FIRST_DAY <= since <= today + AHEAD:
        raise ValueError(f"{SINCE} {since} deve estar entre {FIRST_DAY} e {today + AHEAD}")


def _sentence(error: ErrorDetails) -> str:
    """Our own words, without the library's around them."""
    reason = str(error["ctx"]["error"])
    return " ".join([*map(str, error["loc"]), reason])
