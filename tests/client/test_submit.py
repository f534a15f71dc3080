"""Transforms that become jobs, and what is asked of jobs beyond waiting, by both clients."""

import datetime
import io
import json
import uuid

import httpx
import pytest

import docmill

ORDERS = [{"sku": "a", "n": 2}, {"sku": "b", "n": 5}, {"sku": "a", "n": 1}]
PIPELINE = [{"$group": {"_id": "$sku", "n": {"$sum": "$n"}}}, {"$sort": {"n": -1, "_id": 1}}]
EXPECTED = [{"_id": "b", "n": 5}, {"_id": "a", "n": 3}]
NUMBERS = {"$range": [0, 30000]}
COUNT = {"$reduce": {"input": NUMBERS, "initialValue": 0, "in": {"$add": ["$$value", "$$this"]}}}
# Nine hundred million additions: minutes, unless it is stopped.
MUCH = {"$reduce": {"input": NUMBERS, "initialValue": 0, "in": {"$add": ["$$value", COUNT]}}}
SLOW = ([{}], [{"$project": {"n": MUCH}}])
JOB = {
    "id": "018f6f0e-7a2b-7c3d-8e4f-5a6b7c8d9e0f",
    "title": "POST /transform",
    "description": "",
    "status": "pending",
    "priority": 1,
    "created_at": "2026-01-02T03:04:05.678Z",
    "updated_at": "2026-01-02T03:04:05.678Z",
    "version": 1,
    "attempts": 0,
}
LINES = "".join(f"{json.dumps(order)}\n" for order in ORDERS).encode()


@pytest.fixture
def mill(connect, service_url):
    return connect(service_url)


@pytest.mark.parametrize(
    "documents",
    [ORDERS, json.dumps(ORDERS).encode(), LINES],
    ids=["list", "array", "lines"],
)
def test_a_transform_becomes_a_job(mill, documents):
    task = mill.submit(documents, PIPELINE)
    assert task.is_job
    assert mill.tasks.wait(task.id, timeout=20).task.result.documents == 2
    assert mill.tasks.result(task.id) == EXPECTED


def test_a_file_is_streamed_into_a_job(mill):
    task = mill.submit(io.BytesIO(LINES), [{"$match": {"n": "$$wanted"}}], let={"wanted": 5})
    mill.tasks.wait(task.id, timeout=20)
    assert mill.tasks.get(task.id, include="transform").transform["let"] == {"wanted": 5}


def test_who_waits_has_the_result(mill):
    assert mill.submit(ORDERS, PIPELINE, wait=20) == EXPECTED


def test_who_waits_is_told_why_it_failed(mill):
    with pytest.raises(docmill.PipelineFailed) as caught:
        mill.submit([{"a": "x"}], [{"$set": {"b": {"$abs": "$a"}}}], wait=20)
    assert caught.value.operator == "$abs"


def test_who_waits_in_vain_has_the_job_and_deletes_it(mill):
    task = mill.submit(*SLOW, wait=1)
    assert isinstance(task, docmill.Task)
    assert not task.has_ended
    with pytest.raises(docmill.Conflict):
        mill.tasks.delete(task.id)
    mill.tasks.delete(task.id, cancel=True)
    with pytest.raises(docmill.NotFound):
        mill.tasks.get(task.id)


def test_the_same_key_is_the_same_job(mill):
    first = mill.submit(ORDERS, PIPELINE, idempotency_key="submit once")
    assert mill.submit(ORDERS, PIPELINE, idempotency_key="submit once").id == first.id


def test_a_pipeline_that_does_not_compile_is_no_job(mill):
    with pytest.raises(docmill.PipelineInvalid):
        mill.submit(ORDERS, [{"$srot": {}}])


def test_what_a_job_was_given_comes_back_when_asked_for(mill):
    moment = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    given = {"documents": [{"at": moment, "none": None}], "pipeline": [{"$limit": 1}]}
    task = mill.tasks.create("Kept", transform=given)
    assert mill.tasks.get(task.id, include="transform").transform == given
    assert mill.tasks.get(task.id).transform is None


def test_the_request_says_what_is_wanted(connect):
    requests = []

    def answer(request):
        requests.append(request)
        if len(requests) == 1:
            return httpx.Response(503, headers={"Retry-After": "0"})
        return httpx.Response(202, json=JOB)

    mill = connect(answer)
    task = mill.submit(ORDERS, PIPELINE, wait=2, max_time=1.5, seed=7)
    assert task == docmill.Task.from_json(JOB)
    first, second = requests
    assert (first.method, first.url.path) == ("POST", "/transform")
    assert first.headers["Prefer"] == "respond-async, wait=2"
    # A retry is no second job.
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert json.loads(second.content)["options"] == {"max_time_ms": 1500, "seed": 7}
    mill.submit(ORDERS, PIPELINE, idempotency_key="ours")
    assert requests[-1].headers["Prefer"] == "respond-async"
    assert requests[-1].headers["Idempotency-Key"] == "ours"


def test_what_is_not_asked_for_is_not_in_the_query(connect):
    requests = []

    def answer(request):
        requests.append(request)
        return httpx.Response(204) if request.method == "DELETE" else httpx.Response(200, json=JOB)

    mill = connect(answer)
    mill.tasks.get("7")
    mill.tasks.get("7", include="transform")
    mill.tasks.delete("7")
    mill.tasks.delete("7", cancel=True)
    assert [request.url.query for request in requests] == [
        b"",
        b"include=transform",
        b"",
        b"cancel=true",
    ]


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "priority", "-priority"])
@pytest.mark.parametrize("kind", ["plain", "job"])
def test_lists_are_filtered_and_sorted(mill, kind, sort):
    status = str(uuid.uuid4())
    for priority in (2, 5, 2):
        task = mill.tasks.create("Listed", priority=priority)
        mill.tasks.update(task.id, status=status)
    found = list(mill.tasks.list(kind=kind, sort=sort, status=status, limit=2))
    if kind == "job":
        assert found == []
        return
    expected = sorted(found, key=lambda task: getattr(task, sort.removeprefix("-")))
    assert len(found) == 3
    if sort.startswith("-"):
        expected.reverse()
    name = sort.removeprefix("-")
    assert [getattr(task, name) for task in found] == [getattr(task, name) for task in expected]
    twos = mill.tasks.list(kind=kind, sort=sort, status=status, priority=2)
    assert [task.priority for task in twos] == [2, 2]
