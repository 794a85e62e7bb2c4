#!/usr/bin/env bash
# Kills nodes and the database under load. The last line is one JSON object.
source "$(dirname "$0")/lib.sh"
need initdb postgresql
go build -o bin/tumacheck ./cmd/tumacheck
bin/tumacheck chaos "$@"
