"""HTTP itself: routing, framing, limits and deadlines, as they look on the wire."""

import re
import socket
import time

import pytest
from service import Service
from until import until
from wire import Answer, Wire, ask

PROBLEM = "application/problem+json"
JSON = "application/json"
TRANSFORM = b'{"documents":[{"a":1}],"pipeline":[]}'


def assert_problem(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.headers["content-type"]) == (status, PROBLEM)
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert all(problem[name] for name in ("type", "title", "detail", "error"))
    assert problem["request_id"] == answer.headers["x-request-id"]


# Routing


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/livez/", "//livez", "/LIVEZ", "/%6civez", "/./livez", "/tasks/", "/livez."],
)
def test_a_path_that_is_not_exactly_one_of_ours_is_not_found(service: Service, path: str) -> None:
    assert_problem(ask(service.address, "GET", path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/livez", "GET, HEAD"),
        ("DELETE", "/tasks", "GET, HEAD, POST"),
        ("OPTIONS", "/transform", "POST"),
        ("GET", "/transform", "POST"),
        ("HEAD", "/transform", "POST"),
    ],
)
def test_another_method_is_told_which_ones_there_are(
    service: Service, method: str, path: str, allow: str
) -> None:
    answer = ask(service.address, method, path, b"" if method == "POST" else None)
    assert answer.status == 405
    assert answer.headers["allow"] == allow
    if method != "HEAD":
        assert_problem(answer, 405, "method_not_allowed")


def test_head_is_get_without_the_body(service: Service) -> None:
    with Wire(service.address) as wire:
        get = wire.ask("GET", "/version")
        head = wire.ask("HEAD", "/version")
        assert (head.status, head.body) == (200, b"")
        assert head.headers["content-length"] == str(len(get.body))
        assert head.headers["content-type"] == get.headers["content-type"]
        assert wire.ask("GET", "/livez").status == 200


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "QUERY"])
def test_a_known_method_that_no_path_has_is_a_405(service: Service, method: str) -> None:
    body = b"" if method == "PATCH" else None
    answer = ask(service.address, method, "/livez", body)
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("method", ["BREW", "get", "PROPFIND"])
def test_a_method_of_another_protocol_is_not_implemented(service: Service, method: str) -> None:
    assert_problem(ask(service.address, method, "/livez"), 501, "not_implemented")


def test_the_absolute_form_of_this_address_is_the_path(service: Service) -> None:
    assert ask(service.address, "GET", f"{service.url}/livez").status == 200


@pytest.mark.parametrize(
    "query", ["a=%", "a=%2", "a=%zz", "%00=1", "&".join("a=1" for _ in range(33))]
)
def test_a_query_that_cannot_be_decoded_is_refused(service: Service, query: str) -> None:
    assert_problem(ask(service.address, "GET", f"/tasks?{query}"), 400, "parameter_invalid")


# Who asks


def test_a_plain_request_id_of_the_caller_is_kept(service: Service) -> None:
    answer = ask(service.address, "GET", "/livez", X_Request_Id="order-66/a.b:c_d")
    assert answer.headers["x-request-id"] == "order-66/a.b:c_d"


@pytest.mark.parametrize("given", ['a"b', "a b", "x" * 65, "ä", "<script>"])
def test_a_request_id_that_would_need_quoting_is_replaced(service: Service, given: str) -> None:
    made = ask(service.address, "GET", "/livez", X_Request_Id=given).headers["x-request-id"]
    assert made != given
    assert len(made) == 32


def test_request_ids_of_our_own_differ(service: Service) -> None:
    with Wire(service.address) as wire:
        ids = {wire.ask("GET", "/livez").headers["x-request-id"] for _ in range(50)}
    assert len(ids) == 50


