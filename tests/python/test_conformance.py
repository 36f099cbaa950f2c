"""Every conformance case as a test, and proof that the runner can tell a case that does not hold."""

from __future__ import annotations

import collections
import copy
from collections.abc import Callable
from typing import Any

import pytest

import halkode
from conformance import BANK_KEYS, GATEWAYS, Case, Outcome, leaks, load, run, share, start_all, written
from replays import Sandbox, parse

CASES = load()


@pytest.fixture(scope="session")
def outcomes(bank: Sandbox) -> Callable[[Case], Outcome]:
    """All cases run side by side; each test then looks at its own."""
    started = dict(zip((case.title for case in CASES), start_all(CASES, bank), strict=True))
    return lambda case: started[case.title].result(timeout=120)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case, outcomes: Callable[[Case], Outcome]) -> None:
    assert not (problems := outcomes(case).problems), "\n".join(problems)


def test_all_cases_ran_and_nearly_all_through_the_typed_face(outcomes: Callable[[Case], Outcome]) -> None:
    ran = {name: [outcomes(case).door for case in CASES if case.gateway == name] for name in GATEWAYS}
    for name, doors in ran.items():
        print(f"{len(doors)} cases of {name}:", dict(collections.Counter(doors)))
        assert len(doors) >= GATEWAYS[name].at_least
        assert doors.count("typed") >= GATEWAYS[name].at_least_typed
        assert doors.count("call") > 0
        assert doors.count("call_json") > 0
    # Every case of every file, wherever it lies.
    assert {name: len(doors) for name, doors in ran.items()} == written()


def test_a_share_of_the_cases_has_some_of_every_file() -> None:
    some = share(CASES, 10)
    assert some == share(CASES, 10)
    assert {case.title.partition(":")[0] for case in some} == {case.title.partition(":")[0] for case in CASES}
    assert len(CASES) / 10 <= len(some) < len(CASES) / 5
    assert sorted(case.title for case in share(CASES, 1)) == sorted(case.title for case in CASES)


SALE = "halkode/pay_2d.json: minimal request, whole reply"
DECLINED = "halkode/pay_2d.json: declined by the bank: its code explains"
REFUSED = "halkode/pay_2d.json: total zero"
HASH = "halkode/hash.json: refund"
RETURN = "halkode/verify_return.json: success bound to the order, whole claim"
STATUS = "halkode/check_status.json: paid, whole reply: the answer is flat"
BANK_SALE = "halkbank/sale.json: whole reply: the document in the form field DATA, in UTF-8"
BANK_REFUSED = "halkbank/sale.json: 121 recurring payments"
FORM = "halkbank/gate_form.json: 3d_pay_hosting: no card, the bank asks for it"


def changed(title: str, path: list[Any], value: str) -> Case:
    case = next(case for case in CASES if case.title == title)
    content = copy.deepcopy(case.content)
    place: Any = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = parse(value)
    return case._replace(content=content)


