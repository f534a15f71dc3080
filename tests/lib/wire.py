"""HTTP as bytes on a socket: these tests are about what a client library would tidy away."""

import dataclasses
import json
import socket
from typing import Any, Self

from until import PATIENCE

PROBLEM = "application/problem+json"


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def closes(self) -> bool:
        return self.headers.get("connection") == "close"


class Wire:
    """A connection."""

    def __init__(self, address: tuple[str, int], timeout: float = PATIENCE) -> None:
        self.socket = socket.create_connection(address, timeout)
        self._received = b""
        self.is_ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def finish(self) -> None:
        """Nothing more will be sent."""
        self.socket.shutdown(socket.SHUT_WR)

    def receive(self, *, head: bool = False) -> Answer:
        """The next answer, also an interim one; head: it is the answer to a HEAD."""
        while b"\r\n\r\n" not in self._received:
            if not self._receive_more():
                raise AssertionError(f"the connection ended after {self._received!r}")
        text, self._received = self._received.split(b"\r\n\r\n", 1)
        lines = text.decode("latin-1").split("\r\n")
        version, status, *_ = lines[0].split(" ", 2)
        assert version == "HTTP/1.1", lines[0]
        headers = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            assert name.lower() not in headers, f"{name} twice"
            headers[name.lower()] = value
        length = 0 if head else int(headers.get("content-length", "0"))
        while len(self._received) < length:
            assert self._receive_more(), "the body is cut"
        body, self._received = self._received[:length], self._received[length:]
        return Answer(int(status), headers, body)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request, well formed, and its answer."""
        lines = [f"{method} {path} HTTP/1.1", "Host: test"]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b""))
        return self.receive(head=method == "HEAD")

    def receive_all(self) -> list[Answer]:
        """Every answer until the peer closes its side."""
        answers = []
        while self._received or self._receive_more():
            answers.append(self.receive())
        return answers

    def is_closed_by_peer(self) -> bool:
        """Nothing is left to receive, and nothing will come."""
        return not self._received and not self._receive_more()

    def _receive_more(self) -> bool:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self._received += data
        self.is_ended = not data
        return bool(data)


def ask(
    address: tuple[str, int], method: str, path: str, body: bytes | None = None, **headers: str
) -> Answer:
    """One request on a connection of its own."""
    with Wire(address) as wire:
        return wire.ask(method, path, body, **headers)


def assert_problem(answer: Answer, status: int, code: str) -> Any:
    """The answer is a whole problem document, which is returned."""
    assert (answer.status, answer.headers["content-type"]) == (status, PROBLEM), answer.body
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert all(problem[name] for name in ("type", "title", "detail", "error"))
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem
