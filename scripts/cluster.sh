#!/usr/bin/env bash
# Two nodes on one PostgreSQL. They share the key file, as they must.
source "$(dirname "$0")/lib.sh"
start_postgres
mkdir -p "$WORK/a" "$WORK/b"
bin/tuma serve --data "$WORK/a" --database "$TUMA_TEST_DB" --addr 127.0.0.1:8081 & PIDS+=($!)
until [ -f "$WORK/a/keys.json" ]; do sleep 0.1; done
cp -p "$WORK/a/keys.json" "$WORK/b/"
bin/tuma serve --data "$WORK/b" --database "$TUMA_TEST_DB" --addr 127.0.0.1:8082 & PIDS+=($!)
node scripts/balance.mjs 8080 8081 8082 & PIDS+=($!)
echo "one address: http://127.0.0.1:8080 (nodes on 8081 and 8082); Ctrl-C ends it"
wait
