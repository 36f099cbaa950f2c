"""A shop's calls against the bank: sales, refusals, lost answers, wrong keys, no network; never a secret in print."""

from __future__ import annotations

import json
import logging
import re
import socket
import time
import traceback
from decimal import Decimal
from typing import Any, ClassVar

import pytest

import halkode
from conformance import KEYS
from conftest import GOOD_CARD, NO_FUNDS_CARD, card, charges, sale
from gateway import Gateway
from halkode._base import Field
from replays import Sandbox


def test_a_sale_a_question_and_a_refund(client: halkode.Halkode, bank: Sandbox, invoice: str) -> None:
    payment = client.pay_2d(**sale(invoice, total=Decimal("149.90")))
    assert isinstance(payment, halkode.Payment)
    assert (payment.invoice_id, payment.hash_verified, payment.payment_status) == (invoice, True, True)
    refunded = client.refund(invoice_id=invoice, amount=Decimal("49.90"))
    assert refunded.invoice_id == invoice
    status = client.check_status(invoice_id=invoice)
    assert status.state == "partially_refunded"
    assert (status.product_price, status.total_refunded_amount) == (Decimal("149.90"), Decimal("49.90"))
    assert charges(bank, invoice) == 1


def test_a_declined_card(client: halkode.Halkode, bank: Sandbox, invoice: str) -> None:
    with pytest.raises(halkode.DeclinedError) as caught:
        client.pay_2d(**sale(invoice, NO_FUNDS_CARD))
    error = caught.value
    assert isinstance(error, halkode.Error)
    assert (error.kind, error.operation, error.invoice_id) == ("declined", "pay_2d", invoice)
    assert (error.sent, error.in_doubt, error.bank_code) == ("yes", False, "51")
    assert error.status_code is not None
    assert "bakiye" in (error.explanation_tr or "").lower()
    assert error.advice_tr
    assert str(error) == error.reason
    assert charges(bank, invoice) == 0
    no_secret_in(error, NO_FUNDS_CARD)


def test_a_lost_answer_is_settled_and_charged_once(client: halkode.Halkode, bank: Sandbox, invoice: str) -> None:
    client.token()
    bank.control("POST", "faults", {"path": "paySmart2D", "fault": "done_no_answer", "times": 1})
    with pytest.raises(halkode.TransportError) as caught:
        client.pay_2d(**sale(invoice))
    error = caught.value
    assert (error.sent, error.in_doubt, error.invoice_id) == ("unknown", True, invoice)
    no_secret_in(error, GOOD_CARD)
    settled = client.settle(invoice_id=invoice, deadline=30, spacing=2)
    assert (settled.state, settled.decided) == ("paid", True)
    assert isinstance(settled.status, halkode.Status)
    assert settled.status.product_price == Decimal("60.00")
    assert charges(bank, invoice) == 1


def test_a_payment_that_takes_too_long_is_in_doubt(client: halkode.Halkode, bank: Sandbox, invoice: str) -> None:
    hasty = halkode.Halkode(**KEYS, base_url=bank.base_url, timeout=1)
    bank.control("POST", "faults", {"path": "paySmart2D", "fault": "hang", "times": 1})
    began = time.monotonic()
    with pytest.raises(halkode.TransportError) as caught:
        hasty.pay_2d(**sale(invoice))
    assert 0.9 < time.monotonic() - began < 10
    assert (caught.value.sent, caught.value.in_doubt, caught.value.invoice_id) == ("unknown", True, invoice)
    assert client.settle(invoice_id=invoice, deadline=1, spacing=2).state == "not_found"


def test_no_network_means_nothing_was_sent(invoice: str) -> None:
    with socket.socket() as taken:
        # Bound and never listening: whoever connects is refused, and nobody else can take the port.
        taken.bind(("127.0.0.1", 0))
        alone = halkode.Halkode(**KEYS, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/ccpayment", timeout=1)
        with pytest.raises(halkode.TransportError) as caught:
            alone.pay_2d(**sale(invoice))
    assert (caught.value.sent, caught.value.in_doubt) == ("no", False)
    no_secret_in(caught.value, GOOD_CARD)


def test_wrong_keys(bank: Sandbox) -> None:
    other: dict[str, Any] = {**KEYS, "app_secret": KEYS["app_secret"][::-1]}
    with pytest.raises(halkode.CredentialsError) as caught:
        halkode.Halkode(**other, base_url=bank.base_url).token()
    assert other["app_secret"] not in str(caught.value.to_dict())


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("merchant_key", "$2y$10$e8Mzadv", "single quotes"),
        ("merchant_key", "", "is empty"),
        ("app_secret", "has a blank", "white space"),
        ("app_id", None, "is required"),
        ("environment", "prod", "must be one of test, live"),
        ("base_url", "http://pay.example/ccpayment", "https"),
        ("timeout", 0, "timeout"),
        ("ca_pem", "no certificate", "ca_pem"),
        ("proxy", "ftp://relay", "proxy"),
    ],
)
def test_a_configuration_that_cannot_be(name: str, value: Any, told: str) -> None:
    config: dict[str, Any] = {**KEYS, name: value}
    with pytest.raises(halkode.RequestError) as caught:
        halkode.Halkode(**config)
    assert caught.value.field == name
    assert told in caught.value.reason
    with pytest.raises(halkode.RequestError) as again:
        halkode.Halkode.from_config(config)
    assert again.value.to_dict() == caught.value.to_dict()
    assert not any(key in str(caught.value.to_dict()) for key in KEYS.values())


