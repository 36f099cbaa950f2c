#!/usr/bin/env bash
# The Android library is laid out as Android's tools want it, and no library gets in that a device could not load. The libraries are small
# ones of this machine's compiler, since the NDK is not here. Ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

holds() {
    local what=$1
    shift
    if "$@" > "$work/said" 2>&1; then
        passed=$((passed + 1))
        echo "  $what"
    else
        failed=$((failed + 1))
        echo "  NOT SO: $what"
        cat "$work/said"
    fi
}

case $(uname -m) in
x86_64) abi=x86_64 other=arm64-v8a ;;
aarch64) abi=arm64-v8a other=x86_64 ;;
*)
    echo "aar: this test knows x86_64 and aarch64" >&2
    exit 1
    ;;
esac

# library DIRECTORY ABI FLAG...
library() {
    mkdir -p "$work/$1/$2"
    echo 'int halkode(void) { return 0; }' | gcc -shared -fPIC -x c - -o "$work/$1/$2/libhalkode_kotlin.so" "${@:3}"
}

pack() { bindings-kotlin/aar.sh "$target/kotlin/library/classes" "$work/$1" "$work/out-$1"; }

lacks() { ! grep --extended-regexp "$1" "$2"; }

refuses() {
    local said
    ! said=$(pack "$1" 2>&1) && grep --quiet --fixed-strings "$2" <<< "$said" && [ -z "$(find "$work/out-$1" -name '*.aar' 2> /dev/null)" ]
}

library good "$abi" -nostdlib -Wl,-z,max-page-size=16384
library small "$abi" -nostdlib -Wl,-z,max-page-size=4096
library strange "$other" -nostdlib -Wl,-z,max-page-size=16384
library desktop "$abi" -Wl,-z,max-page-size=16384 -Wl,--no-as-needed -lc
library unknown mips -nostdlib
mkdir "$work/empty"

laid_out() {
    bindings-kotlin/aar.sh "$target/kotlin/library/classes" - "$work/layout"
    for entry in AndroidManifest.xml R.txt classes.jar proguard.txt jni/README; do
        [ -f "$work/layout/aar-layout/$entry" ] || return 1
    done
}
holds "without an NDK, all but the libraries is laid out" laid_out
holds "a library for this ABI is packed" pack good
aar=$(find "$work/out-good" -name 'halkode-android-*.aar')
jar --list --file "$aar" | sort > "$work/list"
for entry in AndroidManifest.xml R.txt classes.jar proguard.txt "jni/$abi/libhalkode_kotlin.so" \
    META-INF/com/android/build/gradle/aar-metadata.properties; do
    holds "it has $entry" grep --quiet --line-regexp --fixed-strings "$entry" "$work/list"
done
mkdir "$work/unpacked"
(cd "$work/unpacked" && jar --extract --file "$aar")
jar --list --file "$work/unpacked/classes.jar" > "$work/classes"
holds "its classes are the library's" grep --quiet --line-regexp io/github/halkode/Halkode.class "$work/classes"
holds "and nothing native is among them" lacks '\.(so|dylib|dll)$' "$work/classes"
holds "R8 is told to keep JNA" grep --quiet "keep class com.sun.jna" "$work/unpacked/proguard.txt"
holds "and the glue" grep --quiet "keep class io.github.halkode.internal" "$work/unpacked/proguard.txt"
holds "its POM asks for JNA's own AAR" grep --quiet "<type>aar</type>" "$work/out-good"/*.pom
holds "and leaves nothing to fill in" lacks @ "$work/out-good"/*.pom
holds "pages of 4 KB are refused" refuses small "does not fit pages of 16 KB"
holds "a library of another machine is refused" refuses strange "is not for $other"
holds "a library for glibc is refused" refuses desktop "made for glibc"
holds "an ABI that Android does not have is refused" refuses unknown "no ABI of Android"
holds "an AAR without a library is refused" refuses empty "there is no library"

printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
