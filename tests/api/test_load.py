"""More work than fits: who waits, who is refused and with which words, and what is stopped."""

import contextlib
import json
import os
import pathlib
import resource
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from service import PATIENCE, Service
from until import until
from wire import Answer, Wire, ask

RUNNING = "docmill_compute_inflight"
WAITING = "docmill_compute_queue_length"
MEMORY = "docmill_memory_used_bytes"
JSON = {"Content_Type": "application/json"}

MEDIUM = 100_000
LARGE = 5_000_000

# Nine million steps a document: it runs until it is stopped.
INNER = {"$reduce": {"input": {"$range": [0, 3000]}, "initialValue": 0, "in": 1}}
ENDLESS = [
    {"$set": {"b": {"$reduce": {"input": {"$range": [0, 3000]}, "initialValue": 0, "in": INNER}}}}
]


def wait_for(service: Service, series: str, wanted: float) -> float:
    """Until a series stands at this; how many seconds that took."""
    start = time.monotonic()
    until(lambda: service.metric(series) == wanted, f"{series} at {wanted}", every=0.002)
    return time.monotonic() - start


def transform(size: int, pipeline: Any = (), n_documents: int = 1000) -> bytes:
    """A body of about so many bytes."""
    document = {"pad": "x" * (size // n_documents)}
    return json.dumps({"documents": [document] * n_documents, "pipeline": list(pipeline)}).encode()


@contextlib.contextmanager
def endless(service: Service, *sizes: int) -> Iterator[list[Wire]]:
    """Transforms of these sizes that go on until their callers leave."""
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(Wire(service.address)) for _ in sizes]
        for wire, size in zip(wires, sizes, strict=True):
            send(wire, transform(size, ENDLESS))
        yield wires


def send(wire: Wire, body: bytes) -> None:
    wire.send(
        b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body
    )


def post(service: Service, body: bytes) -> Answer:
    return ask(service.address, "POST", "/transform", body, **JSON)


def expect_overloaded(answer: Answer, limit: str) -> None:
    problem = answer.json()
    assert (answer.status, problem["code"], problem["limit"]) == (503, "overloaded", limit)
    assert int(answer.headers["retry-after"]) >= 1


def test_a_full_queue_is_a_503_that_names_the_limit() -> None:
    with Service("--threads", "1", "--queue-length", "2", "--max-time", "10min") as service:
        rejected = 'docmill_admission_rejected_total{reason="queue_length"}'
        with endless(service, MEDIUM, MEDIUM):
            wait_for(service, RUNNING, 2)
            with endless(service, MEDIUM, MEDIUM):
                wait_for(service, WAITING, 2)
                expect_overloaded(post(service, transform(MEDIUM)), "queue-length")
                expect_overloaded(post(service, transform(LARGE)), "queue-length")
                assert service.metric(rejected) == 2
                assert post(service, transform(100, n_documents=1)).status == 200
        wait_for(service, RUNNING, 0)
        assert post(service, transform(LARGE)).status == 200


def test_a_result_in_another_form_takes_its_turn() -> None:
    """It is read and written anew, which is work like any other; as it was stored it is not."""
    options = ("--threads", "1", "--queue-length", "2", "--max-time", "10min")
    with Service(*options) as service:
        job = {"title": "x", "transform": json.loads(transform(MEDIUM))}
        body = json.dumps(job).encode()
        path = ask(service.address, "POST", "/tasks", body, **JSON).headers["location"]
        waited = ask(service.address, "GET", path, Prefer="wait=30")
        assert waited.json()["status"] == "succeeded"
        with endless(service, MEDIUM, MEDIUM):
            wait_for(service, RUNNING, 2)
            with endless(service, MEDIUM, MEDIUM):
                wait_for(service, WAITING, 2)
                lines = {"Accept": "application/x-ndjson"}
                answer = ask(service.address, "GET", f"{path}/result", **lines)
                expect_overloaded(answer, "queue-length")
                assert ask(service.address, "GET", f"{path}/result").status == 200
        wait_for(service, RUNNING, 0)
        answer = ask(service.address, "GET", f"{path}/result", Accept_Encoding="gzip", **lines)
        assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
        wait_for(service, MEMORY, 0)


def test_what_computes_gives_way_to_what_answers() -> None:
    """By the kernel's own order: a refusal waits for nobody's time slice."""
    with Service("--threads", "2") as service:
        tasks = pathlib.Path(f"/proc/{service.process.pid}/task").glob("*/stat")
        fields = [task.read_text().rsplit(")", 1)[1].split() for task in tasks]
        niceness = [int(field[16]) for field in fields]
    own = os.nice(0)
    assert niceness.count(own + 5) == 3
    assert set(niceness) == {own, own + 5}


def test_the_bytes_that_wait_are_limited() -> None:
    options = ("--threads", "1", "--queue-bytes", "250000", "--max-time", "10min")
    with Service(*options) as service, endless(service, MEDIUM, MEDIUM):
        wait_for(service, RUNNING, 2)
        with endless(service, MEDIUM, MEDIUM):
            wait_for(service, WAITING, 2)
            assert service.metric("docmill_compute_queue_bytes") > 2 * MEDIUM
            expect_overloaded(post(service, transform(MEDIUM)), "queue-bytes")


def test_small_requests_do_not_wait_behind_large_ones() -> None:
    with Service("--threads", "1", "--max-time", "10min") as service, endless(service, LARGE):
        wait_for(service, RUNNING, 1)
        with endless(service, LARGE, LARGE):
            wait_for(service, WAITING, 2)
            assert post(service, transform(100, n_documents=1)).status == 200
            assert post(service, transform(MEDIUM)).status == 200
            assert service.metric(WAITING) == 2


@pytest.mark.parametrize("size", [100, MEDIUM, LARGE])
def test_work_stops_when_its_caller_has_gone(size: int) -> None:
    stopped = 'docmill_transform_stopped_total{reason="abandoned"}'
    with Service("--threads", "1", "--max-time", "10min") as service:
        with endless(service, size):
            wait_for(service, RUNNING, 1)
        assert wait_for(service, stopped, 1) < 5
        wait_for(service, RUNNING, 0)
        wait_for(service, MEMORY, 0)


def test_who_leaves_the_queue_makes_room() -> None:
    options = ("--threads", "1", "--queue-length", "1", "--max-time", "10min")
    with Service(*options) as service, endless(service, LARGE):
        wait_for(service, RUNNING, 1)
        with endless(service, LARGE):
            wait_for(service, WAITING, 1)
        assert wait_for(service, WAITING, 0) < 5
        assert service.metric(RUNNING) == 1


def test_who_waits_until_the_time_is_over_is_asked_to_come_again() -> None:
    options = ("--threads", "1", "--max-time", "400ms")
    with Service(*options) as service, endless(service, LARGE) as wires:
        wait_for(service, RUNNING, 1)
        expect_overloaded(post(service, transform(LARGE, ENDLESS)), "max-time")
        answer = wires[0].receive()
        assert (answer.status, answer.json()["code"]) == (422, "time_limit")


def test_a_body_that_can_never_fit_the_budget_is_too_large() -> None:
    with Service("--memory-budget", "4MiB") as service:
        answer = post(service, transform(3_000_000))
        assert (answer.status, answer.json()["limit"]) == (413, "memory-budget")
        assert service.metric(MEMORY) == 0


def test_bodies_share_half_of_the_budget() -> None:
    few = transform(1_500_000, [{"$limit": 1}])
    announced = (
        b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: 1500000\r\n\r\n"
    )
    with Service("--memory-budget", "4MiB") as service:
        with Wire(service.address) as wire:
            wire.send(announced)
            assert wire.receive().status == 100
            wait_for(service, MEMORY, 1_500_064)
            expect_overloaded(post(service, few), "memory-budget")
            assert post(service, transform(MEDIUM)).status == 200
        wait_for(service, MEMORY, 0)
        assert post(service, few).status == 200


def test_a_body_for_which_the_system_has_no_memory_costs_nothing_afterwards() -> None:
    """Of the process's address space nothing is left but a little; then there is some again."""
    can_fail = {"ASAN_OPTIONS": "allocator_may_return_null=1"}
    options = ("--memory-budget", "1GiB", "--max-body", "256MiB")
    with Service(*options, environment=can_fail) as service:
        pid = service.process.pid
        with Wire(service.address) as wire:
            assert wire.ask("GET", "/livez").status == 200
            used = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[0]) * 4096
            before = resource.prlimit(pid, resource.RLIMIT_AS, (used + (8 << 20), -1))
            wire.send(
                b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: 200000000\r\n\r\n"
            )
            answer = wire.receive()
            assert (answer.status, answer.json()["code"]) == (503, "overloaded")
            resource.prlimit(pid, resource.RLIMIT_AS, before)
        wait_for(service, MEMORY, 0)