def test_the_environment(monkeypatch: pytest.MonkeyPatch, bank: Sandbox) -> None:
    assert halkode.Halkode.from_env().token().status_code == 100
    monkeypatch.setenv("HALKODE_TIMEOUT", "soon")
    with pytest.raises(halkode.RequestError, match="HALKODE_TIMEOUT must be a whole number"):
        halkode.Halkode.from_env()
    monkeypatch.delenv("HALKODE_APP_ID")
    with pytest.raises(halkode.RequestError, match="HALKODE_APP_ID is not set"):
        halkode.Halkode.from_env()


def test_by_name(client: halkode.Halkode, invoice: str) -> None:
    client.pay_2d(**sale(invoice))
    reply = client.call("check_status", {"invoice_id": invoice})
    assert (reply["state"], reply["product_price"], type(reply["status_code"])) == ("paid", "60.00", int)
    again = json.loads(client.call_json("check_status", json.dumps({"invoice_id": invoice})))
    assert again == reply == client.check_status(invoice_id=invoice).to_dict()
    with pytest.raises(halkode.RequestError, match="not JSON") as caught:
        client.call_json("check_status", "{4155650100416111")
    no_secret_in(caught.value, GOOD_CARD)
    assert caught.value.operation == "check_status"


def test_a_class_of_the_shops_own(invoice: str) -> None:
    class Till(halkode.Halkode):
        def __init__(self) -> None:
            super().__init__(**KEYS, environment="test")
            self.name = "front"

    till = Till()
    assert till.name == "front"
    assert till.status_code(code="41").known
    assert type(Till.from_config(KEYS)) is Till


def test_numbers_of_the_gateway_stay_exact(gateway: Gateway) -> None:
    gateway.answer = lambda path, body: {
        "status_code": 100,
        "product_price": 0.1,
        "merchant_commission": "2.1475000001",
        "odd": [1.10, 2**60, 7, None, True],
    }
    status = halkode.Halkode(**gateway.config).check_status(invoice_id="A-1")
    assert status.product_price == Decimal("0.1")
    assert status.merchant_commission == Decimal("2.1475000001")
    assert status.extra["odd"] == ["1.1", str(2**60), 7, None, True]
    json.dumps(status.to_dict())


def no_secret_in(error: halkode.Error, number: str) -> None:
    said = f"{error} {error!r} {error.to_dict()} {vars(error)} {error.args}"
    for secret in (number, KEYS["app_secret"], KEYS["merchant_key"]):
        assert secret not in said
    assert not re.search(r"\b555\b", said.replace(error.invoice_id or "", ""))


@pytest.mark.parametrize("form", [lambda: card(NO_FUNDS_CARD), lambda: card(NO_FUNDS_CARD).to_dict()])
def test_our_frames_of_a_traceback_show_no_secret(client: halkode.Halkode, invoice: str, form: Any) -> None:
    def locals_of(call: Any, *known: str) -> str:
        """What Django's error page and Sentry would show of this package's frames."""
        with pytest.raises(halkode.Error) as caught:
            call()
        told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        shown = [str(frame.locals) for frame in told.stack if "/halkode/" in frame.filename]
        assert shown
        assert all(name in "".join(shown) for name in known)
        return "".join(shown)

    shown = locals_of(lambda: client.pay_2d(**{**sale(invoice), "card": form()}), invoice, "[redacted]")
    assert NO_FUNDS_CARD not in shown
    assert not re.search(r"\b555\b", shown.replace(invoice, ""))
    person = {"card_holder_name": "A B", "expiry_month": "12", "expiry_year": "2040", "customer_number": "7"}
    wrong = "4155650100416112"
    assert wrong not in locals_of(lambda: client.save_card(card_number=wrong, **person), "[redacted]")
    shown = locals_of(lambda: halkode.Halkode(**KEYS, timeout=0), "[redacted]")
    assert not any(key in shown for key in (KEYS["app_secret"], KEYS["merchant_key"]))


def test_a_reply_that_cannot_be_read_leaves_the_payment_in_doubt(client: halkode.Halkode) -> None:
    class Broken(halkode.StatusCode):
        __slots__ = ()
        __halkode__: ClassVar[dict[str, Field]] = {**halkode.StatusCode.__halkode__, "en": Field(Decimal)}

    with pytest.raises(halkode.InternalError, match="a bug in this library") as caught:
        client._call("status_code", Broken, {"code": "41"})
    assert (caught.value.in_doubt, caught.value.sent, caught.value.operation) == (True, "unknown", "status_code")


def test_nothing_is_logged_and_nothing_printed(
    client: halkode.Halkode, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], invoice: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.pay_2d(**sale(invoice))
        with pytest.raises(halkode.RequestError):
            client.pay_2d(**{**sale(invoice), "card": card("4155650100416112")})
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_a_wrong_card_number_is_refused_here(client: halkode.Halkode, bank: Sandbox, invoice: str) -> None:
    with pytest.raises(halkode.RequestError) as caught:
        client.pay_2d(**sale(invoice, "4155650100416112"))
    assert (caught.value.field, caught.value.sent) == ("card.number", "no")
    no_secret_in(caught.value, "4155650100416112")
    assert all(order["invoice_id"] != invoice for order in bank.control("GET", "orders"))
