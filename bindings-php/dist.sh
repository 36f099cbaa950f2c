#!/usr/bin/env bash
# The archives of a release, into OUTDIR: the extension's sources as phpize takes them, and the Composer package.
set -euo pipefail
if [ $# != 1 ]; then
    echo "usage: bindings-php/dist.sh OUTDIR" >&2
    exit 2
fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."

version=$(cargo pkgid --package halkode-ffi | sed 's/.*[#@]//')
declared=$(sed -n 's/^#define PHP_HALKODE_VERSION "\(.*\)"$/\1/p' bindings-php/extension/halkode_settings.h)
if [ "$declared" != "$version" ]; then
    echo "dist: the extension says it is $declared, the library is $version; run make generate" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The same files give the same archive, whoever packs it and when.
pack() {
    local name=$1
    cp LICENSE-APACHE LICENSE-MIT bindings-php/README.md "$work/$name"
    # A release taken from an archive has no tag that would say which it is.
    # shellcheck disable=SC2016 # PHP's variables
    php -n -r '[, $file, $version] = $argv; $composer = json_decode(file_get_contents($file), true); $composer["version"] = $version;
        file_put_contents($file, json_encode($composer, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE) . "\n");' \
        "$work/$name/composer.json" "$version"
    tar --create --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
        --mtime="@${SOURCE_DATE_EPOCH:-0}" "$name" | gzip --no-name > "$out/$name.tar.gz"
    echo "$out/$name.tar.gz"
}

extension=halkode-php-extension-$version
mkdir -p "$work/$extension/tests"
cp bindings-php/extension/{composer.json,config.m4,halkode.stub.php,*.c,*.h} "$work/$extension"
cp bindings-php/extension/tests/*.phpt "$work/$extension/tests"
pack "$extension"

package=halkode-php-$version
mkdir -p "$work/$package"
cp -R bindings-php/composer.json bindings-php/src "$work/$package"
pack "$package"
