# Tuma. `make` alone shows what there is.

GO       ?= go
BIN      := bin/tuma
GOFLAGS_ := -trimpath
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT   := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
LDFLAGS  := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)

export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help
.PHONY: help run build ui test check bench chaos dev cluster generate fuzz clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## build everything and start the demo
	$(BIN) serve --demo

build: ui ## build the program, with the admin UI inside
	$(GO) build $(GOFLAGS_) -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/tuma

ui: web/dist/index.html ## build the admin UI

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/public web/*.html web/*.ts web/*.json -type f 2>/dev/null | grep -v node_modules)
	cd web && npm run build

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund

test: ## install what the tests need and run all of them
	@bash scripts/test.sh

check: ## the quick part: format, vet, lint, floors, types, unit tests on SQLite
	@bash scripts/check.sh

bench: ui ## scans, callbacks and lists per second, against a bare handler
	@bash scripts/bench.sh

chaos: ui ## kill the server under load and count what was lost
	@bash scripts/chaos.sh

fuzz: ## every fuzz target, FUZZTIME (60s) each
	@bash scripts/fuzz.sh

dev: web/node_modules/.package-lock.json ## server, UI with hot reload, sandbox
	@bash scripts/dev.sh

cluster: build ## two nodes on one PostgreSQL behind one address, to look at
	@bash scripts/cluster.sh

generate: ## write the OpenAPI document and the types made from it
	$(GO) test ./internal/edge/admin -run OpenAPI -update
	cd web && npm run generate

clean: ## remove what was built; data stays
	rm -rf bin web/dist/assets web/dist/index.html
