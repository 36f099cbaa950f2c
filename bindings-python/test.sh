#!/usr/bin/env bash
# Every check of the Python binding. The last line sums up: "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath "${CARGO_TARGET_DIR:-target}" 2> /dev/null || echo "$PWD/target")
venv=$target/python/venv
passed=0
failed=0
broken=()
log=$(mktemp)
trap 'rm -f "$log"' EXIT

for tool in python3 cargo shellcheck; do
    if ! command -v "$tool" > /dev/null; then
        echo "bindings-python/test.sh: $tool is missing" >&2
        exit 1
    fi
done

# Adds up what a step found; a step that ran nothing has failed.
count() {
    local name=$1 good=$2 bad=$3
    if [ "$bad" = 0 ] && [ "$good" = 0 ]; then
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
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    if "$@"; then count "$name" 1 0; else count "$name" 0 1; fi
}

# Runs a program, and adds up the number before each of the given words in the last line in which it sums up.
suite() {
    local name=$1 summary=$2 status=0 line good bad
    shift 2
    printf '\n== %s\n' "$name"
    "$@" 2>&1 | tee "$log" || status=$?
    line=$(grep -E "$summary" "$log" | tail -n 1 || true)
    good=$(sum "$line" passed)
    # What was skipped was not tested.
    bad=$(sum "$line" 'failed|errors?|skipped|xfailed|xpassed')
    if [ "$bad" = 0 ] && [ "$status" != 0 ]; then
        bad=1
    fi
    count "$name" "$good" "$bad"
}

sum() {
    { grep -oE "[0-9]+ ($2)\\b" <<< "$1" || true; } | awk '{ n += $1 } END { print n + 0 }'
}

bindings-python/build.sh
# The environment is made anew when what it is made from has changed.
if ! cmp --silent tests/python/requirements.txt "$venv/requirements.txt"; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --requirement tests/python/requirements.txt
    cp tests/python/requirements.txt "$venv/requirements.txt"
fi
export PYTHONPATH=$PWD/bindings-python/python PYTHONDONTWRITEBYTECODE=1 RUFF_NO_CACHE=true

check "Rust: format" cargo fmt --package halkode-python --check
check "Rust: clippy" cargo clippy --quiet --locked --package halkode-python --all-targets -- --deny warnings
check "scripts" shellcheck --external-sources bindings-python/*.sh tests/packages/python.sh examples/python/run.sh
for place in bindings-python tests/python examples/python; do
    check "Python: lints of $place" "$venv/bin/ruff" check "$place"
    check "Python: format of $place" "$venv/bin/ruff" format --check "$place"
done

pytest=(scripts/with-sandbox.sh "$venv/bin/python" -m pytest --quiet -p no:cacheprovider)
suite "Python: models, calls, host" ' in [0-9.]+s' "${pytest[@]}" tests/python --ignore tests/python/test_conformance.py
suite "Python: conformance" ' in [0-9.]+s' "${pytest[@]}" tests/python/test_conformance.py

# The same binary is for every Python from 3.10 on: a tenth of the cases again, in each that is here.
# The tests above ran in this one.
versions=$("$venv/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
for python in $(compgen -c python3. | grep -E '^python3\.[0-9]+$' | sort -u) "$HOME"/.pyenv/versions/3.*/bin/python3; do
    version=$("$python" -c 'import sys; print(*sys.version_info[:2])' 2> /dev/null) || continue
    read -r major minor <<< "$version"
    if [ "$minor" -ge 10 ] && [[ " $versions " != *" $major.$minor "* ]]; then
        versions="$versions $major.$minor"
        suite "Python $major.$minor: conformance" ' passed, ' \
            scripts/with-sandbox.sh "$python" tests/python/conformance.py --share 10
    fi
done
check "example: the migrations are those of its models" env SHOP_DATABASE=:memory: \
    "$venv/bin/python" examples/python/manage.py makemigrations --check --skip-checks
suite "example" ' passed, ' scripts/with-sandbox.sh examples/buyer.py examples/python/run.sh

if [ "$failed" != 0 ]; then
    printf '\nfailed:\n'
    printf '  %s\n' "${broken[@]}"
fi
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
