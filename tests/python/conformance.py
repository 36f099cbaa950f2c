"""Runs the cases of tests/conformance in Python, as its README says.

`scripts/with-sandbox.sh python tests/python/conformance.py [TEXT]` runs the cases whose file or name contains the text,
`--share N` one in N of every file, with nothing but the standard library; `test_conformance.py` makes a pytest test of
each.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import inspect
import json
import os
import random
import re
import sys
import traceback
import typing
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import halkode
from halkode._base import Model, Part
from replays import Number, Sandbox, dump, parse

CASES = Path(__file__).resolve().parents[1] / "conformance"
# The published test merchants, whose keys a client has unless a case says otherwise.
KEYS: dict[str, Any] = {
    "app_id": "a2a7cb8131890a35353629182274c756",
    "app_secret": "a9b5c28211388c7a6a705122a24e6f46",
    "merchant_key": "$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72",
}
# User and password are made up: the bank publishes none.
BANK_KEYS: dict[str, Any] = {
    "client_id": "500100000",
    "store_key": "123456",
    "api_user": "halkbankapi",
    "api_password": "HALKBANK-05",
}
BUNDLE = re.compile(r"[0-9a-f]{16}:[0-9a-f]{4}:[A-Za-z0-9+/=_\\]+")
# Some cases wait for seconds; they do it side by side.
THREADS = 24


class Gateway(NamedTuple):
    """A gateway, as the folder of its cases says which."""

    client: type[halkode.Halkode] | type[halkode.Halkbank]
    keys: dict[str, Any]
    # The member of a replay with the address for it.
    address: str
    # Whether a token is fetched before anything else.
    tokens: bool
    # Fewer cases than these mean that files were lost, or that the typed face was left aside.
    at_least: int
    at_least_typed: int


GATEWAYS = {
    "halkode": Gateway(halkode.Halkode, KEYS, "base_url", True, 1265, 1200),
    "halkbank": Gateway(halkode.Halkbank, BANK_KEYS, "halkbank_url", False, 1440, 1370),
}


class Case(NamedTuple):
    gateway: str
    title: str
    operation: str
    content: dict[str, Any]


class Outcome(NamedTuple):
    """How a case was called, and in which ways it did not hold."""

    door: str
    problems: list[str]


def load() -> list[Case]:
    """All cases, with everything they borrow from their file put in; those that wait come first."""
    paths = [path for name in GATEWAYS for path in sorted((CASES / name / "waiting").glob("*.json"))]
    paths += [path for name in GATEWAYS for path in sorted((CASES / name).glob("*.json"))]
    return [case for path in paths for case in load_file(path)]


def written() -> collections.Counter[str]:
    """How many cases the files hold, for each gateway: counted without what loads them."""
    counts: collections.Counter[str] = collections.Counter()
    for path in CASES.rglob("*.json"):
        counts[path.relative_to(CASES).parts[0]] += len(json.loads(path.read_text(encoding="utf-8"))["cases"])
    return counts


def share(cases: list[Case], one_in: int) -> list[Case]:
    """One in so many of every file's cases, at least one; the file's name says which."""
    files: dict[str, list[Case]] = {}
    for case in cases:
        files.setdefault(case.title.partition(":")[0], []).append(case)
    return [
        case for name, those in files.items() for case in random.Random(name).sample(those, -(-len(those) // one_in))
    ]


def load_file(path: Path) -> list[Case]:
    file = parse(path.read_text(encoding="utf-8"))
    shared = file.get("shared", {})

    def named(value: Any) -> Any:
        return shared[value] if is_text(value) else value

    cases = []
    for case in file["cases"]:
        request = named(case["request"])
        if isinstance(request, dict) and "$with" in request:
            request = {**named(request["$with"]), **{name: value for name, value in request.items() if name != "$with"}}
        content = {**case, "request": request}
        if "exchanges" in case:
            content["exchanges"] = [{name: named(value) for name, value in one.items()} for one in case["exchanges"]]
        name = path.relative_to(CASES)
        cases.append(Case(name.parts[0], f"{name.as_posix()}: {case['name']}", file["operation"], content))
    return cases


def is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Number)


def run(case: Case, sandbox: Sandbox) -> Outcome:
    gateway, content, request = GATEWAYS[case.gateway], case.content, case.content["request"]
    overrides = content.get("config", {})
    config = {**gateway.keys, **{name: overrides[name] for name in gateway.keys if name in overrides}}
    keys = dict(config)
    replay = None
    if "exchanges" in content:
        replay, config["base_url"] = sandbox.open(content["exchanges"], keys, gateway.address)
    config |= overrides
    config = {name: value for name, value in config.items() if value is not None}

    problems: list[str] = []
    hashes: list[tuple[Any, str]] = []
    door, reply, error = call(gateway.client, case, config)
    if error is None and "reply" in content:
        differ("reply", with_fields(content["reply"], reply), reply, hashes, problems)
    elif error is not None and "error" in content:
        problems += compare_error(content["error"], error, hashes) + leaks(error, keys, request)
    elif error is None:
        problems.append(f"reply: expected an error, got {dump(reply)}")
    else:
        problems.append(f"error: expected a reply, got {error!r}: {error.to_dict()}")

    if replay is not None:
        problems += compare_verdict(gateway, content, sandbox.close(replay))
    for rule, bundle in hashes:
        problems += [f"reply: $hash: {problem}" for problem in sandbox.check_hash(rule, bundle, keys)]
    if "sealed" in content:
        rule = {"$hash": content["sealed"]}
        problems += [f"sealed: {problem}" for problem in sandbox.check_hash(rule, hash_in(request), keys)]
    return Outcome(door, problems)


# How a case is called


def call(
    kind: type[halkode.Halkode] | type[halkode.Halkbank], case: Case, config: dict[str, Any]
) -> tuple[str, Any, halkode.Error | None]:
    """The door a case went through, and its reply as JSON or its error."""
    method = getattr(kind, case.operation)
    refused = "fraction" in dump(case.content.get("error", {}).get("reason_contains", ""))
    request: Any = None
    if numbers_survive(case.content["request"], refused or "reply" in case.content):
        request = python(case.content["request"], as_float=refused)
        door = "typed" if fits(method, request) else "call"
    else:
        door = "call_json"
    try:
        client = open_client(kind, config)
        if door == "call_json":
            return door, parse(client.call_json(case.operation, dump(case.content["request"]))), None
        if door == "call":
            return door, plain(client.call(case.operation, request)), None
        hints = typing.get_type_hints(method)
        reply = getattr(client, case.operation)(**{name: typed(value, hints[name]) for name, value in request.items()})
        if not isinstance(reply, hints["return"]):
            raise TypeError(f"{case.operation} gave a {type(reply).__name__}")
        return door, plain(reply.to_dict()), None
    except halkode.Error as error:
        return door, None, error


def open_client(
    kind: type[halkode.Halkode] | type[halkode.Halkbank], config: dict[str, Any]
) -> halkode.Halkode | halkode.Halkbank:
    values = python(config, as_float=False)
    if fits(kind.__init__, values):
        return kind(**values)
    return kind.from_config(values)


def fits(function: Any, values: Any) -> bool:
    """Whether a call with these keywords is one: every name known, everything required given."""
    if not isinstance(values, dict):
        return False
    parameters = [one for one in inspect.signature(function).parameters.values() if one.name != "self"]
    required = {one.name for one in parameters if one.default is inspect.Parameter.empty}
    return required <= values.keys() <= {one.name for one in parameters}


def numbers_survive(value: Any, with_fraction: bool) -> bool:
    """Whether Python's values say the same numbers: whole ones, and where it is about amounts those with a fraction."""
    if isinstance(value, Number):
        return value.whole or (with_fraction and re.fullmatch(r"-?\d+\.\d+", value) is not None)
    if isinstance(value, dict):
        return all(numbers_survive(item, with_fraction) for item in value.values())
    return not isinstance(value, list) or all(numbers_survive(item, with_fraction) for item in value)


