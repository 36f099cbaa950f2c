#!/usr/bin/env bash
# Every test of the Kotlin binding. The last line sums up: "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in cargo java mvn python3 shellcheck readelf gcc; do
    if ! command -v "$tool" > /dev/null; then
        echo "test: $tool is missing" >&2
        echo "0 passed, 1 failed"
        exit 1
    fi
done

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
passed=0
failed=0
broken=()
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Runs a check; what it says of its tests is read by the awk program, which prints how many passed and how many did not.
run() {
    local name=$1 count=$2 status=0 good bad
    shift 2
    printf '\n== %s\n' "$name"
    "$@" 2>&1 | tee "$log" || status=$?
    read -r good bad < <(awk "$count" "$log")
    if [ "$bad" = 0 ] && { [ "$status" != 0 ] || [ "$good" = 0 ]; }; then
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$bad" != 0 ]; then
        broken+=("$name")
    fi
}

# A check that is one test. What it must have said is nothing.
# shellcheck disable=SC2016 # awk's own $1
one='END { print 1, 0 }'
# Surefire's last summary; what it skipped has failed.
# shellcheck disable=SC2016
surefire='/Tests run:/ && !/Time elapsed/ { gsub(/[^0-9 ]/, ""); run = $1; bad = $2 + $3 + $4 } END { print run - bad, bad + 0 }'
# shellcheck disable=SC2016
plain='/^[0-9]+ passed, [0-9]+ failed$/ { good += $1; bad += $3 } END { print good + 0, bad + 0 }'

check() {
    local before=$failed name=$1
    run "$name" "$one" "${@:2}"
    # A check that failed has not passed as well.
    if [ "$failed" != "$before" ]; then
        passed=$((passed - 1))
    fi
}

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
run "JUnit: conformance and host manners" "$surefire" scripts/with-sandbox.sh \
    mvn -Dstyle.color=never --batch-mode --no-transfer-progress --file bindings-kotlin/development/pom.xml -Dtarget="$target" test
run "AAR" "$plain" tests/kotlin/aar.sh
run "example" "$plain" scripts/with-sandbox.sh examples/buyer.py examples/kotlin/run.sh

if [ "$failed" != 0 ]; then
    printf '\nfailed:\n'
    printf '  %s\n' "${broken[@]}"
fi
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
