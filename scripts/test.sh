#!/usr/bin/env bash
# Every check of the project. The last line sums up: "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

passed=0
failed=0
broken=()
log=$(mktemp)
trap 'rm -f "$log"' EXIT
began=$SECONDS

heading() {
    printf '\n== %s (%s s)\n' "$1" $((SECONDS - began))
}

# Adds what a suite counted. One that ran no test at all, or broke off, has failed.
add() {
    local name=$1 status=$2 good=$3 bad=$4
    if [ "$bad" = 0 ] && { [ "$status" != 0 ] || [ "$good" = 0 ]; }; then
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$bad" != 0 ]; then
        broken+=("$name")
    fi
}

# Runs a check that is one test: it passes or it fails.
check() {
    local name=$1 status=0
    shift
    heading "$name"
    "$@" || status=$?
    add "$name" "$status" $((status == 0 ? 1 : 0)) $((status == 0 ? 0 : 1))
}

# Runs the tests of a package and adds up what the runner says.
suite() {
    local name=$1 status=0
    shift
    heading "$name"
    cargo test --color never "$@" 2>&1 | tee "$log" || status=$?
    add "$name" "$status" "$(awk '/^test result:/ { n += $4 } END { print n + 0 }' "$log")" \
        "$(awk '/^test result:/ { n += $6 } END { print n + 0 }' "$log")"
}

# Runs a script whose last line is "N passed, N failed".
script() {
    local name=$1 status=0
    shift
    heading "$name"
    "$@" 2>&1 | tee "$log" || status=$?
    add "$name" "$status" "$(tail -n 1 "$log" | sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' | grep . || echo 0)" \
        "$(tail -n 1 "$log" | sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' | grep . || echo 1)"
}

# Package by package: built together, each would have the features of all.
check "format" cargo fmt --all --check
check "scripts" shellcheck scripts/*.sh .ci/run bindings-*/*.sh tests/packages/*.sh examples/*/run.sh
for package in halkode halkode-ffi halkode-python halkode-node halkode-kotlin halkode-sandbox halkode-tests halkode-example-rust; do
    check "clippy $package" cargo clippy --quiet --package "$package" --all-targets -- --deny warnings
done
check "clippy halkode, every feature" cargo clippy --quiet --package halkode --all-targets --all-features -- --deny warnings
check "documentation" env RUSTDOCFLAGS="--deny warnings" cargo doc --quiet --no-deps --package halkode --package halkode-sandbox
suite "core" --package halkode
suite "core, every feature" --package halkode --all-features
suite "C ABI, inside" --package halkode-ffi
suite "sandbox" --package halkode-sandbox
suite "conformance in Rust and C, C ABI, generated files" --package halkode-tests --no-fail-fast
for language in python node php kotlin; do
    script "$language" "bindings-$language/test.sh"
done
check "packages are built" scripts/dist.sh
for language in c python node php kotlin; do
    check "the package for $language pays from an empty environment" \
        scripts/with-sandbox.sh "tests/packages/$language.sh" "$PWD/dist"
done
check "the shops in Rust and C" scripts/demo.sh rust c

if [ "$failed" != 0 ]; then
    printf '\nfailed:\n'
    printf '  %s\n' "${broken[@]}"
fi
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