def python(value: Any, *, as_float: bool) -> Any:
    """A case's value as a caller holds it: an exact decimal, or the float that must be refused."""
    if isinstance(value, Number):
        return int(value) if value.whole else float(value) if as_float else Decimal(value)
    if isinstance(value, dict):
        return {name: python(item, as_float=as_float) for name, item in value.items()}
    if isinstance(value, list):
        return [python(item, as_float=as_float) for item in value]
    return value


def typed(value: Any, hint: Any) -> Any:
    """A part of a request as the object its parameter takes, where it can be one; else the mapping it came as."""
    models = [one for one in (hint, *typing.get_args(hint)) if inspect.isclass(one) and issubclass(one, Model)]
    if isinstance(value, dict) and models:
        model = models[0]
        if issubclass(model, Part):
            return model.from_dict(value) if fits(model.__init__, value) else value
        return answered(model, value) or value
    if isinstance(value, list):
        inner = [one for one in (hint, *typing.get_args(hint)) if typing.get_origin(one) is collections.abc.Sequence]
        return [typed(item, typing.get_args(inner[0])[0]) for item in value] if inner else value
    return value


def answered(model: type[Model], value: dict[str, Any]) -> Model | None:
    """A part of an earlier reply; nothing when the case writes it as the gateway would, not as this library."""
    try:
        made = model.from_dict(value)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return made if made.to_dict() == value else None


