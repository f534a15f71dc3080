"""Jobs: tasks that carry a transform, by both clients, against the service itself."""

import http.server
import json
import math
import os
import pathlib
import pty
import queue
import subprocess
import sys
import threading
import time

import httpx
import pytest
import yaml
from until import until

import docmill
from docmill import webhooks
from docmill._flow import Outcome, Policy, Send, Sleep, poll

ORDERS = [{"sku": "a", "n": 2}, {"sku": "b", "n": 5}, {"sku": "a", "n": 1}]
PIPELINE = [{"$group": {"_id": "$sku", "n": {"$sum": "$n"}}}, {"$sort": {"n": -1, "_id": 1}}]
EXPECTED = [{"_id": "b", "n": 5}, {"_id": "a", "n": 3}]
FAILING = ([{"a": 1}, {"a": "x"}], [{"$set": {"b": {"$abs": "$a"}}}])
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def loop(of, inner):
    """An expression that computes another one many times."""
    return {"$reduce": {"input": {"$range": [0, of]}, "initialValue": 0, "in": inner}}


# Nine hundred million additions: minutes, unless it is stopped.
ADD = {"$add": ["$$value", "$$this"]}
SLOW = ([{}], [{"$project": {"n": loop(30000, loop(30000, ADD))}}])


@pytest.fixture
def mill(connect, service_url):
    return connect(service_url)


@pytest.fixture
def slow(mill):
    """A job that runs until it is cancelled, which it is in the end."""
    task = mill.tasks.create("slow", transform=SLOW)
    yield task
    if not mill.tasks.get(task.id).has_ended:
        mill.tasks.cancel(task.id)


def test_a_job_from_its_beginning_to_its_end(mill):
    task = mill.tasks.create("Roll-up", transform=(ORDERS, PIPELINE))
    assert (task.status, task.attempts, task.is_job, task.has_ended) == ("pending", 0, True, False)
    job = mill.tasks.wait(task.id, timeout=20)
    assert job.task.id == task.id
    assert (job.task.status, job.task.attempts, job.task.has_ended) == ("succeeded", 1, True)
    assert job.task.created_at <= job.task.started_at <= job.task.finished_at
    assert job.task.result.documents == 2
    assert job.task.result.expires_at > job.task.finished_at
    assert job.task.error is None
    result = mill.tasks.result(task.id)
    assert result == EXPECTED
    assert len(result.raw) == job.task.result.bytes
    assert result.stats.documents_in == 3
    # What has ended is not waited for.
    assert mill.tasks.wait(task.id, timeout=0.9).task.id == task.id
    assert task.id in [found.id for found in mill.tasks.list(kind="job")]


def test_a_job_that_was_waited_for_fetches_its_result(service_url):
    with docmill.Client(service_url) as mill:
        task = mill.tasks.create("job", transform=(iter(ORDERS), PIPELINE))
        assert mill.tasks.wait(task.id).result() == EXPECTED


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_job_that_was_awaited_fetches_its_result(service_url, anyio_backend):
    async with docmill.AsyncClient(service_url) as mill:
        task = await mill.tasks.create("job", transform=(ORDERS, PIPELINE))
        job = await mill.tasks.wait(task.id)
        assert job.task.status == "succeeded"
        assert await job.result() == EXPECTED


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (docmill.Task, []),
        (docmill.JobResult, ["properties", "result"]),
        (docmill.JobProgress, ["properties", "progress"]),
    ],
)
def test_a_task_has_the_members_of_the_contract(kind, path):
    schemas = pathlib.Path(__file__).parents[2] / "proto" / "schemas"
    schema = yaml.safe_load((schemas / "Task.yaml").read_text(encoding="utf-8"))
    for name in path:
        schema = schema[name]
    assert set(kind.__dataclass_fields__) == set(schema["properties"])


def test_a_request_as_transform_has_it(mill):
    task = mill.tasks.create(
        "job",
        transform={
            "documents": [{"a": 1}],
            "pipeline": [{"$set": {"b": "$$x"}}],
            "let": {"x": 7},
        },
    )
    mill.tasks.wait(task.id, timeout=20)
    assert mill.tasks.result(task.id) == [{"a": 1, "b": 7}]


def test_a_job_that_fails_says_why(mill):
    task = mill.tasks.create("failing", transform=FAILING)
    with pytest.raises(docmill.JobFailed) as caught:
        mill.tasks.wait(task.id, timeout=20)
    error = caught.value
    assert error.task.status == "failed"
    assert error.task.error["code"] == "pipeline_failed"
    assert isinstance(error.reason, docmill.PipelineFailed)
    assert (error.reason.stage, error.reason.operator) == (0, "$abs")
    assert error.reason.detail in str(error)
    with pytest.raises(docmill.Conflict, match="failed"):
        mill.tasks.result(task.id)
    assert mill.tasks.retry(task.id).id == task.id
    with pytest.raises(docmill.JobFailed):
        mill.tasks.wait(task.id, timeout=20)


