#!/usr/bin/env bash
# The demo server with its sandbox, and the UI with hot reload in front of it.
source "$(dirname "$0")/lib.sh"
go build -o bin/tuma ./cmd/tuma
bin/tuma serve --demo --addr 127.0.0.1:8080 & PIDS+=($!)
(cd web && npm run dev) & PIDS+=($!)
wait
