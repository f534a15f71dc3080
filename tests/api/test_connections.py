"""Connections on the wire: header lines, one request after another, and slow callers."""

import socket
import time

import pytest
from service import Service
from until import until
from wire import Wire, ask, assert_problem

# Headers


@pytest.mark.parametrize("end", [b"\n", b"\n\r", b"\r\r", b"\n ", b"\r "])
def test_a_request_line_ends_in_cr_lf(service: Service, end: bytes) -> None:
    with Wire(service.address) as wire:
        wire.send(b"GET /livez HTTP/1.1" + end + b"Content-Length: 1\r\nHost: x\r\n\r\n")
        answer = wire.receive()
    assert_problem(answer, 400, "framing_invalid")
    assert answer.closes


def test_a_tab_before_a_value_is_a_blank(service: Service) -> None:
    request = (
        b"POST /tasks HTTP/1.1\r\nHost:\tx\r\nContent-Type: \tapplication/json;\tcharset=utf-8\r\n"
    )
    body = b'{\t"title":\t"a"}'
    with Wire(service.address) as wire:
        for _ in range(2):
            wire.send(request + b"Content-Length:\t%d\r\n\r\n%s" % (len(body), body))
            answer = wire.receive()
            assert (answer.status, answer.json()["title"]) == (201, "a")
        wire.send(request + b"Content-Length: 15\r\n\r\n" + b'{"title":"a\tb"}')
        assert_problem(wire.receive(), 400, "json_malformed")


@pytest.mark.parametrize(
    "line", [b"Host\t: x", b"X-A: b\r\n\tc", b"X-A: b\t", b"X-\tA: b", b"\tX-A: b", b"X-A: \t"]
)
def test_a_tab_anywhere_else_is_refused(service: Service, line: bytes) -> None:
    with Wire(service.address) as wire:
        wire.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n" + line + b"\r\n\r\n")
        assert_problem(wire.receive(), 400, "framing_invalid")


def test_a_request_line_may_arrive_in_pieces_after_an_empty_line(service: Service) -> None:
    with Wire(service.address) as wire:
        for piece in (b"\r\n", b"GET /livez HTTP/1.1", b"\r", b"\nHost: x\r\n\r\n"):
            wire.send(piece)
            time.sleep(0.05)  # so that it is a piece of its own; the answer must be the same
        assert wire.receive().status == 200


def test_a_header_too_large_is_refused_and_the_limit_named(service: Service) -> None:
    answer = ask(service.address, "GET", "/livez", X_Filler="x" * 20_000)
    assert_problem(answer, 431, "header_too_large")
    assert answer.json()["limit"] == "max-header"


def test_a_target_too_long_is_refused(service: Service) -> None:
    assert_problem(ask(service.address, "GET", "/" + "x" * 9_000), 414, "uri_too_long")
    assert_problem(ask(service.address, "GET", "/" + "x" * 30_000), 414, "uri_too_long")


def test_sixty_four_header_lines_are_too_many(service: Service) -> None:
    many = {f"X_{number}": "x" for number in range(63)}
    assert_problem(ask(service.address, "GET", "/livez", **many), 431, "header_too_large")
    del many["X_0"]
    assert ask(service.address, "GET", "/livez", **many).status == 200


def test_another_version_of_http_is_refused(service: Service) -> None:
    with Wire(service.address) as wire:
        wire.send(b"GET /livez HTTP/2.0\r\nHost: x\r\n\r\n")
        assert_problem(wire.receive(), 505, "version_not_supported")


def test_an_upgrade_to_websocket_is_an_ordinary_request(service: Service) -> None:
    answer = ask(service.address, "GET", "/livez", Connection="Upgrade", Upgrade="websocket")
    assert answer.status == 200
    assert answer.closes


# Connections


def test_a_connection_serves_many_requests(service: Service) -> None:
    with Wire(service.address) as wire:
        for _ in range(100):
            answer = wire.ask("GET", "/livez")
            assert answer.status == 200
            assert "connection" not in answer.headers


