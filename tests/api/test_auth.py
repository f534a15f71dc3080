"""--auth keys: who may call, what for, and what is told about it."""

import hashlib
import pathlib
import re
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from service import Service
from wire import Answer, Wire, ask

import docmill

SCOPES = {
    "everything": "all",
    "transformer": "transform",
    "reader": "tasks-read",
    "both": "tasks-read, tasks-write",
}
BODY = b'{"documents":[],"pipeline":[]}'
ID = "0192a3b4-0000-7000-8000-000000000000"


def key_of(name: str) -> str:
    return f"dmk_{name}-{'x' * 40}"


def line_of(name: str, scopes: str) -> str:
    return f"{name}:{scopes}:{hashlib.sha256(key_of(name).encode()).hexdigest()}\n"


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("keys") / "keys"
    path.write_text("# who\n\n" + "".join(line_of(*item) for item in SCOPES.items()))
    return path


@pytest.fixture(scope="module")
def guarded(docmill_binary: pathlib.Path, keys_file: pathlib.Path) -> Iterator[Service]:
    with Service("--auth", "keys", "--keys-file", str(keys_file)) as running:
        yield running


def call(service: Service, method: str, path: str, key: str | None, **headers: str) -> Answer:
    if key is not None:
        headers["Authorization"] = key
    body = BODY if method in ("POST", "PUT", "PATCH") else None
    return ask(service.address, method, path, body, Content_Type="application/json", **headers)


def assert_refused(answer: Answer, status: int, code: str) -> dict[str, Any]:
    problem = answer.json()
    assert (answer.status, problem["code"]) == (status, code), problem
    assert answer.headers["www-authenticate"].startswith('Bearer realm="docmill"')
    return problem


GUARDED = [
    ("POST", "/transform", "transformer"),
    ("POST", "/transform/validate", "transformer"),
    ("GET", "/tasks", "reader"),
    ("GET", f"/tasks/{ID}", "reader"),
    ("HEAD", f"/tasks/{ID}", "reader"),
    ("POST", "/tasks", "both"),
    ("PUT", f"/tasks/{ID}", "both"),
    ("PATCH", f"/tasks/{ID}", "both"),
    ("DELETE", f"/tasks/{ID}", "both"),
]


@pytest.mark.parametrize(("method", "path", "name"), GUARDED)
def test_a_route_is_for_keys_with_its_scope(
    guarded: Service, method: str, path: str, name: str
) -> None:
    assert call(guarded, method, path, f"Bearer {key_of(name)}").status in (200, 400, 404)
    assert call(guarded, method, path, f"Bearer {key_of('everything')}").status in (200, 400, 404)
    other = "reader" if name == "transformer" else "transformer"
    refused = call(guarded, method, path, f"Bearer {key_of(other)}")
    assert refused.status == 403
    if method != "HEAD":
        problem = assert_refused(refused, 403, "scope_missing")
        assert f'"{other}"' in problem["detail"]
    assert 'error="insufficient_scope", scope="' in refused.headers["www-authenticate"]


def test_every_route_but_those_of_the_service_itself_is_guarded(guarded: Service) -> None:
    """A route that is added and says nothing of scopes is for keys with "all" only."""
    links = httpx.get(guarded.url + "/").json()["links"]
    answers = {
        (link["method"], link["path"]): call(
            guarded, link["method"], link["path"].replace("{id}", ID), None
        ).status
        for link in links
    }
    free = {path for (_, path), status in answers.items() if status != 401}
    assert free == {"/capabilities", "/openapi.json", "/version", "/livez", "/readyz", "/"}


def test_without_a_key_one_is_asked_for(guarded: Service) -> None:
    refused = call(guarded, "POST", "/transform", None)
    assert_refused(refused, 401, "credentials_missing")
    assert refused.headers["www-authenticate"] == 'Bearer realm="docmill"'


