#!/usr/bin/env bash
# Installs the wheel and the source distribution from DIST, each into an empty environment, and pays with them at the bank of the
# environment: scripts/with-sandbox.sh tests/packages/python.sh DIST
set -euo pipefail
if [ $# != 1 ] || [ -z "${HALKODE_BASE_URL:-}" ]; then
    echo "usage: scripts/with-sandbox.sh tests/packages/python.sh DIST" >&2
    exit 2
fi
dist=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
target=$(realpath "${CARGO_TARGET_DIR:-$root/target}" 2> /dev/null || echo "$root/target")

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
unset PYTHONPATH PYTHONHOME
cd "$place"

cat > pay.py << 'PROGRAM'
"""Takes a payment with what is installed, and is refused one."""

import os
import pathlib
import sys
from decimal import Decimal

import halkode

# Not by accident the checkout's.
assert pathlib.Path(halkode.__file__).is_relative_to(sys.prefix), halkode.__file__
client = halkode.Halkode.from_env()


def pay(invoice_id: str, number: str) -> halkode.Payment:
    card = halkode.Card(
        holder_name="Ayşe Yılmaz", number=number, expiry_month="12", expiry_year="2040", cvv="555"
    )
    return client.pay_2d(
        invoice_id=invoice_id, total=Decimal("149.90"), name="Ayşe", surname="Yılmaz", card=card
    )


run = f"PK{os.getpid()}-{os.urandom(6).hex()}"
assert pay(run, "4155650100416111").hash_verified
status = client.check_status(invoice_id=run)
assert (status.state, status.product_price) == ("paid", Decimal("149.90")), status
try:
    pay(f"{run}-no", "4155650100000519")
except halkode.DeclinedError as error:
    assert error.bank_code == "51" and not error.in_doubt, error.to_dict()
    declined = f"{error.kind} with {error.bank_code}"
else:
    sys.exit("the card without funds was charged")

bank = halkode.Halkbank.from_env()
page = "https://shop.example/return"
form = bank.gate_form(
    store_type="3d_pay_hosting", order_id=f"{run}-form", total=Decimal("75.50"), ok_url=page, fail_url=page
)
fields = {field.name: field.value for field in form.fields}
assert form.action == f"{os.environ['HALKBANK_BASE_URL']}/est3Dgate", form.action
assert bank.ver3_hash(fields=fields).hash == fields["hash"] and os.environ["HALKBANK_STORE_KEY"] not in form.html
bank_card = halkode.BankCard(number="4531444531442283", expiry_month="12", expiry_year="2040", cvv="001")
assert bank.sale(order_id=run, total=Decimal("60.00"), card=bank_card).response == "Approved"
order = bank.order_status(order_id=run)
assert (order.state, order.captured_amount) == ("paid", Decimal("60.00")), order

version = ".".join(map(str, sys.version_info[:3]))
print(f"halkode {halkode.__version__} on Python {version}: paid 149.90, {declined}; at Halkbank a form, and paid 60.00")
PROGRAM

# One file of each kind, or none of this is about the right one.
one() {
    if [ $# != 1 ] || [ ! -f "$1" ]; then
        echo "packages/python.sh: there must be one such file in $dist: $*" >&2
        exit 1
    fi
    echo "$1"
}
wheel=$(one "$dist"/halkode-*.whl)
sdist=$(one "$dist"/halkode-[0-9]*.tar.gz)

# The wheel, without network and without Rust, in every Python from 3.10 on that is here.
paid=0
versions=''
for python in python3 $(compgen -c python3. | grep -E '^python3\.[0-9]+$' | sort -u) "$HOME"/.pyenv/versions/3.*/bin/python3; do
    minor=$("$python" -c 'import sys; print(sys.version_info[1])' 2> /dev/null) || continue
    if [ "$minor" -ge 10 ] && [[ " $versions " != *" 3.$minor "* ]]; then
        versions="$versions 3.$minor"
        "$python" -m venv "wheel-$minor"
        "wheel-$minor/bin/pip" install --quiet --no-index --no-deps "$wheel"
        "wheel-$minor/bin/python" pay.py
        paid=$((paid + 1))
    fi
done
[ "$paid" != 0 ]

# The source distribution, which brings the core and the lock file along. What was compiled for it once is kept.
python3 -m venv source
CARGO_TARGET_DIR=$target/python/sdist source/bin/pip install --quiet --no-binary halkode "$sdist"
source/bin/python pay.py
# What the release workflow asks of every wheel.
source/bin/python "$root/bindings-python/release/smoke.py"

echo "installed $(basename "$wheel") on Python$versions and $(basename "$sdist"); each took a payment at either gateway and was refused one"
