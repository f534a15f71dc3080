"""The PostgreSQL store as operators meet it: a database that goes away, replicas that die."""

import collections
import json
import pathlib
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

import httpx
import kill_loop
import outage
import pytest
from postgres import Server
from service import PATIENCE, Service, find_binary
from until import until

N_JOBS = 200
N_ADDITIONS = 20_000
JOB_S = 0.05
DONE = "status = 'succeeded'"
ANY_PORTS = ("--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def additions(n: int) -> dict[str, Any]:
    """A transform that takes its time."""
    return {
        "documents": [{}],
        "pipeline": [
            {"$project": {"n": {"$reduce": {
                "input": {"$range": [0, n]},
                "initialValue": 0,
                "in": {"$add": ["$$value", "$$this"]},
            }}}},
        ],
    }  # fmt: skip


@pytest.fixture(autouse=True)
def built() -> None:
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")


@pytest.mark.parametrize("how", sorted(outage.WAYS))
def test_a_database_that_is_away_harms_tasks_alone_and_only_so_long(
    postgres: Server, how: str
) -> None:
    outcome = outage.run(postgres, seconds=3, how=how, n_callers=3)
    assert outcome.problems == []
    assert outcome.transforms > 20
    assert outcome.refused > 10
    assert outcome.recovered_s < 10


def long_enough(url: str) -> int:
    """So many additions that a replica dies with one under way, however fast this build is.

    The quickest of several counts: the first ones are slow for reasons of their own.
    """
    n = N_ADDITIONS
    with httpx.Client(base_url=url, timeout=PATIENCE) as http:

        def taken() -> float:
            began = time.monotonic()
            http.post("/transform", json=additions(n)).raise_for_status()
            return time.monotonic() - began

        while min(taken() for _ in range(3)) < JOB_S:
            n *= 2
    return n


def create_jobs(url: str, work: dict[str, Any]) -> list[str]:
    with httpx.Client(base_url=url, timeout=PATIENCE) as http:
        answers = [
            http.post("/tasks", json={"title": str(n), "transform": work}) for n in range(N_JOBS)
        ]
    assert {answer.status_code for answer in answers} == {201}
    return [answer.json()["id"] for answer in answers]


def count(server: Server, url: str, condition: str) -> int:
    return int(server.query(f"SELECT count(*) FROM tasks WHERE {condition}", url)[0][0])


def stop_with_a_job_under_way(service: Service, server: Server, url: str) -> None:
    """Freeze it: of two jobs that run, one is its own, as the other replica has one thread."""

    def is_caught() -> bool:
        service.process.send_signal(signal.SIGSTOP)
        # The other one may be between two jobs when looked at.
        if any(count(server, url, "status = 'running'") == 2 for _ in range(5)):
            return True
        service.process.send_signal(signal.SIGCONT)
        return False

    until(is_caught, "caught with a job under way")


def test_two_replicas_of_which_one_is_killed_end_every_job_once(postgres: Server) -> None:
    url = postgres.create_database()
    options = ("--job-lease", "5s", "--access-log", "off", "--job-threads", "1")
    dying = Service(*options, store=url).__enter__()
    try:
        with Service(*options, store=url) as surviving:
            n = long_enough(dying.url)
            ids = create_jobs(dying.url, additions(n))
            until(lambda: ran_jobs(dying) > 0 and ran_jobs(surviving) > 0, "both at work")
            stop_with_a_job_under_way(dying, postgres, url)
            assert count(postgres, url, "status = 'pending'") > 0, "it is killed too late"
            dying.kill()
            until(lambda: count(postgres, url, DONE) == N_JOBS, "all done", 60, every=0.2)
            check_jobs(surviving, ids, n * (n - 1) // 2)
    finally:
        if dying.process.poll() is None:
            dying.kill()


def ran_jobs(service: Service) -> float:
    """Jobs that a replica has begun."""
    return service.metric('docmill_compute_wait_seconds_count{class="background"}')


def check_jobs(service: Service, ids: list[str], total: int) -> None:
    """Each ended in one way, with one result, by one attempt or by the one that took over."""
    attempts: collections.Counter[int] = collections.Counter()
    with httpx.Client(base_url=service.url, timeout=PATIENCE) as http:
        for task_id in ids:
            task = http.get(f"/tasks/{task_id}").json()
            assert task["status"] == "succeeded"
            attempts[task["attempts"]] += 1
            result = http.get(f"/tasks/{task_id}/result").json()
            assert result["documents"] == [{"n": total}]
    assert attempts == {1: N_JOBS - 1, 2: 1}, "the one that was under way, and no other"


def test_what_was_acknowledged_survives_kills_of_the_service(postgres: Server) -> None:
    outcome = kill_loop.run_on_postgres(postgres, kills=5, clients=8, seed=7)
    assert outcome.problems == []
    assert outcome.acknowledged > 20
    assert outcome.sent_again > 0, "the kills have hit nobody"


def test_replicas_tell_each_other_of_work(postgres: Server) -> None:
    """One that is idle hears of a job at once, not when it next looks."""
    url = postgres.create_database()
    with Service(store=url) as idle, Service("--job-threads", "1", store=url) as busy:
        slow: dict[str, Any] = {
            "documents": [{}],
            "pipeline": [{"$set": {"x": {"$map": {
                "input": {"$range": [0, 3000]},
                "in": {"$sum": {"$range": [0, 3000]}},
            }}}}, {"$count": "n"}],
        }  # fmt: skip
        with httpx.Client(base_url=busy.url, timeout=PATIENCE) as http:
            for _ in range(4):
                answer = http.post("/tasks", json={"title": "slow", "transform": slow})
                assert answer.status_code == 201
        until(lambda: ran_jobs(idle) > 0 and ran_jobs(busy) > 0, "both at work")


def test_a_service_starts_without_its_database_and_finds_it_later(postgres: Server) -> None:
    url = postgres.create_database()
    postgres.stop()
    try:
        with Service("--store-timeout", "1s", store=url) as service:
            answer = httpx.post(f"{service.url}/tasks", json={"title": "early"}, timeout=PATIENCE)
            assert answer.status_code == 503
            assert answer.json()["code"] == "store_unavailable"
            work = httpx.post(f"{service.url}/transform", json=additions(10), timeout=PATIENCE)
            assert work.status_code == 200
            postgres.start()

            def is_back() -> bool:
                answer = httpx.post(f"{service.url}/tasks", json={"title": "x"}, timeout=PATIENCE)
                return answer.status_code == 201

            until(is_back, "answered", every=0.05)
    finally:
        if not postgres.is_running:
            postgres.start()


def test_the_password_is_told_to_nobody(
    postgres: Server, docmill: Run, tmp_path: pathlib.Path
) -> None:
    wrong = postgres.create_database().replace("docmill:", "docmill:s3cret-", 1)
    path = tmp_path / "docmill.conf"
    path.write_text(f"store = {wrong}\n", encoding="utf-8")
    for arguments in (("--store", wrong), ("--config", str(path))):
        checked = docmill("serve", "--check", *ANY_PORTS, *arguments)
        assert "s3cret" not in checked.stdout + checked.stderr
    with Service("--store-timeout", "1s", store=wrong) as service:
        for path_ in ("/tasks", "/capabilities"):
            assert "s3cret" not in httpx.get(f"{service.url}{path_}", timeout=PATIENCE).text
        assert "s3cret" not in httpx.get(f"{service.admin_url}/readyz", timeout=PATIENCE).text
        assert httpx.get(f"{service.url}/tasks", timeout=PATIENCE).status_code == 503
    assert "s3cret" not in json.dumps(service.log)


def test_a_database_of_a_newer_service_is_refused(postgres: Server, docmill: Run) -> None:
    url = postgres.create_database()
    with Service(store=url):
        pass
    ((table,),) = postgres.query(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'version'"
        " AND table_schema = 'public' AND table_name <> 'tasks'",
        url,
    )
    postgres.query(f"UPDATE {table} SET version = 1000", url)
    refused = docmill("serve", *ANY_PORTS, "--store", url)
    assert refused.returncode == 69
    assert "was written by a newer docmill: it is at version 1000" in refused.stderr
