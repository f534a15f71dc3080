#!/usr/bin/env bash
# From a fresh clone to answers: installs what is missing, builds, starts the service and the front
# end, sends every flight out of New York in 2013 through them, and stops them again.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$ROOT/deploy/lib/setup.sh"

LOGS=$ROOT/build/quickstart
PORTS=(8001 9001 8000)
keep=false
deps_only=false

usage() {
    cat <<END
usage: ./deploy/quickstart.sh [--deps] [--keep]

  --deps  only install, set up and build
  --keep  leave service and front end running
END
}

for argument in "$@"; do
    case $argument in
    --deps) deps_only=true ;;
    --keep) keep=true ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 64 ;;
    esac
done

check_ports() {
    local port
    for port in "${PORTS[@]}"; do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            die $EX_UNAVAILABLE "port $port is in use: stop what listens there, then run this again"
        fi
    done
}

pids=()

stop() {
    local pid
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in "${pids[@]}"; do
        wait "$pid" 2>/dev/null || true
    done
}

# start NAME COMMAND…: in the background, its output in a file of its own.
start() {
    local name=$1
    shift
    "$@" >"$LOGS/$name.log" 2>&1 &
    pids+=($!)
}

# wait_for NAME PID COMMAND…: until the command succeeds, or the process has ended.
wait_for() {
    local name=$1 pid=$2 tries=0
    shift 2
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ] || ! kill -0 "$pid" 2>/dev/null; then
            tail -n 20 "$LOGS/$name.log" >&2
            die 70 "$name did not start"
        fi
        sleep 0.1
    done
}

install_packages "${PACKAGES_BUILD[@]}"
make_venv web
build build
mkdir -p "$LOGS"
"$ROOT/.venv/bin/python" "$ROOT/deploy/quickstart/flights.py" "$LOGS" || exit $?
if $deps_only; then
    exit 0
fi

check_ports
$keep || trap stop EXIT
start service "$ROOT/build/service/docmill" serve --store "sqlite:$LOGS/docmill.db" --shutdown-delay 0s
wait_for service "${pids[0]}" "$ROOT/build/service/docmill" health
start web "$ROOT/.venv/bin/docmill-web"
wait_for web "${pids[1]}" "$ROOT/.venv/bin/python" -c \
    'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8000/readyz", timeout=1)'

"$ROOT/.venv/bin/python" "$ROOT/deploy/quickstart/tour.py" "$LOGS" "$ROOT/build/service/docmill"

if $keep; then
    disown -a
    say "service and front end go on running; stop them with: kill ${pids[*]}"
else
    say "stopped again; ./deploy/quickstart.sh --keep leaves them running"
fi
