"""The second client: what is its own, against the bank in the environment."""

from __future__ import annotations

import json
import os
import pickle
import re
import traceback
import types
import urllib.parse
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

import halkode
from conformance import BANK_KEYS
from conftest import BANK_CARD, BANK_NO_FUNDS_CARD, HALF_SECURE_CARD, bank_card, bank_sale, sale, taken, visit
from replays import Sandbox

PAGE = "http://127.0.0.1:9/donus"
# Long enough that none of it stands anywhere by chance.
OWN: dict[str, Any] = {
    **BANK_KEYS,
    "store_key": "gizli|anahtar-9",
    "api_user": "gizlikullanici",
    "api_password": "PAROLA-7",
}


def payment(order_id: str, **changes: Any) -> dict[str, Any]:
    """What a form to the gate is made from."""
    order = {"store_type": "3d_pay_hosting", "order_id": order_id, "total": Decimal("75.50")}
    return {**order, "ok_url": PAGE, "fail_url": PAGE, **changes}


def browse(
    bank: Sandbox, form: halkode.BrowserForm, outcome: str = "approve", card: str | None = None
) -> dict[str, str]:
    return visit(bank, form.action, {field.name: field.value for field in form.fields}, outcome, card)


def said(error: halkode.Error) -> str:
    """All that an error shows of itself."""
    shown = "".join(traceback.format_exception_only(type(error), error))
    return f"{shown} {error!r} {error.to_dict()} {vars(error)} {error.args}"


def no_secret_in(text: str, *secrets: str) -> None:
    for secret in (*secrets, BANK_CARD, BANK_NO_FUNDS_CARD, os.environ["HALKBANK_API_PASSWORD"]):
        assert secret not in text


# A payment on the bank's page


def test_from_the_form_to_the_void(halkbank: halkode.Halkbank, bank: Sandbox, invoice: str) -> None:
    form = halkbank.gate_form(**payment(invoice))
    assert f'action="{form.action}"' in form.html
    assert not {"pan", "cv2"} & {field.name for field in form.fields}
    fields = browse(bank, form)
    order = {"order_id": invoice, "total": Decimal("75.50")}
    callback = halkbank.verify_callback(body=urllib.parse.urlencode(fields), **order)  # type: ignore[arg-type]
    assert (callback.outcome, callback.signed, callback.total) == ("paid", True, Decimal("75.50"))
    assert halkbank.verify_callback(fields=fields, **order) == callback  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(callback)) == callback
    confirmed = halkbank.confirm_callback(fields=fields, **order)  # type: ignore[arg-type]
    assert (confirmed.paid, confirmed.state, confirmed.callback) == (True, "paid", callback)
    assert confirmed.status
    assert confirmed.status.captured_amount == Decimal("75.50")
    for changed, asked in [
        ({"amount": "1.00"}, order),
        ({"amount": "1.00"}, {**order, "total": "1.00"}),
        ({"HASH": ""}, order),
        ({}, {**order, "total": "75.51"}),
        ({}, {**order, "currency": "USD"}),
        ({}, {**order, "order_id": f"{invoice}-2"}),
    ]:
        with pytest.raises(halkode.SignatureError) as caught:
            halkbank.verify_callback(fields={**fields, **changed}, **asked)  # type: ignore[arg-type]
        assert (caught.value.invoice_id, caught.value.in_doubt) == (asked["order_id"], False)
    assert taken(bank, invoice) == "75.50"
    assert halkbank.cancel_or_refund(order_id=invoice).by == "void"
    assert halkbank.cancel_or_refund(order_id=invoice).by == "before"
    assert taken(bank, invoice) == "0.00"


