"""Slow callers: many connections that do next to nothing, and what that does to others."""

import contextlib
import dataclasses
import errno
import socket
import threading
import time
from typing import Self

from wire import ask

Address = tuple[str, int]

HEADER = b"GET /livez HTTP/1.1\r\nHost: slow\r\n"
BODY = (
    b"POST /transform HTTP/1.1\r\nHost: slow\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000000\r\n\r\n"
)
# Answered with 8 MB, more than the buffers of both kernels hold, in next to no time.
COPIES = 250
LARGE = (
    b'{"documents":[{"s":"%s"}],"pipeline":[{"$set":{"n":{"$range":[0,%d]}}},{"$unwind":"$n"}]}'
    % (b"x" * 32_000, COPIES)
)
READER = (
    b"POST /transform HTTP/1.1\r\nHost: slow\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(LARGE), LARGE)
)
FIRST = {"header": HEADER, "body": BODY, "reader": READER}
LATER = {"header": b"X-Slow: 1\r\n", "body": b" ", "reader": b""}
IN_PROGRESS = {0, errno.EINPROGRESS}
RAMP = 0.02  # seconds between the first requests of two of them
READS_MAX = 12  # then a slow reader comes back for another answer
BUFFER = 4096  # bytes that a slow reader's kernel takes


@dataclasses.dataclass
class Slow:
    """One connection; opened again when the service has had enough of it."""

    kind: str
    socket: socket.socket
    next_at: float
    has_begun: bool = False
    n_read: int = 0

    def step(self) -> None:
        """Send or take the next few bytes; OSError: the service has had enough."""
        if not self.has_begun:
            self.socket.send(FIRST[self.kind])
            self.has_begun = True
        elif self.kind == "reader":
            # One that was cut off would not notice while its own kernel has something to read.
            self.n_read += 1
            if self.n_read > READS_MAX or not self.socket.recv(16):
                raise ConnectionResetError
        else:
            self.socket.send(LATER[self.kind])
            with contextlib.suppress(BlockingIOError):
                if not self.socket.recv(4096):
                    raise ConnectionResetError


class Crowd:
    """As many slow connections as said, of each kind the same number, for as long as it is entered.

    One that the service ends is opened again at once.
    """

    def __init__(self, address: Address, size: int, interval: float = 1.0) -> None:
        self.address = address
        self.size = size
        self.interval = interval
        self.n_ended = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _open(self, kind: str, delay: float) -> Slow:
        sock = socket.socket()
        if kind == "reader":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        sock.setblocking(False)
        if sock.connect_ex(self.address) not in IN_PROGRESS:
            raise ConnectionError("a slow caller cannot connect")
        return Slow(kind, sock, time.monotonic() + delay)

    def _step(self, slow: Slow, now: float) -> Slow:
        try:
            slow.step()
            slow.next_at = now + self.interval
        except BlockingIOError:
            slow.next_at = now + self.interval / 4
        except OSError as error:
            if error.errno == errno.ENOTCONN:  # its turn in the backlog has not come
                slow.next_at = now + self.interval / 4
                return slow
            slow.socket.close()
            self.n_ended += 1
            return self._open(slow.kind, self.interval / 4)
        return slow

    def _run(self) -> None:
        kinds = list(FIRST)
        crowd = [self._open(kinds[n % 3], n * RAMP) for n in range(self.size)]
        while not self._is_over.wait(0.02):
            now = time.monotonic()
            crowd = [slow if slow.next_at > now else self._step(slow, now) for slow in crowd]
        for slow in crowd:
            slow.socket.close()


@dataclasses.dataclass
class Seen:
    """What the well-behaved saw."""

    n_requests: int = 0
    n_failed: int = 0
    slowest: float = 0.0
    slowest_live: float = 0.0


def probe(service: Address, admin: Address, seconds: float) -> Seen:
    """Ordinary requests, one after the other, and /livez of the operators' listener."""
    requests = [
        ("GET", "/livez", None),
        ("POST", "/transform", b'{"documents":[{"a":1}],"pipeline":[{"$limit":1}]}'),
        ("GET", "/tasks", None),
    ]
    seen = Seen()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        method, path, body = requests[seen.n_requests % len(requests)]
        start = time.monotonic()
        try:
            is_fine = (
                ask(service, method, path, body, Content_Type="application/json").status == 200
            )
        except (OSError, AssertionError):
            is_fine = False
        seen.n_requests += 1
        seen.n_failed += not is_fine
        seen.slowest = max(seen.slowest, time.monotonic() - start)
        start = time.monotonic()
        assert ask(admin, "GET", "/livez").status == 200
        seen.slowest_live = max(seen.slowest_live, time.monotonic() - start)
        time.sleep(0.01)  # the well-behaved are no load
    return seen
