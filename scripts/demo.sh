#!/usr/bin/env bash
# The demo: one shop in Rust and one in C, each taking card payments from token to refund at the sandbox bank.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath "${CARGO_TARGET_DIR:-target}" 2> /dev/null || echo "$PWD/target")
prefix=$target/demo-prefix

if [ "${1:-}" = shops ]; then
    printf '\n=== A shop in Rust (examples/rust) ===\n'
    "$target/debug/halkode-example-rust"
    printf '\n=== A shop in C (examples/c) ===\n'
    LD_LIBRARY_PATH=$prefix/lib DYLD_LIBRARY_PATH=$prefix/lib "$target/demo-shop/shop"
    printf '\nBoth shops were paid.\n'
    exit
fi

echo "Building the Rust shop …"
cargo build --package halkode-example-rust
echo "Building and installing the C library into $prefix …"
DESTDIR='' PREFIX=$prefix LIBDIR='' INCLUDEDIR='' scripts/install.sh
echo "Building the C shop with what was installed …"
mkdir -p "$target/demo-shop"
make --silent --no-print-directory --directory examples/c BUILD="$target/demo-shop" PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
scripts/with-sandbox.sh scripts/demo.sh shops