def test_what_was_taken_against_the_shops_own_rule(halkbank: halkode.Halkbank, bank: Sandbox, invoice: str) -> None:
    fields = browse(bank, halkbank.gate_form(**payment(invoice)), card=HALF_SECURE_CARD)
    order: dict[str, Any] = {"fields": fields, "order_id": invoice, "total": "75.50"}
    told = halkbank.confirm_callback(**order)
    assert (told.paid, told.state, told.callback.outcome, told.callback.md_status) == (False, "paid", "unaccepted", "2")
    keys: dict[str, Any] = {**BANK_KEYS, "store_key": os.environ["HALKBANK_STORE_KEY"]}
    assert halkode.Halkbank(**keys, md_status="half").verify_callback(**order).outcome == "paid"
    assert halkbank.cancel_or_refund(order_id=invoice).by == "void"
    assert taken(bank, invoice) == "0.00"


def test_a_buyer_who_gives_up(halkbank: halkode.Halkbank, bank: Sandbox, invoice: str) -> None:
    fields = browse(bank, halkbank.gate_form(**payment(invoice)), "cancel")
    callback = halkbank.verify_callback(fields=fields, order_id=invoice, total="75.50")
    assert callback.outcome == "not_paid"
    assert callback.explanation_tr or callback.error_message


def test_an_authentication_is_provisioned_once(halkbank: halkode.Halkbank, bank: Sandbox, invoice: str) -> None:
    fields = browse(bank, halkbank.gate_form(**payment(invoice, store_type="3d_hosting")))
    callback = halkbank.verify_callback(fields=fields, order_id=invoice, total="75.50")
    assert (callback.outcome, taken(bank, invoice)) == ("authenticated", "0.00")
    assert callback.md
    assert callback.xid
    assert callback.md not in repr(callback)
    proof = {"md": callback.md, "xid": callback.xid, "eci": callback.eci, "cavv": callback.cavv}
    paid = halkbank.provision(order_id=invoice, total="75.50", **proof)  # type: ignore[arg-type]
    assert (paid.response, paid.proc_return_code, taken(bank, invoice)) == ("Approved", "00", "75.50")
    with pytest.raises(halkode.Error) as caught:
        halkbank.provision(order_id=invoice, total="75.50", **proof)  # type: ignore[arg-type]
    no_secret_in(said(caught.value), callback.md)
    assert taken(bank, invoice) == "75.50"


AWKWARD = {
    "ReturnOid": "A-1",
    "EXTRA.CARDISSUER": "TÜRKİYE İŞ BANKASI ",
    "maskedCreditCard": "",
    "order_id": "my_own",
    "class": "a word of Python's own",
    "ends_with_": "an underscore",
    " blank ": " both sides ",
    "firmaadi": "a|b\\c",
    "lines": "one\r\ntwo",
}


def in_a_querydict(fields: Mapping[str, str]) -> Mapping[str, str]:
    import django.conf  # type: ignore[import-untyped]
    from django.http import QueryDict  # type: ignore[import-untyped]

    if not django.conf.settings.configured:
        django.conf.settings.configure()
    made: Mapping[str, str] = QueryDict(urllib.parse.urlencode(fields))
    return made


@pytest.mark.parametrize("held", [dict, types.MappingProxyType, in_a_querydict])
def test_the_fields_of_a_callback_go_through_untouched(held: Callable[[Mapping[str, str]], Mapping[str, str]]) -> None:
    own = halkode.Halkbank(**OWN)
    reckoned = own.ver3_hash(fields=held(AWKWARD), callback=True)
    assert sorted(reckoned.names) == sorted(AWKWARD)
    for value in AWKWARD.values():
        assert value.replace("\\", "\\\\").replace("|", "\\|") in reckoned.plaintext
    fields = {**AWKWARD, "HASH": reckoned.hash}

    def signed(fields: Mapping[str, str]) -> bool:
        return own.verify_callback(fields=fields, order_id="A-1", total="1.00").signed

    assert signed(held(fields))
    assert own.verify_callback(body=urllib.parse.urlencode(fields), order_id="A-1", total="1.00").signed
    assert own.call("verify_callback", {"fields": held(fields), "order_id": "A-1", "total": "1.00"})["signed"]
    for spoilt in (
        {"EXTRA.CARDISSUER": "TÜRKİYE İŞ BANKASI"},
        {"order_id": "my own"},
        {"lines": "one\ntwo"},
        {"maskedCreditCard": " x"},
        {"more": "x"},
    ):
        assert not signed(held({**fields, **spoilt}))
    assert own.explain_ver3(fields=fields).mistake is None


