"""A shop's mistakes, each on a line that says which; `mypy --strict` must find these and no others."""

from __future__ import annotations

import halkode

client = halkode.Halkode(app_id="a", app_secret="b")  # wrong: call-arg
client = halkode.Halkode(app_id="a", app_secret="b", merchant_key="c", environment="prod")  # wrong: arg-type
client = halkode.Halkode.from_env()

client.refund(invoice_id="A-1", amount=12.5)  # wrong: arg-type
client.refund(invoice_id=7)  # wrong: arg-type
client.refund(amount="12.50")  # wrong: call-arg
client.refund("A-1")  # wrong: call-arg misc
client.refund(invoice_id="A-1", amuont="12.50")  # wrong: call-arg
client.refnud(invoice_id="A-1")  # wrong: attr-defined
client.settle(invoice_id="A-1", deadline="30")  # wrong: arg-type

halkode.Item(name="Çanta", price=49.9, quantity=1)  # wrong: arg-type
halkode.Item(name="Çanta", price="49.90", quantity="1")  # wrong: arg-type
halkode.Card(number="4155650100416111")  # wrong: call-arg
client.purchase_link(  # wrong: call-arg
    invoice_id="A-1",
    total="10.00",
    name="A",
    surname="B",
    currency="TL",  # wrong: arg-type
    items=[halkode.Card],  # wrong: list-item
)

status = client.check_status(invoice_id="A-1")
status.state = "paid"  # wrong: misc
status.unheard_of  # wrong: attr-defined
status.product_price.quantize  # wrong: union-attr
if status.state == "payed":  # wrong: comparison-overlap
    pass
amount: float = status.product_price or 0.0  # wrong: assignment
status.extra["new"] = 1  # wrong: index
for wrong in status.transaction_id:  # wrong: union-attr
    pass

try:
    client.token()
except halkode.DeclinedError as error:
    error.unheard_of  # wrong: attr-defined
    code: int = error.status_code  # wrong: assignment
    if error.kind == "transport":  # wrong: comparison-overlap
        pass
client._native.call("token")  # wrong: call-arg

bank = halkode.Halkbank(store_key="b")  # wrong: call-arg
bank = halkode.Halkbank(client_id="a", merchant_key="c")  # wrong: call-arg
bank = halkode.Halkbank(client_id="a", md_status="most")  # wrong: arg-type
bank.refund(invoice_id="A-1", amount="1.00")  # wrong: call-arg
bank.refund(order_id="A-1")  # wrong: call-arg
bank.refund(order_id="A-1", amount=12.5)  # wrong: arg-type
bank.pay_2d(invoice_id="A-1")  # wrong: attr-defined
client.gate_form(order_id="A-1")  # wrong: attr-defined
settled: halkode.Settlement = bank.settle(order_id="A-1")  # wrong: assignment
bank.sale(order_id="A-1", total=1, card=halkode.Card(holder_name="A", number="1"))  # wrong: arg-type call-arg
if bank.verify_callback(order_id="A-1", total=1, body="").outcome == "Approved":  # wrong: comparison-overlap
    pass