def test_what_a_job_was_given_is_read_back_within_the_budget(tmp_path: pathlib.Path) -> None:
    store = f"sqlite:{tmp_path / 'tasks.db'}"
    job = json.dumps({"title": "job", "transform": json.loads(transform(6_000_000))}).encode()
    with Service(store=store) as service:
        answer = ask(service.address, "POST", "/tasks", job, **JSON)
        assert answer.status == 201
        path = f"/tasks/{answer.json()['id']}"
        answer = ask(service.address, "GET", path, Prefer="wait=20")
        assert answer.json()["status"] == "succeeded"
    with Service("--memory-budget", "4MiB", store=store) as service:
        expect_overloaded(ask(service.address, "GET", f"{path}?include=transform"), "memory-budget")
        wait_for(service, MEMORY, 0)
        assert ask(service.address, "GET", path).json()["id"] in path
    with Service("--memory-budget", "16MiB", store=store) as service:
        answer = ask(service.address, "GET", f"{path}?include=transform")
        assert answer.status == 200
        assert len(answer.json()["transform"]["documents"]) == 1000
        wait_for(service, MEMORY, 0)


def test_one_transform_may_use_three_quarters_of_the_budget_and_waits_for_no_more() -> None:
    keep_all = [{"$group": {"_id": None, "all": {"$push": "$$ROOT"}}}]
    with Service("--memory-budget", "16MiB") as service:
        assert httpx.get(f"{service.url}/capabilities").json()["limits"]["max-memory"] == 12 << 20
        answer = post(service, transform(7_000_000, keep_all))
        assert (answer.status, answer.json()["code"]) == (422, "memory_limit")
        wait_for(service, MEMORY, 0)


