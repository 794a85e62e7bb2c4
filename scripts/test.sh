#!/usr/bin/env bash
# Everything: SQLite, PostgreSQL, the race detector, the UI, real Chromium.
# The last line is "N passed, N failed".
source "$(dirname "$0")/lib.sh"
passed=0 failed=0

# count NAME COMMAND...: one test that is a command.
count() {
  local name=$1; shift
  say "$name"
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $name" >&2; fi
}

formatted() { local f; f=$(gofmt -l cmd internal web/*.go); [ -z "$f" ] || { echo "gofmt would change: $f"; return 1; }; }
typed() { (cd web && npm run -s types); }
linted() { (cd web && npm run -s lint); }

# go_tests runs the packages and counts their tests from go's own events.
go_tests() {
  local out=$WORK/go.json p f code=0
  CGO_ENABLED=1 go test -race -json -timeout 15m ./... >"$out" || code=$?
  p=$(grep -c '"Action":"pass".*"Test":' "$out" || true)
  f=$(grep -c '"Action":"fail".*"Test":' "$out" || true)
  passed=$((passed + p)); failed=$((failed + f))
  if [ $code != 0 ]; then
    [ "$f" = 0 ] && failed=$((failed + 1))
    node scripts/failures.mjs "$out"
  fi
}

node_tests() { # DIR COMMAND...: counts a node test runner as one test each
  local dir=$1; shift
  say "$dir: $*"
  if (cd "$dir" && "$@"); then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

need node nodejs npm
need initdb postgresql
need chromium chromium fonts-noto-cjk
need gcc gcc libc6-dev

count "gofmt" formatted
web_install
count "the UI builds" make -s ui
count "go vet" go vet ./...
start_postgres
say "go test -race, SQLite and PostgreSQL"
go_tests
( web_node; cd web; npm run -s types ) && passed=$((passed + 1)) || failed=$((failed + 1))
count "UI lint" linted
node_tests web bash -c 'PATH="$PWD/node_modules/node/bin:$PATH" npm test --silent'
if [ -f e2e/package.json ]; then
  make -s build
  node_tests e2e bash -c 'npm ci --no-audit --no-fund --silent && npm test --silent'
fi
if [ -d cmd/tumacheck ]; then
  count "chaos, short" bash -c 'go build -o bin/tumacheck ./cmd/tumacheck && bin/tumacheck chaos -short'
fi
echo
echo "$passed passed, $failed failed"
[ $failed = 0 ]
