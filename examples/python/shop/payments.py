"""What the shop does with money. Every change of an order's state is here, and comes from a gateway's own word."""

import secrets
from decimal import Decimal

import halkode

from shop.models import Order

# A client of each for the whole process: it is safe for threads, and for workers forked from here (gunicorn --preload).
gateway = halkode.Halkode.from_env()
halkbank = halkode.Halkbank.from_env()

STATES = {
    "paid": Order.State.PAID,
    "failed": Order.State.FAILED,
    "not_found": Order.State.FAILED,
    "refunded": Order.State.REFUNDED,
    "partially_refunded": Order.State.PARTIALLY_REFUNDED,
    "voided": Order.State.VOIDED,
}
# As long as an order is in one of these, its payment may still be decided.
OPEN = (Order.State.WAITING, Order.State.IN_DOUBT, Order.State.FAILED)
NOT_PAID = "Ödeme alınamadı. Kartınızdan para çekilmedi; yeniden deneyebilirsiniz."
UNKNOWN = "Ödemenin sonucu henüz belli değil. Lütfen yeniden ödemeyin; sonucu bankaya soruyoruz."
NOT_AUTHENTICATED = "Kartınız doğrulanamadı; ödeme geri alındı."
NOT_GIVEN_BACK = "İade yapılamadı."
BACK_UNKNOWN = "İadenin sonucu henüz belli değil. Bankaya sorulmadan yinelenmemeli."


def new_order(total: Decimal, gateway: Order.Gateway = Order.Gateway.HALKODE) -> Order:
    """Stored before anything is sent: whatever happens then, the number is known."""
    return Order.objects.create(invoice_id=f"PY{secrets.token_hex(12)}", gateway=gateway, total=total)


def decide(order: Order, state: Order.State, message: str = "") -> None:
    """Notes what became of a payment. What is paid stays paid, whatever another request brings in late."""
    Order.objects.filter(pk=order.pk, state__in=OPEN).update(state=state, message=message)
    order.refresh_from_db()


def pay(total: Decimal, holder_name: str, card: halkode.Card) -> Order:
    """A sale without 3-D Secure. The card passes through and is not kept."""
    order = new_order(total)
    name, _, surname = holder_name.rpartition(" ")
    try:
        gateway.pay_2d(
            invoice_id=order.invoice_id,
            total=order.total,
            name=name or surname,
            surname=surname,
            card=card,
        )
        decide(order, Order.State.PAID)
    except halkode.RequestError:
        # Refused before a byte was sent: there is no payment, and the buyer is told which field it was.
        order.delete()
        raise
    except halkode.Error as error:
        if error.in_doubt:
            settle(order)
        else:
            decide(order, Order.State.FAILED, explanation(error))
    return order


def settle(order: Order) -> None:
    """The answer was lost: money may have moved. Never pay again; keep the order, and ask. Asking charges nothing."""
    decide(order, Order.State.IN_DOUBT, UNKNOWN)
    try:
        settled = gateway.settle(invoice_id=order.invoice_id, deadline=30, spacing=2)
    except halkode.Error:
        # Still unknown: it stays in doubt, and the order's page asks again.
        return
    if settled.decided and settled.state in STATES:
        paid_or_not(order, STATES[settled.state])


def look(order: Order) -> None:
    """Asks once. That the gateway does not know an invoice means nothing yet: a payment may still be on its way."""
    try:
        state = gateway.check_status(invoice_id=order.invoice_id).state
    except halkode.Error:
        return
    if state in STATES and state != "not_found":
        paid_or_not(order, STATES[state])


def paid_or_not(order: Order, state: Order.State) -> None:
    decide(order, state, NOT_PAID if state == Order.State.FAILED else "")


def form_3d(order: Order, name: str, return_url: str) -> str:
    """The page that asks the buyer for the card and posts it straight to the gateway: the shop never sees it."""
    return gateway.pay_3d_form(
        invoice_id=order.invoice_id,
        total=order.total,
        name=name,
        surname=name,
        return_url=return_url,
        cancel_url=return_url,
    ).html


