#!/usr/bin/env bash
# Builds the binding and runs everything that must hold for it. The last line sums up: "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

passed=0
failed=0
broken=()
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Runs a check that is one test: it passes or it fails.
check() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        broken+=("$name")
    fi
}

# Adds up what a runner said. A suite that ran nothing, or left something out, has failed.
count() {
    local name=$1 good=$2 bad=$3 status=$4
    if [ "$bad" = 0 ] && { [ "$status" != 0 ] || [ "$good" = 0 ]; }; then
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$bad" != 0 ]; then
        broken+=("$name")
    fi
}

# The tests of tests/node with a bank: a case of the conformance suite counts as a test.
tests() {
    local name=$1 status=0 tap=$results/tap
    shift
    printf '\n== %s\n' "$name"
    # Threads for the conformance cases that wait side by side.
    UV_THREADPOOL_SIZE=36 scripts/with-sandbox.sh node --test --test-concurrency=1 \
        --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$tap" "$@" || status=$?
    sum() { awk -v word="$1" '$1 == "#" && $2 == word { n = $3 } END { print n + 0 }' "$tap"; }
    count "$name" "$(sum pass)" $(($(sum fail) + $(sum cancelled) + $(sum skipped) + $(sum todo))) "$status"
}

# The example, with the buyer that goes to the shops of all languages.
shop() {
    local name=$1 status=0 said=$results/shop
    printf '\n== %s\n' "$name"
    scripts/with-sandbox.sh examples/buyer.py examples/node/run.sh 2>&1 | tee "$said" || status=$?
    count "$name" "$(awk '/^[0-9]+ passed, [0-9]+ failed$/ { n = $1 } END { print n + 0 }' "$said")" \
        "$(awk '/^[0-9]+ passed, [0-9]+ failed$/ { n = $3 } END { print n + 0 }' "$said")" "$status"
}

for tool in cargo node npm python3 shellcheck; do
    if ! command -v "$tool" > /dev/null; then
        echo "test: $tool is missing" >&2
        printf '\n0 passed, 1 failed\n'
        exit 1
    fi
done

check "build" bindings-node/build.sh
check "format" cargo fmt --package halkode-node --check
check "clippy" cargo clippy --quiet --package halkode-node --all-targets -- --deny warnings
check "scripts" shellcheck --external-sources bindings-node/*.sh tests/packages/node.sh examples/node/run.sh
check "tools" npm ci --prefix tests/node --no-audit --no-fund
tests "Node.js $(node --version)" tests/node/*.test.js
shop "a shop in Node.js"

if [ "$failed" != 0 ]; then
    printf '\nfailed:\n'
    printf '  %s\n' "${broken[@]}"
fi
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
