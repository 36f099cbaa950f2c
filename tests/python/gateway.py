"""A gateway within the test's own process.

It answers in Python, so it can answer only while no call holds the interpreter.
"""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable
from typing import Any

from conformance import KEYS


class Gateway:
    """Answers with what `answer` gives for a path and a body; but for a token by itself, which `on_token` hears of."""

    def __init__(self) -> None:
        self.answer: Callable[[str, dict[str, Any]], dict[str, Any]] = lambda path, body: {"status_code": 100}
        self.tokens = 0
        self.on_token: Callable[[], None] = lambda: None
        self.token_status = 200
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                code = 200
                if self.path.endswith("/api/token"):
                    gateway.tokens += 1
                    gateway.on_token()
                    code = gateway.token_status
                    reply: dict[str, Any] = {"status_code": 100, "data": {"token": "a-token-of-the-test", "is_3d": 1}}
                else:
                    reply = gateway.answer(self.path, body)
                text = json.dumps(reply).encode()
                self.send_response(code)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self.server.server_address[1]}/ccpayment"
        self.config: dict[str, Any] = {**KEYS, "base_url": self.base_url}
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Gateway:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def status(invoice_id: str, words: str = "Completed", code: int = 100) -> dict[str, Any]:
    """The answer to checkstatus."""
    return {"status_code": code, "status_description": words, "transaction_status": words, "invoice_id": invoice_id}
