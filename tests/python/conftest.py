"""What the tests share: the banks in the environment, a client of each, invoice numbers, a sale at each."""

from __future__ import annotations

import http.client
import itertools
import os
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import halkode
from conformance import BANK_KEYS, KEYS
from gateway import Gateway
from replays import Sandbox

GOOD_CARD = "4155650100416111"
NO_FUNDS_CARD = "4155650100000519"
# Halkbank's own test card, and the sandbox's card without funds.
BANK_CARD = "4531444531442283"
BANK_NO_FUNDS_CARD = "4920940000000519"
# One that the bank's page charges although it is authenticated by half only.
HALF_SECURE_CARD = "5404350000000026"


@pytest.fixture(scope="session")
def bank() -> Sandbox:
    """The bank that scripts/with-sandbox.sh started."""
    return Sandbox(os.environ["HALKODE_BASE_URL"])


@pytest.fixture
def client() -> halkode.Halkode:
    return halkode.Halkode.from_env()


@pytest.fixture
def halkbank() -> halkode.Halkbank:
    return halkode.Halkbank.from_env()


@pytest.fixture
def offline() -> halkode.Halkode:
    """A client of keys alone: for what is refused, or calculated, before anything is sent."""
    return halkode.Halkode(**KEYS)


@pytest.fixture
def offline_halkbank() -> halkode.Halkbank:
    return halkode.Halkbank(**BANK_KEYS)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A gateway within this process, whose answers a test decides."""
    with Gateway() as gateway:
        yield gateway


_numbers = itertools.count(1)


@pytest.fixture
def invoice() -> str:
    """A number that no order has yet."""
    return f"PY{os.getpid()}-{time.time_ns()}-{next(_numbers)}"


def card(number: str = GOOD_CARD) -> halkode.Card:
    return halkode.Card(holder_name="Ayşe Yılmaz", number=number, expiry_month="12", expiry_year="2040", cvv="555")


def sale(invoice_id: str, number: str = GOOD_CARD, total: halkode.AmountLike = "60.00") -> dict[str, Any]:
    return {"invoice_id": invoice_id, "total": total, "name": "Ayşe", "surname": "Yılmaz", "card": card(number)}


def bank_card(number: str = BANK_CARD) -> halkode.BankCard:
    cvv = "001" if number == BANK_CARD else "000"
    return halkode.BankCard(number=number, expiry_month="12", expiry_year="2040", cvv=cvv)


def bank_sale(order_id: str, number: str = BANK_CARD, total: halkode.AmountLike = "60.00") -> dict[str, Any]:
    return {"order_id": order_id, "total": total, "card": bank_card(number)}


def visit(
    bank: Sandbox, action: str, fields: Mapping[str, str], outcome: str = "approve", card: str | None = None
) -> dict[str, str]:
    """Posts a form to Halkbank's gate as a browser would, and ends the visit; gives what comes back to the shop."""
    address = urllib.parse.urlsplit(action)
    connection = http.client.HTTPConnection(address.netloc, timeout=60)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    connection.request("POST", address.path, urllib.parse.urlencode(fields), headers)
    answer = connection.getresponse()
    assert answer.status < 400, answer.read()
    connection.close()
    ending = {"outcome": outcome} if card is None else {"outcome": outcome, "card": card}
    back = bank.control("POST", f"halkbank/orders/{fields['oid']}/3d", ending)
    assert (back["url"], back["method"]) == (fields["okUrl" if outcome == "approve" else "failUrl"], "POST")
    return dict(back["fields"])


def taken(bank: Sandbox, order_id: str) -> str:
    """What Halkbank took for an order, less what it gave back."""
    net: str = bank.control("GET", f"halkbank/orders/{order_id}")["net"]
    return net


def charges(bank: Sandbox, invoice_id: str) -> int:
    """How often the bank took money for an invoice."""
    taken = ("Completed", "Partial Refund", "Refund")
    return sum(order["invoice_id"] == invoice_id and order["state"] in taken for order in bank.control("GET", "orders"))
