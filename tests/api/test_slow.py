"""Slow callers hold a thread each, and no longer than they may; others notice nothing."""

import json
import socket
import time
from collections.abc import Iterator

import pytest
from service import Service
from slow import COPIES, READER, Crowd, probe
from until import until
from wire import PATIENCE, Wire

JSON = "application/json"
CONNECTIONS = 'docmill_http_connections{listener="service"}'


@pytest.fixture(scope="module")
def strict(docmill_binary: object) -> Iterator[Service]:
    """A service whose deadlines are far away, but for the rate."""
    with Service("--min-rate", "100KiB/s", "--http-threads", "64") as running:
        yield running


def wait_for(service: Service, series: str, low: float, high: float) -> None:
    what = f"{series} from {low} to {high}"
    until(lambda: low <= service.metric(series) <= high, what, every=0.05)


def test_a_crowd_of_slow_callers_is_not_noticed(docmill_binary: object) -> None:
    options = ("--header-timeout", "1s", "--http-threads", "80", "--access-log", "off")
    with Service(*options) as service, Crowd(service.address, 60, interval=0.2) as crowd:
        wait_for(service, CONNECTIONS, 50, 70)
        seen = probe(service.address, service.admin_address, 4)
        assert seen.n_requests > 20
        assert seen.n_failed == 0
        assert seen.slowest < 1
        assert seen.slowest_live < 0.5
        assert crowd.n_ended > 20  # twenty slow headers, given up once a second


def test_a_body_below_the_rate_is_given_up(strict: Service) -> None:
    with Wire(strict.address) as wire:
        start = time.monotonic()
        wire.send(
            b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 900000\r\n\r\n" + b" " * 400_000
        )
        answer = wire.receive()
        assert 4 < time.monotonic() - start < 8  # a window of 5 s with less than 500 KiB in it
        assert (answer.status, answer.json()["code"]) == (408, "timeout")
        assert answer.closes


def test_a_body_above_the_rate_may_take_its_time(strict: Service) -> None:
    request = b'{"documents":[{"a":1}],"pipeline":[]}'
    part = b" " * 60_000
    with Wire(strict.address) as wire:
        wire.send(
            b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % (len(request) + 24 * len(part))
        )
        for _ in range(24):  # 200 KB/s for 7 s
            wire.send(part)
            time.sleep(0.3)  # the rate is what is tested
        wire.send(request)
        assert wire.receive().status == 200


def slow_reader(service: Service) -> socket.socket:
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    reader.settimeout(PATIENCE)
    reader.connect(service.address)
    reader.sendall(READER)
    return reader


def test_who_does_not_read_the_answer_is_cut_off(strict: Service) -> None:
    """Long before --write-timeout, though the kernel has taken a good part of it."""
    with slow_reader(strict):
        wait_for(strict, CONNECTIONS, 1, 2)
        start = time.monotonic()
        while (line := strict.wait_for_log("request")).get("cut") is None:
            pass
        assert (line["route"], line["status"]) == ("/transform", 200)
        assert line["bytes_out"] < 8_000_000
        assert time.monotonic() - start < 12


def test_who_reads_above_the_rate_gets_it_all(strict: Service) -> None:
    """Much slower than the kernel's buffers would show: what waits in them is counted as unread."""
    with slow_reader(strict) as reader:
        received = b""
        start = time.monotonic()
        while b"\r\n\r\n" not in received:
            received += reader.recv(65536)
        head, _, _ = received.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(received) < len(head) + 4 + length:
            time.sleep(max(0.0, len(received) / 900_000 - (time.monotonic() - start)))
            received += reader.recv(65536)
        assert time.monotonic() - start > 7
    assert len(json.loads(received[len(head) + 4 :])["documents"]) == COPIES
