"""The rows of the kill matrix, and how they are written down."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from viang_pipeline_tests.topology import disturbances as do
from viang_pipeline_tests.topology.disturbances import BLING, EXCHANGE, MART, ORDERS, Disturbance, Impossible
from viang_pipeline_tests.topology.installation import CODE, DAEMON, DATA, STORAGE, WEB
from viang_pipeline_tests.topology.night import Found
from viang_pipeline_tests.topology.scene import Scene
from viang_pipeline_tests.topology.waiting import NeverCameError

log = logging.getLogger(__name__)

BEGIN, END = "<!-- topology: begin -->", "<!-- topology: end -->"
MATRIX: tuple[Disturbance, ...] = (
    Disturbance("nothing", ORDERS, do.nothing),
    Disturbance("kill -9 of the run's process", ORDERS, do.kill_run),
    Disturbance("kill -9 of the run's process", EXCHANGE, do.kill_run),
    Disturbance("kill -9 of the run's process", MART, do.kill_run),
    Disturbance("kill -9 of the run's process, whose failure the daemon overlooks", ORDERS, do.overlook_the_failure),
    Disturbance("kill -9 of the code server with all it started", ORDERS, do.kill(CODE)),
    Disturbance("kill -9 of the code server with all it started", MART, do.kill(CODE)),
    Disturbance("kill -9 of the code server, its runs living on until it is restarted", BLING, do.kill_server_alone),
    Disturbance("SIGTERM of the code server, a new one on its port", ORDERS, do.redeploy),
    Disturbance("kill -9 of what the code server forks runs from", BLING, do.kill_fork_server),
    Disturbance("kill -9 of the daemon", BLING, do.kill(DAEMON)),
    Disturbance("kill -9 of the webserver", BLING, do.kill(WEB)),
    Disturbance("kill -9 of the Postgres of the data", ORDERS, do.kill(DATA)),
    Disturbance("kill -9 of the Postgres of the data", MART, do.kill(DATA)),
    Disturbance("fast stop and start of the Postgres of the data", EXCHANGE, do.restart(DATA)),
    Disturbance("fast stop and start of the Postgres of the data", BLING, do.restart(DATA)),
    Disturbance("kill -9 of the Postgres of Dagster", ORDERS, do.kill(STORAGE)),
    Disturbance("fast stop and start of the Postgres of Dagster", MART, do.restart(STORAGE)),
    Disturbance("kill -9 of everything at once", ORDERS, do.kill_everything),
    Disturbance("no room left where logs are written", ORDERS, do.fill_logs),
)
HEADER = (
    "Disturbance",
    "While",
    "Ended well",
    "Seconds to recover",
    "Runs retried",
    "Rows differing",
    "Mails",
    "Tokens",
)


def row(scene: Scene, disturbance: Disturbance) -> tuple[str, ...]:
    """One night under a disturbance, as a row of the table."""
    what = (disturbance.name, disturbance.point.name)
    try:
        found = scene.night(disturbance)
    except Impossible as reason:
        return (*what, f"not done: {reason}", "", "", "", "", "")
    except NeverCameError as reason:
        log.exception("%s", disturbance)
        return (*what, f"**no**: {reason}", "", "", "", "", "")
    return (*what, *told(found))


def told(found: Found) -> tuple[str, ...]:
    """What a night left behind, in words."""
    good = not found.differing and not found.broken_tokens and not found.sent_twice
    mails = f"{len(found.mails)} sent once" if not found.sent_twice else f"**{len(found.sent_twice)} sent twice**"
    return (
        "yes" + (f" ({found.healed_by})" if found.healed_by else "") if good else "**no**",
        f"{found.seconds:.0f}",
        str(found.retried),
        str(sum(found.differing.values())) + "".join(f", {name} {n}" for name, n in found.differing.items()),
        mails + (f", {found.uncertain} uncertain" if found.uncertain else ""),
        "ok" if not found.broken_tokens else f"**{'; '.join(found.broken_tokens)}**",
    )


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Markdown."""
    lines = ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    return "\n".join(lines + ["| " + " | ".join(cells) + " |" for cells in rows])


def write(document: Path, rows: Sequence[tuple[str, ...]]) -> None:
    """Put the rows into the table between the marks, in the order of the matrix; everything else stays as it is."""
    text = document.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    known = {cells[:2]: cells for cells in map(_cells, old.strip().splitlines()[2:])} | {row[:2]: row for row in rows}
    ordered = [known[key] for case in MATRIX if (key := (case.name, case.point.name)) in known]
    document.write_text(f"{before}{BEGIN}\n\n{table(ordered)}\n\n{END}{after}", encoding="utf-8")


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("|").split(" | "))