def test_the_trace_id_serves_as_request_id_and_is_logged(service: Service) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = ask(service.address, "GET", "/livez", traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    assert answer.headers["x-request-id"] == trace
    while (line := service.wait_for_log("request"))["request_id"] != trace:
        pass
    assert line["trace_id"] == trace
    version, id_, span, flags = answer.headers["traceparent"].split("-")
    assert (version, id_, flags) == ("00", trace, "01")
    assert span == line["span_id"] != "00f067aa0ba902b7"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/livez", 200)


@pytest.mark.parametrize("given", [None, "", "00-0-0-00", "ff" + "-0" * 3])
def test_no_trace_is_made_up(service: Service, given: str | None) -> None:
    headers = {} if given is None else {"traceparent": given}
    assert "traceparent" not in ask(service.address, "GET", "/livez", **headers).headers


# Server-Timing

RUN = {"Content_Type": JSON}


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (200, TRANSFORM, RUN),
        (200, TRANSFORM, {**RUN, "Accept": "application/x-ndjson"}),
        (400, b"{", RUN),
        (400, b'{"documents":[],"pipeline":[{"$nothing":1}]}', RUN),
        (400, b"{}", {**RUN, "Content_Encoding": "gzip"}),
        (422, b'{"documents":[{}],"pipeline":[{"$set":{"a":{"$divide":[1,0]}}}]}', RUN),
        (406, TRANSFORM, {**RUN, "Accept": "text/html"}),
        (415, TRANSFORM, {}),
    ],
)
def test_every_answer_to_a_transform_says_what_took_how_long(
    service: Service, status: int, body: bytes, headers: dict[str, str]
) -> None:
    answer = ask(service.address, "POST", "/transform", body, **headers)
    assert answer.status == status
    times = re.fullmatch(
        r"read;dur=(\d+\.\d{3}), run;dur=(\d+\.\d{3}), write;dur=(\d+\.\d{3})",
        answer.headers["server-timing"],
    )
    assert times is not None
    assert all(0 <= float(time) < 10_000 for time in times.groups())
    if status == 422:
        assert float(times[2]) > 0


# Bodies


