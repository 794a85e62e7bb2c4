#!/usr/bin/env bash
# Runs every fuzz target for FUZZTIME (60s by default).
source "$(dirname "$0")/lib.sh"
grep -rnoE 'func (Fuzz[A-Za-z0-9]+)' --include='*_test.go' internal | sed -E 's/^([^:]+)\/[^/:]+:[0-9]+:func (.*)$/\1 \2/' | sort -u |
while read -r dir target; do
  say "$dir $target"
  go test "./$dir" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-60s}"
done
