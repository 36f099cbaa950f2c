#!/usr/bin/env bash
# Builds the native module for development and puts it into the package, so that `bindings-python/python` can be imported.
set -euo pipefail
cd "$(dirname "$0")/.."

# One build for every Python from 3.10 on (the stable ABI): .cargo/config.toml says how.
if [ "$(uname -s)" = Darwin ]; then
    # Python's own functions are found when the module is loaded.
    export RUSTFLAGS="${RUSTFLAGS:-} -C link-arg=-undefined -C link-arg=dynamic_lookup"
fi
cargo build --quiet --locked --package halkode-python

built=${CARGO_TARGET_DIR:-target}/debug
case $(uname -s) in
Darwin) library=$built/libhalkode_python.dylib module=_native.abi3.so ;;
MINGW* | MSYS* | CYGWIN*) library=$built/halkode_python.dll module=_native.pyd ;;
*) library=$built/libhalkode_python.so module=_native.abi3.so ;;
esac
# Beside the old one and then in its place: a process that has it open keeps what it has.
place=bindings-python/python/halkode/$module
if ! cmp --silent "$library" "$place"; then
    cp "$library" "$place.new"
    mv -f "$place.new" "$place"
fi
