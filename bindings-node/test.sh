#!/usr/bin/env bash
# Builds the binding and runs everything that must hold for it. The last line sums up: "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

. scripts/tally.sh
need cargo node npm python3 shellcheck

# The tests of tests/node with a bank: a case of the conformance suite counts as a test.
tests() {
    local name=$1 status=0
    shift
    heading "$name"
    # Threads for the conformance cases that wait side by side.
    UV_THREADPOOL_SIZE=36 scripts/with-sandbox.sh node --test --test-concurrency=1 \
        --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$log" "$@" || status=$?
    sum() { awk -v word="$1" '$1 == "#" && $2 == word { n = $3 } END { print n + 0 }' "$log"; }
    add "$name" "$status" "$(sum pass)" $(($(sum fail) + $(sum cancelled) + $(sum skipped) + $(sum todo)))
}

check "build" bindings-node/build.sh
check "format" cargo fmt --package halkode-node --check
check "clippy" cargo clippy --quiet --package halkode-node --all-targets -- --deny warnings
check "scripts" shellcheck --external-sources bindings-node/*.sh tests/packages/node.sh examples/node/run.sh
check "tools" npm ci --prefix tests/node --no-audit --no-fund
tests "Node.js $(node --version)" tests/node/*.test.js
suite "a shop in Node.js" "$plain" scripts/with-sandbox.sh examples/buyer.py examples/node/run.sh
summary
