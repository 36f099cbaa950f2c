#!/usr/bin/env bash
# Builds the addon for development, where lib/native.js looks for it first: build/halkode.node.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --package halkode-node
bindings-node/place.sh "${CARGO_TARGET_DIR:-target}/debug" bindings-node/build
