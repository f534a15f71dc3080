"""The SQLite store as operators meet it: restarts, a second process, a disk that is full."""

import concurrent.futures
import contextlib
import os
import pathlib
import re
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from service import PATIENCE, Service, find_binary

Run = Callable[..., "subprocess.CompletedProcess[str]"]

ANY_PORTS = ("--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")


@pytest.fixture(autouse=True)
def built() -> None:
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    """Where the tasks are."""
    return tmp_path / "tasks.db"


def create(url: str, title: str, **headers: str) -> httpx.Response:
    return httpx.post(f"{url}/tasks", json={"title": title}, headers=headers, timeout=PATIENCE)


def titles(url: str) -> list[str]:
    return [task["title"] for task in httpx.get(f"{url}/tasks").json()["tasks"]]


def value(service: Service, name: str) -> float:
    text = httpx.get(f"{service.admin_url}/metrics").text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
    assert found is not None, f"{name} is not in {text}"
    return float(found[1])


def test_tasks_and_keys_outlive_the_service(file: pathlib.Path) -> None:
    key = {"Idempotency-Key": "the nightly one"}
    with Service(store=f"sqlite:{file}") as service:
        first = create(service.url, "kept", **key)
    with Service(store=f"sqlite:{file}") as service:
        assert titles(service.url) == ["kept"]
        again = create(service.url, "kept", **key)
        assert (again.status_code, again.json()) == (201, first.json())
        assert create(service.url, "other", **key).status_code == 422
        assert titles(service.url) == ["kept"]


def test_a_key_whose_first_request_is_under_way_is_a_409(file: pathlib.Path) -> None:
    key = {"Idempotency-Key": "the slow one"}
    with (
        Service(store=f"sqlite:{file}") as service,
        contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database,
        concurrent.futures.ThreadPoolExecutor(2) as pool,
    ):
        database.execute("BEGIN IMMEDIATE")  # nothing is committed meanwhile
        both = [pool.submit(create, service.url, "one", **key) for _ in range(2)]
        done, under_way = concurrent.futures.wait(
            both, PATIENCE, return_when=concurrent.futures.FIRST_COMPLETED
        )
        database.execute("ROLLBACK")
        assert (len(done), len(under_way)) == (1, 1)
        early = done.pop().result()
        assert (early.status_code, early.json()["code"]) == (409, "conflict")
        assert early.headers["Retry-After"] == "1"
        first = under_way.pop().result()
        assert first.status_code == 201
        assert create(service.url, "one", **key).json() == first.json()
        assert titles(service.url) == ["one"]


def test_the_store_unless_told_otherwise_is_a_file_where_the_service_starts(
    docmill: Run, tmp_path: pathlib.Path
) -> None:
    binary = find_binary()
    assert binary is not None
    environment = {name: text for name, text in os.environ.items() if name != "DOCMILL_STORE"}
    subprocess.run(
        [binary.resolve(), "serve", "--check", *ANY_PORTS],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "docmill.db").exists()
    assert "[sqlite:docmill.db]" in docmill("serve", "--help").stdout


def test_a_second_process_is_refused_in_one_line(file: pathlib.Path, docmill: Run) -> None:
    with Service(store=f"sqlite:{file}") as service:
        second = docmill("serve", *ANY_PORTS, "--store", f"sqlite:{file}")
        assert second.returncode == 69
        assert second.stderr == (f"docmill serve: another process has the store {file} open\n")
        assert create(service.url, "the first goes on").status_code == 201


def test_a_file_of_a_newer_service_is_refused(file: pathlib.Path, docmill: Run) -> None:
    with Service(store=f"sqlite:{file}"):
        pass
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 1000")
    result = docmill("serve", *ANY_PORTS, "--store", f"sqlite:{file}")
    assert result.returncode == 69
    assert f"{file} was written by a newer docmill: it is at version 1000" in result.stderr


def test_other_programs_may_read_along(file: pathlib.Path) -> None:
    with Service(store=f"sqlite:{file}") as service:
        create(service.url, "seen")
        with contextlib.closing(sqlite3.connect(file)) as database:
            assert database.execute("SELECT title FROM tasks").fetchall() == [("seen",)]
            assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def allow_file_size(service: Service, size: int) -> None:
    """Let no file of the service grow beyond a size."""
    _, hard = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, hard))


def assert_is_refused(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 503, answer.text
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["code"] == "store_unavailable"
    return answer.json()


def test_a_file_that_cannot_grow_is_a_503_an_alarm_and_no_lie(file: pathlib.Path) -> None:
    with Service(store=f"sqlite:{file}") as service:
        path = create(service.url, "before").headers["Location"]
        allow_file_size(service, file.with_name("tasks.db-wal").stat().st_size)
        for _ in range(3):
            assert_is_refused(create(service.url, "lost"))
        assert_is_refused(httpx.put(f"{service.url}{path}", json={"title": "lost"}))
        alarm = service.wait_for_log("the store fails")
        assert (alarm["level"], alarm["operation"]) == ("error", "create")
        assert value(service, 'docmill_store_failures_total{op="create"}') == 3

        # What can be done is done: reading, and work that needs no store.
        assert titles(service.url) == ["before"]
        assert httpx.get(f"{service.url}{path}").json()["version"] == 1
        request = {"documents": [{"a": 1}], "pipeline": []}
        assert httpx.post(f"{service.url}/transform", json=request).status_code == 200
        assert httpx.get(f"{service.admin_url}/readyz").status_code == 200

        allow_file_size(service, resource.RLIM_INFINITY)
        assert create(service.url, "after").status_code == 201
        end = service.wait_for_log("the store works again")
        assert end["failures"] == 4
        alarms = [line for line in service.log if line.get("msg") == "the store fails"]
        assert len(alarms) == 1, "one alarm, however many requests fail"
    with Service(store=f"sqlite:{file}") as service:
        assert titles(service.url) == ["before", "after"]


@pytest.fixture
def small_disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A disk of half a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "docmill-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("a disk can be mounted by root only, and not everywhere")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_a_503_until_there_is_room(small_disk: pathlib.Path) -> None:
    file = small_disk / "tasks.db"
    kept = []
    with Service(store=f"sqlite:{file}") as service:
        answer = create(service.url, "t" * 200)
        while answer.status_code == 201:
            kept.append(answer.json()["id"])
            answer = create(service.url, "t" * 200)
        assert "disk is full" in assert_is_refused(answer)["detail"]
        assert service.wait_for_log("the store fails")["detail"] == "the store's disk is full"
        grow = ["mount", "-o", "remount,size=8m", str(small_disk)]
        subprocess.run(grow, check=True)
        answer = create(service.url, "at last")
        assert answer.status_code == 201, answer.text
        kept.append(answer.json()["id"])
        found = [task["id"] for task in httpx.get(f"{service.url}/tasks").json()["tasks"]]
        assert found == kept


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_operations_of_the_store_are_timed(store: str) -> None:
    with Service(store=store) as service:
        path = create(service.url, "timed").headers["Location"]
        httpx.get(f"{service.url}{path}")
        for operation in ("create", "get"):
            name = f'docmill_store_operation_duration_seconds_count{{op="{operation}"}}'
            assert value(service, name) == 1
        assert httpx.get(f"{service.url}/capabilities").json()["store"] == store
        assert value(service, 'docmill_tasks{status="plain"}') == 1
        assert value(service, 'docmill_tasks{status="running"}') == 0
