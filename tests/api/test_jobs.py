"""Jobs: tasks that carry a transform, from their creation to the webhook at their end."""

import base64
import contextlib
import json
import threading
import time

import pytest
import standardwebhooks
from receiver import Receiver
from service import Service
from until import until
from wire import ask

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DOCUMENTS = [{"a": number, "at": {"$date": "2020-01-01T00:00:00Z"}} for number in range(5)]
TRANSFORM = {"documents": DOCUMENTS, "pipeline": [{"$match": {"a": {"$gte": 3}}}]}
# Some nine million additions: seconds at least, and stopped between any two of them.
SLOW = {
    "documents": [{}],
    "pipeline": [
        {
            "$project": {
                "n": {
                    "$reduce": {
                        "input": {"$range": [0, 30000]},
                        "initialValue": 0,
                        "in": {
                            "$reduce": {
                                "input": {"$range": [0, 30000]},
                                "initialValue": 0,
                                "in": {"$add": ["$$value", "$$this"]},
                            }
                        },
                    }
                }
            }
        }
    ],
}


@pytest.fixture(scope="module")
def service(start):
    with start("--webhook-secret", SECRET, "--webhook-allow", "127.0.0.1") as running:
        yield running


@pytest.fixture
def receiver():
    with contextlib.closing(Receiver()) as running:
        yield running


def send(service, method, path, body=None, **headers):
    data = b"" if method == "POST" and body is None else None
    if body is not None:
        data = json.dumps(body).encode()
        headers.setdefault("Content_Type", "application/json")
    return ask(service.address, method, path, data, **headers)


def create(service, transform=TRANSFORM, **fields):
    answer = send(service, "POST", "/tasks", {"title": "job", "transform": transform, **fields})
    assert answer.status == 201, answer.body
    return answer.json()


def ended(service, task_id):
    answer = send(service, "GET", f"/tasks/{task_id}", Prefer="wait=20")
    assert answer.status == 200
    assert answer.json()["status"] in ("succeeded", "failed", "cancelled"), answer.body
    return answer.json()


def has_become(service, task_id, status):
    """Wait until a task has a status."""
    path = f"/tasks/{task_id}"
    until(lambda: send(service, "GET", path).json()["status"] == status, status)


def test_a_job_succeeds_and_has_a_result(service):
    task = create(service)
    assert task["status"] == "pending"
    assert task["attempts"] == 0
    assert "transform" not in task
    task = ended(service, task["id"])
    assert task["status"] == "succeeded"
    assert task["attempts"] == 1
    assert task["result"]["documents"] == 2
    assert task["created_at"] <= task["started_at"] <= task["finished_at"]
    assert task["result"]["expires_at"] > task["finished_at"]

    path = f"/tasks/{task['id']}/result"
    answer = send(service, "GET", path)
    assert answer.json()["documents"] == DOCUMENTS[3:]
    assert answer.json()["stats"]["documents_in"] == 5
    assert len(answer.body) == task["result"]["bytes"]
    lines = send(service, "GET", path, Accept="application/x-ndjson")
    assert [json.loads(line) for line in lines.body.splitlines()] == DOCUMENTS[3:]
    canonical = send(service, "GET", path, Accept="application/ejson;mode=canonical")
    assert canonical.json()["documents"][0] == {
        "a": {"$numberInt": "3"},
        "at": {"$date": {"$numberLong": "1577836800000"}},
    }
    assert send(service, "GET", path, Accept="text/html").status == 406


def test_the_input_is_read_back_only_when_asked_for(service):
    task = create(service)
    assert "transform" not in ended(service, task["id"])
    answer = send(service, "GET", f"/tasks/{task['id']}?include=transform")
    assert answer.json()["transform"] == TRANSFORM
    assert send(service, "GET", f"/tasks/{task['id']}?include=everything").status == 400


def test_a_result_of_many_parts_arrives_whole(service):
    documents = [{"i": number, "text": "x" * 100} for number in range(30000)]
    task = create(service, {"documents": documents, "pipeline": []})
    assert ended(service, task["id"])["result"]["bytes"] > 3_000_000
    answer = send(service, "GET", f"/tasks/{task['id']}/result")
    assert answer.json()["documents"] == documents