def test_requests_sent_at_once_are_answered_in_order(service: Service) -> None:
    paths = ["/livez", "/version", "/nothing", "/livez"]
    with Wire(service.address) as wire:
        wire.send(b"".join(f"GET {p} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for p in paths))
        assert [wire.receive().status for _ in paths] == [200, 200, 404, 200]


def test_close_is_obeyed(service: Service) -> None:
    with Wire(service.address) as wire:
        assert wire.ask("GET", "/livez", Connection="close").closes
        assert wire.is_closed_by_peer()


@pytest.mark.parametrize("connection", [None, "keep-alive"])
def test_http_1_0_keeps_the_connection_only_when_asked(
    service: Service, connection: str | None
) -> None:
    line = f"Connection: {connection}\r\n" if connection else ""
    with Wire(service.address) as wire:
        wire.send(f"GET /livez HTTP/1.0\r\n{line}\r\n".encode())
        answer = wire.receive()
        assert answer.status == 200
        assert answer.headers["connection"] == (connection or "close")
        if connection is None:
            assert wire.is_closed_by_peer()
        else:
            assert wire.ask("GET", "/livez").status == 200


def test_an_idle_connection_is_closed_without_a_word(service: Service) -> None:
    with Wire(service.address) as wire:
        assert wire.ask("GET", "/livez").status == 200
        start = time.monotonic()
        assert wire.is_closed_by_peer()
        assert 1.5 < time.monotonic() - start < 4  # --keep-alive-timeout 2s


# Slow callers


def trickle(wire: Wire, parts: list[bytes], seconds: float) -> None:
    """Send a part every tenth of a second, for some time or until the peer has had enough."""
    until = time.monotonic() + seconds
    wire.socket.settimeout(0.1)
    for part in parts:
        try:
            wire.send(part)
            if wire.socket.recv(1, socket.MSG_PEEK) is not None:
                return
        except TimeoutError:
            if time.monotonic() > until:
                return
        except OSError:
            return


def test_a_header_that_trickles_in_is_given_up(service: Service) -> None:
    with Wire(service.address) as wire:
        start = time.monotonic()
        trickle(wire, [b"GET /livez HTTP/1.1\r\nHost: x\r\n", *[b"X-A: b\r\n"] * 100], 8)
        assert time.monotonic() - start < 4  # --header-timeout 1s
        wire.socket.settimeout(10)
        assert_problem(wire.receive(), 408, "timeout")
        assert wire.is_closed_by_peer()


def test_a_body_that_trickles_in_is_given_up(service: Service) -> None:
    header = b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with Wire(service.address) as wire:
        start = time.monotonic()
        trickle(wire, [header + b"Content-Length: 1000\r\n\r\n", *[b" "] * 100], 8)
        assert time.monotonic() - start < 5  # --body-timeout 2s
        wire.socket.settimeout(10)
        answer = wire.receive()
        assert_problem(answer, 408, "timeout")
        assert answer.closes


def test_a_chunked_body_that_trickles_in_is_given_up(service: Service) -> None:
    header = b"POST /transform HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Wire(service.address) as wire:
        start = time.monotonic()
        trickle(wire, [header, *[b"1\r\nx\r\n"] * 100], 8)
        assert time.monotonic() - start < 5
        wire.socket.settimeout(10)
        assert_problem(wire.receive(), 408, "timeout")


def test_a_connection_that_says_nothing_is_closed(service: Service) -> None:
    with Wire(service.address) as wire:
        start = time.monotonic()
        assert wire.is_closed_by_peer()
        assert time.monotonic() - start < 4


def test_probes_are_answered_while_all_threads_are_held(service: Service) -> None:
    held = [socket.create_connection(service.address) for _ in range(100)]  # of 64 threads
    try:
        start = time.monotonic()
        assert ask(service.admin_address, "GET", "/livez").status == 200
        assert ask(service.admin_address, "GET", "/readyz").status == 200
        assert time.monotonic() - start < 0.5
    finally:
        for connection in held:
            connection.close()
    assert ask(service.address, "GET", "/livez").status == 200


def wait_for_connections(service: Service, low: int, high: int) -> None:
    """Until the service says that as many connections hold a thread."""
    name = 'docmill_http_connections{listener="service"}'
    until(lambda: low <= service.metric(name) <= high, f"{low} to {high} connections")


def test_answers_end_the_connection_when_nearly_all_threads_are_busy(service: Service) -> None:
    held = [Wire(service.address) for _ in range(60)]  # of 64 threads
    try:
        wait_for_connections(service, 60, 60)
        assert held[0].ask("GET", "/livez").closes
    finally:
        for wire in held:
            wire.socket.close()
    wait_for_connections(service, 0, 10)
    assert not ask(service.address, "GET", "/livez").closes
