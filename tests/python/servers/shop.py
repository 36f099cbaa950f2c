"""A shop under gunicorn: one client, made and used before the workers are forked from this process."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

import halkode

client = halkode.Halkode.from_env()
client.token()


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    invoice_id = environ["PATH_INFO"].lstrip("/")
    payment = client.pay_2d(
        invoice_id=invoice_id,
        total="60.00",
        name="Ayşe",
        surname="Yılmaz",
        card=halkode.Card(
            holder_name="Ayşe Yılmaz", number="4155650100416111", expiry_month="12", expiry_year="2040", cvv="555"
        ),
    )
    start_response("200 OK", [("Content-Type", "application/json")])
    known = {"invoice_id": payment.invoice_id, "worker": os.getpid(), "parent": os.getppid()}
    return [json.dumps(known).encode()]