def plain(value: Any) -> Any:
    """A reply as JSON; a float in it would be a mistake."""
    return parse(json.dumps(value, default=refuse))


def refuse(value: Any) -> Any:
    raise TypeError(f"a {type(value).__name__} is not plain data")


# What came of it


def with_fields(expected: Any, reply: Any) -> Any:
    """The expected reply with every `{"$ver3": "fields"}` made a rule about the fields of the form that came.

    The hash covers a random text, so it can only be held against what stands beside it.
    """
    if isinstance(expected, dict):
        if expected.get("$ver3") == "fields":
            fields = reply.get("fields") or []
            return {"$ver3": [[field["name"], field["value"]] for field in fields]}
        return {name: with_fields(value, reply) for name, value in expected.items()}
    if isinstance(expected, list):
        return [with_fields(value, reply) for value in expected]
    return expected


def compare_verdict(gateway: Gateway, content: dict[str, Any], verdict: dict[str, Any]) -> list[str]:
    problems = list(verdict["problems"])
    expected = len(content["exchanges"])
    if int(verdict["seen"]) != expected or verdict["complete"] is not True:
        problems.append(f"conversation: expected {expected} requests, {verdict['seen']} came")
    tokens = int(content.get("token_calls", gateway.tokens and expected > 0))
    if int(verdict["token_calls"]) != tokens:
        problems.append(f"conversation: expected {tokens} requests for a token, {verdict['token_calls']} came")
    return problems


def differ(at: str, expected: Any, actual: Any, hashes: list[tuple[Any, str]], problems: list[str]) -> None:
    """Notes every way in which `actual` is not what a case expects. Numbers are compared as they are written."""
    if isinstance(expected, dict) and any(name.startswith("$") for name in expected):
        differ_by_rule(at, expected, actual, hashes, problems)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for name in expected.keys() | actual.keys():
            if name not in actual:
                problems.append(f"{at}.{name}: expected {dump(expected[name])}, got nothing")
            elif name not in expected:
                problems.append(f"{at}.{name}: expected nothing, got {dump(actual[name])}")
            else:
                differ(f"{at}.{name}", expected[name], actual[name], hashes, problems)
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for number, (one, other) in enumerate(zip(expected, actual, strict=True)):
            differ(f"{at}[{number}]", one, other, hashes, problems)
    elif type(expected) is not type(actual) or expected != actual:
        problems.append(f"{at}: expected {dump(expected)}\n        got {dump(actual)}")


def differ_by_rule(
    at: str, rule: dict[str, Any], actual: Any, hashes: list[tuple[Any, str]], problems: list[str]
) -> None:
    if rule.get("$subset") is True:
        if not isinstance(actual, dict):
            problems.append(f"{at}: expected an object, got {dump(actual)}")
            return
        for name, value in rule.items():
            if name == "$subset" or (value is None and actual.get(name) is None):
                continue
            if name not in actual:
                problems.append(f"{at}.{name}: expected {dump(value)}, got nothing")
            else:
                differ(f"{at}.{name}", value, actual[name], hashes, problems)
        return
    name, wanted = next(iter(rule.items()))
    if name == "$any" and wanted is True:
        if actual is None or actual == "":
            problems.append(f"{at}: expected any value, got {dump(actual)}")
    elif name == "$contains" and is_text(actual):
        problems += [f"{at}: expected a text with {part!r}, got {actual!r}" for part in wanted if part not in actual]
    elif is_text(actual) and ((name == "$hash" and is_text(wanted)) or (name == "$ver3" and isinstance(wanted, list))):
        hashes.append((rule, actual))
    else:
        problems.append(f"{at}: expected {dump(rule)}, got {dump(actual)}")


