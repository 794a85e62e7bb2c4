#!/usr/bin/env bash
# Measures against a bare handler in the same run. The last line is one JSON object.
source "$(dirname "$0")/lib.sh"
need initdb postgresql
go build -o bin/tumacheck ./cmd/tumacheck
bin/tumacheck bench "$@"