@pytest.mark.parametrize(
    "given",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        f"Basic {key_of('reader')}",
        key_of("reader"),
        f"Bearer {key_of('reader')}x",
        f"Bearer {key_of('reader')[:-1]}",
        f"Bearer {key_of('reader').upper()}",
        f"Bearer {hashlib.sha256(key_of('reader').encode()).hexdigest()}",
        "Bearer " + "x" * 10_000,
    ],
)
def test_what_is_no_key_of_ours_is_refused(guarded: Service, given: str) -> None:
    refused = call(guarded, "GET", "/tasks", given)
    assert_refused(refused, 401, "credentials_invalid")
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]


def test_the_scheme_is_read_as_http_says(guarded: Service) -> None:
    for scheme in ("bearer", "BEARER", "Bearer  "):
        assert call(guarded, "GET", "/tasks", f"{scheme} {key_of('reader')}").status == 200


def test_two_keys_are_none(guarded: Service) -> None:
    key = f"Authorization: Bearer {key_of('reader')}\r\n"
    with Wire(guarded.address) as wire:
        wire.send(f"GET /tasks HTTP/1.1\r\nHost: x\r\n{key}{key}\r\n".encode())
        assert_refused(wire.receive(), 401, "credentials_invalid")


def test_what_does_not_exist_is_not_found_without_a_key_too(guarded: Service) -> None:
    assert call(guarded, "GET", "/nothing", None).status == 404
    assert call(guarded, "DELETE", "/tasks", None).status == 405


def test_the_admin_listener_asks_for_no_key(guarded: Service) -> None:
    assert ask(guarded.admin_address, "GET", "/metrics").status == 200


def test_a_body_in_chunks_is_not_read_for_who_may_not_send_it(guarded: Service) -> None:
    with Wire(guarded.address) as wire:
        wire.send(
            b"POST /transform HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"5\r\nabc"  # and no more
        )
        refused = wire.receive()
        assert_refused(refused, 401, "credentials_missing")
        assert refused.closes
        assert wire.is_closed_by_peer()


def test_the_refused_wait_for_no_continue(guarded: Service) -> None:
    with Wire(guarded.address) as wire:
        wire.send(
            b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
            b"Expect: 100-continue\r\n\r\n"
        )
        assert_refused(wire.receive(), 401, "credentials_missing")
        assert wire.is_closed_by_peer()


def test_a_connection_serves_several_callers(guarded: Service) -> None:
    with Wire(guarded.address) as wire:
        for name, status in [("reader", 200), ("transformer", 403), ("x", 401), ("reader", 200)]:
            answer = wire.ask("GET", "/tasks", Authorization=f"Bearer {key_of(name)}")
            assert answer.status == status


def test_logs_and_metrics_name_the_key_and_never_show_it(guarded: Service) -> None:
    series = 'docmill_key_requests_total{key="both"}'
    missing = 'docmill_auth_refused_total{code="credentials_missing"}'
    call(guarded, "GET", "/tasks", None)
    before = guarded.metric(series), guarded.metric(missing)
    id_ = "request-of-both"
    call(guarded, "GET", "/tasks", f"Bearer {key_of('both')}", X_Request_Id=id_)
    call(guarded, "GET", "/tasks", None)
    assert (guarded.metric(series), guarded.metric(missing)) == (before[0] + 1, before[1] + 1)
    while (line := guarded.wait_for_log("request"))["request_id"] != id_:
        assert "key" not in line or line["key"] in SCOPES
    assert line["key"] == "both"
    metrics = httpx.get(guarded.admin_url + "/metrics").text
    assert "dmk_" not in metrics + str(guarded.log)


def test_the_python_package_sends_its_key(guarded: Service) -> None:
    with docmill.Client(guarded.url, api_key=key_of("transformer")) as mill:
        assert list(mill.transform([{"a": 1}], [])) == [{"a": 1}]
        with pytest.raises(docmill.PermissionDenied) as denied:
            mill.tasks.create("x")
        assert denied.value.code == "scope_missing"
    with (
        docmill.Client(guarded.url) as mill,
        pytest.raises(docmill.AuthenticationFailed) as failed,
    ):
        mill.transform([], [])
    assert failed.value.code == "credentials_missing"


