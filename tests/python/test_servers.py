"""Under the servers that Turkish shops run: gunicorn with a preloaded application, and Celery's prefork pool."""

from __future__ import annotations

import concurrent.futures
import http.client
import importlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu.exceptions import EncodeError

import halkode
from conftest import GOOD_CARD, NO_FUNDS_CARD, card, charges
from replays import Sandbox

SERVERS = Path(__file__).parent / "servers"


@pytest.fixture
def slow_sales(bank: Sandbox) -> Iterator[None]:
    """While one worker waits for the bank, the others must take the next sale."""
    bank.control("POST", "faults", {"path": "paySmart2D", "fault": "delay:300", "times": "*"})
    yield
    bank.control("DELETE", "faults")


def start(arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(SERVERS), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=SERVERS,
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.stderr
    for line in process.stderr:
        print(line, end="")
    assert process.wait(timeout=30) == 0


@pytest.fixture
def gunicorn() -> Iterator[str]:
    """The address of a shop with three workers, forked from a process that has used its client."""
    process = start(["gunicorn", "--preload", "--workers", "3", "--bind", "127.0.0.1:0", "shop:app"], {})
    assert process.stderr
    address = None
    for line in process.stderr:
        print(line, end="")
        if found := re.search(r"Listening at: http://(127\.0\.0\.1:\d+)", line):
            address = found[1]
            break
    assert address, "gunicorn ended before it listened"
    yield address
    stop(process)


def pay(address: str, invoice_id: str) -> Any:
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("POST", f"/{invoice_id}")
    answer = connection.getresponse()
    assert answer.status == 200
    said = json.loads(answer.read())
    connection.close()
    return said


@pytest.mark.usefixtures("slow_sales")
def test_gunicorn_with_a_preloaded_application(gunicorn: str, bank: Sandbox, invoice: str) -> None:
    names = [f"{invoice}-{number}" for number in range(24)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda name: pay(gunicorn, name), names))
    assert [answer["invoice_id"] for answer in answers] == names
    assert len({answer["worker"] for answer in answers}) == 3
    assert len({answer["parent"] for answer in answers}) == 1
    assert [charges(bank, name) for name in names] == [1] * len(names)


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The tasks of a shop, with a pool of two processes behind them."""
    for folder in ("queue", "control", "results"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("TASKS_DIRECTORY", str(tmp_path))
    monkeypatch.syspath_prepend(SERVERS)
    arguments = ["celery", "-A", "tasks", "worker", "--pool", "prefork", "--concurrency", "2", "--loglevel", "WARNING"]
    process = start([*arguments, "--without-gossip", "--without-mingle"], {"TASKS_DIRECTORY": str(tmp_path)})
    yield importlib.import_module("tasks")
    stop(process)


@pytest.mark.usefixtures("slow_sales")
def test_celerys_prefork_pool(tasks: Any, bank: Sandbox, invoice: str) -> None:
    names = [f"{invoice}-{number}" for number in range(8)]
    sent = [tasks.pay.delay(name, GOOD_CARD) for name in names]
    payments = [result.get(timeout=60) for result in sent]
    assert [payment["invoice_id"] for payment in payments] == names
    assert len({payment["worker"] for payment in payments}) == 2
    assert [charges(bank, name) for name in names] == [1] * len(names)

    # An error crosses the queue as an error of its own class.
    with pytest.raises(halkode.DeclinedError) as caught:
        tasks.pay.delay(f"{invoice}-no", NO_FUNDS_CARD).get(timeout=60)
    assert str(caught.value) == caught.value.reason != ""

    # The soft time limit ends a wait, and says that the outcome is still unknown.
    assert tasks.settle.delay(f"{invoice}-nobodys").get(timeout=60) == "late, in doubt: True"

    # A card does not get into the queue.
    for serializer, told in (("pickle", "must not lie in a task queue"), ("json", "Card is not JSON serializable")):
        with pytest.raises(EncodeError, match=told) as refused:
            tasks.pay.apply_async((invoice, card()), serializer=serializer)
        assert GOOD_CARD not in str(refused.value)
