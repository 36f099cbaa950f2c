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
g++ g++ test
nm binutils test
valgrind valgrind test
shellcheck shellcheck test
TOOLS
if ! command -v pkg-config > /dev/null || ! pkg-config --exists libcjson; then
    packages+=(libcjson-dev)
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
