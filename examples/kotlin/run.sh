#!/usr/bin/env bash
# Starts the shop in the development tree (after bindings-kotlin/build.sh), with the HALKODE_… and HALKBANK_… environment and PORT (8000 when not set).
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$(realpath "${CARGO_TARGET_DIR:-target}")
built=$target/kotlin/example
if [ ! -f "$built/classpath" ]; then
    echo "run: build first: bindings-kotlin/build.sh" >&2
    exit 1
fi
exec java -Djna.library.path="$target/debug" -cp "$built/classes:$(cat "$built/classpath")" MainKt
