"""Every conformance case as a test, and proof that the runner can tell a case that does not hold."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

import halkode
from conformance import AT_LEAST, AT_LEAST_TYPED, Case, Outcome, leaks, load, run, start_all
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
    doors = [outcomes(case).door for case in CASES]
    print(
        f"{len(doors)} cases:", ", ".join(f"{doors.count(door)} by {door}" for door in ("typed", "call", "call_json"))
    )
    assert len(doors) >= AT_LEAST
    assert doors.count("typed") >= AT_LEAST_TYPED
    assert doors.count("call") > 0
    assert doors.count("call_json") > 0


SALE = "halkode/pay_2d.json: minimal request, whole reply"
DECLINED = "halkode/pay_2d.json: declined by the bank: its code explains"
REFUSED = "halkode/pay_2d.json: total zero"
HASH = "halkode/hash.json: refund"
RETURN = "halkode/verify_return.json: success bound to the order, whole claim"
STATUS = "halkode/check_status.json: paid, whole reply: the answer is flat"


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
    ],
)
def test_a_case_that_does_not_hold_is_told(bank: Sandbox, title: str, path: list[Any], value: str, told: str) -> None:
    assert told in "\n".join(run(changed(title, path, value), bank).problems)


@pytest.mark.parametrize("title", [SALE, DECLINED, REFUSED, HASH, RETURN, STATUS])
def test_and_unchanged_they_hold(bank: Sandbox, title: str) -> None:
    assert not run(next(case for case in CASES if case.title == title), bank).problems


def test_a_secret_in_an_error_is_told() -> None:
    error = halkode.DeclinedError("4155650100416111 refused", body="cvv 555, key $2y$10$abc")
    request = {"card": {"number": "4155650100416111", "cvv": "555"}}
    found = "\n".join(leaks(error, {"merchant_key": "$2y$10$abc"}, request))
    assert "the secret '4155650100416111'" in found
    assert "the secret '$2y$10$abc'" in found
    assert "the security code 555" in found