def test_a_body_in_chunks_is_read_like_any_other(service: Service) -> None:
    with Wire(service.address) as wire:
        wire.send(
            b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        for at in range(0, len(TRANSFORM), 7):
            part = TRANSFORM[at : at + 7]
            wire.send(b"%x\r\n%s\r\n" % (len(part), part))
        wire.send(b"0\r\n\r\n")
        answer = wire.receive()
        assert (answer.status, answer.json()["documents"]) == (200, [{"a": 1}])
        assert wire.ask("GET", "/livez").status == 200


@pytest.mark.parametrize("path", ["/transform", "/livez", "/nothing"])
def test_broken_chunks_are_refused_whatever_was_asked(service: Service, path: str) -> None:
    with Wire(service.address) as wire:
        wire.send(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
            + b"3\r\nabcXX0\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        answers = wire.receive_all()
    assert len(answers) == 1
    assert_problem(answers[0], 400, "framing_invalid")
    assert answers[0].closes


@pytest.mark.parametrize(
    ("request_line", "status"),
    [("POST /nothing", 404), ("PUT /transform", 405)],
)
def test_chunks_that_nobody_wants_are_not_waited_for(
    service: Service, request_line: str, status: int
) -> None:
    head = f"{request_line} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    with Wire(service.address) as wire:
        wire.send(head.encode() + b"\r\n3\r\nabc\r\n0\r\n\r\n")
        assert wire.receive().status == status
        assert wire.ask("GET", "/livez").status == 200
    chunk = b"400\r\n" + b"x" * 1024 + b"\r\n"
    for rest in (b"\r\n" + 100 * chunk, b"Expect: 100-continue\r\n\r\n"):
        with Wire(service.address) as wire:
            wire.send(head.encode() + rest)
            answer = wire.receive()  # the last chunk is still to come
            assert (answer.status, answer.closes) == (status, True)


@pytest.mark.parametrize(
    "body",
    [b"3;ext=1\r\nabc\r\n0\r\n\r\n", b"3\nabc\n0\n\n", b"0\r\n\rX", b"0;\r\n\r\n"],
)
def test_chunks_are_held_to_the_letter(service: Service, body: bytes) -> None:
    with Wire(service.address) as wire:
        wire.send(b"POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        wire.finish()
        answer = wire.receive()
    assert answer.status == 400
    assert answer.closes


def test_trailers_are_let_through_and_end_the_connection(service: Service) -> None:
    with Wire(service.address) as wire:
        wire.send(
            b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\nX-Sum: 1\r\n\r\n"
            % (len(TRANSFORM), TRANSFORM)
        )
        answer = wire.receive()
        assert answer.status == 200
        assert answer.closes
        assert wire.is_closed_by_peer()


def test_continue_is_said_to_who_waits_for_it(service: Service) -> None:
    with Wire(service.address) as wire:
        wire.send(
            b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(TRANSFORM)
        )
        assert wire.receive().status == 100
        wire.send(TRANSFORM)
        assert wire.receive().status == 200
        assert wire.ask("GET", "/livez").status == 200


def test_who_waits_for_a_continue_is_refused_before_it_sends(service: Service) -> None:
    with Wire(service.address) as wire:
        wire.send(
            b"POST /nothing HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
            b"Content-Length: 500000\r\n\r\n"
        )
        answer = wire.receive()
        assert_problem(answer, 404, "not_found")
        assert answer.closes
        assert wire.is_closed_by_peer()


def test_another_expectation_fails(service: Service) -> None:
    answer = ask(service.address, "POST", "/transform", TRANSFORM, Expect="a miracle")
    assert_problem(answer, 417, "expectation_failed")


def test_a_body_of_unknown_length_is_asked_for_it(service: Service) -> None:
    with Wire(service.address) as wire:
        wire.send(b"POST /tasks HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = wire.receive()
    assert_problem(answer, 411, "length_required")
    assert answer.closes


def test_a_body_announced_too_large_is_refused_and_the_limit_named(service: Service) -> None:
    with Wire(service.address) as wire:
        wire.send(b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n")
        wire.send(b"x" * 100_000)  # some of it is under way already
        answer = wire.receive()
        assert_problem(answer, 413, "body_too_large")
        assert answer.json()["limit"] == "max-body"
        assert answer.closes
        assert wire.is_closed_by_peer()


def test_the_answer_to_a_body_too_large_arrives_though_all_of_it_was_sent(
    service: Service,
) -> None:
    with Wire(service.address) as wire:
        wire.send(b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n")
        wire.send(b"x" * 4_000_000)
        assert_problem(wire.receive(), 413, "body_too_large")


def test_a_chunked_body_too_large_is_refused_too(service: Service) -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with Wire(service.address) as wire:
        wire.send(b"POST /transform HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(17):
            wire.send(chunk)
        answer = wire.receive()
    assert_problem(answer, 413, "body_too_large")
    assert answer.json()["limit"] == "max-body"


def test_a_body_of_exactly_the_limit_is_taken(service: Service) -> None:
    body = TRANSFORM + b" " * (1048576 - len(TRANSFORM))
    answer = ask(service.address, "POST", "/transform", body, Content_Type=JSON)
    assert answer.status == 200


def test_a_body_that_nobody_reads_does_not_become_the_next_request(service: Service) -> None:
    with Wire(service.address) as wire:
        hidden = b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
        assert wire.ask("GET", "/livez", hidden).status == 200
        assert wire.ask("GET", "/version").status == 200


def test_a_large_body_that_nobody_reads_ends_the_connection(service: Service) -> None:
    with Wire(service.address) as wire:
        answer = wire.ask("POST", "/livez", b"x" * 500_000)
        assert_problem(answer, 405, "method_not_allowed")
        assert answer.closes
        assert wire.is_closed_by_peer()


def test_a_body_cut_short_is_not_taken(service: Service) -> None:
    with Wire(service.address) as wire:
        wire.send(
            b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000\r\n\r\n" + TRANSFORM
        )
        wire.finish()
        answer = wire.receive()
        assert_problem(answer, 400, "body_incomplete")
        assert answer.closes


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
