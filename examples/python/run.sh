#!/usr/bin/env bash
# Starts the example shop in this checkout, with the keys and the banks of the environment (HALKODE_…, HALKBANK_…), at PORT.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
target=$(realpath "${CARGO_TARGET_DIR:-$root/target}" 2> /dev/null || echo "$root/target")
venv=$target/python/example-venv

"$root/bindings-python/build.sh"
# The environment is made anew when what it is made from has changed.
if ! cmp --silent "$here/requirements.txt" "$venv/requirements.txt"; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt" >&2
    cp "$here/requirements.txt" "$venv/requirements.txt"
fi
export PYTHONPATH=$root/bindings-python/python:$here PYTHONDONTWRITEBYTECODE=1
export SHOP_DATABASE=${SHOP_DATABASE:-$target/python/shop.sqlite3}
exec "$venv/bin/python" "$here/serve.py"
