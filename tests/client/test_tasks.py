"""The to-do list: requests, answers and pages."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx
import pytest

import docmill

ID = "018f6f0e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
TASK = {
    "id": ID,
    "title": "Test",
    "description": "",
    "status": "pending",
    "priority": 1,
    "created_at": "2026-01-02T03:04:05.678Z",
    "updated_at": "2026-01-02T03:04:06.000Z",
    "version": 2,
    "new_member": {},
}


class Recorder:
    """Keeps the requests that came in; answers with one thing."""

    def __init__(self, status=200, answer=None):
        self.requests = []
        self.status = status
        self.answer = answer

    def __call__(self, request):
        self.requests.append(request)
        return httpx.Response(self.status, json=self.answer if self.answer is not None else TASK)

    @property
    def line(self):
        request = self.requests[-1]
        return f"{request.method} {request.url.raw_path.decode()}"

    @property
    def body(self):
        return json.loads(self.requests[-1].content)


def test_create(connect):
    recorder = Recorder(201)
    task = connect(recorder).tasks.create("Test", description="", priority=2)
    assert recorder.line == "POST /tasks"
    assert recorder.body == {"title": "Test", "description": "", "priority": 2}
    assert task.created_at == datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
    assert (task.id, task.status, task.version) == (ID, "pending", 2)


def test_each_creation_has_a_key_of_its_own(connect):
    recorder = Recorder(201)
    mill = connect(recorder)
    for _ in range(2):
        mill.tasks.create("Test")
    mill.tasks.create("Test", idempotency_key="mine")
    keys = [request.headers["Idempotency-Key"] for request in recorder.requests]
    assert keys[2] == "mine"
    assert len(set(keys)) == 3


def test_a_creation_is_sent_again_under_the_same_key(connect):
    requests = []

    def service(request):
        requests.append(request)
        return httpx.Response(503 if len(requests) == 1 else 201, json=TASK)

    assert connect(service).tasks.create("Test").id == ID
    keys = [request.headers["Idempotency-Key"] for request in requests]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_change_can_be_meant_for_a_version(connect):
    recorder = Recorder()
    connect(recorder).tasks.update(ID, status="done", version=3)
    connect(recorder).tasks.delete(ID, version=4)
    assert [request.headers["If-Match"] for request in recorder.requests] == ['"3"', '"4"']


def test_a_change_of_a_version_is_never_sent_twice(connect):
    recorder = Recorder(503)
    with pytest.raises(docmill.StatusError):
        connect(recorder).tasks.update(ID, status="done", version=3)
    assert len(recorder.requests) == 1


def test_a_list_asks_for_its_filters_and_its_order(connect):
    pages = Pages(1)
    found = connect(pages).tasks.list(priority=2, kind="plain", sort="-priority")
    assert [task.title for task in found] == ["0"]
    assert pages.queries == [{"priority": "2", "kind": "plain", "sort": "-priority"}]


def test_what_is_unset_is_left_out(connect):
    recorder = Recorder(201)
    connect(recorder).tasks.create("Test")
    assert recorder.body == {"title": "Test"}


def test_get(connect):
    recorder = Recorder()
    assert connect(recorder).tasks.get(ID).title == "Test"
    assert recorder.line == f"GET /tasks/{ID}"


def test_update_sets_only_what_is_given(connect):
    recorder = Recorder()
    connect(recorder).tasks.update(ID, status="done")
    assert recorder.line == f"PUT /tasks/{ID}"
    assert recorder.body == {"status": "done"}


def test_delete(connect):
    recorder = Recorder(204)
    assert connect(recorder).tasks.delete(ID) is None
    assert recorder.line == f"DELETE /tasks/{ID}"


@pytest.mark.parametrize(
    ("task_id", "path"),
    [
        ("..", "/tasks/%2E%2E"),
        ("a/b", "/tasks/a%2Fb"),
        ("?x=1#y", "/tasks/%3Fx%3D1%23y"),
        ("ä", "/tasks/%C3%A4"),
    ],
)
def test_an_id_cannot_become_another_path(connect, task_id, path):
    recorder = Recorder(204)
    connect(recorder).tasks.delete(task_id)
    assert recorder.line == f"DELETE {path}"


def test_an_empty_id_is_refused(connect):
    with pytest.raises(ValueError, match="empty"):
        connect(Recorder()).tasks.get("")


@pytest.mark.parametrize("name", ["id", "title", "status", "created_at", "priority", "description"])
@pytest.mark.parametrize("value", [None, [], True])
def test_a_task_without_what_it_must_have_is_a_protocol_error(connect, name, value):
    with pytest.raises(docmill.ProtocolError, match=name):
        connect(Recorder(answer={**TASK, name: value})).tasks.get(ID)


def test_a_time_that_is_none_is_a_protocol_error(connect):
    with pytest.raises(docmill.ProtocolError, match="created_at"):
        connect(Recorder(answer={**TASK, "created_at": "noon"})).tasks.get(ID)


class Pages:
    """A list of tasks in pages of two."""

    def __init__(self, count):
        self.tasks = [{**TASK, "title": str(n)} for n in range(count)]
        self.queries = []

    def __call__(self, request):
        query = dict(parse_qsl(request.url.query.decode()))
        self.queries.append(query)
        start = int(query.get("cursor", 0))
        page = self.tasks[start : start + 2]
        answer = {"tasks": page, "count": len(page)}
        if start + 2 < len(self.tasks):
            answer["next_cursor"] = str(start + 2)
        return httpx.Response(200, json=answer)


def test_a_list_fetches_its_pages_as_it_goes(connect):
    pages = Pages(5)
    found = connect(pages).tasks.list(status="pending", limit=2)
    assert pages.queries == []
    assert [task.title for task in found] == ["0", "1", "2", "3", "4"]
    asked = {"status": "pending", "limit": "2"}
    assert pages.queries == [asked, {**asked, "cursor": "2"}, {**asked, "cursor": "4"}]


def test_only_the_pages_needed_are_fetched():
    pages = Pages(5)
    mill = docmill.Client(
        "http://mill.test", http_client=httpx.Client(transport=httpx.MockTransport(pages))
    )
    assert next(iter(mill.tasks.list())).title == "0"
    assert pages.queries == [{}]


def test_a_list_can_be_read_again(connect):
    found = connect(Pages(3)).tasks.list()
    assert len(list(found)) == len(list(found)) == 3


def test_an_empty_list_has_one_empty_page(connect):
    assert [page.tasks for page in connect(Pages(0)).tasks.list().pages()] == [()]


def test_pages_can_be_had_and_gone_on_from(connect):
    mill = connect(Pages(5))
    first = next(iter(mill.tasks.list().pages()))
    assert ([task.title for task in first.tasks], first.next_cursor) == (["0", "1"], "2")
    rest = mill.tasks.list(cursor=first.next_cursor)
    assert [task.title for task in rest] == ["2", "3", "4"]


def test_a_page_of_something_else_is_a_protocol_error(connect):
    with pytest.raises(docmill.ProtocolError, match="next_cursor"):
        list(connect(Recorder(answer={"tasks": [], "next_cursor": 7})).tasks.list())
