"""How the package behaves inside Python: the GIL, threads, signals, forks, processes, asyncio."""

from __future__ import annotations

import asyncio
import concurrent.futures
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import halkode
from conftest import charges, sale
from gateway import Gateway, status
from replays import Sandbox


def test_the_gil_is_released_during_a_call(gateway: Gateway) -> None:
    # The gateway answers in Python: while a call held the interpreter, it never could.
    client = halkode.Halkode(**gateway.config, timeout=10)
    gateway.answer = lambda path, body: status(body["invoice_id"])
    assert client.check_status(invoice_id="A-1").state == "paid"
    client.call_json("check_status", '{"invoice_id": "A-1"}')


def test_calls_of_several_threads_wait_side_by_side(gateway: Gateway) -> None:
    together = threading.Barrier(4)

    def answer(path: str, body: dict[str, Any]) -> dict[str, Any]:
        # Nobody is answered before all four have asked.
        together.wait(timeout=20)
        return status(body["invoice_id"])

    gateway.answer = answer
    client = halkode.Halkode(**gateway.config)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        replies = pool.map(lambda number: client.check_status(invoice_id=f"A-{number}"), range(4))
        assert [reply.invoice_id for reply in replies] == [f"A-{number}" for number in range(4)]


def test_threads_share_a_client_and_its_token(gateway: Gateway) -> None:
    gateway.answer = lambda path, body: status(body["invoice_id"])
    client = halkode.Halkode(**gateway.config)

    def ask(thread: int) -> bool:
        names = [f"T{thread}-{number}" for number in range(25)]
        return all(client.check_status(invoice_id=name).invoice_id == name for name in names)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(8)))
    assert gateway.tokens == 1


def test_the_library_starts_no_thread(client: halkode.Halkode, invoice: str) -> None:
    # As Linux counts them.
    before = set(os.listdir("/proc/self/task"))
    client.pay_2d(**sale(invoice))
    client.check_status(invoice_id=invoice)
    assert set(os.listdir("/proc/self/task")) <= before


def test_asyncio(gateway: Gateway) -> None:
    gateway.answer = lambda path, body: status(body["invoice_id"])
    client = halkode.Halkode(**gateway.config)

    async def ask() -> list[str | None]:
        calls = [asyncio.to_thread(client.check_status, invoice_id=f"A-{number}") for number in range(5)]
        return [reply.invoice_id for reply in await asyncio.gather(*calls)]

    assert asyncio.run(ask()) == [f"A-{number}" for number in range(5)]


# Signals: each scene is a process of its own, which speaks to the gateway of the test.


