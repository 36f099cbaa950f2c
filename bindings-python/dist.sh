#!/usr/bin/env bash
# Builds the wheel for this platform and the source distribution: bindings-python/dist.sh OUTDIR
set -euo pipefail
if [ $# != 1 ]; then
    echo "usage: bindings-python/dist.sh OUTDIR" >&2
    exit 2
fi
out=$(realpath -m "$1")
cd "$(dirname "$0")/.."

target=$(realpath "${CARGO_TARGET_DIR:-target}" 2> /dev/null || echo "$PWD/target")
venv=$target/python/build-venv
wanted=bindings-python/requirements-build.txt
if ! cmp --silent "$wanted" "$venv/requirements.txt"; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --requirement "$wanted"
    cp "$wanted" "$venv/requirements.txt"
fi

. scripts/remap.sh

mkdir -p "$out"
cd bindings-python
"$venv/bin/maturin" build --release --locked --target-dir "$target" --out "$out"
"$venv/bin/maturin" sdist --out "$out"