# Payments by XML


def test_a_declined_card_and_a_refund_that_is_too_early(
    halkbank: halkode.Halkbank, bank: Sandbox, invoice: str
) -> None:
    with pytest.raises(halkode.DeclinedError) as caught:
        halkbank.sale(**bank_sale(invoice, BANK_NO_FUNDS_CARD))
    error = caught.value
    assert (error.operation, error.invoice_id, error.bank_code, error.in_doubt) == ("sale", invoice, "51", False)
    assert "bakiye" in (error.explanation_tr or "").lower()
    no_secret_in(said(error))
    # A refused order's number may be used again.
    assert halkbank.sale(**bank_sale(invoice, total=Decimal("149.90"))).order_id == invoice
    with pytest.raises(halkode.DeclinedError) as caught:
        halkbank.refund(order_id=invoice, amount=Decimal("49.90"))
    assert caught.value.error_code == "CORE-2508"
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.to_dict() == caught.value.to_dict()
    assert again.error_code == "CORE-2508"
    bank.control("POST", "halkbank/dayclose", {})
    assert halkbank.refund(order_id=invoice, amount=Decimal("49.90")).order_id == invoice
    assert taken(bank, invoice) == "100.00"


def test_a_lost_answer_is_settled_and_charged_once(halkbank: halkode.Halkbank, bank: Sandbox, invoice: str) -> None:
    bank.control("POST", "faults", {"path": "fim/api", "fault": "done_no_answer", "times": 1})
    with pytest.raises(halkode.TransportError) as caught:
        halkbank.sale(**bank_sale(invoice))
    error = caught.value
    assert (error.operation, error.sent, error.in_doubt, error.invoice_id) == ("sale", "unknown", True, invoice)
    no_secret_in(said(error))
    settled = halkbank.settle(order_id=invoice, deadline=30, spacing=2)
    assert isinstance(settled, halkode.OrderSettlement)
    assert (settled.state, settled.decided) == ("paid", True)
    assert settled.status
    assert settled.status.captured_amount == Decimal("60.00")
    assert taken(bank, invoice) == "60.00"
    assert len(bank.control("GET", f"halkbank/orders/{invoice}")["transactions"]) == 1


def test_a_wrong_password(bank: Sandbox, halkbank: halkode.Halkbank, invoice: str) -> None:
    wrong = "YANLIS-PAROLA-7"
    keys: dict[str, Any] = {**BANK_KEYS, "base_url": os.environ["HALKBANK_BASE_URL"]}
    with pytest.raises(halkode.CredentialsError) as caught:
        halkode.Halkbank(**{**keys, "api_password": wrong}).sale(**bank_sale(invoice))
    assert (caught.value.operation, caught.value.in_doubt) == ("sale", False)
    no_secret_in(said(caught.value), wrong)
    assert halkbank.order_status(order_id=invoice).state == "not_found"


def test_both_sides_of_a_fork(halkbank: halkode.Halkbank, bank: Sandbox, invoice: str) -> None:
    def shop(name: str) -> bool:
        return halkbank.sale(**bank_sale(f"{invoice}-{name}")).order_id == f"{invoice}-{name}"

    assert shop("before")
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if shop("child") else 1)
        finally:
            os._exit(2)
    assert shop("parent")
    _, code = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(code) == 0
    assert [taken(bank, f"{invoice}-{name}") for name in ("before", "child", "parent")] == ["60.00"] * 3


