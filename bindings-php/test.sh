#!/usr/bin/env bash
# Every test of the PHP binding. The last line sums up: "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath "${CARGO_TARGET_DIR:-target}" 2> /dev/null || echo "$PWD/target")
export HALKODE_EXTENSION=$target/php/extension/modules/halkode.so
export HALKODE_LIBRARY=$target/php/prefix/lib/libhalkode.so.1

. scripts/tally.sh
need php phpize composer phpcs shellcheck valgrind python3

bindings-php/build.sh

syntax() {
    find bindings-php/src bindings-php/extension tests/php examples/php -name '*.php' -print0 | xargs -0 -n 1 php -n -l > "$log" 2>&1 || {
        grep -v '^No syntax errors' "$log"
        return 1
    }
}

style() {
    phpcs --standard=bindings-php/phpcs.xml --no-cache -q
}

# PHP's own runner, on the tests that the extension brings along.
phpt() {
    (
        cd "$target/php/extension"
        NO_INTERACTION=1 make --silent test TESTS="-q --show-diff tests" 2>&1 || true
    ) | sed -n '/^\(PASS\|FAIL\|SKIP\|BORK\|WARN\|LEAK\)/p; /^---/p; /^[0-9]*[-+] /p; /^Tests /p' | tee "$log.phpt"
    awk -F: '/^Tests passed/ { good = $2 + 0 } /^Tests (failed|skipped|warned|borked|leaked)/ { bad += $2 }
        END { printf "%d passed, %d failed\n", good, bad }' "$log.phpt"
    rm -f "$log.phpt"
}

with_sandbox() {
    scripts/with-sandbox.sh "$@"
}

traces=(-d zend.exception_ignore_args=0)
extension=(-d extension="$HALKODE_EXTENSION")

check "scripts" shellcheck --external-sources bindings-php/*.sh bindings-php/extension/*.sh tests/packages/php.sh tests/php/zts/run.sh examples/php/run.sh
check "syntax" syntax
check "style" style
check "composer.json, package" composer validate --no-interaction --strict --quiet bindings-php/composer.json
check "composer.json, extension" composer validate --no-interaction --no-check-publish --quiet bindings-php/extension/composer.json
suite "the extension's own tests" "$plain" phpt
# The extension from its first line to its last: what is lost or read unset fails.
check "memory" with_sandbox env USE_ZEND_ALLOC=0 ZEND_DONT_UNLOAD_MODULES=1 \
    valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
    php -n "${extension[@]}" -d halkode.app_id=x -d halkode.app_secret=y -d halkode.proxy=z -d halkbank.client_id=x -d halkbank.store_key=y tests/php/memory.php
suite "manners, extension" "$plain" with_sandbox php "${traces[@]}" "${extension[@]}" tests/php/run.php
suite "manners, FFI" "$plain" with_sandbox php "${traces[@]}" tests/php/run.php
suite "PHP-FPM" "$plain" with_sandbox php "${traces[@]}" "${extension[@]}" tests/php/run.php fpm
suite "README" "$plain" with_sandbox php "${extension[@]}" tests/php/run.php readme
suite "conformance, extension" "$plain" with_sandbox php "${extension[@]}" tests/php/conformance.php
suite "conformance, FFI" "$plain" with_sandbox php tests/php/conformance.php
suite "example" "$plain" with_sandbox examples/buyer.py examples/php/run.sh

summary