@pytest.mark.parametrize(
    ("title", "path", "value", "told"),
    [
        (SALE, ["reply", "payment_method"], "2", "reply.payment_method: expected 2"),
        (SALE, ["reply", "payment_method"], '"1"', "reply.payment_method"),
        (SALE, ["reply", "merchant_commission"], '"0.0"', "reply.merchant_commission"),
        (SALE, ["reply", "more"], "1", "reply.more: expected 1, got nothing"),
        (SALE, ["reply"], '{"status_code":100}', "expected nothing, got"),
        (SALE, ["exchanges", 0, "expect", "body", "total"], "22.00", 'body.total: expected 22.00, got "22.00"'),
        (SALE, ["exchanges", 0, "expect", "body", "hash_key"], '{"$hash":"22|1|TRY|x|A-1"}', "expected a hash of"),
        (SALE, ["exchanges", 0, "expect", "path"], '"/api/paySmart3D"', "/api/paySmart3D"),
        (SALE, ["exchanges"], "[]", "was not expected"),
        (SALE, ["token_calls"], "2", "expected 2 requests for a token, 1 came"),
        (DECLINED, ["error", "kind"], '"credentials"', "error.kind"),
        (DECLINED, ["error", "in_doubt"], "true", "error.in_doubt: expected true"),
        (DECLINED, ["error", "bank_code"], "null", "error.bank_code"),
        (REFUSED, ["error", "reason_contains"], '["more than one"]', "expected a text with 'more than one'"),
        (
            REFUSED,
            ["exchanges"],
            '[{"expect":{"path":"/api/paySmart2D","body":{}},"answer":{"json":{}}}]',
            "expected 1 requests, 0 came",
        ),
        (HASH, ["reply", "hash_key"], '{"$hash":"5.00|A-2|x"}', "expected a hash of"),
        (HASH, ["reply", "hash_key"], '{"$hash":"5.00|A-1|x","secret":"merchant_key"}', "does not open"),
        (HASH, ["reply", "plaintext"], '{"$contains":["A-2"]}', "expected a text with 'A-2'"),
        (HASH, ["reply", "plaintext"], '{"$anything":true}', 'expected {"$anything":true}'),
        (RETURN, ["sealed"], '"1|23.00|A-1|VP17459141322115179|TRY"', "sealed: "),
        (STATUS, ["reply", "transaction_amount"], '"23.1"', "reply.transaction_amount"),
        (BANK_SALE, ["reply", "auth_code"], '"P90326"', 'reply.auth_code: expected "P90326"'),
        (BANK_SALE, ["exchanges", 0, "expect", "xml", "CC5Request", "Total"], '"100.26"', "100.26"),
        (BANK_SALE, ["exchanges", 0, "expect", "xml", "CC5Request", "Password"], '"{{store_key}}"', "Password"),
        (BANK_SALE, ["exchanges", 0, "expect", "charset"], '"ISO-8859-9"', "ISO-8859-9"),
        (BANK_SALE, ["token_calls"], "1", "expected 1 requests for a token, 0 came"),
        (BANK_REFUSED, ["error", "field"], '"recurring.cycle"', 'error.field: expected "recurring.cycle"'),
        (BANK_REFUSED, ["config"], '{"api_password":"RequestError"}', "repeats the secret"),
        (FORM, ["reply", "fields", 12, "value"], '{"$ver3":[["oid","A-1"]]}', "reply: $hash: "),
        (FORM, ["reply", "fields", 12, "value"], '{"$ver3":"nothing"}', 'expected {"$ver3":"nothing"}'),
        (FORM, ["reply", "fields", 10, "value"], '{"$ver3":"fields"}', "reply: $hash: "),
    ],
)
def test_a_case_that_does_not_hold_is_told(bank: Sandbox, title: str, path: list[Any], value: str, told: str) -> None:
    assert told in "\n".join(run(changed(title, path, value), bank).problems)


@pytest.mark.parametrize("title", [SALE, DECLINED, REFUSED, HASH, RETURN, STATUS, BANK_SALE, BANK_REFUSED, FORM])
def test_and_unchanged_they_hold(bank: Sandbox, title: str) -> None:
    assert not run(next(case for case in CASES if case.title == title), bank).problems


def test_a_secret_in_an_error_is_told() -> None:
    error = halkode.DeclinedError("4155650100416111 refused", body="cvv 555, key $2y$10$abc")
    request = {"card": {"number": "4155650100416111", "cvv": "555"}}
    found = "\n".join(leaks(error, {"merchant_key": "$2y$10$abc"}, request))
    assert "the secret '4155650100416111'" in found
    assert "the secret '$2y$10$abc'" in found
    assert "the security code 555" in found
    error = halkode.DeclinedError(f"{BANK_KEYS['api_password']} and 453144:51104213:3545:## refused")
    found = "\n".join(leaks(error, BANK_KEYS, {"md": "453144:51104213:3545:##"}))
    assert f"the secret '{BANK_KEYS['api_password']}'" in found
    assert "the secret '453144:51104213:3545:##'" in found
