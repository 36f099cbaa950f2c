#!/usr/bin/env bash
# Every check of the project. The last line sums up: "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

passed=0
failed=0
broken=()
log=$(mktemp)
trap 'rm -f "$log"' EXIT

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

# Runs the tests of a package and adds up what the runner says. A suite that runs no test at all has failed.
suite() {
    local name=$1 status=0 good bad
    shift
    printf '\n== %s\n' "$name"
    cargo test --color never "$@" 2>&1 | tee "$log" || status=$?
    good=$(awk '/^test result:/ { n += $4 } END { print n + 0 }' "$log")
    bad=$(awk '/^test result:/ { n += $6 } END { print n + 0 }' "$log")
    if [ "$bad" = 0 ] && { [ "$status" != 0 ] || [ "$good" = 0 ]; }; then
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$bad" != 0 ]; then
        broken+=("$name")
    fi
}

# Package by package: built together, each would have the features of all.
check "format" cargo fmt --all --check
check "scripts" shellcheck scripts/*.sh .ci/run
for package in halkode halkode-ffi halkode-sandbox halkode-tests halkode-example-rust; do
    check "clippy $package" cargo clippy --quiet --package "$package" --all-targets -- --deny warnings
done
check "clippy halkode, every feature" cargo clippy --quiet --package halkode --all-targets --all-features -- --deny warnings
check "documentation" env RUSTDOCFLAGS="--deny warnings" cargo doc --quiet --no-deps --package halkode --package halkode-sandbox
suite "core" --package halkode
suite "core, every feature" --package halkode --all-features
suite "C ABI, inside" --package halkode-ffi
suite "sandbox" --package halkode-sandbox
suite "conformance, C ABI, generated files" --package halkode-tests --no-fail-fast
check "examples" scripts/demo.sh

if [ "$failed" != 0 ]; then
    printf '\nfailed:\n'
    printf '  %s\n' "${broken[@]}"
fi
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
