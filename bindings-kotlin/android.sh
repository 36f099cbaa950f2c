#!/usr/bin/env bash
# Builds the native library for Android with the NDK (r28 or later), into target/kotlin/jni, from where dist.sh packs it.
#
# Needs ANDROID_NDK_HOME, and of rustup the targets: rustup target add aarch64-linux-android armv7-linux-androideabi x86_64-linux-android
# i686-linux-android
set -euo pipefail
cd "$(dirname "$0")/.."

ndk=${ANDROID_NDK_HOME:?say where the NDK is: ANDROID_NDK_HOME}
case $(uname -s) in
Linux) host=linux-x86_64 ;;
Darwin) host=darwin-x86_64 ;;
*)
    echo "android: build on Linux or macOS" >&2
    exit 1
    ;;
esac
tools=$ndk/toolchains/llvm/prebuilt/$host/bin
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
jni=$target/kotlin/jni
rm -rf "$jni"

# As AndroidManifest.xml says.
api=24
. scripts/remap.sh

while read -r abi rust clang; do
    name=${rust^^}
    name=${name//-/_}
    # Pages of 16 KB: the NDK's default since r28, said here all the same.
    env "CARGO_TARGET_${name}_LINKER=$tools/$clang$api-clang" "CC_${rust//-/_}=$tools/$clang$api-clang" \
        "AR_${rust//-/_}=$tools/llvm-ar" RUSTFLAGS="$RUSTFLAGS -Clink-arg=-Wl,-z,max-page-size=16384" \
        cargo build --quiet --release --package halkode-kotlin --target "$rust"
    mkdir -p "$jni/$abi"
    cp "$target/$rust/release/libhalkode_kotlin.so" "$jni/$abi/"
    echo "android: $abi"
done << 'ABIS'
arm64-v8a aarch64-linux-android aarch64-linux-android
armeabi-v7a armv7-linux-androideabi armv7a-linux-androideabi
x86_64 x86_64-linux-android x86_64-linux-android
x86 i686-linux-android i686-linux-android
ABIS
