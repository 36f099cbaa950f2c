#!/usr/bin/env bash
# Writes halkode_arginfo.h anew from halkode.stub.php, with PHP's own generator (Debian: php-dev php-parser).
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for generator in "$(php-config --prefix)"/lib/php/*/build/gen_stub.php "$(php-config --prefix)"/lib/php/build/gen_stub.php; do
    [ ! -f "$generator" ] || break
done
cp "$generator" halkode.stub.php "$work"
# The generator looks for its parser beside itself, and would download it.
# shellcheck disable=SC2016 # PHP's variable
parser=$(sed -n 's/^ *\$version = "\(.*\)";$/\1/p' "$generator")
mkdir -p "$work/PHP-Parser-$parser/lib"
ln -s /usr/share/php/PhpParser "$work/PHP-Parser-$parser/lib/PhpParser"
php "$work/gen_stub.php" --force-regeneration "$work/halkode.stub.php"
cp "$work/halkode_arginfo.h" .
