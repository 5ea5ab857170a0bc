# How a release is put into service with systemd units. Sourced by release.sh; each function gets a release's folder.

# A command of a release as the user, with the settings and in the folder of the units, which the first one makes.
as_viang() {
	local release=$1
	shift
	systemd-run --quiet --pipe --wait --collect --property=User=viang --property=Group=viang \
		--property=StateDirectory=viang --property=StateDirectoryMode=0711 --property=UMask=0077 \
		--property=EnvironmentFile="${VIANG_CONFIG:-/etc/viang}/viang.env" --property=WorkingDirectory=/var/lib/viang \
		--setenv=VIANG_HOME=/var/lib/viang --setenv=PATH="$release/venv/bin:/usr/bin:/bin" "$@"
}

prepare() {
	[[ -x $1/venv/bin/viang ]] && return
	"${VIANG_PYTHON:-python3}" -m venv "$1/venv" &&
		(cd "$1" && venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt .)
}
stop_daemon() { systemctl stop viang-daemon.service; }
start_daemon() { systemctl start viang-daemon.service; }
wait_idle() { as_viang "$1" "$1/venv/bin/python" -m viang_pipeline.instance wait-idle --minutes "$2"; }
migrate() {
	as_viang "$1" "$1/venv/bin/viang" db upgrade &&
		as_viang "$1" "$1/venv/bin/python" -m viang_pipeline.instance migrate
}
# Asked politely it would wait for its runs.
stop_code() { systemctl kill --signal=SIGKILL viang-code-server.service && systemctl stop viang-code-server.service; }
activate() {
	systemctl restart viang-code-server.service viang-webserver.service viang-daemon.service &&
		systemctl try-restart viang-webserver-guests.service
}
check() { as_viang "$1" "$1/venv/bin/python" -m viang_pipeline.instance check --minutes "$2"; }
