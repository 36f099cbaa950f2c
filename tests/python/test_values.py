"""Python's values on their way in: what is taken, and what is refused before a byte is sent, naming the field."""

from __future__ import annotations

import collections
import enum
import fractions
import inspect
import types
from collections.abc import Iterator, Mapping
from decimal import Decimal
from random import Random
from typing import Any

import pytest

import halkode
from conformance import KEYS
from conftest import bank_card, card

ORDER: dict[str, Any] = {
    "invoice_id": "A-1",
    "total": "10.00",
    "name": "Ayşe",
    "surname": "Yılmaz",
    "return_url": "https://shop.example/donus",
    "cancel_url": "https://shop.example/iptal",
}


@pytest.fixture
def shop() -> halkode.Halkode:
    """Knows an address, so that forms can be made; nothing is ever sent there."""
    return halkode.Halkode(**KEYS, base_url="http://127.0.0.1:9/ccpayment")


def form(shop: halkode.Halkode, **changes: Any) -> dict[str, str]:
    """The fields that the buyer's browser would post."""
    made = shop.pay_3d_form(**{**ORDER, **changes})
    return {field.name: field.value for field in made.fields}


def refused(shop: halkode.Halkode, **changes: Any) -> halkode.RequestError:
    with pytest.raises(halkode.RequestError) as caught:
        shop.pay_3d_form(**{**ORDER, **changes})
    error = caught.value
    assert (error.kind, error.sent, error.in_doubt, error.operation) == ("request", "no", False, "pay_3d_form")
    return error


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (Decimal("12.50"), "12.50"),
        (Decimal("12.5"), "12.50"),
        (Decimal("12.5000"), "12.50"),
        (Decimal("1E+1"), "10.00"),
        (Decimal("0.01"), "0.01"),
        (Decimal(7), "7.00"),
        (7, "7.00"),
        ("7", "7.00"),
        ("12.5", "12.50"),
        (Decimal("123456789012.34"), "123456789012.34"),
    ],
)
def test_amounts_are_exact(shop: halkode.Halkode, given: Any, sent: str) -> None:
    assert form(shop, total=given)["total"] == sent


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (12.5, "is a number with a fraction"),
        (12.0, "is a number with a fraction"),
        (float("nan"), "is a number with a fraction"),
        ("12,50", "has a comma"),
        ("12.505", "has more than two decimals"),
        (Decimal("12.505"), "has more than two decimals"),
        (Decimal("NaN"), "is not a finite number"),
        (Decimal("sNaN"), "is not a finite number"),
        (Decimal("-Infinity"), "is not a finite number"),
        (Decimal("1E+999999"), "has more digits than an amount can have"),
        (Decimal("1E-999999"), "has more digits than an amount can have"),
        (Decimal("0E+999999"), "has more digits than an amount can have"),
        (10**40, "must be a whole number in range"),
        (fractions.Fraction(25, 2), "it is of the type Fraction"),
        (True, "must be an amount"),
        (b"12.50", "it is of the type bytes"),
        (object(), "it is of the type object"),
        (0, ""),
        (-5, ""),
        (None, "is required"),
    ],
)
def test_what_is_no_amount_is_refused(shop: halkode.Halkode, given: Any, told: str) -> None:
    error = refused(shop, total=given)
    assert error.field == "total"
    assert told in error.reason


class MyFloat(float):
    """numpy's float64 is such a one."""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": [halkode.Item(name="x", price=5.0, quantity=2)]}, "items[0].price"),  # type: ignore[arg-type]
        (
            {"items": [{"name": "x", "price": 5, "quantity": 2}, {"name": "x", "price": 5.0, "quantity": 2}]},
            "items[1].price",
        ),
        ({"items": ({"name": "x", "price": MyFloat(5), "quantity": 2},)}, "items[0].price"),
        ({"items": [halkode.Item(name="x", price=5, quantity=2.0)]}, "items[0].quantity"),  # type: ignore[arg-type]
        ({"installments_number": 1.0}, "installments_number"),
        ({"invoice_id": 1.5}, "invoice_id"),
        ({"discount": MyFloat(1)}, "discount"),
        ({"additional": {"rate": {"values": [1, 2.5]}}}, "additional.rate.values[1]"),
        ({"card": {"holder_name": "A", "number": 4.155e15}}, "card.number"),
    ],
)
def test_a_float_is_refused_everywhere(shop: halkode.Halkode, change: dict[str, Any], field: str) -> None:
    error = refused(shop, **change)
    assert error.field == field
    assert "is a number with a fraction" in error.reason


