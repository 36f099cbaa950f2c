"""What the tests share: the bank in the environment, a client, invoice numbers, a sale."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

import halkode
from conformance import KEYS
from gateway import Gateway
from replays import Sandbox

GOOD_CARD = "4155650100416111"
NO_FUNDS_CARD = "4155650100000519"


@pytest.fixture(scope="session")
def bank() -> Sandbox:
    """The bank that scripts/with-sandbox.sh started."""
    return Sandbox(os.environ["HALKODE_BASE_URL"])


@pytest.fixture
def client() -> halkode.Halkode:
    return halkode.Halkode.from_env()


@pytest.fixture
def offline() -> halkode.Halkode:
    """A client of keys alone: for what is refused, or calculated, before anything is sent."""
    return halkode.Halkode(**KEYS)


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


def charges(bank: Sandbox, invoice_id: str) -> int:
    """How often the bank took money for an invoice."""
    taken = ("Completed", "Partial Refund", "Refund")
    return sum(order["invoice_id"] == invoice_id and order["state"] in taken for order in bank.control("GET", "orders"))
