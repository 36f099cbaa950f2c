"""A shop's tasks under Celery's prefork pool: one client, made and used before the pool is forked from this process."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded

import halkode

place = os.environ["TASKS_DIRECTORY"]
app = Celery("tasks", broker="filesystem://", backend=f"file://{place}/results")
app.conf.update(
    broker_transport_options={
        "data_folder_in": f"{place}/queue",
        "data_folder_out": f"{place}/queue",
        "control_folder": f"{place}/control",
    },
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
)

client = halkode.Halkode.from_env()
client.token()


@app.task
def pay(invoice_id: str, number: str) -> dict[str, Any]:
    payment = client.pay_2d(
        invoice_id=invoice_id,
        total="60.00",
        name="Ayşe",
        surname="Yılmaz",
        card=halkode.Card(holder_name="Ayşe Yılmaz", number=number, expiry_month="12", expiry_year="2040", cvv="555"),
    )
    return {**payment.to_dict(), "worker": os.getpid()}


@app.task(soft_time_limit=1)
def settle(invoice_id: str) -> str:
    try:
        client.settle(invoice_id=invoice_id, deadline=300, spacing=60)
    except SoftTimeLimitExceeded as error:
        assert isinstance(error.__context__, halkode.TransportError)
        return f"late, in doubt: {error.__context__.in_doubt}"
    return "settled"
