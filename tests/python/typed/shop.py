"""A shop's code as type checkers must accept it, under `mypy --strict`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import halkode


def connect(settings: Mapping[str, object]) -> halkode.Halkode:
    client: halkode.Halkode = halkode.Halkode.from_config(settings)
    client = halkode.Halkode.from_env()
    return halkode.Halkode(
        app_id="a", app_secret="b", merchant_key="c", environment="test", timeout=30, user_agent="my-shop/2.1"
    )


def pay(client: halkode.Halkode, form: dict[str, str]) -> str:
    card = halkode.Card(
        holder_name=form["holder_name"],
        number=form["card_number"],
        expiry_month=form["expiry_month"],
        expiry_year=form["expiry_year"],
        cvv=form.get("cvv"),
    )
    currency: halkode.Currency = "TRY"
    total: halkode.AmountLike = Decimal("149.90")
    try:
        payment = client.pay_2d(
            invoice_id="A-1",
            total=total,
            name="Ayşe",
            surname="Yılmaz",
            card=card,
            currency=currency,
            installments_number=3,
            items=[
                halkode.Item(name="Çanta", price="49.90", quantity=1),
                {"name": "Kayış", "price": 100, "quantity": 1},
            ],
            billing={"email": "ayse@example.org"},
            additional={"dealer": 7},
        )
    except halkode.DeclinedError as error:
        kind: halkode.ErrorKind = error.kind
        return f"{kind} {error.bank_code or ''} {error.explanation_tr or error.reason}"
    except halkode.Error as error:
        if error.in_doubt and error.invoice_id is not None:
            settled = client.settle(invoice_id=error.invoice_id, deadline=30)
            state: halkode.PaymentState = settled.state
            return state
        sent: halkode.Sent | None = error.sent
        return sent or error.reason
    order: str | None = payment.order_id
    commission: Decimal | None = payment.merchant_commission
    return f"{order} {commission} {payment.extra.get('new')}"


def look(client: halkode.Halkode) -> dict[str, str]:
    pos = client.get_pos(credit_card="415565", amount=300)
    table = client.installment_table(amount=Decimal(300), data=pos.data)
    rows: dict[int, Decimal] = {row.count: row.total for row in table.rows}
    page = client.transactions(date="2026-11-25")
    kept: set[halkode.Transaction] = set(page.transactions)
    plain: dict[str, object] = page.to_dict()
    again: halkode.TransactionPage = halkode.TransactionPage.from_dict(plain)
    made = halkode.Status(state="paid", status_code=100, product_price=Decimal("1.00"))
    reply = client.call("check_status", {"invoice_id": "A-1"})
    text: str = client.call_json("check_status", '{"invoice_id": "A-1"}')
    return {
        "rows": str(rows),
        "kept": str(len(kept)),
        "again": str(again == page),
        "made": made.state,
        "x": reply["x"] + text,
    }


def come_back(client: halkode.Halkode, fields: Mapping[str, str]) -> bool:
    confirmation = client.confirm_return(fields=fields, invoice_id="A-1", total="149.90")
    claim: halkode.Claim = confirmation.claim
    return confirmation.paid and claim.bound


def pay_at_the_bank(bank: halkode.Halkbank, order_id: str, total: Decimal) -> str:
    form = bank.gate_form(
        store_type="3d_pay_hosting",
        order_id=order_id,
        total=total,
        ok_url="https://shop.example/ok",
        fail_url="https://shop.example/fail",
        recurring={"number": 12, "cycle": "M", "interval": 1},
    )
    names: list[str] = [field.name for field in form.fields]
    return form.html if names else form.action


def back_from_the_bank(bank: halkode.Halkbank, body: str, order_id: str) -> halkode.CallbackOutcome:
    try:
        callback = bank.verify_callback(body=body, order_id=order_id, total="75.50")
    except halkode.SignatureError as error:
        code: str | None = error.error_code
        return "not_paid" if code is None else "authenticated"
    if callback.outcome == "authenticated" and callback.md and callback.xid:
        paid: halkode.BankPayment = bank.provision(order_id=order_id, total=75, md=callback.md, xid=callback.xid)
        return "paid" if paid.response == "Approved" else "not_paid"
    return callback.outcome


def give_back(client: halkode.Halkode | halkode.Halkbank, number: str) -> str:
    """Two gateways with an operation of one name: each has its own parameters and its own reply."""
    if isinstance(client, halkode.Halkbank):
        undone: halkode.Undone = client.cancel_or_refund(order_id=number)
        settled: halkode.OrderSettlement = client.settle(order_id=number)
        state: halkode.OrderState = settled.state
        return f"{undone.by} {state}"
    refunded: halkode.Refunded = client.refund(invoice_id=number)
    found: halkode.Settlement = client.settle(invoice_id=number)
    return f"{refunded.invoice_id} {found.state}"
