"""Whether a server lives in a data folder, whether it answers, and which port a new one may take.

Looks only at the pid file, the process and the socket. Creating, starting and stopping belong in embedded.py.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

from viang_pipeline.warehouse.postgres_programs import EmbeddedServerError

HOST = "127.0.0.1"


def postmaster_of(pgdata: Path) -> tuple[int, int] | None:
    """(pid, port) of the postmaster named in ``postmaster.pid`` when that process lives and works in this folder."""
    try:
        lines = (pgdata / "postmaster.pid").read_text().split("\n")
        pid, port = int(lines[0]), int(lines[3])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    if sys.platform == "win32":
        return pid, port  # signal 0 would end the process there; the answer of the port decides
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    try:
        # A recycled pid and a port taken by another server would look alive; the working folder does not lie.
        return (pid, port) if os.path.samefile(f"/proc/{pid}/cwd", pgdata) else None
    except OSError:
        return None if os.path.isdir("/proc/self") and not os.path.isdir(f"/proc/{pid}") else (pid, port)


def answers(port: int, user: str) -> bool:
    """Whether the server on the port takes logins now.

    Right after a kill -9 the socket still accepts connections, and during crash recovery the server answers with
    57P03. So a login is begun (one packet, never finished): ``R`` asks for the password, ``E`` carries a reason.
    """
    body = struct.pack("!i", 196608) + b"user\0" + user.encode() + b"\0\0"
    try:
        with socket.create_connection((HOST, port), 1) as connection:
            connection.settimeout(5)
            connection.sendall(struct.pack("!i", len(body) + 4) + body)
            answer = connection.recv(1024)
    except OSError:
        return False
    return answer[:1] == b"R" or (answer[:1] == b"E" and b"C57P0" not in answer)


def disown_stale_pid(pgdata: Path) -> None:
    """Let the server take over a pid file whose pid now belongs to another process (usual in restarted containers).

    Postgres refuses to start then. The file is kept, because it names the shared memory that must be unused; only the
    pid is replaced by one that has just ended.
    """
    pid_file = pgdata / "postmaster.pid"
    try:
        lines = pid_file.read_text().split("\n")
        os.kill(int(lines[0]), 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return
    except PermissionError:
        pass
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    pid_file.write_text("\n".join([str(ended.pid), *lines[1:]]))


def free_port(preferred: int) -> int:
    """The port of the last start when it is free (noted addresses keep working), else any free one."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            if os.name != "nt":  # as the server does; otherwise connections that just ended would keep the port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedServerError(f"Nenhuma porta livre em {HOST}")
