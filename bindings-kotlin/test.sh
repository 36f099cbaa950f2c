#!/usr/bin/env bash
# Every test of the Kotlin binding. The last line sums up: "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

. scripts/tally.sh
need cargo java mvn python3 shellcheck readelf gcc
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")

version() {
    local ours theirs
    ours=$(cargo pkgid --package halkode-kotlin | sed 's/.*[#@]//')
    for theirs in bindings-kotlin bindings-kotlin/development examples/kotlin; do
        grep --max-count 1 "<version>" "$theirs/pom.xml" | grep --fixed-strings "<version>$ours</version>"
    done
}

cargo build --package halkode-kotlin
check "format" cargo fmt --package halkode-kotlin --check
check "clippy" cargo clippy --quiet --package halkode-kotlin -- --deny warnings
check "scripts" shellcheck --external-sources bindings-kotlin/*.sh tests/kotlin/*.sh tests/packages/kotlin.sh examples/kotlin/run.sh
check "one version" version
check "ktlint" bindings-kotlin/lint.sh
suite "JUnit: conformance and host manners" "$surefire" scripts/with-sandbox.sh \
    mvn -Dstyle.color=never --batch-mode --no-transfer-progress --file bindings-kotlin/development/pom.xml -Dtarget="$target" test
suite "AAR" "$plain" tests/kotlin/aar.sh
suite "example" "$plain" scripts/with-sandbox.sh examples/buyer.py examples/kotlin/run.sh

summary
