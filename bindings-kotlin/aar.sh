#!/usr/bin/env bash
# Packs the Android library: aar.sh CLASSES JNI OUTDIR
#
# CLASSES has the compiled classes, JNI a directory per ABI with its libhalkode_kotlin.so (android.sh). Every library is looked at first: it
# must be of its ABI, made for Android, and where addresses have 64 bits fit pages of 16 KB, without which Google Play takes no app.
# With - as JNI, where there is no NDK, everything but the libraries is laid out in OUTDIR/aar-layout, unpacked: an AAR without them
# would only fail in the app.
set -euo pipefail
classes=$(realpath "${1:?aar.sh CLASSES JNI OUTDIR}")
jni=${2:?aar.sh CLASSES JNI OUTDIR}
[ "$jni" = - ] || jni=$(realpath "$jni")
out=$(realpath -m "${3:?aar.sh CLASSES JNI OUTDIR}")
cd "$(dirname "$0")"

version=$(sed -n 's|^  <version>\(.*\)</version>|\1|p' pom.xml)
property() { sed -n "s|.*<$1>\(.*\)</$1>.*|\1|p" pom.xml; }

refuse() {
    echo "aar: $1" >&2
    exit 1
}

# Whether a library is what its directory says.
look() {
    local abi=$1 library=$2 machine align
    case $abi in
    arm64-v8a) machine=AArch64 ;;
    armeabi-v7a) machine=ARM ;;
    x86_64) machine="Advanced Micro Devices X86-64" ;;
    x86) machine="Intel 80386" ;;
    *) refuse "$abi is no ABI of Android" ;;
    esac
    readelf --file-header --wide "$library" | grep --quiet "Machine: *$machine$" || refuse "$library is not for $abi"
    if readelf --dynamic --wide "$library" | grep --quiet 'NEEDED.*\[libc\.so\.6\]'; then
        refuse "$library is made for glibc, not for Android"
    fi
    if [ "$abi" = arm64-v8a ] || [ "$abi" = x86_64 ]; then
        while read -r align; do
            [ $((align)) -ge $((0x4000)) ] || refuse "$library does not fit pages of 16 KB (a segment is aligned to $align)"
        done < <(readelf --program-headers --wide "$library" | awk '$1 == "LOAD" { print $NF }')
    fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/content/META-INF/com/android/build/gradle" "$out"
found=0
for library in "$jni"/*/libhalkode_kotlin.so; do
    [ -f "$library" ] || continue
    abi=$(basename "$(dirname "$library")")
    look "$abi" "$library"
    mkdir -p "$work/content/jni/$abi"
    cp "$library" "$work/content/jni/$abi/"
    found=$((found + 1))
done
[ "$found" != 0 ] || [ "$jni" = - ] || refuse "there is no library below $jni"

# The jar of the JVM carries native libraries of other systems; they have no place in an app.
mkdir "$work/classes"
cp -R "$classes/io" "$classes/META-INF" "$work/classes/"
jar --create --file "$work/content/classes.jar" -C "$work/classes" .
cp android/AndroidManifest.xml android/proguard.txt "$work/content/"
cp android/aar-metadata.properties "$work/content/META-INF/com/android/build/gradle/"
# Names of resources: there are none, and Android's tools want to be told.
: > "$work/content/R.txt"
if [ "$jni" = - ]; then
    mkdir "$work/content/jni"
    echo "Here belong arm64-v8a/, armeabi-v7a/ and x86_64/, each with its libhalkode_kotlin.so: bindings-kotlin/android.sh." \
        > "$work/content/jni/README"
    rm -rf "$out/aar-layout"
    mv "$work/content" "$out/aar-layout"
    echo "aar: $out/aar-layout, without libraries"
    exit
fi
jar --create --no-manifest --file "$out/halkode-android-$version.aar" -C "$work/content" .

sed -e "s|@VERSION@|$version|" -e "s|@KOTLIN@|$(property kotlin.stdlib)|" -e "s|@COROUTINES@|$(property coroutines)|" \
    -e "s|@JNA@|$(property jna)|" android/halkode-android.pom.in > "$out/halkode-android-$version.pom"
echo "aar: $out/halkode-android-$version.aar with $found ABI(s)"
