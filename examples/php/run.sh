#!/usr/bin/env bash
# Starts the shop in the development tree (after bindings-php/build.sh), at PORT, or any free one; HALKODE_… and HALKBANK_…
# give keys and gateways.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

target=$(realpath "${CARGO_TARGET_DIR:-$root/target}")
orders=$(mktemp -d)

# shellcheck disable=SC2317 # called by the traps
stop() {
    trap - TERM INT
    kill "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
    rm -rf "$orders"
    exit 0
}

# PHP's server tells its port in a line of its own once it listens; everything else it says is a log.
exec 3> >(
    trap '' TERM INT
    while read -r line; do
        if [[ $line =~ \ Development\ Server\ \((http://[0-9.:]+)\)\ started$ ]]; then
            echo "listening on ${BASH_REMATCH[1]}"
        else
            echo "$line" >&2
        fi
    done
)
SHOP_ORDERS=$orders php -d extension="$target/php/extension/modules/halkode.so" -S "127.0.0.1:${PORT:-0}" \
    "$root/examples/php/router.php" 2>&3 &
server=$!
trap stop TERM INT
exec 3>&-
status=0
wait "$server" || status=$?
rm -rf "$orders"
exit "$status"
