"""The README's code runs."""

from __future__ import annotations

import html
import re
import urllib.parse
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import halkode
from conftest import HALF_SECURE_CARD, charges, taken, visit
from replays import Sandbox

README = Path(__file__).parents[2] / "bindings-python/README.md"


def browse(bank: Sandbox, page: str, card: str | None = None) -> dict[str, str]:
    inputs = re.findall(r'name="([^"]*)" value="([^"]*)"', page)
    fields = {name: html.unescape(value) for name, value in inputs}
    return visit(bank, re.findall(r'action="([^"]*)"', page)[0], fields, card=card)


def test_the_readmes_code(bank: Sandbox, capsys: pytest.CaptureFixture[str], invoice: str) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 4
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block.replace("ORDER-1001-1", invoice), str(README), "exec"), names)
    said = capsys.readouterr().out
    assert said.startswith("paid, order ")
    assert "amount amount has a comma" in said
    assert names["client"].check_status(invoice_id=invoice).state == "partially_refunded"
    assert charges(bank, invoice) == 1

    order = {"invoice_id": f"{invoice}-3d", "total": Decimal("20.00")}
    assert order["invoice_id"] in names["start_3d"](order)
    with pytest.raises(halkode.Error):
        names["came_back"](order, {"invoice_id": order["invoice_id"], "status_code": "100"})

    order = {"order_id": f"{invoice}-bank", "total": Decimal("75.50")}
    back = browse(bank, names["start_at_halkbank"](order))
    assert names["back_from_halkbank"](order, urllib.parse.urlencode({**back, "amount": "1.00"})) == "forged"
    assert names["back_from_halkbank"](order, urllib.parse.urlencode(back)) == "paid"
    assert taken(bank, f"{invoice}-bank") == "75.50"
    order["order_id"] = f"{invoice}-bank-2"
    page = names["start_at_halkbank"](order)
    assert names["back_from_halkbank"](order, urllib.parse.urlencode(browse(bank, page, HALF_SECURE_CARD))) == "void"
    order["order_id"] = f"{invoice}-bank"
    assert (names["give_back"](order), taken(bank, f"{invoice}-bank")) == ("void", "0.00")


def test_the_readme_names_every_class_and_attribute_of_errors() -> None:
    text = README.read_text(encoding="utf-8")
    for name in [*halkode.Error.__halkode__, *(one.__name__ for one in halkode.Error.__subclasses__())]:
        assert f"`{name}`" in text, name
