"""Requests' parts, replies and errors as Python objects."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

import halkode
from conftest import card
from halkode._base import Client, Field, Model, Part, Reply

SECRET = "a-secret-of-the-test"
CLASSES = [one for one in vars(halkode).values() if inspect.isclass(one)]
MODELS = [one for one in CLASSES if issubclass(one, Model)]
REPLIES = [one for one in MODELS if issubclass(one, Reply)]
PARTS = [one for one in MODELS if issubclass(one, Part)]
CLIENTS = [one for one in CLASSES if issubclass(one, Client)]
ERRORS = [one for one in CLASSES if issubclass(one, halkode.Error) and one is not halkode.Error]


def sample(field: Field) -> Any:
    """Plain data for a field."""
    if field.of is Decimal:
        one: Any = "12.3400001"
    elif field.of is dict:
        one = {"new": [{"deep": SECRET}]}
    elif field.of is not None:
        one = data_of(field.of)
    else:
        one = SECRET if field.secret else "text"
    return [one, one] if field.many else one


def data_of(model: Any) -> dict[str, Any]:
    return {name.removesuffix("_"): sample(field) for name, field in model.__halkode__.items()}


def test_there_are_models_of_every_kind() -> None:
    assert len(REPLIES) > 20
    assert halkode.Card in PARTS
    assert {one.__name__ for one in ERRORS} == {
        f"{kind}Error"
        for kind in ["Request", "Credentials", "Transport", "Declined", "Signature", "Protocol", "Internal"]
    }


@pytest.mark.parametrize("model", MODELS)
def test_plain_data_goes_in_and_comes_out(model: type[Model]) -> None:
    data = data_of(model)
    made = model.from_dict(data)
    assert made.to_dict() == data
    assert json.loads(json.dumps(made.to_dict())) == data
    assert made == model.from_dict(copy.deepcopy(data))
    assert made != object()
    assert hash(made) == hash(model.from_dict(data))
    for name in model.__halkode__:
        other = {**data, name.removesuffix("_"): None}
        if not model.__halkode__[name].required:
            assert model.from_dict(other) != made
            assert name.removesuffix("_") not in model.from_dict(other).to_dict()


@pytest.mark.parametrize("model", MODELS)
def test_the_constructor_takes_what_the_attributes_hold(model: type[Model]) -> None:
    made = model.from_dict(data_of(model))
    assert model(**{name: getattr(made, name) for name in model.__halkode__}) == made
    with pytest.raises(TypeError):
        model("positional")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        model(unheard_of=1)  # type: ignore[call-arg]


@pytest.mark.parametrize("model", MODELS)
def test_nothing_changes_and_nothing_is_added(model: type[Model]) -> None:
    made = model.from_dict(data_of(model))
    name = next(iter(model.__halkode__))
    with pytest.raises(AttributeError):
        setattr(made, name, "other")
    with pytest.raises(AttributeError):
        delattr(made, name)
    with pytest.raises(AttributeError):
        made.unheard_of = 1  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        made.unheard_of  # type: ignore[attr-defined]  # noqa: B018
    assert not hasattr(made, "__dict__")
    assert not any(isinstance(getattr(made, name), list) for name in model.__halkode__)


@pytest.mark.parametrize("model", MODELS)
def test_no_secret_is_shown(model: type[Model]) -> None:
    made = model.from_dict(data_of(model))
    assert SECRET not in f"{made!r} {made!s} {made} {[made]}"
    assert type(made).__name__ in repr(made)


@pytest.mark.parametrize("model", MODELS)
def test_copies_are_equal(model: type[Model]) -> None:
    made = model.from_dict(data_of(model))
    assert copy.copy(made) == made == copy.deepcopy(made)


@pytest.mark.parametrize("model", REPLIES)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_replies_can_be_pickled(model: type[Reply], protocol: int) -> None:
    made = model.from_dict(data_of(model))
    assert pickle.loads(pickle.dumps(made, protocol)) == made


def test_a_part_with_secrets_cannot_be_pickled_and_the_others_can() -> None:
    with pytest.raises(TypeError, match="number and cvv in the clear") as caught:
        pickle.dumps(card())
    assert "4155" not in str(caught.value)
    item = halkode.Item(name="Çanta", price=Decimal("1.00"), quantity=1)
    assert pickle.loads(pickle.dumps(item)) == item


def test_a_reply_of_another_release_can_be_read() -> None:
    status = halkode.Status.from_dict({"state": "paid", "status_code": 100, "a_new_field": "x", "extra": {"more": 1}})
    assert status.extra == {"a_new_field": "x", "more": 1}
    claim = halkode.Claim.from_dict({"outcome": "failed", "bound": False, "a_new_field": "x"})
    assert claim.to_dict() == {"outcome": "failed", "bound": False}
    with pytest.raises(ValueError, match="status_code is required"):
        halkode.Status.from_dict({"state": "paid"})
    with pytest.raises(TypeError, match="float"):
        halkode.Status.from_dict({"state": "paid", "status_code": 100, "product_price": 1.5})


def test_amounts_keep_their_digits() -> None:
    status = halkode.Status.from_dict({"state": "paid", "status_code": 100, "product_price": "0.00000012"})
    assert status.product_price == Decimal("0.00000012")
    assert status.to_dict()["product_price"] == "0.00000012"


@pytest.mark.parametrize("error_class", ERRORS)
def test_errors_can_be_pickled_with_all_they_know(error_class: type[halkode.Error]) -> None:
    known: dict[str, Any] = dict.fromkeys(halkode.Error.__halkode__, "text") | {"in_doubt": True, "status_code": 41}
    error = error_class(**known)
    error.__notes__ = ["a note"]
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is error_class
    assert again.to_dict() == error.to_dict() == {"kind": error_class.kind, **known}
    assert (str(again), again.args, again.__notes__) == ("text", ("text",), ["a note"])
    assert copy.copy(error).to_dict() == error.to_dict()
    assert error_class.__name__ == f"{error.kind.capitalize()}Error"
    assert isinstance(error, Exception)


def test_an_error_says_what_is_not_known_too() -> None:
    error = halkode.DeclinedError("no")
    assert (error.reason, error.in_doubt, error.status_code, error.bank_code) == ("no", False, None, None)
    assert error.to_dict() == {"kind": "declined", "reason": "no", "in_doubt": False}
    with pytest.raises(AttributeError):
        error.unheard_of  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(TypeError, match="knows no unheard_of"):
        halkode.DeclinedError("no", unheard_of=1)


def test_a_client_shows_no_key_and_cannot_be_copied(offline: halkode.Halkode) -> None:
    from conformance import KEYS

    shown = f"{offline!r} {offline!s} {offline._native!r} {dir(offline)}"
    assert not any(key in shown for key in KEYS.values())
    for copying in (pickle.dumps, copy.copy, copy.deepcopy):
        for one in (offline, offline._native):
            with pytest.raises(TypeError, match="cannot be pickled or copied"):
                copying(one)


def test_everything_is_documented_and_bears_its_public_name() -> None:
    for name in halkode.__all__:
        one = getattr(halkode, name)
        if inspect.isclass(one):
            assert one.__module__ == "halkode"
            assert len(one.__doc__ or "") > 5, name
    assert [one.__name__ for one in CLIENTS] == ["Halkbank", "Halkode"]
    for client in CLIENTS:
        methods = {name: one for name, one in vars(client).items() if inspect.isfunction(one)}
        assert len(methods) > 20
        for name, method in methods.items():
            assert len(method.__doc__ or "") > 10, name
            for parameter in list(inspect.signature(method).parameters)[1:]:
                assert f"    {parameter}: " in (method.__doc__ or ""), f"{name}: {parameter}"


def test_the_import_is_light() -> None:
    """No heavy module comes along, no thread starts, and once compiled it takes some milliseconds."""
    program = """
import sys, threading, time
before = set(sys.modules)
began = time.perf_counter()
import halkode
took = time.perf_counter() - began
print(took, threading.active_count(), *sorted(set(sys.modules) - before))
"""
    best = 9.0
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        took, threads, *modules = done.stdout.split()
        assert threads == "1"
        heavy = {"asyncio", "dataclasses", "email", "http", "inspect", "json", "logging", "pickle", "socket", "ssl"}
        assert not heavy & {name.split(".")[0] for name in modules}, modules
        best = min(best, float(took))
    print(f"import halkode: {best * 1000:.1f} ms")
    assert best < 0.25
