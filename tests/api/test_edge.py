"""HTTP itself: routing, names of requests, and what every answer says, on the wire."""

import re

import pytest
from service import Service
from wire import Wire, ask, assert_problem

JSON = "application/json"
TRANSFORM = b'{"documents":[{"a":1}],"pipeline":[]}'


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
