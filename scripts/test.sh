#!/usr/bin/env bash
# Every check of the project. The last line sums up: "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

. scripts/tally.sh

# Package by package: built together, each would have the features of all.
check "format" cargo fmt --all --check
check "scripts" shellcheck --external-sources scripts/*.sh .ci/run bindings-*/*.sh tests/packages/*.sh examples/*/run.sh
for package in halkode halkode-ffi halkode-python halkode-node halkode-kotlin halkode-sandbox halkode-tests halkode-example-rust; do
    check "clippy $package" cargo clippy --quiet --package "$package" --all-targets -- --deny warnings
done
check "clippy halkode, every feature" cargo clippy --quiet --package halkode --all-targets --all-features -- --deny warnings
check "documentation" env RUSTDOCFLAGS="--deny warnings" cargo doc --quiet --no-deps --package halkode --package halkode-sandbox
suite "core" "$cargo" cargo test --color never --package halkode
suite "core, every feature" "$cargo" cargo test --color never --package halkode --all-features
suite "C ABI, inside" "$cargo" cargo test --color never --package halkode-ffi
suite "sandbox" "$cargo" cargo test --color never --package halkode-sandbox
suite "conformance in Rust and C, C ABI, generated files" "$cargo" cargo test --color never --package halkode-tests --no-fail-fast
for language in python node php kotlin; do
    suite "$language" "$plain" "bindings-$language/test.sh"
done
check "packages are built" scripts/dist.sh
for language in c python node php kotlin; do
    check "the package for $language pays from an empty environment" \
        scripts/with-sandbox.sh "tests/packages/$language.sh" "$PWD/dist"
done
check "the shops in Rust and C" scripts/demo.sh rust c

summary