def test_a_pipeline_that_does_not_compile_makes_no_job(mill):
    with pytest.raises(docmill.PipelineInvalid) as caught:
        mill.tasks.create("job", transform=([], [{"$gruop": {}}]))
    assert caught.value.errors[0].pointer.startswith("/transform/pipeline/0")


@pytest.mark.parametrize("documents", [b"[]", "[]", {"a": 1}])
def test_documents_of_a_job_are_objects(mill, documents):
    with pytest.raises(TypeError, match="a list of objects"):
        mill.tasks.create("job", transform=(documents, []))


def test_a_job_is_cancelled(mill, slow):
    assert mill.tasks.cancel(slow.id).id == slow.id
    with pytest.raises(docmill.JobCancelled) as caught:
        mill.tasks.wait(slow.id, timeout=20)
    assert caught.value.task.status == "cancelled"
    with pytest.raises(docmill.Conflict):
        mill.tasks.cancel(slow.id)


def test_a_wait_ends_with_its_time(mill, slow):
    with pytest.raises(docmill.Conflict, match="no result yet"):
        mill.tasks.result(slow.id)
    seen = []
    start = time.monotonic()
    with pytest.raises(docmill.Timeout):
        mill.tasks.wait(slow.id, timeout=2.5, on_progress=seen.append)
    assert 2 < time.monotonic() - start < 6
    assert 2 <= len(seen) < 10
    assert {task.id for task in seen} == {slow.id}
    assert seen[-1].status == "running"
    assert seen[-1].progress.documents_done >= 0


def test_a_plain_task_is_not_waited_for(mill):
    task = mill.tasks.create("plain")
    assert not task.is_job
    with pytest.raises(ValueError, match="is no job"):
        mill.tasks.wait(task.id, timeout=20)
    for call in (mill.tasks.cancel, mill.tasks.retry, mill.tasks.result, mill.tasks.deliveries):
        with pytest.raises(docmill.Conflict):
            call(task.id)


def test_what_is_unknown_is_unknown(mill):
    for name in ("wait", "cancel", "retry", "result", "deliveries"):
        with pytest.raises(docmill.NotFound):
            getattr(mill.tasks, name)("..")
    with pytest.raises(docmill.NotFound):
        mill.tasks.redeliver("7", 1)


def test_a_result_is_gone_after_its_time(connect, start_service):
    service = start_service("--result-ttl", "1ms", "--sweep-interval", "20ms")
    mill = connect(service.url)
    task = mill.tasks.create("job", transform=(ORDERS, PIPELINE))
    mill.tasks.wait(task.id, timeout=20)

    def ask_until(end):
        while time.monotonic() < end:
            mill.tasks.result(task.id)

    with pytest.raises(docmill.Gone) as caught:
        ask_until(time.monotonic() + 10)
    assert caught.value.code == "result_expired"


@pytest.fixture
def receiver():
    """The address of somebody who takes webhooks, and a queue of what came."""
    arrived = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            arrived.put((body, dict(self.headers)))

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", arrived
        server.shutdown()
        thread.join()


def test_a_webhook_is_told_and_can_be_told_again(connect, start_service, receiver):
    url, arrived = receiver
    service = start_service("--webhook-secret", SECRET, "--webhook-allow", "127.0.0.1")
    mill = connect(service.url)
    task = mill.tasks.create("job", transform=(ORDERS, PIPELINE), webhook=url)
    assert task.webhook == url
    event = webhooks.verify(*arrived.get(timeout=10), SECRET)
    assert (event.type, event.task.id) == ("task.succeeded", task.id)
    assert event.task.result.documents == 2

    (first,) = deliveries(mill, task.id, 1)
    assert (first.n, first.outcome, first.status, first.next_at) == (1, "delivered", 204, None)
    assert first.webhook_id == event.id
    assert mill.tasks.redeliver(task.id, 1) is None
    assert webhooks.verify(*arrived.get(timeout=10), SECRET).id == event.id
    assert [item.n for item in deliveries(mill, task.id, 2)] == [1, 2]
    with pytest.raises(docmill.NotFound):
        mill.tasks.redeliver(task.id, 7)


def deliveries(mill, task_id, count):
    def look():
        found = mill.tasks.deliveries(task_id)
        return found if len(found) >= count else None

    return until(look, f"{count} deliveries")


@pytest.mark.parametrize("name", ["cancel", "retry"])
def test_what_is_done_to_a_job_is_never_sent_twice(connect, name):
    requests = []

    def service(request):
        requests.append(request)
        return httpx.Response(503)

    with pytest.raises(docmill.Unavailable):
        getattr(connect(service).tasks, name)("x")
    assert [(r.method, r.url.path, r.headers["Content-Length"]) for r in requests] == [
        ("POST", f"/tasks/x/{name}", "0")
    ]


