#!/usr/bin/env bash
# Starts the shop with the halkode of this checkout (bindings-node/build.sh makes it) against the HALKODE_… and HALKBANK_…
# environment.
set -euo pipefail
cd "$(dirname "$0")"

if [ ! -d node_modules/express ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund >&2
fi
exec node shop.js