def test_a_float_is_refused_by_name_and_in_json_too(shop: halkode.Halkode) -> None:
    with pytest.raises(halkode.RequestError, match="total is a number with a fraction"):
        shop.call("pay_3d_form", {**ORDER, "total": 12.5})
    with pytest.raises(halkode.RequestError, match="amount is a number with a fraction"):
        shop.call_json("refund", '{"invoice_id": "A-1", "amount": 12.5}')
    with pytest.raises(halkode.RequestError, match="timeout is a number with a fraction"):
        halkode.Halkode.from_config({"timeout": 1.5})


def test_decimals_in_open_fields_keep_their_digits(shop: halkode.Halkode) -> None:
    # An open field goes onto the wire as it is; the form shows it.
    sent = form(shop, additional={"rate": Decimal("1.10"), "count": 10**20, "deep": [Decimal("0E-3"), -0, True, None]})
    assert sent["rate"] == "1.10"
    assert sent["count"] == "100000000000000000000"
    assert sent["deep"] == "[0.000,0,true,null]"


class Name(str):
    __slots__ = ()


class Words(str, enum.Enum):
    TRY = "TRY"


class Count(enum.IntEnum):
    TWO = 2


class Lazy(Mapping[str, Any]):
    """A mapping that is no dict."""

    def __init__(self, **known: Any) -> None:
        self.known = known

    def __getitem__(self, name: str) -> Any:
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


class Lists(dict[str, Any]):
    """Shows the last of several values, as Django's QueryDict does."""

    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name)[-1]

    def items(self) -> Any:
        return [(name, self[name]) for name in self]


def test_relatives_of_the_usual_types_are_taken(shop: halkode.Halkode) -> None:
    item = {"name": Name("Çanta"), "price": 5, "quantity": Count.TWO}
    sent = form(shop, invoice_id=Name("B-2"), currency=Words.TRY, items=collections.UserList([Lazy(**item)]))
    assert (sent["invoice_id"], sent["currency_code"]) == ("B-2", "TRY")
    assert '"quantity":2' in sent["items"]
    assert form(shop, items=(types.MappingProxyType(item),))["items"] == sent["items"]
    assert form(shop, items=collections.deque([collections.OrderedDict(item)]))["items"] == sent["items"]


def test_what_a_mapping_shows_is_what_counts(offline: halkode.Halkode) -> None:
    shown = offline.verify_return(fields=Lists(invoice_id=["A", "A-1"], status_code=["41"]))
    assert shown.invoice_id == "A-1"


def test_djangos_own_mapping(offline: halkode.Halkode) -> None:
    import django.conf  # type: ignore[import-untyped]
    from django.http import QueryDict  # type: ignore[import-untyped]

    if not django.conf.settings.configured:
        django.conf.settings.configure()
    assert offline.verify_return(fields=QueryDict("invoice_id=A&invoice_id=A-1&status_code=41")).invoice_id == "A-1"


class Failing(Lazy):
    def __getitem__(self, name: str) -> Any:
        raise LookupError("the mapping's own")


def test_what_a_callers_object_raises_comes_out_as_it_is(shop: halkode.Halkode) -> None:
    with pytest.raises(LookupError, match="the mapping's own"):
        form(shop, billing=Failing(email="a@b.example"))
    with pytest.raises(LookupError, match="the mapping's own"):
        form(shop, card=Failing(number="4155650100416111"))