def play(answers, policy, **options):
    """Poll a service that gives these answers after so many seconds each; the steps and the end."""
    asked, steps = [], []

    def ask(seconds):
        asked.append(seconds)
        return docmill._call.Call("GET", "/", lambda answer: answer.body)

    flow = poll(ask, lambda body: body == b"done", policy, **options)
    outcome = None
    while True:
        try:
            step = flow.send(outcome)
        except StopIteration as stop:
            return asked, steps, stop.value
        except docmill.Timeout as error:
            return asked, steps, error
        steps.append(step)
        if isinstance(step, Sleep):
            outcome = Outcome(None, step.seconds)
        else:
            body, seconds = answers.pop(0)
            outcome = Outcome(docmill._call.Answer(200, body), seconds)


PATIENT = Policy(timeout=math.inf, jitter=lambda: 1.0)


def test_a_service_that_holds_its_answers_is_asked_again_at_once():
    asked, steps, end = play([(b"", 25.0), (b"", 25.0), (b"done", 3.0)], PATIENT)
    assert (asked, end) == ([25, 25, 25], b"done")
    assert all(isinstance(step, Send) and step.timeout == 35.0 for step in steps)


def test_a_service_that_holds_none_is_asked_ever_less_often():
    _, steps, end = play([*[(b"", 0.0)] * 6, (b"done", 0.0)], PATIENT)
    assert end == b"done"
    assert [s.seconds for s in steps if isinstance(s, Sleep)] == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]


def test_a_poll_asks_for_no_more_than_there_is_time():
    policy = Policy(timeout=30.0, jitter=lambda: 1.0)
    answers = [(b"", 25.0), (b"", 4.0), *[(b"", 0.0)] * 9]
    asked, steps, end = play(answers, policy)
    assert asked[:3] == [25, 4, 0]
    assert isinstance(end, docmill.Timeout)
    assert sum(s.seconds for s in steps if isinstance(s, Sleep)) == 1.0
    assert all(step.timeout <= 30.0 for step in steps if isinstance(step, Send))


def run(service_url, *args, stdin=""):
    return subprocess.run(
        [sys.executable, "-m", "docmill.cli", "--url", service_url, *args],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100", "TERM": "dumb"},
        timeout=60,
        check=False,
    )


def test_the_command_makes_a_job_and_waits_for_it(service_url, tmp_path):
    file = tmp_path / "work.json"
    file.write_text(json.dumps({"documents": ORDERS, "pipeline": PIPELINE}))
    made = run(service_url, "--json", "tasks", "create", "job", "--transform", str(file))
    assert made.returncode == 0, made.stderr
    task = json.loads(made.stdout)
    assert task["attempts"] == 0
    done = run(service_url, "--json", "tasks", "wait", task["id"], "--timeout", "20")
    assert (done.returncode, done.stderr) == (0, "")
    ended = httpx.get(f"{service_url}/tasks/{task['id']}").json()
    assert json.loads(done.stdout) == ended
    assert ended["status"] == "succeeded"
    lines = run(service_url, "tasks", "result", task["id"]).stdout.splitlines()
    assert [json.loads(line) for line in lines] == EXPECTED


def test_the_command_says_why_a_job_failed(service_url):
    work = json.dumps({"documents": FAILING[0], "pipeline": FAILING[1]})
    made = run(service_url, "--json", "tasks", "create", "job", "--transform", "-", stdin=work)
    task_id = json.loads(made.stdout)["id"]
    done = run(service_url, "tasks", "wait", task_id)
    assert (done.returncode, done.stdout) == (65, "")
    assert done.stderr.startswith("docmillctl: the job has failed: ")
    done = run(service_url, "--json", "tasks", "wait", task_id)
    assert json.loads(done.stderr)["code"] == "pipeline_failed"


def test_the_command_shows_how_far_a_job_is_and_cancels_it(service_url):
    with docmill.Client(service_url) as mill:
        task = mill.tasks.create("slow", transform=SLOW)
        try:
            terminal, side = pty.openpty()
        except OSError as error:
            pytest.skip(f"the system gives no terminal: {error}")
        command = [sys.executable, "-m", "docmill.cli", "--url", service_url, "tasks"]
        environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm"}
        with subprocess.Popen([*command, "wait", task.id], stderr=side, env=environment) as waiting:
            os.close(side)
            shown = b""
            try:
                while b"running" not in shown:
                    shown += os.read(terminal, 65536)
                assert run(service_url, "tasks", "cancel", task.id).returncode == 0
                while chunk := os.read(terminal, 65536):
                    shown += chunk
            except OSError:
                pass  # how a terminal ends
            finally:
                os.close(terminal)
            assert waiting.wait(60) == 65
    assert b"running" in shown
    assert b"the job was cancelled" in shown