# Two gateways in one shop


def test_operations_of_one_name_are_each_gateways_own(
    client: halkode.Halkode, halkbank: halkode.Halkbank, invoice: str
) -> None:
    client.pay_2d(**sale(invoice))
    # One number at both: they know nothing of each other.
    halkbank.sale(**bank_sale(invoice))
    assert isinstance(client.settle(invoice_id=invoice), halkode.Settlement)
    assert isinstance(halkbank.settle(order_id=invoice), halkode.OrderSettlement)
    books = halkbank.reconcile(records=[halkode.ShopRecord(invoice_id=invoice, amount=60)])
    assert (books.done, books.matched, books.rows[0].gateway_state) == (True, 1, "paid")
    answer = halkbank.raw(document={"OrderId": invoice, "Extra": {"ORDERSTATUS": "QUERY"}})
    assert isinstance(answer, halkode.BankRawReply)
    assert (answer.approved, answer.document["Extra"]["ORD_ID"]) == (True, invoice)
    assert isinstance(client.refund(invoice_id=invoice), halkode.Refunded)
    mistakes: list[tuple[Callable[[], object], str]] = [
        (lambda: client.refund(order_id="A-1"), "order_id"),  # type: ignore[call-arg]
        (lambda: halkbank.refund(invoice_id="A-1", amount=1), "invoice_id"),  # type: ignore[call-arg]
        (lambda: client.settle(order_id="A-1"), "order_id"),  # type: ignore[call-arg]
        (lambda: halkbank.settle(invoice_id="A-1"), "invoice_id"),  # type: ignore[call-arg]
        (lambda: halkbank.raw(path="/api/refund"), "path"),  # type: ignore[call-arg]
    ]
    for call, name in mistakes:
        with pytest.raises(TypeError, match=name):
            call()
    assert not hasattr(client, "gate_form")
    assert not hasattr(halkbank, "pay_2d")


def test_by_name(halkbank: halkode.Halkbank, invoice: str) -> None:
    request = {**bank_sale(invoice), "total": Decimal("60.00")}
    assert halkbank.call("sale", request)["response"] == "Approved"
    status = halkbank.call("order_status", {"order_id": invoice})
    assert (status["state"], status["captured_amount"]) == ("paid", "60.00")
    again = json.loads(halkbank.call_json("order_status", json.dumps({"order_id": invoice})))
    assert again == status == halkbank.order_status(order_id=invoice).to_dict()
    with pytest.raises(halkode.RequestError, match="is unknown; the operations are gate_form, ") as caught:
        halkbank.call("pay_2d", {})
    assert caught.value.operation == "pay_2d"


# Configuration and secrets


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("client_id", None, "is required"),
        ("client_id", "x123456789", "merchant number"),
        ("store_key", "", "is empty"),
        ("store_key", " blank", "white space"),
        ("api_user", "line\n", "control character"),
        ("api_password", "", "is empty"),
        ("md_status", "some", "must be one of full, half"),
        ("environment", "prod", "must be one of test, live"),
        ("base_url", "http://bank.example/fim", "https"),
        ("timeout", 0, "timeout"),
        ("app_id", "a2a7", "is not a field here; the fields are client_id, store_key"),
    ],
)
def test_a_configuration_that_cannot_be(name: str, value: Any, told: str) -> None:
    config: dict[str, Any] = {**OWN, name: value}
    with pytest.raises(halkode.RequestError, match=re.escape(told)) as caught:
        halkode.Halkbank.from_config(config)
    assert (caught.value.field, caught.value.sent) == (name, "no")
    no_secret_in(said(caught.value), OWN["store_key"], OWN["api_user"], OWN["api_password"], "x123456789")
    if name != "app_id":
        with pytest.raises(halkode.RequestError) as again:
            halkode.Halkbank(**config)
        assert again.value.to_dict() == caught.value.to_dict()


