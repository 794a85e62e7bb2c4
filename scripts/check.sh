#!/usr/bin/env bash
# The quick part, for every change.
source "$(dirname "$0")/lib.sh"
f=$(gofmt -l cmd internal web/*.go); [ -z "$f" ] || { echo "gofmt would change: $f"; exit 1; }
go vet ./...
go test -short ./...
web_install
(cd web && npm run -s types && npm run -s lint)
(web_node; cd web && npm test --silent)
