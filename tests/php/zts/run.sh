#!/usr/bin/env bash
# The extension under a thread-safe PHP: the suites, the conformance cases, and many threads at once. Not a part of test.sh, since
# Debian has no such PHP. PHP's sources take two minutes to build:
#   ./configure --prefix=DIR --disable-all --enable-zts --enable-debug --enable-cli --enable-embed=static --enable-pcntl --enable-posix
#   make install
#   tests/php/zts/run.sh DIR
set -euo pipefail
php=$(cd "${1:?usage: tests/php/zts/run.sh DIR}" && pwd)
cd "$(dirname "$0")/../../.."
target=$(realpath "${CARGO_TARGET_DIR:-target}")

bindings-php/build.sh > /dev/null
build=$target/php/zts
rm -rf "$build"
cp -R bindings-php/extension "$build"
(
    cd "$build"
    "$php/bin/phpize"
    ./configure --with-php-config="$php/bin/php-config" --with-halkode="$target/php/prefix" \
        CFLAGS="-g -O1 -Wall -Wextra -Werror -Wno-unused-parameter"
    make
    read -ra includes <<< "$("$php/bin/php-config" --includes)"
    read -ra libraries <<< "$("$php/bin/php-config" --libs)"
    cc -g -o threads "$OLDPWD/tests/php/zts/threads.c" "${includes[@]}" -L"$php/lib" -lphp "${libraries[@]}" -lpthread -rdynamic
) > "$build.log" 2>&1 || {
    cat "$build.log" >&2
    exit 1
}
export HALKODE_EXTENSION=$build/modules/halkode.so
options=(-d zend.exception_ignore_args=0 -d extension="$HALKODE_EXTENSION")
scripts/with-sandbox.sh "$php/bin/php" "${options[@]}" tests/php/run.php
scripts/with-sandbox.sh "$php/bin/php" "${options[@]}" tests/php/conformance.php | tail -n 2

# shellcheck disable=SC2016 # for the inner shell
scripts/with-sandbox.sh bash -euo pipefail -c '
    printf "extension=%s\nhalkode.app_id=%s\nhalkode.app_secret=%s\nhalkode.merchant_key='\''%s'\''\nhalkode.base_url=%s\n" \
        "$HALKODE_EXTENSION" "$HALKODE_APP_ID" "$HALKODE_APP_SECRET" "$HALKODE_MERCHANT_KEY" "$HALKODE_BASE_URL" > "$1/php.ini"
    printf "halkbank.client_id=%s\nhalkbank.store_key=%s\nhalkbank.api_user=%s\nhalkbank.api_password=%s\nhalkbank.base_url=%s\n" \
        "$HALKBANK_CLIENT_ID" "$HALKBANK_STORE_KEY" "$HALKBANK_API_USER" "$HALKBANK_API_PASSWORD" "$HALKBANK_BASE_URL" >> "$1/php.ini"
    "$1/threads" "$1/php.ini" "$PWD/tests/php/zts/page.php"
    tokens=$("$2" -n -r "readfile(\"${HALKODE_BASE_URL%/ccpayment}/sandbox/requests?limit=1000\");" | grep -o "/ccpayment/api/token" | wc -l)
    echo "tokens fetched: $tokens"
    [ "$tokens" = 1 ]' threads "$build" "$php/bin/php"
