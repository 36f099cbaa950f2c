#!/usr/bin/env bash
# Makes the packages for npm in the directory OUTDIR: halkode, and the one with the release addon of a platform.
#
#   bindings-node/dist.sh OUTDIR             this machine's platform
#   bindings-node/dist.sh OUTDIR PLATFORM    another of platforms.json; its Rust target and linker must be installed
set -euo pipefail
outdir=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/.."

target=$(realpath "${CARGO_TARGET_DIR:-target}" 2> /dev/null || echo "$PWD/target")
stage=$target/node/packages
rm -rf "$stage"
mkdir -p "$stage"

platform=${2:-$(node -p 'const { platform: system, arch } = process;
    const libc = process.report.getReport().header.glibcVersionRuntime ? "gnu" : "musl";
    [system, arch, ...({ linux: [libc], win32: ["msvc"] }[system] ?? [])].join("-")')}
triple=$(node -p 'require("./bindings-node/platforms.json")[process.argv[1]]?.target ?? ""' "$platform")
if [ -z "$triple" ]; then
    echo "dist: platforms.json has no $platform" >&2
    exit 1
fi

. scripts/remap.sh
# musl's C library is the machine's own: an addon is loaded into a Node.js that has it already.
case $triple in *-musl) RUSTFLAGS+=" -C target-feature=-crt-static" ;; esac
# Named only where it is another than this machine's, so that a build for this one shares what other builds made.
built=$target/release
cross=()
if [ "$triple" != "$(rustc -vV | sed -n 's/^host: //p')" ]; then
    cross=(--target "$triple")
    built=$target/$triple/release
fi
cargo build --release --locked --package halkode-node "${cross[@]}"

bindings-node/place.sh "$built" "$stage/halkode-$platform"
node bindings-node/packages.js "$stage" "$platform"
for package in "$stage"/*/; do
    cp LICENSE-MIT LICENSE-APACHE "$package"
    (cd "$package" && npm pack --silent --pack-destination "$outdir")
done
