#!/usr/bin/env bash
# Builds every package into a folder (dist/ when none is named): C library, wheel and sdist, npm tarballs, jar and AAR, PHP extension and
# Composer package.
set -euo pipefail
cd "$(dirname "$0")/.."

dist=$(realpath -m "${1:-dist}")
rm -rf "$dist"
mkdir -p "$dist"

# The C library as it is installed, to be unpacked under any prefix; pkg-config finds it from the place of its own file.
version=$(cargo pkgid --package halkode-ffi | sed 's/.*[#@]//')
name=halkode-c-$version-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
DESTDIR=$stage/$name PREFIX=/usr/local LIBDIR='' INCLUDEDIR='' scripts/install.sh
# shellcheck disable=SC2016 # pkg-config fills it in
sed -i 's|^prefix=.*|prefix=${pcfiledir}/../..|' "$stage/$name/usr/local/lib/pkgconfig/halkode.pc"
mv "$stage/$name/usr/local"/* "$stage/$name/"
rmdir "$stage/$name/usr/local" "$stage/$name/usr"
cp LICENSE-MIT LICENSE-APACHE "$stage/$name/"
tar --create --gzip --owner=0 --group=0 --directory "$stage" --file "$dist/$name.tar.gz" "$name"

for language in python node kotlin php; do
    echo "dist: the package for $language …"
    "bindings-$language/dist.sh" "$dist"
done
ls -l "$dist"