def test_sighup_takes_the_file_as_it_is_by_then(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "keys"
    file.write_text(line_of("old", "all"))
    old, new = (f"Bearer {key_of(name)}" for name in ("old", "new"))
    with (
        Service("--auth", "keys", "--keys-file", str(file)) as service,
        Wire(service.address) as wire,
    ):
        assert wire.ask("GET", "/tasks", Authorization=old).status == 200
        file.write_text(line_of("new", "all"))
        service.process.send_signal(signal.SIGHUP)
        assert service.wait_for_log("keys loaded")["keys"] == 1
        assert wire.ask("GET", "/tasks", Authorization=old).status == 401
        assert wire.ask("GET", "/tasks", Authorization=new).status == 200
        file.write_text("nonsense\n")
        service.process.send_signal(signal.SIGHUP)
        assert "keys:1: this is not" in service.wait_for_log("keys not loaded")["detail"]
        assert wire.ask("GET", "/tasks", Authorization=new).status == 200


DIGEST = "0" * 64

BAD_FILES = [
    ("", "there is no key in it"),
    ("a\n", "keys:1: this is not"),
    (f"a:all:{DIGEST[1:]}\n", "keys:1: what follows the scopes"),
    (f"a:all:{DIGEST}x\n", "keys:1: what follows the scopes"),
    (f"#\n\na:al:{DIGEST}\n", 'keys:3: there is no scope "al"; did you mean "all"?'),
    (f"a::{DIGEST}\n", 'keys:1: there is no scope ""'),
    (f"a:transform,:{DIGEST}\n", 'keys:1: there is no scope ""'),
    (f":all:{DIGEST}\n", "keys:1: the name of a key has"),
    (f"a b:all:{DIGEST}\n", "keys:1: the name of a key has"),
    (f"{'n' * 65}:all:{DIGEST}\n", "keys:1: the name of a key has"),
    (f"a:all:{DIGEST}\na:all:1{DIGEST[1:]}\n", 'keys:2: there is a key "a" already'),
    (f"a:all:{DIGEST}\nb:all:{DIGEST}\n", 'keys:2: this is the key of "a" already'),
]


@pytest.mark.parametrize(("text", "message"), BAD_FILES)
def test_a_bad_file_ends_the_start(
    docmill: Any, tmp_path: pathlib.Path, text: str, message: str
) -> None:
    file = tmp_path / "keys"
    file.write_text(text)
    result = docmill("serve", "--check", "--auth", "keys", "--keys-file", str(file))
    assert result.returncode == 78
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_made_key_works(docmill: Any, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "keys"
    made = docmill("key", "web", "transform,tasks-read", "--file", str(file))
    assert (made.returncode, made.stderr) == (0, "")
    assert re.fullmatch(r"dmk_[0-9a-f]{48}\n", made.stdout)
    assert docmill("key", "ops", "all", f"--file={file}").returncode == 0
    assert made.stdout.strip() not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    with Service("--auth", "keys", "--keys-file", str(file)) as service:
        key = f"Bearer {made.stdout.strip()}"
        assert call(service, "POST", "/transform", key).status == 200
        assert call(service, "POST", "/tasks", key).status == 403


def test_a_key_without_a_file_comes_with_its_line(docmill: Any) -> None:
    made = docmill("key", "web", "all")
    digest = hashlib.sha256(made.stdout.strip().encode()).hexdigest()
    assert made.stderr == f"web:all:{digest}\n"
    assert made.stdout != docmill("key", "web", "all").stdout


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 64, "usage:"),
        (["web"], 64, "usage:"),
        (["web", "all", "more"], 64, "usage:"),
        (["web", "all", "--fil", "x"], 64, "usage:"),
        (["w eb", "all"], 64, "the name of a key"),
        (["web", "tasks-raed"], 64, 'did you mean "tasks-read"?'),
        (["web", "all", "--file", "/does/not/exist"], 74, "No such file"),
    ],
)
def test_a_key_that_cannot_be_made(
    docmill: Any, arguments: list[str], status: int, message: str
) -> None:
    result = docmill("key", *arguments)
    assert (result.returncode, result.stdout) == (status, "")
    assert message in result.stderr
