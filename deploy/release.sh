#!/usr/bin/env bash
# Puts a release into service on this host, or leaves the one that is in service as it was.
#
#   /opt/viang/releases/VERSION/deploy/release.sh compose|systemd [--drain-minutes N] [--check-minutes N] [--interrupt]
#
# The release is the folder this file lies in. In this order: prepare it beside the running one; drain (stop the daemon,
# so that nothing new is launched, and wait until no run is in progress); migrate; switch and restart; check; and where
# the check fails, return to the release before. Migrations are not undone: each release runs on the schema of the next.
# Exit: 0 in service, 1 not in service and the release before is, 2 wrong usage, 3 not in service and neither is the
# release before: a person must look.
set -euo pipefail

usage() { sed -n '4s/^# *//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
say() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*"; }

release=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=$(dirname "$(dirname "$release")")
current=$root/current
drain_minutes=120 check_minutes=10 interrupt=false

[[ $# -ge 1 && -f $release/deploy/targets/$1.sh ]] || usage
target=$1
shift
while [[ $# -gt 0 ]]; do
	case $1 in
	--drain-minutes) drain_minutes=${2:?} && shift 2 ;;
	--check-minutes) check_minutes=${2:?} && shift 2 ;;
	--interrupt) interrupt=true && shift ;;
	*) usage ;;
	esac
done

# shellcheck source=deploy/targets/compose.sh
source "$release/deploy/targets/$target.sh"

exec 9>"$root/release.lock"
flock --nonblock 9 || { say "another release is under way"; exit 1; }

before=
[[ -e $current ]] && before=$(readlink -f "$current")

# The link is replaced in one step: whoever starts meanwhile finds the old release or the new one.
point_to() { ln -sfn "$1" "$current.new" && mv -T "$current.new" "$current"; }

give_up() {
	say "$*; nothing was changed"
	if [[ -n $before ]]; then start_daemon "$before" || { say "the daemon does not start again"; exit 3; }; fi
	exit 1
}

in_service() { point_to "$1" && activate "$1" && check "$1" "$2"; }

say "preparing $(basename "$release")"
prepare "$release" || { say "it cannot be prepared; nothing was changed"; exit 1; }

if [[ -n $before ]]; then
	say "draining $(basename "$before")"
	stop_daemon "$before" || give_up "the daemon does not stop"
	if ! wait_idle "$before" "$drain_minutes"; then
		$interrupt || give_up "runs are still in progress"
		say "interrupting what is still in progress; the daemon tries it again"
		stop_code "$before" || give_up "the code server does not stop"
	fi
fi

say "migrating"
if ! migrate "$release"; then
	if [[ -n $before ]] && $interrupt; then activate "$before" || exit 3; fi
	give_up "the migration failed"
fi

say "switching to $(basename "$release")"
if in_service "$release" "$check_minutes"; then
	say "$(basename "$release") is in service"
	exit 0
fi

say "the check failed"
if [[ -z $before || $before == "$release" ]]; then
	say "there is no release before to return to"
	exit 3
fi
say "returning to $(basename "$before")"
stop_daemon "$release" || say "the daemon of the failed release does not stop"
# However impatient one was with the new one: this one is known to work.
if in_service "$before" 10; then
	say "$(basename "$before") is in service again"
	exit 1
fi
say "$(basename "$before") does not come up either"
exit 3
