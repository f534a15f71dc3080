"""Bodies on the wire: chunks, lengths, expectations, and what nobody reads."""

import pytest
from service import Service
from wire import Wire, ask, assert_problem

JSON = "application/json"
TRANSFORM = b'{"documents":[{"a":1}],"pipeline":[]}'


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


@pytest.mark.parametrize(
    ("version", "body"), [("1.0", TRANSFORM), ("1.1", b"")], ids=["HTTP/1.0", "no body"]
)
def test_continue_is_not_said_where_nobody_can_wait_for_it(
    service: Service, version: str, body: bytes
) -> None:
    with Wire(service.address) as wire:
        wire.send(
            b"POST /transform HTTP/%s\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (version.encode(), len(body))
        )
        wire.send(body)
        assert wire.receive().status == (200 if body else 400)


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


@pytest.mark.parametrize(
    "path", ["/tasks/x/cancel", "/tasks/x/retry", "/tasks/x/deliveries/1/redeliver"]
)
def test_a_post_that_needs_no_body_needs_no_length(service: Service, path: str) -> None:
    with Wire(service.address) as wire:
        request = f"POST {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        wire.send(request + b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = wire.receive()
        assert_problem(answer, 404, "not_found")
        assert answer.closes
        assert wire.is_closed_by_peer(), "what follows is no request of its own"


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