def confirm(order: Order, fields: dict[str, str]) -> None:
    """What the browser brought back is a claim that anybody can write; only the gateway's own answer counts."""
    if order.state not in OPEN:
        # A reload of the page: there is nothing left to confirm.
        return
    try:
        # The shop's own number and total, never those of the fields.
        confirmation = gateway.confirm_return(fields=fields, invoice_id=order.invoice_id, total=order.total)
    except halkode.Error as error:
        if error.in_doubt:
            settle(order)
        else:
            # It does not fit this order, or nobody could be asked. The true return, or a reload, still counts.
            decide(order, order.state, UNKNOWN if isinstance(error, halkode.TransportError) else explanation(error))
        return
    if confirmation.paid:
        decide(order, Order.State.PAID)
    elif confirmation.state in ("failed", "not_found"):
        decide(order, Order.State.FAILED, NOT_PAID)


def refund(order: Order, amount: Decimal | None) -> None:
    """Gives back a part, or all that is left; what was given back in the end is what the gateway says."""
    try:
        # A number of its own: were this request repeated, the gateway would refuse the second.
        gateway.refund(invoice_id=order.invoice_id, amount=amount, refund_transaction_id=f"R{secrets.token_hex(12)}")
        order.message = ""
    except halkode.Error as error:
        order.message = BACK_UNKNOWN if error.in_doubt else explanation(error, NOT_GIVEN_BACK)
    try:
        status = gateway.check_status(invoice_id=order.invoice_id)
    except halkode.Error:
        order.message = order.message or BACK_UNKNOWN
    else:
        order.state = STATES.get(status.state, order.state)
        order.refunded = status.total_refunded_amount or order.refunded
    order.save(update_fields=["state", "refunded", "message"])


def form_at_halkbank(order: Order, return_url: str) -> str:
    """The page that takes the buyer to Halkbank's own page, where the card is asked for."""
    return halkbank.gate_form(
        store_type="3d_pay_hosting",
        order_id=order.invoice_id,
        total=order.total,
        ok_url=return_url,
        fail_url=return_url,
    ).html


def confirm_at_halkbank(order: Order, body: str) -> None:
    """What came is signed, and the bank is asked besides. A forgery raises; the order stays as it was."""
    try:
        # The shop's own number and total: a true callback of another order is no payment of this one.
        confirmation = halkbank.confirm_callback(body=body, order_id=order.invoice_id, total=order.total)
    except (halkode.SignatureError, halkode.RequestError):
        raise
    except halkode.Error:
        # The bank could not be asked. A reload of the page asks again.
        decide(order, order.state, UNKNOWN)
        return
    if confirmation.paid:
        decide(order, Order.State.PAID)
    elif confirmation.unaccepted:
        # Taken without the authentication this shop demands, so it would bear the loss of a fraud: given back.
        decide(order, Order.State.PAID)
        if order.state == Order.State.PAID:
            cancel_at_halkbank(order, NOT_AUTHENTICATED)
    elif confirmation.callback.outcome == "not_paid":
        # A failure may come unsigned, so anybody may have posted it; the true success still counts.
        decide(order, Order.State.FAILED, confirmation.callback.explanation_tr or NOT_PAID)
    elif confirmation.state in STATES:
        decide(order, STATES[confirmation.state])


def cancel_at_halkbank(order: Order, message: str = "") -> None:
    """Voids the order before the bank's day-close, refunds it afterwards; what became of it is what the bank says."""
    try:
        halkbank.cancel_or_refund(order_id=order.invoice_id)
        order.message = message
    except halkode.Error as error:
        order.message = BACK_UNKNOWN if error.in_doubt else explanation(error, NOT_GIVEN_BACK)
    try:
        state = halkbank.order_status(order_id=order.invoice_id).state
    except halkode.Error:
        order.message = order.message or BACK_UNKNOWN
    else:
        order.state = STATES.get(state, order.state)
        if order.state == Order.State.REFUNDED:
            order.refunded = order.total
    order.save(update_fields=["state", "refunded", "message"])


def explanation(error: halkode.Error, otherwise: str = NOT_PAID) -> str:
    """What to tell the buyer: the bank's reason in Turkish, where the gateway gave one."""
    return error.explanation_tr or otherwise
