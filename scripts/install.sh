#!/usr/bin/env bash
# Builds the release library and installs it: PREFIX, LIBDIR, INCLUDEDIR and DESTDIR as usual.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=${PREFIX:-/usr/local}
libdir=${LIBDIR:-$prefix/lib}
includedir=${INCLUDEDIR:-$prefix/include}
lib=${DESTDIR:-}$libdir
include=${DESTDIR:-}$includedir
built=${CARGO_TARGET_DIR:-target}/release

case $prefix in
/*) ;;
*)
    echo "install: PREFIX must be an absolute path, not '$prefix'" >&2
    exit 1
    ;;
esac

. scripts/remap.sh

# The compiler says what a static library must be linked with; cargo repeats its note when nothing had to be built.
notes=$(mktemp)
trap 'rm -f "$notes"' EXIT
cargo rustc --release --package halkode-ffi --lib --color never -- --print native-static-libs 2>&1 | tee "$notes" >&2
private=$(sed -n 's/^note: native-static-libs: //p' "$notes" | tail -n 1)
if [ -z "$private" ]; then
    echo "install: the compiler did not say what libhalkode.a must be linked with" >&2
    exit 1
fi
version=$(cargo pkgid --package halkode-ffi | sed 's/.*[#@]//')

install -d "$lib/pkgconfig" "$include"
case $(uname -s) in
Darwin)
    install -m 755 "$built/libhalkode.dylib" "$lib/libhalkode.1.dylib"
    ln -sf libhalkode.1.dylib "$lib/libhalkode.dylib"
    ;;
*)
    install -m 755 "$built/libhalkode.so" "$lib/libhalkode.so.$version"
    ln -sf "libhalkode.so.$version" "$lib/libhalkode.so.1"
    ln -sf libhalkode.so.1 "$lib/libhalkode.so"
    ;;
esac
install -m 644 "$built/libhalkode.a" "$lib/libhalkode.a"
install -m 644 include/halkode.h include/halkode.schema.json "$include"
# Directories below the prefix are written relative to it, so that pkg-config can move them.
sed -e "s|@PREFIX@|$prefix|" \
    -e "s|@LIBDIR@|${libdir/#"$prefix/"/\$\{prefix\}/}|" \
    -e "s|@INCLUDEDIR@|${includedir/#"$prefix/"/\$\{prefix\}/}|" \
    -e "s|@VERSION@|$version|" -e "s|@LIBS_PRIVATE@|$private|" ffi-c/halkode.pc.in > "$lib/pkgconfig/halkode.pc"
chmod 644 "$lib/pkgconfig/halkode.pc"
echo "installed halkode $version under ${DESTDIR:-}$prefix" >&2