def test_what_cannot_be_sent_is_refused(shop: halkode.Halkode) -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert "nested more than 64 levels" in refused(shop, items=endless).reason
    assert refused(shop, invoice_id="\ud800").reason == "invoice_id is not valid Unicode text"
    assert refused(shop, additional={"\ud800": 1}).reason == "additional has a name that is not text"
    assert refused(shop, additional={1: 1}).reason == "additional has a name that is not text"
    assert "type generator" in refused(shop, items=(number for number in range(2))).reason
    assert "type set" in refused(shop, additional={"x": {1, 2}}).reason
    with pytest.raises(halkode.RequestError, match="must be an object"):
        shop.call("pay_3d_form", [])  # type: ignore[arg-type]


def test_a_name_that_could_be_a_card_number_is_not_repeated(shop: halkode.Halkode) -> None:
    for name in ("4155650100416111", "4155 6501 0041 6111", "x" * 200):
        error = refused(shop, additional={name: 1.5})
        assert error.field == "additional.…"
        assert "4155" not in str(error.to_dict())


def test_misspelled_names(shop: halkode.Halkode, offline: halkode.Halkode) -> None:
    with pytest.raises(TypeError, match="invoiceid"):
        shop.check_status(invoiceid="A-1")  # type: ignore[call-arg]
    with pytest.raises(halkode.RequestError, match="did you mean invoice_id"):
        shop.call("check_status", {"invoiceId": "A-1"})
    with pytest.raises(halkode.RequestError, match="is unknown; the operations are"):
        shop.call("check_statuz", {})
    with pytest.raises(halkode.RequestError, match="did you mean app_id"):
        halkode.Halkode.from_config({"appId": "x"})


@pytest.mark.parametrize("kind", ["offline", "offline_halkbank"])
def test_no_value_gets_past_the_checks(kind: str, request: pytest.FixtureRequest) -> None:
    """Whatever comes, it is a reply or an error that says what is wrong: never a panic, never a byte sent."""
    client: halkode.Halkode | halkode.Halkbank = request.getfixturevalue(kind)
    random = Random(20261125)
    words = [
        *type(client).__init__.__annotations__,
        "invoice_id",
        "order_id",
        "total",
        "card",
        "items",
        "records",
        "document",
        "fields",
        "hash_key",
        "x",
    ]
    simple: list[Any] = [
        None,
        True,
        0,
        -1,
        2**63,
        1.5,
        "",
        "A-1",
        "12.50",
        "TRY",
        "\0",
        "ç" * 300,
        Decimal("1.005"),
        b"",
        {},
    ]

    def value(depth: int) -> Any:
        kind = random.randrange(8)
        if depth == 0 or kind > 3:
            return random.choice([*simple, card(), bank_card(), halkode.Item(name="x", price=1, quantity=1)])
        if kind > 1:
            return [value(depth - 1) for _ in range(random.randrange(4))]
        return {random.choice(words): value(depth - 1) for _ in range(random.randrange(5))}

    refused = 0
    for name, method in vars(type(client)).items():
        if name.startswith("_"):
            continue
        for _ in range(200):
            names = list(inspect.signature(method).parameters)[1:]
            try:
                client.call(name, {one: value(3) for one in names if random.random() < 0.7})
            except halkode.RequestError as error:
                assert (error.sent, error.in_doubt, error.operation) == ("no", False, name)
                refused += 1
            except (halkode.DeclinedError, halkode.SignatureError) as error:
                # A return or a bundle that says nothing good; all of it calculated here.
                assert not error.in_doubt
    assert refused > 100 * len([name for name in vars(type(client)) if not name.startswith("_")])


def test_objects_and_mappings_say_the_same(shop: halkode.Halkode) -> None:
    one = form(shop, card=card(), billing=halkode.Billing(email="a@b.example"))
    other = form(shop, card=card().to_dict(), billing={"email": "a@b.example"})
    del one["hash_key"], other["hash_key"]
    assert one == other


def test_what_came_back_can_be_handed_on(offline: halkode.Halkode) -> None:
    pos = halkode.Pos.from_dict(
        {"installments_number": 2, "amount_to_be_paid": "30.30", "payable_amount": "30.30", "extra": {"new": "1"}}
    )
    table = offline.installment_table(amount=30, data=[pos])
    assert [row.total for row in table.rows] == [Decimal("30.30")]
    assert table == offline.installment_table(amount=Decimal(30), data=[pos.to_dict()])
