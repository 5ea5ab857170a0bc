# How a release is put into service with docker compose. Sourced by release.sh; each function gets a release's folder.

run_compose() { "$1/deploy/compose/run" "${@:2}"; }

prepare() { run_compose "$1" pull --quiet --policy missing code-server; }
stop_daemon() { run_compose "$1" stop daemon; }
start_daemon() { run_compose "$1" up --detach --no-deps daemon; }
wait_idle() { run_compose "$1" run --rm --no-deps -T code-server python -m viang_pipeline.instance wait-idle --minutes "$2"; }
migrate() { run_compose "$1" run --rm -T migrate; }
# Asked politely it would wait for its runs.
stop_code() { run_compose "$1" stop --timeout 10 code-server; }
activate() { run_compose "$1" up --detach --remove-orphans --wait --wait-timeout 900; }
check() { run_compose "$1" exec -T webserver python -m viang_pipeline.instance check --minutes "$2"; }
