#!/usr/bin/env bash
# Every test of the PHP binding. The last line sums up: "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath "${CARGO_TARGET_DIR:-target}" 2> /dev/null || echo "$PWD/target")
export HALKODE_EXTENSION=$target/php/extension/modules/halkode.so
export HALKODE_LIBRARY=$target/php/prefix/lib/libhalkode.so.1

missing=()
for tool in php phpize composer phpcs shellcheck valgrind python3; do
    command -v "$tool" > /dev/null || missing+=("$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "test: missing: ${missing[*]}; on Debian and Ubuntu: apt-get install php-cli php-dev php-fpm composer php-codesniffer shellcheck valgrind python3" >&2
    echo "0 passed, 1 failed"
    exit 1
fi
bindings-php/build.sh

passed=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Adds up what a suite says in its last line, "N passed, N failed". One that runs no test at all has failed.
suite() {
    local name=$1 status=0 good bad
    shift
    printf '\n== %s\n' "$name"
    "$@" 2>&1 | tee "$log" || status=$?
    read -r good bad <<< "$(awk '/^[0-9]+ passed, [0-9]+ failed$/ { good = $1; bad = $3 } END { print good + 0, bad + 0 }' "$log")"
    if [ "$bad" = 0 ] && { [ "$status" != 0 ] || [ "$good" = 0 ]; }; then
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
}

# A check that is one test: it passes or it fails.
check() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
}

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

check "scripts" shellcheck bindings-php/*.sh bindings-php/extension/*.sh tests/packages/php.sh tests/php/zts/run.sh examples/php/run.sh
check "syntax" syntax
check "style" style
check "composer.json, package" composer validate --no-interaction --strict --quiet bindings-php/composer.json
check "composer.json, extension" composer validate --no-interaction --no-check-publish --quiet bindings-php/extension/composer.json
suite "the extension's own tests" phpt
# The extension from its first line to its last: what is lost or read unset fails.
check "memory" with_sandbox env USE_ZEND_ALLOC=0 ZEND_DONT_UNLOAD_MODULES=1 \
    valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
    php -n "${extension[@]}" -d halkode.app_id=x -d halkode.app_secret=y -d halkode.proxy=z -d halkbank.client_id=x -d halkbank.store_key=y tests/php/memory.php
suite "manners, extension" with_sandbox php "${traces[@]}" "${extension[@]}" tests/php/run.php
suite "manners, FFI" with_sandbox php "${traces[@]}" tests/php/run.php
suite "PHP-FPM" with_sandbox php "${traces[@]}" "${extension[@]}" tests/php/run.php fpm
suite "README" with_sandbox php "${extension[@]}" tests/php/run.php readme
suite "conformance, extension" with_sandbox php "${extension[@]}" tests/php/conformance.php
suite "conformance, FFI" with_sandbox php tests/php/conformance.php
suite "example" with_sandbox examples/buyer.py examples/php/run.sh

printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
