"""One file into the raw tables, in one transaction, or one refusal and nothing (contract UpSeller §10).

The same bytes again are a no-op. Every file leaves a row in ``upseller_files`` with its report.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from viang_pipeline.collect.audit import log_read
from viang_pipeline.collect.cost_inputs import touch_every_sold_day, touch_sales
from viang_pipeline.collect.orders import first_day
from viang_pipeline.collect.upseller.groups import GroupWrite, replace_groups
from viang_pipeline.collect.upseller.report import (
    FileResult,
    rejection_report,
    repeated_report,
    report_of,
)
from viang_pipeline.collect.upseller.sanity import notices
from viang_pipeline.collect.upseller.stock_photo import store_photo
from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.domain.plain_text import plain
from viang_pipeline.sources.upseller import MOST_BYTES, Reading, RejectedFile, digest, read_file, unpacked
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "upseller"


def content_of(path: Path) -> bytes:
    """The bytes of a file; of one that is too big just enough to see that it is."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def import_file(work: Work, name: str, content: bytes, handed_in: datetime | None = None) -> list[FileResult]:
    """Import a file; one result, or one per workbook of a zip. Of a zip all workbooks are taken or none.

    ``handed_in``: when it arrived, default now. A refused file is a result too, never an exception.
    """
    started = work.clock()
    name = plain(name.encode("utf-8", "replace").decode())  # a name is whatever the file system had
    try:
        found = _read(work, name, content, handed_in or started, started)
    except RejectedFile as rejected:
        return [_refuse(work, name, content, rejected, started)]
    results = []
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        for inner, sha256, reading in found:
            before = _imported(conn, work.client_id, sha256)  # now by whoever was faster, too
            if before is not None:
                results.append(FileResult(inner, "repetido", repeated_report(inner, *before)))
            elif reading is not None:
                results.append(_store(conn, work, reading, started))
    return results


def _read(
    work: Work, name: str, content: bytes, handed_in: datetime, now: datetime
) -> list[tuple[str, str, Reading | None]]:
    """Name, digest and content of each workbook of the file; no content for one that was imported before."""
    found = [(inner, digest(part), part) for inner, part in unpacked(name, content)]
    with work.store.transaction() as conn:
        known = {sha256 for _, sha256, _ in found if _imported(conn, work.client_id, sha256)}
    return [
        (inner, sha256, None if sha256 in known else read_file(inner, part, handed_in=handed_in, now=now))
        for inner, sha256, part in found
    ]


def _store(conn: psycopg.Connection, work: Work, reading: Reading, started: datetime) -> FileResult:
    """Rows, ledgers, the file's own row and the audit."""
    report, outcome = report_of(reading), Outcome(read=reading.lines, unknown_fields=set(reading.unknown_headers))
    report["avisos"] = [*reading.warnings, *notices(conn, work.client_id, reading)]
    seen_at = min(reading.shown_at, started)
    day = last_closed_day(seen_at)
    if reading.kind == "stock":
        photo = store_photo(conn, work.client_id, reading.records, day, seen_at)
        outcome.written = photo.written
        outcome.days_changed = {day} if photo.taken else set()
        report |= {"dia": day.isoformat(), "gravadas": photo.written}
        if photo.taken:  # its average costs hold for the sales around it
            touch_every_sold_day(conn, work.client_id)
        if not photo.taken:
            report["avisos"].append(f"já havia uma foto do fechamento de {day}; ela não é refeita")
    else:
        starts = first_day(conn, work.client_id)
        records = [each for each in reading.records if each.day is None or each.day >= starts]
        table = f"raw.upseller_{reading.kind}"
        write = replace_groups(conn, table, work.client_id, records, shown_at=reading.shown_at, otherwise=day)
        outcome.written, outcome.unchanged = write.written, write.unchanged
        report |= _written(write, len(reading.records) - len(records))
        if reading.kind == "orders":
            ledgers.touch_days(conn, work.client_id, write.changed_days)
            closed = last_closed_day(started)
            outcome.days_changed = {each for each in write.changed_days if each <= closed}
            if write.written:
                touch_sales(conn, work.client_id, {each.found.id.split("|")[1] for each in records})
        elif write.written:
            touch_every_sold_day(conn, work.client_id)
    outcome.notes = [f"{reading.name}: {warning}" for warning in report["avisos"]]
    ledgers.mark_read(conn, work.client_id, SOURCE, reading.kind, [day], seen_at)
    ledgers.move_cursor(conn, work.client_id, SOURCE, reading.kind, reading.shown_at, started)
    _keep(conn, work.client_id, reading.sha256, report, reading.shown_at, started)
    log_read(conn, work, reading.kind, "success", started, outcome, _brief(report), source=SOURCE)
    return FileResult(reading.name, "importado", report, outcome)


def _written(write: GroupWrite, before_history: int) -> dict[str, int]:
    return {
        "gravadas": write.inserted + write.updated,
        "apagadas": write.deleted,
        "inalteradas": write.unchanged,
        "mais_novas_ja_guardadas": write.outdated,
        "antes_do_historico": before_history,
    }


def _refuse(work: Work, name: str, content: bytes, rejected: RejectedFile, started: datetime) -> FileResult:
    report = rejection_report(name, rejected.kind, str(rejected))
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        _keep(conn, work.client_id, digest(content), report, None, started)
        resource = rejected.kind or "files"
        if rejected.kind is not None:
            day = last_closed_day(started)
            ledgers.mark_unread(conn, work.client_id, SOURCE, rejected.kind, [day], started, str(rejected))
        log_read(conn, work, resource, "error", started, Outcome(), {"erro": str(rejected)}, source=SOURCE)
    return FileResult(name, "recusado", report, Outcome(notes=[str(rejected)]))


Imported = tuple[str | None, datetime]


def _imported(conn: psycopg.Connection, client_id: str, sha256: str) -> Imported | None:
    """Kind and time of an earlier import of the same bytes; a refusal is none: the reader may have learnt since."""
    return conn.execute(
        "select tipo, importado_em from dashboard.upseller_files"
        " where client_id = %s and sha256 = %s and situacao = 'importado'",
        [client_id, sha256],
    ).fetchone()


def _keep(
    conn: psycopg.Connection,
    client_id: str,
    sha256: str,
    report: dict[str, Any],
    shown_at: datetime | None,
    at: datetime,
) -> None:
    conn.execute(
        """
        insert into dashboard.upseller_files as f
            (client_id, sha256, nome, tipo, situacao, retrato_de, importado_em, relatorio)
        values (%s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (client_id, sha256) do update set
            nome = excluded.nome, tipo = excluded.tipo, situacao = excluded.situacao,
            retrato_de = excluded.retrato_de, importado_em = excluded.importado_em, relatorio = excluded.relatorio
        where f.situacao = 'recusado' and f.relatorio is distinct from excluded.relatorio
        """,
        [
            client_id, sha256, report["arquivo"], report["tipo"], report["situacao"], shown_at, at, Jsonb(report),
        ],
    )  # fmt: skip


def _brief(report: dict[str, Any]) -> dict[str, Any]:
    """The report without its long lists, for the audit."""
    return {name: value for name, value in report.items() if name not in ("recusas", "cabecalhos_desconhecidos")}