class Scene:
    """A Python process that runs a program, with `client` in it and the gateway's address behind it."""

    def __init__(self, gateway: Gateway, program: str) -> None:
        head = f"import signal, sys, halkode\nclient = halkode.Halkode(**{gateway.config!r})\n"
        self.process = subprocess.Popen(
            [sys.executable, "-c", head + program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def interrupt(self, number: int = signal.SIGINT) -> None:
        self.process.send_signal(number)

    def lines(self, timeout: float = 20) -> list[str]:
        said, _ = self.process.communicate(timeout=timeout)
        return said.splitlines()


@pytest.fixture
def scene(gateway: Gateway) -> Iterator[Callable[[str], Scene]]:
    scenes: list[Scene] = []

    def start(program: str) -> Scene:
        scenes.append(Scene(gateway, program))
        return scenes[-1]

    yield start
    for one in scenes:
        one.process.kill()
        one.process.wait()
        for pipe in (one.process.stdin, one.process.stdout):
            if pipe is not None:
                pipe.close()


def asked(gateway: Gateway, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> threading.Event:
    """Says when the first request has come; it is answered after that."""
    came = threading.Event()

    def note(path: str, body: dict[str, Any]) -> dict[str, Any]:
        came.set()
        return answer(body)

    gateway.answer = note
    return came


SETTLE = """
try:
    client.settle(invoice_id="A-1", deadline=300, spacing=60)
except BaseException as error:
    print(type(error).__name__, error)
    print(type(error.__context__).__name__, error.__context__.in_doubt, error.__context__)
"""


def test_ctrl_c_ends_settle_at_once(gateway: Gateway, scene: Callable[[str], Scene]) -> None:
    came = asked(gateway, lambda body: status("A-1", "Pending", 69))
    one = scene(SETTLE)
    assert came.wait(20)
    began = time.monotonic()
    one.interrupt()
    first, second = one.lines()
    assert time.monotonic() - began < 5
    assert first.startswith("KeyboardInterrupt")
    assert second == "TransportError True interrupted while the outcome was still unknown; ask settle again"


def test_what_a_signal_handler_raises_ends_settle_too(gateway: Gateway, scene: Callable[[str], Scene]) -> None:
    # As Celery's soft time limit does.
    came = asked(gateway, lambda body: status("A-1", "Pending", 69))
    handler = """
def late(*_):
    raise TimeoutError("the soft limit")
signal.signal(signal.SIGUSR1, late)
"""
    one = scene(handler + SETTLE)
    assert came.wait(20)
    one.interrupt(signal.SIGUSR1)
    assert one.lines()[0] == "TimeoutError the soft limit"


def test_a_handler_that_returns_changes_nothing(gateway: Gateway, scene: Callable[[str], Scene]) -> None:
    answers = iter(["Pending", "Completed"])
    came = asked(gateway, lambda body: status("A-1", next(answers)))
    one = scene("""
signal.signal(signal.SIGINT, lambda *_: print("heard", flush=True))
print(client.settle(invoice_id="A-1", deadline=30, spacing=2).state)
""")
    assert came.wait(20)
    one.interrupt()
    assert one.lines() == ["heard", "paid"]


PAY = """
sale = dict(invoice_id="A-1", total="1.00", name="A", surname="B",
    card=halkode.Card(holder_name="A B", number="4155650100416111", expiry_month="12", expiry_year="2040", cvv="555"))
"""


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ("signal.signal(signal.SIGINT, lambda *_: print('heard', flush=True))", ["heard", "declined"]),
        ("", ["KeyboardInterrupt"]),
    ],
)
def test_a_payment_on_its_way_is_not_abandoned(
    gateway: Gateway, scene: Callable[[str], Scene], handler: str, expected: list[str]
) -> None:
    came, released, whole = threading.Event(), threading.Event(), threading.Event()

    def answer(path: str, body: dict[str, Any]) -> dict[str, Any]:
        came.set()
        assert released.wait(20)
        whole.set()
        return {"status_code": 41, "status_description": "declined", "data": {"invoice_id": "A-1"}}

    gateway.answer = answer
    one = scene(f"""{handler}
{PAY}
try:
    client.pay_2d(**sale)
except BaseException as error:
    print(getattr(error, "kind", type(error).__name__))
""")
    assert came.wait(20)
    one.interrupt()
    # It goes on waiting for the answer: the money may have moved.
    with pytest.raises(subprocess.TimeoutExpired):
        one.process.wait(timeout=1)
    released.set()
    assert one.lines() == expected
    assert whole.is_set()


def test_interrupted_before_anything_was_sent(gateway: Gateway, scene: Callable[[str], Scene]) -> None:
    # The token is refused for a moment, so the payment waits: a signal then ends it, and the gateway never hears of it.
    heard: list[str] = []
    came = threading.Event()

    def answer(path: str, body: dict[str, Any]) -> dict[str, Any]:
        heard.append(path)
        return {"status_code": 100}

    gateway.answer = answer
    gateway.on_token = came.set
    gateway.token_status = 503
    one = scene(f"""{PAY}
try:
    client.pay_2d(**sale)
except KeyboardInterrupt as error:
    print(error.__context__.sent, error.__context__.in_doubt)
""")
    assert came.wait(20)
    one.interrupt()
    assert one.lines() == ["no False"]
    assert heard == []


def test_a_signal_handler_cannot_call_into_a_call(gateway: Gateway, scene: Callable[[str], Scene]) -> None:
    answers = iter(["Pending", "Completed"])
    came = asked(gateway, lambda body: status("A-1", next(answers)))
    one = scene("""
def ask(*_):
    try:
        client.check_status(invoice_id="A-1")
    except halkode.RequestError as error:
        print(error, flush=True)
signal.signal(signal.SIGINT, ask)
print(client.settle(invoice_id="A-1", deadline=30, spacing=2).state)
print(client.status_code(code="41").known)
""")
    assert came.wait(20)
    one.interrupt()
    told, *others = one.lines()
    assert told.startswith("a signal handler cannot use a client")
    assert others == ["paid", "True"]


def test_a_thread_that_still_waits_does_not_keep_the_process(gateway: Gateway, scene: Callable[[str], Scene]) -> None:
    came = asked(gateway, lambda body: status("A-1", "Pending", 69))
    one = scene("""
import threading
threading.Thread(target=client.settle, kwargs=dict(invoice_id="A-1", deadline=300, spacing=60), daemon=True).start()
print("started", flush=True)
sys.stdin.read(1)
""")
    assert came.wait(20)
    one.process.communicate(input="x", timeout=20)
    assert one.process.returncode == 0


# Forks and processes


def in_child(work: Callable[[], bool]) -> int:
    """Runs something in a forked child, and gives the child's process id."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if work() else 1)
        finally:
            os._exit(2)
    return child


def ended_well(child: int) -> bool:
    _, code = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(code) == 0


def test_a_used_client_on_both_sides_of_a_fork(client: halkode.Halkode, bank: Sandbox, invoice: str) -> None:
    client.token()

    def shop(name: str) -> bool:
        mine = [f"{invoice}-{name}-{number}" for number in range(5)]
        paid = all(client.pay_2d(**sale(one)).invoice_id == one for one in mine)
        return paid and all(client.check_status(invoice_id=one).invoice_id == one for one in mine)

    children = [in_child(lambda name=name: shop(name)) for name in "abcd"]  # type: ignore[misc]
    assert shop("parent")
    endings = [ended_well(child) for child in children]
    assert all(endings)
    for name in ("a", "b", "c", "d", "parent"):
        assert [charges(bank, f"{invoice}-{name}-{number}") for number in range(5)] == [1] * 5


def test_a_fork_in_the_middle_of_another_threads_call(gateway: Gateway) -> None:
    # At the moment of the fork another thread fetches a token, and holds whatever lock that takes.
    client = halkode.Halkode(**gateway.config)
    gateway.answer = lambda path, body: status(body["invoice_id"])
    came, released = threading.Event(), threading.Event()

    def hold() -> None:
        if not came.is_set():
            came.set()
            assert released.wait(20)

    gateway.on_token = hold
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.check_status, invoice_id="parent")
        assert came.wait(20)
        child = in_child(lambda: client.check_status(invoice_id="child").invoice_id == "child")
        assert ended_well(child)
        released.set()
        assert waiting.result(20).invoice_id == "parent"


def pay_elsewhere(invoice_id: str) -> halkode.Payment:
    return halkode.Halkode.from_env().pay_2d(**sale(invoice_id))


def decline_elsewhere(invoice_id: str) -> halkode.Payment:
    return halkode.Halkode.from_env().pay_2d(**sale(invoice_id, "4155650100000519"))


def use(client: Any) -> None:
    pass


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_replies_and_errors_come_back_from_other_processes(method: str, bank: Sandbox, invoice: str) -> None:
    with multiprocessing.get_context(method).Pool(2) as pool:
        names = [f"{invoice}-{number}" for number in range(4)]
        payments = pool.map(pay_elsewhere, names)
        assert [payment.invoice_id for payment in payments] == names
        with pytest.raises(halkode.DeclinedError) as caught:
            pool.apply(decline_elsewhere, (f"{invoice}-no",))
        assert (caught.value.bank_code, caught.value.invoice_id) == ("51", f"{invoice}-no")
    assert all(charges(bank, name) == 1 for name in names)


def test_a_client_does_not_travel(client: halkode.Halkode) -> None:
    process = multiprocessing.get_context("spawn").Process(target=use, args=(client,))
    with pytest.raises(TypeError, match="make one in each process"):
        process.start()
