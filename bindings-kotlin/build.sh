#!/usr/bin/env bash
# Builds the binding for development: the native library, the classes, and the example's classes.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
cargo build --quiet --package halkode-kotlin
mvn -Dstyle.color=never --batch-mode --no-transfer-progress --quiet --file bindings-kotlin/development/pom.xml -Dtarget="$target" compile
