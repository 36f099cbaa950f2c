#!/usr/bin/env bash
# What the C ABI costs beside Rust, and what sealing costs beside Python; measured side by side in one run.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=$(realpath "${CARGO_TARGET_DIR:-target}" 2> /dev/null || echo "$PWD/target")/bench-prefix
DESTDIR='' PREFIX=$prefix LIBDIR='' INCLUDEDIR='' scripts/install.sh
cargo bench --package halkode-ffi --bench calls --no-run
scripts/with-sandbox.sh env HALKODE_LIBRARY="$prefix/lib/libhalkode.so.1" cargo bench --quiet --package halkode-ffi --bench calls
