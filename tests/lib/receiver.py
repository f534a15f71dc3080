"""Somebody whom webhooks are sent to."""

import http.server
import threading
from collections.abc import Callable
from typing import Any

from until import PATIENCE

Request = tuple[str, dict[str, str], bytes]


class Receiver:
    """Takes webhooks, keeps them, and answers with the status that the path says: /200."""

    def __init__(self, answer: Callable[[Request], int] | None = None) -> None:
        """answer: says the status instead, and nothing is kept."""
        self.requests: list[Request] = []
        self.arrived = threading.Condition()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = (self.path, dict(self.headers), body)
                status = receiver._take(request) if answer is None else answer(request)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def url(self, status: int) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/{status}"

    def wait(self, count: int) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, PATIENCE)

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def _take(self, request: Request) -> int:
        with self.arrived:
            self.requests.append(request)
            self.arrived.notify_all()
        return int(request[0].strip("/"))
