"""JSON whose numbers keep their text, and the sandbox's conversations over HTTP (sandbox/README.md, "Replays")."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from typing import Any


class Number(str):
    """A JSON number as it was written: `1.10` is not `1.1` on the wire."""

    __slots__ = ()

    @property
    def whole(self) -> bool:
        """Whether a Python int says the same with the same text."""
        return self.lstrip("-").isdigit() and str(int(self)) == self


def parse(text: str) -> Any:
    return json.loads(text, parse_float=Number, parse_int=Number)


def dump(value: Any) -> str:
    """JSON with numbers as they were written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{dump(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(dump, value)) + "]"
    if isinstance(value, float):
        raise TypeError("a float has no place in a conformance case")
    return json.dumps(value)


class Sandbox:
    """A running sandbox."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.address = urllib.parse.urlsplit(base_url).netloc

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection(self.address, timeout=60)
        try:
            text = None if body is None else dump(body).encode()
            connection.request(method, path, body=text, headers={"content-type": "application/json"})
            answer = connection.getresponse()
            said = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"sandbox: {method} {path}: HTTP {answer.status}: {said}")
        return parse(said)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return self.ask(method, f"/sandbox/{path}", body)

    def open(self, exchanges: Any, keys: dict[str, str], address: str = "base_url") -> tuple[str, str]:
        """Registers a conversation; gives its number and the base address to send it to, which each gateway has."""
        opened = self.control("POST", "replay", {"exchanges": exchanges, "keys": keys})
        return opened["id"], opened[address]

    def close(self, number: str) -> Any:
        """What the sandbox says of a conversation, which it then forgets."""
        verdict = self.control("GET", f"replay/{number}")
        self.control("DELETE", f"replay/{number}")
        return verdict

    def check_hash(self, rule: Any, bundle: str, keys: dict[str, str]) -> list[str]:
        """Lets the sandbox open a bundle or reckon a hash, with crypto that is not the core's.

        `rule` is `{"$hash": PLAIN}` or `{"$ver3": FIELDS}`.
        """
        exchange = {"expect": {"path": "/hash", "body": {"hash_key": rule}}, "answer": {"json": {"opened": True}}}
        number, _ = self.open([exchange], keys)
        self.ask("POST", f"/replay/{number}/ccpayment/hash", {"hash_key": bundle})
        return list(self.close(number)["problems"])