def compare_error(expected: dict[str, Any], error: halkode.Error, hashes: list[tuple[Any, str]]) -> list[str]:
    problems: list[str] = []
    actual = plain(error.to_dict())
    subset = {**expected, "$subset": True}
    wanted = subset.pop("reason_contains", [])
    for part in [wanted] if is_text(wanted) else wanted:
        if part not in error.reason:
            problems.append(f"error.reason: expected a text with {part!r}, got {error.reason!r}")
    differ("error", subset, actual, hashes, problems)
    # The class, the attributes and the text say the same as the data.
    if type(error).__name__ != f"{error.kind.capitalize()}Error" or str(error) != error.reason:
        problems.append(f"error: {error!r} is not of the class of its kind, or does not say its reason")
    problems += [
        f"error.{name}: the attribute differs" for name in actual if plain(getattr(error, name)) != actual[name]
    ]
    return [*problems, f"the whole error: {dump(actual)}"] if problems else []


def leaks(error: halkode.Error, keys: dict[str, Any], request: Any) -> list[str]:
    """Secrets of the client and card data of the request that an error repeats, in whatever way it is printed."""
    # Without the source lines, which are this file's and not the error's.
    shown = "".join(traceback.format_exception_only(type(error), error))
    said = "\n".join(
        [json.dumps(error.to_dict(), ensure_ascii=False), str(error), repr(error), repr(error.args), shown]
    )
    secrets = ["replay-token"]
    private = ("app_secret", "merchant_key", "store_key", "api_password")
    secrets += [keys[name] for name in private if is_text(keys.get(name))]
    codes: list[str] = []
    collect(request, "", secrets, codes)
    problems = [f"error: repeats the secret {one!r}: {said}" for one in secrets if len(one) >= 8 and one in said]
    # A security code is short: it counts where it stands alone, but for the random text of a sealed bundle.
    alone = set(re.split(r"[^0-9]+", BUNDLE.sub("", said)))
    return problems + [f"error: repeats the security code {code}: {said}" for code in codes if code in alone]


def collect(value: Any, name: str, secrets: list[str], codes: list[str]) -> None:
    if isinstance(value, dict):
        for inner, item in value.items():
            collect(item, inner, secrets, codes)
    elif isinstance(value, list):
        for item in value:
            collect(item, name, secrets, codes)
    elif isinstance(value, str):
        if name == "cvv" and len(value) >= 3:
            codes.append(str(value))
        elif name in ("number", "card_number", "card_token", "identity_number", "md"):
            secrets.append(str(value))
        else:
            # Whatever field a card number came in by, no error repeats it.
            secrets += card_numbers(value)


def card_numbers(text: str) -> list[str]:
    """Every card number in a text, as it stands there and as bare digits."""
    found = []
    for run_ in re.split(r"[^0-9 \-]", text):
        digits = re.sub(r"[^0-9]", "", run_)
        doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
        if 13 <= len(digits) <= 19 and sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0:
            found += [run_.strip(), digits]
    return found


def hash_in(request: dict[str, Any]) -> str:
    """The bundle in a request: its own `hash_key`, or that of its `fields`."""
    fields = request["fields"] if isinstance(request.get("fields"), dict) else request
    return next(str(value) for name, value in fields.items() if name.lower() == "hash_key")


# All of them


def start_all(cases: list[Case], sandbox: Sandbox) -> list[concurrent.futures.Future[Outcome]]:
    """Runs cases side by side."""
    pool = concurrent.futures.ThreadPoolExecutor(THREADS)
    return [pool.submit(run, case, sandbox) for case in cases]


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the conformance cases in this Python.")
    parser.add_argument("text", nargs="?", default="", help="only the cases whose file or name contains this")
    parser.add_argument("--share", type=int, metavar="N", default=1, help="one case in N of every file")
    wanted = parser.parse_args()
    cases = share([case for case in load() if wanted.text in case.title], wanted.share)
    ran: collections.Counter[str] = collections.Counter()
    doors: collections.Counter[str] = collections.Counter()
    failed = 0
    for case, future in zip(cases, start_all(cases, Sandbox(os.environ["HALKODE_BASE_URL"])), strict=True):
        outcome = future.result()
        ran[case.gateway] += 1
        doors[outcome.door] += 1
        if outcome.problems:
            failed += 1
            print(f"{case.title}\n    " + "\n    ".join(outcome.problems))
    shown = [f"{count} of {name}" for name, count in ran.items()]
    shown += [f"{count} by {door}" for door, count in doors.most_common()]
    part = f"one case in {wanted.share}: " if wanted.share > 1 else ""
    print(f"Python {sys.version.split()[0]}: {part}{len(cases) - failed} passed, {failed} failed ({', '.join(shown)})")
    if not wanted.text and any(ran[name] * wanted.share < count for name, count in written().items()):
        print(f"too few cases ran: the files hold {dict(written())}")
        return 1
    return 0 if cases and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
