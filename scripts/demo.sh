#!/usr/bin/env bash
# The demo: a shop per language takes card payments at the sandbox bank. scripts/demo.sh [LANGUAGE...]; all six when none is named.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath "${CARGO_TARGET_DIR:-target}" 2> /dev/null || echo "$PWD/target")
prefix=$target/demo-prefix

build() {
    case $1 in
    rust)
        echo "Building the Rust shop …"
        cargo build --package halkode-example-rust
        ;;
    c)
        echo "Building and installing the C library into $prefix …"
        DESTDIR='' PREFIX=$prefix LIBDIR='' INCLUDEDIR='' scripts/install.sh
        echo "Building the C shop with what was installed …"
        mkdir -p "$target/demo-shop"
        make --silent --no-print-directory --directory examples/c BUILD="$target/demo-shop" PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
        ;;
    python | node | php | kotlin)
        echo "Building the binding for $1 …"
        "bindings-$1/build.sh"
        ;;
    *)
        echo "demo: there is no shop in '$1'; the languages are rust c python node php kotlin" >&2
        exit 1
        ;;
    esac
}

shop() {
    printf '\n=== A shop in %s (examples/%s) ===\n' "$1" "$1"
    case $1 in
    rust) "$target/debug/halkode-example-rust" ;;
    c) LD_LIBRARY_PATH=$prefix/lib DYLD_LIBRARY_PATH=$prefix/lib "$target/demo-shop/shop" ;;
    *) examples/buyer.py "examples/$1/run.sh" ;;
    esac
}

if [ "${1:-}" = shops ]; then
    shift
    for language in "$@"; do
        shop "$language"
    done
    printf '\nEvery shop was paid: %s.\n' "$*"
    exit
fi

languages=("$@")
if [ ${#languages[@]} = 0 ]; then
    languages=(rust c python node php kotlin)
fi
for language in "${languages[@]}"; do
    build "$language"
done
scripts/with-sandbox.sh scripts/demo.sh shops "${languages[@]}"
