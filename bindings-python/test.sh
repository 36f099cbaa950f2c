#!/usr/bin/env bash
# Every check of the Python binding. The last line sums up: "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath "${CARGO_TARGET_DIR:-target}" 2> /dev/null || echo "$PWD/target")
venv=$target/python/venv
. scripts/tally.sh
need python3 cargo shellcheck

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

runner=(scripts/with-sandbox.sh "$venv/bin/python" -m pytest --quiet -p no:cacheprovider)
suite "Python: models, calls, host" "$words" "${runner[@]}" tests/python --ignore tests/python/test_conformance.py
suite "Python: conformance" "$words" "${runner[@]}" tests/python/test_conformance.py

# The same binary is for every Python from 3.10 on: a tenth of the cases again, in each that is here.
# The tests above ran in this one.
versions=$("$venv/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
for python in $(compgen -c python3. | grep -E '^python3\.[0-9]+$' | sort -u) "$HOME"/.pyenv/versions/3.*/bin/python3; do
    version=$("$python" -c 'import sys; print(*sys.version_info[:2])' 2> /dev/null) || continue
    read -r major minor <<< "$version"
    if [ "$minor" -ge 10 ] && [[ " $versions " != *" $major.$minor "* ]]; then
        versions="$versions $major.$minor"
        suite "Python $major.$minor: conformance" "$words" \
            scripts/with-sandbox.sh "$python" tests/python/conformance.py --share 10
    fi
done
check "example: the migrations are those of its models" env SHOP_DATABASE=:memory: \
    "$venv/bin/python" examples/python/manage.py makemigrations --check --skip-checks
suite "example" "$plain" scripts/with-sandbox.sh examples/buyer.py examples/python/run.sh

summary
