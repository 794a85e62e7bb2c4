# Shared by the scripts here. Every process that is started is stopped again, by its PID.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

WORK=$(mktemp -d "${TMPDIR:-/tmp}/tuma.XXXXXX")
PIDS=()
stop_all() {
  local p
  for p in "${PIDS[@]:-}"; do [ -n "$p" ] && kill "$p" 2>/dev/null || true; done
  stop_postgres
  rm -rf "$WORK"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

say() { printf '\n== %s\n' "$*" >&2; }

free_port() { node -e 'const s=require("net").createServer();s.listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }

pg_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

# need COMMAND PACKAGE...: install the packages when the command is missing.
need() {
  local cmd=$1; shift
  if command -v "$cmd" >/dev/null || { [ "$cmd" = initdb ] && [ -n "$(pg_bin)" ] && [ -x "$(pg_bin)/initdb" ]; }; then return; fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need $cmd. Install it first, for example: sudo apt-get install $*" >&2
    exit 1
  fi
  say "installing $*"
  if [ -z "${APT_UPDATED:-}" ]; then apt-get update -qq; APT_UPDATED=1; fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

as_postgres() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/bash -c "$*"; else bash -c "$*"; fi; }

PGDATA_DIR=
# start_postgres starts a private server and sets TUMA_TEST_DB.
start_postgres() {
  need initdb postgresql
  local bin port
  bin=$(pg_bin); port=$(free_port); PGDATA_DIR=$WORK/pg
  mkdir -p "$PGDATA_DIR"; chmod 755 "$WORK"
  [ "$(id -u)" = 0 ] && chown postgres "$PGDATA_DIR"
  as_postgres "$bin/initdb -D $PGDATA_DIR/data -A trust -U postgres >/dev/null"
  as_postgres "$bin/pg_ctl -D $PGDATA_DIR/data -l $PGDATA_DIR/log -w start -o '-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$PGDATA_DIR -c max_connections=300' >/dev/null"
  export TUMA_TEST_DB="postgres://postgres@127.0.0.1:$port/postgres"
}
stop_postgres() {
  [ -n "$PGDATA_DIR" ] && [ -f "$PGDATA_DIR/data/postmaster.pid" ] || return 0
  as_postgres "$(pg_bin)/pg_ctl -D $PGDATA_DIR/data -m immediate stop >/dev/null" || true
}

# web_node puts the Node that the UI's test runner needs first in PATH: it
# comes with the packages, Debian's may be older.
web_node() { export PATH="$PWD/web/node_modules/node/bin:$PATH"; }

web_install() { make -s web/node_modules/.package-lock.json; }
