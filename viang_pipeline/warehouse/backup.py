"""Copies of the database and the way back (docs/backup.md): pg_dump and psql of the installed Postgres programs.

Passwords travel in the environment, never in arguments. What else has to be kept (keys, files) is not a matter of SQL.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from psycopg import sql
from psycopg.errors import LockNotAvailable
from psycopg.pq import Conninfo

from viang_pipeline.failures import UsageError, ViangError
from viang_pipeline.sources.redaction import redact
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.migrate import upgrade
from viang_pipeline.warehouse.postgres_programs import Programs, find_programs

SCHEMAS: Final = ("dashboard", "raw")

UNCERTAIN = "O banco voltou de uma cópia em que esta mensagem ainda não tinha saído: pode ter saído depois"

# Programs of 17 and newer write it; older servers do not know it, and every session of ours has its own limits.
_UNKNOWN_BEFORE_17: Final = b"SET transaction_timeout = 0;"


class BackupError(ViangError):
    """A copy could not be made or brought back; one line says why."""


def back_up(database: Database, file: Path) -> int:
    """Write a consistent copy of our schemas to ``file`` while others go on working; its size in bytes.

    The file is its owner's alone, and is there only when it is whole. It holds tokens encrypted and no key.
    Raises UsageError when the file exists or its folder does not, BackupError when the copy failed.
    """
    if file.exists():
        raise UsageError(f"{file} já existe; escolha outro nome")
    programs = _programs(database)
    unfinished = file.with_name(f"{file.name}.incompleto")
    command = [programs.path("pg_dump"), "--format=custom", *(f"--schema={name}" for name in SCHEMAS)]
    try:
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        result = _run([*command, f"--file={unfinished}"], _environment(database))
        if result.returncode != 0:
            raise BackupError(f"A cópia não foi feita: {_reason(result.stderr)}")
        unfinished.rename(file)
    except OSError as problem:
        raise UsageError(f"Não foi possível escrever {file}: {problem.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size


def restore(database: Database, file: Path, *, replace: bool = False) -> int:
    """Make the database what it was when ``file`` was written; how many messages were not sent by then.

    Those may have left since, so they become uncertain: a person decides (docs/decisions/mail-once.md). Needs a login
    that may create roles and schemas; passwords of roles are not in a copy. Everything of the copy arrives, or nothing.
    Raises UsageError for a file that is no copy and, unless ``replace``, for a database with clients; BackupError when
    the copy could not be brought back.
    """
    programs = _programs(database)
    listed = _run([programs.path("pg_restore"), "--list", str(file)], os.environ)
    if listed.returncode != 0 or b" dashboard clients " not in listed.stdout:
        raise UsageError(f"{file} não é uma cópia feita por viang db backup (pg_dump em formato custom)")
    if not replace and _clients(database):
        raise UsageError(
            f"O banco {database.place} já tem clientes; restaurar apaga tudo o que há nele. "
            "Para isso mesmo, repita com --substituir"
        )
    upgrade(database)  # roles, their limits and what is granted by default: of the server, not of a copy
    try:
        with database.transaction() as conn:
            conn.execute("drop schema dashboard, raw cascade")
    except LockNotAvailable:
        raise BackupError("O banco está em uso: pare o Dagster (viang up) e quem mais escreve nele") from None
    _replay(programs, database, file)
    with database.transaction() as conn:
        conn.execute("set local role viang_pipeline")
        return conn.execute(
            "update dashboard.report_outbox set estado = 'incerto', erro = %s, intencao_id = null"
            " where estado in ('pendente', 'enviando', 'entregando')",
            [UNCERTAIN],
        ).rowcount


def update_statistics(database: Database) -> None:
    """What the planner knows of the tables is not in a copy."""
    with database.transaction() as conn:
        conn.execute("set local role viang_pipeline")
        for schema, table in conn.execute(
            "select schemaname, tablename from pg_tables where schemaname = any(%s)", [list(SCHEMAS)]
        ).fetchall():
            conn.execute(sql.SQL("analyze {}").format(sql.Identifier(schema, table)))


def _replay(programs: Programs, database: Database, file: Path) -> None:
    """The copy as SQL, in one transaction."""
    psql = [programs.path("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    with (
        subprocess.Popen(
            [programs.path("pg_restore"), "--file=-", str(file)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as source,
        subprocess.Popen(
            [*psql, "--output=" + os.devnull], env=_environment(database), stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        ) as target,
    ):  # fmt: skip
        assert source.stdout is not None
        assert target.stdin is not None
        try:
            for line in source.stdout:
                if line.rstrip() != _UNKNOWN_BEFORE_17:
                    target.stdin.write(line)
                if line.startswith(b"CREATE "):  # the settings are behind us
                    break
            shutil.copyfileobj(source.stdout, target.stdin)
            if source.wait() != 0:
                target.kill()  # its transaction ends with its connection
                raise BackupError(f"{file} está incompleto; nada foi restaurado")
        except BrokenPipeError:
            source.kill()  # psql stopped at an error and says which
        finally:
            with suppress(BrokenPipeError):
                target.stdin.close()
        said = target.stderr.read() if target.stderr is not None else b""
    if target.returncode != 0:
        raise BackupError(f"A cópia não foi restaurada: {_reason(said)}")


def _programs(database: Database) -> Programs:
    programs = find_programs()
    with database.transaction() as conn:
        server = conn.info.server_version // 10000
    if programs.major < server:
        raise BackupError(
            f"O servidor é o Postgres {server} e aqui só há programas da versão {programs.major}. "
            f"Instale os da versão {server} ou mais nova"
        )
    return programs


def _clients(database: Database) -> bool:
    with database.transaction() as conn:
        row = conn.execute("select to_regclass('dashboard.clients') is not null").fetchone()
        if row is None or not row[0]:
            return False
        return conn.execute("select from dashboard.clients limit 1").fetchone() is not None


def _environment(database: Database) -> dict[str, str]:
    """The connection in libpq's variables, and nothing of the caller's."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    given = {
        option.envvar.decode(): option.val.decode()
        for option in Conninfo.parse(database.url.encode())
        if option.envvar and option.val
    }
    return {**mine, **given, "PGAPPNAME": "viang db", "PGCONNECT_TIMEOUT": "15", "LC_MESSAGES": "C"}


def _run(command: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def _reason(said: bytes) -> str:
    """The first error of a program, without the rows it may quote."""
    lines = said.decode(errors="replace").splitlines()
    return redact(next((line for line in lines if "error:" in line.lower()), "sem motivo"))
