#!/usr/bin/env bash
# Looks at the hand-written Kotlin with ktlint; with the argument --format, mends what it can.
set -euo pipefail
cd "$(dirname "$0")/.."

classpath=$(realpath -m "${CARGO_TARGET_DIR:-target}")/kotlin/ktlint.classpath
mvn -Dstyle.color=never --batch-mode --no-transfer-progress --quiet --file bindings-kotlin/lint/pom.xml \
    org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath -Dmdep.outputFile="$classpath"
exec java -cp "$(cat "$classpath")" com.pinterest.ktlint.Main --relative --editorconfig=bindings-kotlin/lint/.editorconfig "$@" \
    'bindings-kotlin/src/main/**/*.kt' 'tests/kotlin/**/*.kt' 'examples/kotlin/**/*.kt'
