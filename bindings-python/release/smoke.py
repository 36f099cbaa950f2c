"""Does the installed package work here at all? Without network: it calculates, refuses, and finds nobody to talk to."""

from __future__ import annotations

import pathlib
import sys

import halkode

KEYS = {
    # The operator's published test merchant.
    "app_id": "a2a7cb8131890a35353629182274c756",
    "app_secret": "a9b5c28211388c7a6a705122a24e6f46",
    "merchant_key": "$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72",
}


def require(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"smoke: {what}")


require(pathlib.Path(halkode.__file__).is_relative_to(sys.prefix), f"{halkode.__file__} is not what was installed")
client = halkode.Halkode.from_config(KEYS)
sealed = client.hash(layout="refund", parts={"amount": "5.00", "invoice_id": "A-1"})
opened = client.open_hash(hash_key=sealed.hash_key, layout="refund")
require([part.value for part in opened.parts][:2] == ["5.00", "A-1"], "the hash does not open to what was sealed")
bank = halkode.Halkbank.from_config({"client_id": "500300000", "store_key": "123456", "environment": "test"})
page = "https://shop.example/return"
form = bank.gate_form(store_type="3d_pay_hosting", order_id="A-1", total="1.00", ok_url=page, fail_url=page)
fields = {field.name: field.value for field in form.fields}
require(bank.ver3_hash(fields=fields).hash == fields["hash"], "the form's hash is not that of its fields")
code = client.call("status_code", {"code": "41"})
require(code["known"] is True, "the table of codes is not there")
try:
    client.refund(invoice_id="A-1", amount=5.5)  # type: ignore[arg-type]
except halkode.RequestError as error:
    require(error.field == "amount", "the float was refused for another reason")
else:
    sys.exit("smoke: a float was taken")
try:
    # Nobody listens on the port "discard": TLS is not reached, the network is.
    halkode.Halkode.from_config({**KEYS, "base_url": "http://127.0.0.1:9/ccpayment", "timeout": 1}).token()
except halkode.TransportError as error:
    require(error.sent == "no", "something was sent to nobody")
else:
    sys.exit("smoke: nobody answered")
print(f"halkode {halkode.__version__} works on Python {sys.version.split()[0]}, {sys.platform}")  # noqa: T201
