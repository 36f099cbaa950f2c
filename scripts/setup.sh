#!/usr/bin/env bash
# Looks for the tools that are needed: all of them, or with the argument "demo" those of the demo. As root on a system with apt the
# missing ones are installed; elsewhere one line says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

# Each tool, the Debian package it comes in, and what needs it.
packages=()
while read -r tool package needed_by; do
    if [ "${1:-test}" = test ] || [ "$needed_by" = demo ]; then
        command -v "$tool" > /dev/null || packages+=("$package")
    fi
done << 'TOOLS'
gcc gcc demo
make make demo
pkg-config pkg-config demo
python3 python3 demo
node nodejs demo
npm npm demo
java default-jdk-headless demo
mvn maven demo
php php-cli demo
phpize php-dev demo
g++ g++ test
nm binutils test
valgrind valgrind test
shellcheck shellcheck test
openssl openssl test
composer composer test
phpcs php-codesniffer test
TOOLS
if ! command -v pkg-config > /dev/null || ! pkg-config --exists libcjson; then
    packages+=(libcjson-dev)
fi
if command -v python3 > /dev/null && ! python3 -c 'import ensurepip, venv' 2> /dev/null; then
    packages+=(python3-venv)
fi
if [ "${1:-test}" = test ] && ! compgen -G '/usr/sbin/php-fpm*' > /dev/null && ! command -v php-fpm > /dev/null; then
    packages+=(php-fpm)
fi

if [ ${#packages[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        echo "setup: missing; on Debian and Ubuntu: sudo apt-get install ${packages[*]}" >&2
        exit 1
    fi
    echo "setup: installing ${packages[*]}"
    apt-get update --quiet=2
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "${packages[@]}"
fi

# What is there must be new enough; what it is, the tool itself says best.
least() {
    local tool=$1 least=$2 found
    shift 2
    found=$("$@" 2> /dev/null | grep -oE '[0-9]+(\.[0-9]+)*' | head -n 1)
    if [ -z "$found" ] || [ "$(printf '%s\n%s\n' "$least" "$found" | sort -V | head -n 1)" != "$least" ]; then
        echo "setup: $tool ${found:-of an unknown version} is too old; $least or later is needed" >&2
        exit 1
    fi
}
least Python 3.10 python3 --version
least Node.js 20 node --version
least PHP 8.2 php -n -r 'echo PHP_VERSION;'
least Java 17 java --version

# Cargo itself refuses a compiler that is too old for Cargo.toml's rust-version, and says so.
if ! command -v cargo > /dev/null; then
    echo "setup: Rust is missing; install it from https://rustup.rs" >&2
    exit 1
fi
if [ "${1:-test}" != test ]; then
    exit
fi
for component in fmt clippy; do
    if ! cargo "$component" --version > /dev/null 2>&1; then
        if ! command -v rustup > /dev/null; then
            echo "setup: cargo $component is missing; install it beside your cargo" >&2
            exit 1
        fi
        rustup component add "${component/fmt/rustfmt}"
    fi
done
