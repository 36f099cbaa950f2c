#!/usr/bin/env bash
# To be sourced by what runs tests: counts checks and suites of any runner, and sums up with a last line "N passed, N failed".

passed=0
failed=0
broken=()
log=$(mktemp)
trap 'rm -f "$log"' EXIT
began=$SECONDS

# Ends at once when a tool is missing: what cannot run has not passed.
need() {
    local tool missing=()
    for tool in "$@"; do
        command -v "$tool" > /dev/null || missing+=("$tool")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        echo "missing: ${missing[*]}; make setup installs what it can" >&2
        printf '\n0 passed, 1 failed\n'
        exit 1
    fi
}

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

# Runs a suite; the awk program reads what it said and prints how many tests passed and how many did not.
suite() {
    local name=$1 count=$2 status=0 good bad
    shift 2
    heading "$name"
    "$@" 2>&1 | tee "$log" || status=$?
    read -r good bad < <(awk "$count" "$log")
    add "$name" "$status" "$good" "$bad"
}

# How runners sum up. What was skipped was not tested.
# shellcheck disable=SC2016,SC2034 # awk's own $1; used by who sources this
{
    plain='/^[0-9]+ passed, [0-9]+ failed$/ { good = $1; bad = $3 } END { print good + 0, bad + 0 }'
    cargo='/^test result:/ { good += $4; bad += $6 } END { print good + 0, bad + 0 }'
    surefire='/Tests run:/ && !/Time elapsed/ { gsub(/[^0-9 ]/, ""); run = $1; bad = $2 + $3 + $4 } END { print run - bad, bad + 0 }'
    # pytest and its like: numbers before words, in the last line that has some.
    words='/[0-9] (passed|failed|errors?)/ { good = bad = 0; for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) good += $(i - 1)
        if ($i ~ /^(failed|error|skipped|xfailed|xpassed)/) bad += $(i - 1) } } END { print good + 0, bad + 0 }'
}

# The last line, and the exit status.
summary() {
    if [ "$failed" != 0 ]; then
        printf '\nfailed:\n'
        printf '  %s\n' "${broken[@]}"
    fi
    printf '\n%s passed, %s failed\n' "$passed" "$failed"
    [ "$failed" = 0 ]
}
