#!/usr/bin/env bash
# Sends a release to a host and puts it into service there; for people and for .github/workflows/deploy.yml.
#
#   deploy/over_ssh.sh HOST compose|systemd VERSION [options of release.sh]
#
# VERSION is what git knows: a tag or a commit. HOST is what ssh knows: user, key and known host belong to its settings.
set -euo pipefail

[[ $# -ge 3 ]] || { sed -n '4s/^# *//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
host=$1 target=$2 version=$3
shift 3
# All three become part of a command line on the host.
[[ $target =~ ^(compose|systemd)$ ]] || { echo "unknown target: $target" >&2; exit 2; }
[[ $version =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || { echo "not a version: $version" >&2; exit 2; }
for option in "$@"; do
	[[ $option =~ ^(--[a-z-]+|[0-9.]+)$ ]] || { echo "not an option: $option" >&2; exit 2; }
done

folder=${VIANG_ROOT:-/opt/viang}/releases/$version
# The release of systemd starts and stops units; docker asks for membership in its group instead.
sudo=
[[ $target == systemd ]] && sudo="sudo -n "

project=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
git -C "$project" archive --format=tar.gz "$version" |
	ssh -o BatchMode=yes "$host" "${sudo}mkdir -p '$folder' && ${sudo}tar -xzf - -C '$folder'"
# A connection that breaks must not end a release half way: it goes on, and its log tells how it ended.
exec ssh -o BatchMode=yes -o ServerAliveInterval=30 "$host" \
	"${sudo}sh -c ': >\"$folder/release.log\"; nohup \"$folder/deploy/release.sh\" $target $* >>\"$folder/release.log\" 2>&1 & " \
	"release=\$!; tail -n +1 -f --pid=\$release \"$folder/release.log\"; wait \$release'"
