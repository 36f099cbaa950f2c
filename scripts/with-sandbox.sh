#!/usr/bin/env bash
# Runs a command with a bank on this machine: scripts/with-sandbox.sh COMMAND ARGUMENT...
# The command finds keys and address in its environment (HALKODE_…); the bank stops when the command does.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --quiet --package halkode-sandbox
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT

# The bank reads from this script and ends when there is nobody to read from any more, whatever happens to us.
coproc BANK { exec "${CARGO_TARGET_DIR:-target}/debug/halkode-sandbox" --port 0 --quiet --export-file "$files/exports" --exit-with-stdin; }
# Its first line says that it accepts connections.
if ! read -r ready <&"${BANK[0]}"; then
    echo "with-sandbox: the sandbox did not start" >&2
    exit 1
fi
echo "$ready"
# shellcheck source=/dev/null
. "$files/exports"
"$@"
