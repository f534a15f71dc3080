"""--cors-origins: which pages of other sites may call, and what browsers are told."""

from collections.abc import Iterator

import pytest
from service import Service
from wire import Answer, Wire, ask

PAGE = "https://app.example"
BODY = b'{"documents":[],"pipeline":[]}'


@pytest.fixture(scope="module")
def opened(docmill_binary: object) -> Iterator[Service]:
    """A service that two origins may call."""
    with Service("--cors-origins", f"{PAGE}, http://localhost:3000") as running:
        yield running


@pytest.fixture(scope="module")
def open_to_all(docmill_binary: object) -> Iterator[Service]:
    with Service("--cors-origins", "*") as running:
        yield running


def cors_headers(answer: Answer) -> dict[str, str]:
    return {n: v for n, v in answer.headers.items() if n.startswith("access-control-")}


def preflight(service: Service, origin: str, path: str = "/transform") -> Answer:
    with Wire(service.address) as wire:
        answer = wire.ask(
            *("OPTIONS", path),
            Origin=origin,
            Access_Control_Request_Method="POST",
            Access_Control_Request_Headers="authorization,content-type",
        )
        assert wire.ask("GET", "/livez").status == 200
        return answer


def test_without_the_option_nothing_is_said(service: Service) -> None:
    answer = ask(service.address, "GET", "/livez", Origin=PAGE)
    assert not cors_headers(answer)
    assert "vary" not in answer.headers
    assert preflight(service, PAGE).status == 405


@pytest.mark.parametrize("origin", [PAGE, "http://localhost:3000"])
def test_a_listed_origin_may_ask_and_read(opened: Service, origin: str) -> None:
    asked = preflight(opened, origin)
    assert (asked.status, asked.body) == (204, b"")
    assert asked.headers["access-control-allow-origin"] == origin
    assert asked.headers["access-control-allow-methods"] == "POST"
    accepted = asked.headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "content-type", "if-match"} <= set(accepted)
    assert int(asked.headers["access-control-max-age"]) > 0
    headers = {"Origin": origin, "Content_Type": "application/json"}
    answer = ask(opened.address, "POST", "/transform", BODY, **headers)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"{PAGE}.evil.example", "null", f"{PAGE}:8443", "*", ""]
)
def test_another_origin_is_told_nothing(opened: Service, origin: str) -> None:
    asked = preflight(opened, origin)
    assert asked.status == 204
    assert not cors_headers(asked)
    answer = ask(opened.address, "GET", "/livez", Origin=origin)
    assert answer.status == 200
    assert not cors_headers(answer)
    assert answer.headers["vary"] == "Origin"


def test_a_cache_keeps_answers_for_different_callers_apart(opened: Service) -> None:
    assert ask(opened.address, "GET", "/livez").headers["vary"] == "Origin"
    vary = ask(opened.address, "GET", "/capabilities").headers["vary"]
    assert vary == "Accept-Encoding, Origin"


def test_errors_can_be_read_too(opened: Service) -> None:
    for method, path, status in (("GET", "/nothing", 404), ("GET", "/transform", 405)):
        answer = ask(opened.address, method, path, Origin=PAGE)
        assert answer.status == status
        assert answer.headers["access-control-allow-origin"] == PAGE


def test_a_preflight_for_no_path_is_not_found(opened: Service) -> None:
    assert preflight(opened, PAGE, "/nothing").status == 404


def test_options_that_is_no_preflight_is_a_405(opened: Service) -> None:
    answer = ask(opened.address, "OPTIONS", "/transform", Origin=PAGE)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_a_star_is_for_all_and_never_for_credentials(open_to_all: Service) -> None:
    for answer in (
        preflight(open_to_all, "https://anybody.example"),
        ask(open_to_all.address, "GET", "/livez", Origin="https://anybody.example"),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert "vary" not in answer.headers


def test_a_preflight_needs_no_key(tmp_path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"a:all:{'0' * 64}\n")
    with Service("--auth", "keys", "--keys-file", str(file), "--cors-origins", PAGE) as service:
        assert preflight(service, PAGE).status == 204
        refused = ask(service.address, "GET", "/tasks", Origin=PAGE)
        assert refused.status == 401
        assert refused.headers["access-control-allow-origin"] == PAGE
