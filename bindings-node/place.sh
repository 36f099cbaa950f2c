#!/usr/bin/env bash
# Puts the library that cargo built in the directory FROM into the directory TO, under the name by which Node.js loads it.
set -euo pipefail

from=$1
to=$2
mkdir -p "$to"
for built in "$from"/libhalkode_node.so "$from"/libhalkode_node.dylib "$from"/halkode_node.dll; do
    if [ -f "$built" ]; then
        # A process that has the old one loaded keeps it: it is replaced, not overwritten.
        cp "$built" "$to/halkode.node.new"
        mv -f "$to/halkode.node.new" "$to/halkode.node"
        exit
    fi
done
echo "place: cargo built no library in $from" >&2
exit 1
