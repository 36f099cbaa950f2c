#!/usr/bin/env bash
# Unpacks the C tarball into an empty directory, builds the C shop against it, by pkg-config and once statically, and lets it take
# payments at the bank in the environment: scripts/with-sandbox.sh tests/packages/c.sh DIST
set -euo pipefail

dist=$(realpath "$1")
shop=$(realpath "$(dirname "$0")/../../examples/c")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"

tar --extract --gzip --strip-components=1 --file "$(echo "$dist"/halkode-c-*.tar.gz)"
cp "$shop"/*.c "$shop"/*.h .
export PKG_CONFIG_PATH=$place/lib/pkgconfig
read -ra flags <<< "$(pkg-config --cflags --libs halkode libcjson)"
gcc -std=c99 -Wall -Wextra -Werror ./*.c -o shop "${flags[@]}"
LD_LIBRARY_PATH=$place/lib ./shop
read -ra flags <<< "$(pkg-config --static --cflags --libs halkode libcjson)"
rm lib/libhalkode.so*
gcc -std=c99 -Wall -Wextra -Werror ./*.c -o shop-static "${flags[@]}"
./shop-static
echo "The C library was unpacked, linked both ways, and paid with."
