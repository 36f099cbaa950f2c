"""Starts the shop with Django's WSGI application and the server of the standard library. A real shop runs gunicorn."""

import os
import signal
import socketserver
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """No access log: a 3-D return has its fields in the address."""


def stop(*_: object) -> None:
    raise SystemExit(0)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    django.setup()
    call_command("migrate", verbosity=0)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with make_server("127.0.0.1", int(os.environ.get("PORT", "0")), get_wsgi_application(), Server, Handler) as server:
        print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
