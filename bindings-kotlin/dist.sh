#!/usr/bin/env bash
# Makes the release: dist.sh OUTDIR [LIBRARIES]
#
# OUTDIR/maven becomes a Maven repository with the jar, its sources and its POM. The jar carries the native library of this machine and
# those below LIBRARIES, which native.sh made on other machines. When android.sh has been run, OUTDIR/maven has the AAR as well; else
# OUTDIR/aar-layout has everything of it but the libraries.
set -euo pipefail
out=$(realpath -m "${1:?dist.sh OUTDIR [LIBRARIES]}")
libraries=${2:+$(realpath "$2")}
cd "$(dirname "$0")/.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
native=$target/kotlin/native
built=$target/kotlin/dist
rm -rf "$native" "$built" "$out/maven"
mkdir -p "$out/maven"
if [ -n "$libraries" ]; then
    mkdir -p "$native"
    cp -R "$libraries"/. "$native/"
fi
bindings-kotlin/native.sh "$native"

maven() {
    mvn -Dstyle.color=never --batch-mode --no-transfer-progress --quiet "$@"
}
repository=dist::file://$out/maven
maven --file bindings-kotlin/pom.xml -Dtarget="$target" -Dbuilt="$built" -Dnative.resources="$native" -Dmaven.test.skip=true \
    -DaltDeploymentRepository="$repository" deploy

version=$(cargo pkgid --package halkode-kotlin | sed 's/.*[#@]//')
if [ -d "$target/kotlin/jni" ]; then
    aar=$target/kotlin/aar
    bindings-kotlin/aar.sh "$built/classes" "$target/kotlin/jni" "$aar"
    maven org.apache.maven.plugins:maven-deploy-plugin:3.1.4:deploy-file -Durl="file://$out/maven" -DrepositoryId=dist \
        -Dfile="$aar/halkode-android-$version.aar" -DpomFile="$aar/halkode-android-$version.pom"
else
    echo "dist: no AAR, since android.sh has not been run; what else it is made of:"
    bindings-kotlin/aar.sh "$built/classes" - "$out"
fi
echo "dist: halkode $version in $out/maven"
