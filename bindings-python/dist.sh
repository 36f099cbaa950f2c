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

# Places of this machine have no business in a library that others install.
cargo fetch --locked --quiet
export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$PWD=halkode"
for place in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    RUSTFLAGS+=" --remap-path-prefix=$place="
done

mkdir -p "$out"
cd bindings-python
"$venv/bin/maturin" build --release --locked --target-dir "$target" --out "$out"
"$venv/bin/maturin" sdist --out "$out"