def test_what_fails_while_it_runs_ends_as_failed_with_its_problem(service):
    task = create(
        service, {"documents": [{}], "pipeline": [{"$set": {"x": {"$add": [1, "$$ROOT"]}}}]}
    )
    task = ended(service, task["id"])
    assert task["status"] == "failed"
    assert task["error"]["code"] == "pipeline_failed"
    assert task["error"]["operator"] == "$add"
    assert send(service, "GET", f"/tasks/{task['id']}/result").status == 409
    again = send(service, "POST", f"/tasks/{task['id']}/retry")
    assert again.status == 200
    assert again.json()["status"] in ("pending", "running", "failed")
    assert ended(service, task["id"])["status"] == "failed"


@pytest.mark.parametrize(
    ("transform", "code", "pointer"),
    [
        (
            {"documents": [], "pipeline": [{"$mach": {}}]},
            "pipeline_invalid",
            "/transform/pipeline/0",
        ),
        ({"documents": []}, "validation_failed", "/transform/pipeline"),
        ({"pipeline": []}, "validation_failed", "/transform/documents"),
        ({"documents": [], "pipeline": [], "limit": 1}, "validation_failed", "/transform/limit"),
        ([], "validation_failed", "/transform"),
        (None, "validation_failed", "/transform"),
    ],
)
def test_what_can_be_known_before_is_a_400(service, transform, code, pointer):
    answer = send(service, "POST", "/tasks", {"title": "job", "transform": transform})
    assert answer.status == 400
    assert answer.json()["code"] == code
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_documents_are_read_when_the_job_is_made(service):
    body = b'{"title": "job", "transform": {"pipeline": [], "documents": [{"a": 1}, {"a": 01}]}}'
    answer = ask(service.address, "POST", "/tasks", body, Content_Type="application/json")
    assert answer.status == 400
    problem = answer.json()
    assert problem["code"] == "json_malformed"
    assert problem["document"] == 1
    # The wrong digit, counted from the start of the body.
    assert problem["offset"] == body.index(b"01}")


def test_a_task_in_every_other_way(service):
    task = create(service, priority=4)
    ended(service, task["id"])
    path = f"/tasks/{task['id']}"
    assert send(service, "PATCH", path, {"title": "renamed"}).json()["title"] == "renamed"
    assert send(service, "PUT", path, {"status": "done"}).status == 409
    jobs = send(service, "GET", "/tasks?kind=job&limit=1000").json()["tasks"]
    assert path.rsplit("/", 1)[1] in [job["id"] for job in jobs]
    seen = send(service, "GET", path).json()
    assert send(service, "PUT", path, {**seen, "status": seen["status"]}).status in (200, 409)
    assert send(service, "DELETE", path).status == 204
    assert send(service, "GET", path + "/result").status == 404


@pytest.mark.parametrize("action", ["cancel", "retry"])
def test_a_plain_task_is_no_job(service, action):
    task = send(service, "POST", "/tasks", {"title": "plain"}).json()
    path = f"/tasks/{task['id']}"
    assert send(service, "POST", f"{path}/{action}").status == 409
    assert send(service, "GET", f"{path}/result").status == 409
    assert send(service, "GET", f"{path}/deliveries").status == 409
    assert send(service, "POST", f"/tasks/{'0' * 36}/{action}").status == 404


def test_a_running_job_is_cancelled_within_a_quarter_of_a_second(service):
    task = create(service, SLOW)
    has_become(service, task["id"], "running")
    path = f"/tasks/{task['id']}"
    answer = send(service, "GET", f"{path}/result")
    assert answer.status == 409
    assert answer.headers["retry-after"] == "1"
    assert send(service, "DELETE", path).status == 409
    start = time.monotonic()
    assert send(service, "POST", f"{path}/cancel").status == 202
    has_become(service, task["id"], "cancelled")
    assert (
        time.monotonic() - start < 0.25 * 4
    )  # four times over: the machine has other things to do
    assert send(service, "POST", f"{path}/cancel").status == 409
    assert send(service, "POST", f"{path}/retry").status == 200
    has_become(service, task["id"], "running")
    assert send(service, "DELETE", f"{path}?cancel=true").status == 204
    assert send(service, "GET", path).status == 404


def test_an_asynchronous_transform_is_a_job(service):
    answer = send(service, "POST", "/transform", TRANSFORM, Prefer="respond-async")
    assert answer.status == 202
    assert answer.headers["preference-applied"] == "respond-async"
    location = answer.headers["location"]
    assert location == f"/tasks/{answer.json()['id']}"
    assert ended(service, answer.json()["id"])["status"] == "succeeded"
    assert send(service, "GET", f"{location}/result").json()["documents"] == DOCUMENTS[3:]


