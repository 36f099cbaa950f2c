#!/usr/bin/env bash
# Builds the extension and the C library under it for development, into target/php.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath "${CARGO_TARGET_DIR:-target}" 2> /dev/null || echo "$PWD/target")
for tool in cargo php phpize php-config pkg-config; do
    if ! command -v "$tool" > /dev/null; then
        echo "build: $tool is missing; on Debian and Ubuntu: apt-get install php-cli php-dev pkg-config" >&2
        exit 1
    fi
done

cargo build --package halkode-ffi

# The library where an installed one would be found, debug build and all.
prefix=$target/php/prefix
mkdir -p "$prefix/lib/pkgconfig" "$prefix/include"
ln -sf "$target/debug/libhalkode.so" "$prefix/lib/libhalkode.so.1"
ln -sf libhalkode.so.1 "$prefix/lib/libhalkode.so"
ln -sf "$PWD/include/halkode.h" "$prefix/include/halkode.h"
version=$(cargo pkgid --package halkode-ffi | sed 's/.*[#@]//')
sed -e "s|@PREFIX@|$prefix|" -e "s|@LIBDIR@|$prefix/lib|" -e "s|@INCLUDEDIR@|$prefix/include|" \
    -e "s|@VERSION@|$version|" -e "s|@LIBS_PRIVATE@||" ffi-c/halkode.pc.in > "$prefix/lib/pkgconfig/halkode.pc"

# phpize writes beside the sources, so it gets copies; what did not change keeps its time, and is not compiled again.
build=$target/php/extension
mkdir -p "$build/tests"
cp --update --preserve=timestamps bindings-php/extension/*.{c,h,m4} "$build"
cp --update --preserve=timestamps bindings-php/extension/tests/*.phpt "$build/tests"
cd "$build"
sign="$(php-config --version) $(php-config --phpapi) $(cksum config.m4)"
if [ ! -f Makefile ] || [ "$(cat configured 2> /dev/null)" != "$sign" ]; then
    phpize > phpize.log
    ./configure --with-halkode="$prefix" CFLAGS="-g -O1 -Wall -Wextra -Werror -Wno-unused-parameter" > configure.log
    echo "$sign" > configured
fi
make --silent > make.log 2>&1 || {
    cat make.log >&2
    exit 1
}
php -n -d extension="$build/modules/halkode.so" --ri halkode
