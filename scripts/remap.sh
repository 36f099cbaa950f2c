#!/usr/bin/env bash
# To be sourced from the root before a release build: sets RUSTFLAGS so that no place of this machine gets into a library that others
# run (the names would also fill 12 KB of it). The same flags for every package, so that what they share is built once.
cargo fetch --locked --quiet
export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$PWD=halkode"
for place in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    RUSTFLAGS+=" --remap-path-prefix=$place="
done