def test_what_the_configuration_lacks(invoice: str) -> None:
    bare = halkode.Halkbank(client_id="500300000", environment="test")
    with pytest.raises(halkode.RequestError, match="store_key is missing from the configuration"):
        bare.gate_form(**payment(invoice))
    with pytest.raises(halkode.RequestError, match="api_user is missing from the configuration"):
        bare.sale(**bank_sale(invoice))
    assert bare.response_code(code="CORE-2508").known
    with pytest.raises(halkode.RequestError) as caught:
        halkode.Halkbank(**BANK_KEYS).order_status(order_id=invoice)
    assert (caught.value.field, caught.value.sent) == ("environment", "no")


def test_the_environment(monkeypatch: pytest.MonkeyPatch, invoice: str) -> None:
    assert halkode.Halkbank.from_env().order_status(order_id=invoice).state == "not_found"
    # Each gateway reads its own variables.
    monkeypatch.delenv("HALKODE_APP_ID")
    assert halkode.Halkbank.from_env().response_code(code="51").known
    monkeypatch.setenv("HALKBANK_MD_STATUS", "some")
    with pytest.raises(halkode.RequestError, match="HALKBANK_MD_STATUS"):
        halkode.Halkbank.from_env()
    monkeypatch.delenv("HALKBANK_MD_STATUS")
    monkeypatch.delenv("HALKBANK_CLIENT_ID")
    with pytest.raises(halkode.RequestError, match="HALKBANK_CLIENT_ID is not set"):
        halkode.Halkbank.from_env()


def test_no_key_is_printed_and_none_is_in_a_form(invoice: str) -> None:
    secrets = (OWN["store_key"], OWN["api_user"], OWN["api_password"])
    own = halkode.Halkbank(**OWN, environment="test")
    no_secret_in(f"{own!r} {own!s} {own._native!r} {dir(own)}", *secrets)
    card = bank_card()
    form = own.gate_form(**payment(invoice, store_type="3d_pay", card=card))
    fields = {field.name: field.value for field in form.fields}
    # The buyer's browser needs the card; whoever prints the form does not, and nobody gets a key.
    assert (fields["pan"], fields["cv2"]) == (BANK_CARD, "001")
    no_secret_in(f"{form!r} {form} {form.fields}", *secrets)
    assert not any(secret in json.dumps(form.to_dict()) for secret in secrets)
    no_secret_in(f"{card!r} {own.ver3_hash(fields={'oid': 'A-1'})}", *secrets)
    with pytest.raises(TypeError, match="a BankCard cannot be pickled: it holds number and cvv in the clear"):
        pickle.dumps(card)


@pytest.mark.parametrize("form", [lambda card: card, lambda card: card.to_dict()])
def test_our_frames_of_a_traceback_show_no_secret(halkbank: halkode.Halkbank, invoice: str, form: Any) -> None:
    def locals_of(call: Callable[[], object]) -> str:
        with pytest.raises(halkode.Error) as caught:
            call()
        told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        shown = "".join(str(frame.locals) for frame in told.stack if "/halkode/" in frame.filename)
        assert "[redacted]" in shown
        return shown

    request = bank_sale(invoice, BANK_NO_FUNDS_CARD)
    request["card"] = form(request["card"])
    no_secret_in(locals_of(lambda: halkbank.sale(**request)))
    keys: dict[str, Any] = {**OWN, "timeout": 0}
    no_secret_in(locals_of(lambda: halkode.Halkbank(**keys)), OWN["store_key"], OWN["api_user"], OWN["api_password"])
    md = "453144:51104213993AC8DFE8839C7F7E391B46:3545:##500100000"
    proof = {"order_id": invoice, "total": "1.00", "md": md, "xid": "N1An1iS5iN4u/1VWS6CgzSGRtN0="}
    no_secret_in(locals_of(lambda: halkbank.provision(**proof)), md)  # type: ignore[arg-type]
