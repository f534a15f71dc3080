"""Two services on one store, seen as one: every request goes to the other one than the last did."""

import contextlib
import itertools
import threading
from typing import Self

import httpx
from service import Service


class Pair:
    """A stand-in for one service wherever a test asks for its address each time anew."""

    def __init__(self, *arguments: str, store: str) -> None:
        self.services = [Service(*arguments, store=store) for _ in range(2)]
        self._turns = itertools.cycle(self.services)
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            for service in self.services:
                stack.enter_context(service)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def address(self) -> tuple[str, int]:
        with self._lock:
            return next(self._turns).address

    @property
    def url(self) -> str:
        return "http://{}:{}".format(*self.address)


class InTurns(httpx.HTTPTransport):
    """Sends each request of a client where its service is now."""

    def __init__(self, service: Service | Pair) -> None:
        super().__init__()
        self._service = service

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host, port = self._service.address
        request.url = request.url.copy_with(host=host, port=port)
        return super().handle_request(request)
