#!/usr/bin/env bash
# Builds the native library of this machine for release, and puts it under JNA's name of the platform: native.sh DIRECTORY
set -euo pipefail
directory=$(realpath -m "${1:?native.sh DIRECTORY}")
cd "$(dirname "$0")/.."

case $(uname -s) in
Linux) os=linux library=libhalkode_kotlin.so ;;
Darwin) os=darwin library=libhalkode_kotlin.dylib ;;
MINGW* | MSYS*) os=win32 library=halkode_kotlin.dll ;;
*)
    echo "native: unknown system $(uname -s)" >&2
    exit 1
    ;;
esac
case $(uname -m) in
x86_64) platform=$os-x86-64 ;;
aarch64 | arm64) platform=$os-aarch64 ;;
*)
    echo "native: unknown machine $(uname -m)" >&2
    exit 1
    ;;
esac

. scripts/remap.sh
cargo build --quiet --release --package halkode-kotlin

mkdir -p "$directory/$platform"
cp "${CARGO_TARGET_DIR:-target}/release/$library" "$directory/$platform/"
echo "native: $platform/$library"