def test_memory_that_others_hold_is_a_503() -> None:
    sort = [{"$set": {"n": {"$range": [0, 200_000]}}}, {"$group": {"_id": "$n"}}]
    with Service("--memory-budget", "16MiB", "--max-time", "10min") as service:
        with endless(service, 3_800_000, 3_800_000):
            wait_for(service, RUNNING, 2)
            assert service.metric(MEMORY) > 7_600_000
            expect_overloaded(post(service, transform(1000, sort, 2)), "memory-budget")
        wait_for(service, MEMORY, 0)
        assert post(service, transform(1000, sort, 2)).status == 200


def test_a_stop_answers_what_it_cuts() -> None:
    options = ("--threads", "1", "--max-time", "10min", "--shutdown-timeout", "200ms")
    with Service(*options) as service, endless(service, LARGE, LARGE, 100) as wires:
        wait_for(service, RUNNING, 2)
        wait_for(service, WAITING, 1)
        service.terminate()
        for wire in wires:
            answer = wire.receive()
            assert (answer.status, answer.json()["code"]) == (503, "draining")
            assert "retry-after" in answer.headers
        assert service.wait_for_log("stopping")["requests_cut"] == 0
        assert service.process.wait(PATIENCE) == 0


def test_a_drain_loses_nothing_that_waits() -> None:
    answers: list[int] = []
    body = transform(LARGE, [{"$group": {"_id": "$pad", "n": {"$sum": 1}}}])

    def call(service: Service) -> None:
        answers.append(post(service, body).status)

    with Service("--threads", "1") as service, endless(service, LARGE) as first:
        wait_for(service, RUNNING, 1)
        callers = [threading.Thread(target=call, args=[service]) for _ in range(6)]
        for caller in callers:
            caller.start()
        wait_for(service, WAITING, 6)
        service.terminate()
        service.wait_for_log("draining")
        first[0].socket.close()
        for caller in callers:
            caller.join()
        assert service.process.wait(PATIENCE) == 0
        assert answers == [200] * 6


def test_under_more_work_than_fits_everybody_gets_an_answer() -> None:
    """The short form of tests/bench/http/overload.py, without its figures."""
    answers: list[Answer] = []
    body = transform(MEDIUM, [{"$sort": {"pad": 1}}, {"$group": {"_id": "$pad"}}])

    def call(service: Service) -> None:
        with Wire(service.address) as wire:
            for _ in range(10):
                answer = wire.ask("POST", "/transform", body, **JSON)
                answers.append(answer)
                if answer.closes:
                    return

    with Service("--threads", "1", "--queue-length", "2", "--queue-bytes", "1MiB") as service:
        callers = [threading.Thread(target=call, args=[service]) for _ in range(16)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert {answer.status for answer in answers} <= {200, 503}
        assert any(answer.status == 200 for answer in answers)
        for answer in answers:
            if answer.status == 503:
                expect_overloaded(answer, "queue-length")
        n_refused = sum(answer.status == 503 for answer in answers)
        counted = 'docmill_admission_rejected_total{reason="queue_length"}'
        assert service.metric(counted) == n_refused
        wait_for(service, RUNNING, 0)
        wait_for(service, MEMORY, 0)
        assert post(service, body).status == 200


def test_threads_and_memory_follow_the_machine() -> None:
    with Service() as service:
        limits = httpx.get(f"{service.url}/capabilities").json()["limits"]
        assert limits["threads"] >= 1
        assert limits["queue-length"] == 256
        assert limits["queue-bytes"] == 256 << 20
        assert limits["memory-budget"] == service.metric("docmill_memory_budget_bytes")
    with Service("--threads", "7", "--memory-budget", "1GiB") as service:
        limits = httpx.get(f"{service.url}/capabilities").json()["limits"]
        assert (limits["threads"], limits["memory-budget"]) == (7, 1 << 30)