def test_an_asynchronous_transform_that_is_waited_for_answers_itself(service):
    answer = send(service, "POST", "/transform", TRANSFORM, Prefer="respond-async, wait=20")
    assert answer.status == 200
    assert answer.json()["documents"] == DOCUMENTS[3:]
    failing = {"documents": [{}], "pipeline": [{"$set": {"x": {"$add": [1, "$$ROOT"]}}}]}
    answer = send(service, "POST", "/transform", failing, Prefer="respond-async, wait=20")
    assert answer.status == 422
    assert answer.json()["code"] == "pipeline_failed"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    answer = send(service, "POST", "/transform", SLOW, Prefer="respond-async, wait=1")
    assert answer.status == 202
    task_id = answer.json()["id"]
    assert send(service, "DELETE", f"/tasks/{task_id}?cancel=true").status == 204


def test_lines_can_be_sent_asynchronously_too(service):
    body = b'{"pipeline": [{"$count": "n"}]}\n{"a": 1}\n{"a": 2}\n'
    answer = ask(
        service.address,
        "POST",
        "/transform",
        body,
        Content_Type="application/x-ndjson",
        Prefer="respond-async, wait=20",
    )
    assert answer.status == 200
    assert answer.json()["documents"] == [{"n": 2}]


@pytest.mark.parametrize(
    ("lines", "documents"),
    [
        (b'{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        (b'\n  \r\n{"a": "\\n}"}\r\n\n{"a": 2}', [{"a": "\n}"}, {"a": 2}]),
        (b'{"a": [1]}', [{"a": [1]}]),
    ],
)
def test_lines_come_back_as_one_object(service, lines, documents):
    body = b'{"pipeline": [{"$limit": 9}], "let": {"x": 1} } \r\n' + lines
    answer = ask(
        service.address,
        "POST",
        "/transform",
        body,
        Content_Type="application/x-ndjson",
        Prefer="respond-async",
    )
    found = send(service, "GET", f"{answer.headers['location']}?include=transform").json()
    given = {"pipeline": [{"$limit": 9}], "let": {"x": 1}, "documents": documents}
    assert found["transform"] == given
    # What was read back can be given again.
    again = send(service, "POST", "/tasks", {"title": "again", "transform": found["transform"]})
    assert ended(service, again.json()["id"])["result"]["documents"] == len(documents)


@pytest.mark.parametrize("tail", [b"", b"\n", b"\n\n"])
def test_no_lines_are_no_documents(service, tail):
    answer = ask(
        service.address,
        "POST",
        "/transform",
        b'{"pipeline": [{"$count": "n"}]}' + tail,
        Content_Type="application/x-ndjson",
        Prefer="respond-async, wait=20",
    )
    assert (answer.status, answer.json()["documents"]) == (200, [])


def test_the_same_key_makes_one_job(service):
    body = {"title": "job", "transform": TRANSFORM}
    first = send(service, "POST", "/tasks", body, Idempotency_Key="job-1")
    again = send(service, "POST", "/tasks", body, Idempotency_Key="job-1")
    assert first.status == again.status == 201
    assert first.json()["id"] == again.json()["id"]
    assert again.json()["attempts"] == 0
    other = send(service, "POST", "/tasks", {**body, "title": "x"}, Idempotency_Key="job-1")
    assert other.status == 422


def test_a_webhook_is_told_and_signed(service, receiver):
    task = create(service, webhook={"url": receiver.url(200)})
    assert task["webhook"] == {"url": receiver.url(200)}
    receiver.wait(1)
    _, headers, body = receiver.requests[0]
    event = standardwebhooks.Webhook(SECRET).verify(body, headers)
    assert event["type"] == "task.succeeded"
    assert event["data"]["id"] == task["id"]
    assert event["data"]["status"] == "succeeded"

    path = f"/tasks/{task['id']}/deliveries"
    deliveries = wait_for_deliveries(service, path, 1)
    assert deliveries[0]["outcome"] == "delivered"
    assert deliveries[0]["status"] == 200
    assert deliveries[0]["webhook_id"] == headers["webhook-id"]
    assert send(service, "POST", f"{path}/1/redeliver").status == 202
    receiver.wait(2)
    assert receiver.requests[1][1]["webhook-id"] == headers["webhook-id"]
    assert len(wait_for_deliveries(service, path, 2)) == 2
    assert send(service, "POST", f"{path}/7/redeliver").status == 404
    assert send(service, "POST", f"{path}/x/redeliver").status == 404


def wait_for_deliveries(service, path, count):
    def look():
        found = send(service, "GET", path).json()["deliveries"]
        return found if len(found) >= count else None

    return until(look, f"{count} deliveries")


def test_a_receiver_that_fails_is_asked_again_later_and_one_that_is_gone_never(service, receiver):
    failing = create(service, webhook={"url": receiver.url(500)})
    gone = create(service, webhook={"url": receiver.url(410)})
    (attempt,) = wait_for_deliveries(service, f"/tasks/{failing['id']}/deliveries", 1)
    assert attempt["outcome"] == "failed"
    assert attempt["status"] == 500
    assert attempt["next_at"] > attempt["at"]
    (attempt,) = wait_for_deliveries(service, f"/tasks/{gone['id']}/deliveries", 1)
    assert attempt["outcome"] == "failed"
    assert "next_at" not in attempt


@pytest.mark.parametrize(
    "host",
    ["localhost", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]", "192.168.1.1"],
)
def test_a_forbidden_address_is_refused_for_good(service, host):
    task = create(service, webhook={"url": f"http://{host}:9/"})
    (attempt,) = wait_for_deliveries(service, f"/tasks/{task['id']}/deliveries", 1)
    assert attempt["outcome"] == "refused"
    assert "status" not in attempt
    assert "next_at" not in attempt


@pytest.mark.parametrize(
    "webhook",
    [
        {"url": "ftp://example.com"},
        {"url": ""},
        {},
        "x",
        {"url": "http://u:p@example.com"},
        {"url": 1},
    ],
)
def test_what_is_no_webhook_is_refused(service, webhook):
    answer = send(
        service, "POST", "/tasks", {"title": "job", "transform": TRANSFORM, "webhook": webhook}
    )
    assert answer.status == 400
    assert answer.json()["errors"][0]["pointer"].startswith("/webhook")


def test_a_webhook_needs_a_job_and_a_secret(service, tmp_path):
    hook = {"url": "https://example.com/"}
    answer = send(service, "POST", "/tasks", {"title": "plain", "webhook": hook})
    assert answer.status == 400
    with Service("--store", "memory") as plain:
        answer = send(
            plain, "POST", "/tasks", {"title": "job", "transform": TRANSFORM, "webhook": hook}
        )
        assert answer.status == 400
        assert "--webhook-secret" in answer.json()["detail"]


def test_a_secret_can_come_from_a_file(tmp_path, receiver):
    path = tmp_path / "secret"
    secret = "whsec_" + base64.b64encode(b"s" * 32).decode()
    path.write_text(secret + "\n")
    with Service(
        "--store", "memory", "--webhook-secret-file", str(path), "--webhook-allow", "127.0.0.0/8"
    ) as service:
        create(service, webhook={"url": receiver.url(200)})
        receiver.wait(1)
    standardwebhooks.Webhook(secret).verify(receiver.requests[0][2], receiver.requests[0][1])


def test_results_and_jobs_expire():
    with Service(
        "--store", "memory", "--result-ttl", "1ms", "--job-ttl", "2s", "--sweep-interval", "20ms"
    ) as service:
        task = create(service)
        ended(service, task["id"])
        end = time.monotonic() + 10
        while (answer := send(service, "GET", f"/tasks/{task['id']}/result")).status == 200:
            assert time.monotonic() < end
        assert answer.status == 410
        assert answer.json()["code"] == "result_expired"
        while send(service, "GET", f"/tasks/{task['id']}").status == 200:
            assert time.monotonic() < end


def test_no_more_wait_than_may():
    with Service("--store", "memory", "--max-waiters", "1", "--job-threads", "1") as service:
        task = create(service, SLOW)
        has_become(service, task["id"], "running")
        path = f"/tasks/{task['id']}"
        is_over = threading.Event()

        def wait() -> None:
            while not is_over.is_set():
                send(service, "GET", path, Prefer="wait=30")

        waiting = threading.Thread(target=wait)
        waiting.start()
        # Once the other one waits, this one is answered at once.
        end = time.monotonic() + 20
        while True:
            start = time.monotonic()
            send(service, "GET", path, Prefer="wait=1")
            if time.monotonic() - start < 0.9:
                break
            assert time.monotonic() < end
        is_over.set()
        send(service, "POST", f"{path}/cancel")
        waiting.join(10)
        assert not waiting.is_alive()


def test_a_job_has_a_time_limit():
    with Service("--store", "memory", "--max-job-time", "100ms") as service:
        task = create(service, SLOW)
        task = ended(service, task["id"])
        assert task["status"] == "failed"
        assert task["error"]["code"] == "time_limit"
