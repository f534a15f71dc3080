"""The tutorial's Flask program, beside the service: the same requests, the same answers.

Each test is one exchange with the program as printed, replayed against both.  What differs on
purpose (bounds, a Z at the end of moments, further members) is left out of the comparison.
"""

import datetime
import json
import re
import uuid
from typing import Any

import httpx
import pytest

MEMBERS = ("id", "title", "description", "status", "created_at")
UNKNOWN = "00000000-0000-4000-8000-000000000000"


class Program:
    """The program's behaviour, line by line, without Flask."""

    def __init__(self) -> None:
        self.tasks: dict[str, dict[str, Any]] = {}

    def list_tasks(self, status: str | None) -> tuple[int, Any]:
        result = list(self.tasks.values())
        if status:
            result = [t for t in result if t["status"] == status]
        return 200, {"tasks": result, "count": len(result)}

    def create_task(self, data: Any) -> tuple[int, Any]:
        if not data or "title" not in data:
            return 400, {"error": "Title is required"}
        task_id = str(uuid.uuid4())
        task = {
            "id": task_id,
            "title": data["title"],
            "description": data.get("description", ""),
            "status": "pending",
            "created_at": datetime.datetime.now(datetime.UTC).replace(tzinfo=None).isoformat(),
        }
        self.tasks[task_id] = task
        return 201, task

    def get_task(self, task_id: str) -> tuple[int, Any]:
        task = self.tasks.get(task_id)
        return (200, task) if task else (404, {"error": "Task not found"})

    def update_task(self, task_id: str, data: Any) -> tuple[int, Any]:
        if task_id not in self.tasks:
            return 404, {"error": "Task not found"}
        task = self.tasks[task_id]
        for name in ("title", "description", "status"):
            task[name] = data.get(name, task[name])
        return 200, task

    def delete_task(self, task_id: str) -> tuple[int, Any]:
        if task_id not in self.tasks:
            return 404, {"error": "Task not found"}
        del self.tasks[task_id]
        return 204, None


@pytest.fixture
def http(store_http: httpx.Client) -> httpx.Client:
    """The service, on every store."""
    return store_http


@pytest.fixture(autouse=True)
def nothing_stored(http: httpx.Client) -> None:
    """Begin with an empty list, as the program does."""
    while tasks := http.get("/tasks").json()["tasks"]:
        for task in tasks:
            http.delete(f"/tasks/{task['id']}")


@pytest.fixture
def program() -> Program:
    return Program()


def told(task: dict[str, Any]) -> dict[str, Any]:
    """What both say of a task: not its id and moment, which each makes up."""
    return {name: task[name] for name in MEMBERS if name not in ("id", "created_at")}


def create_both(http: httpx.Client, program: Program, **data: Any) -> tuple[str, str]:
    """Create a task in both; the ids that they gave it."""
    answer = http.post("/tasks", json=data)
    status, body = program.create_task(data)
    assert answer.status_code == status == 201
    assert told(answer.json()) == told(body)
    return answer.json()["id"], body["id"]


def test_a_new_task_has_the_tutorials_members(http: httpx.Client, program: Program) -> None:
    create_both(http, program, title="Test")
    task = http.post("/tasks", json={"title": "Test", "description": "long"}).json()
    assert set(MEMBERS) <= task.keys()
    assert uuid.UUID(task["id"]).version == 7
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", task["created_at"])


def test_the_status_of_a_new_task_is_pending_whatever_is_sent(
    http: httpx.Client, program: Program
) -> None:
    create_both(http, program, title="a", status="done")


@pytest.mark.parametrize("data", [{}, [], None, "", 0, False, {"description": "x"}, ["x"]])
def test_without_a_title_nothing_is_created(
    http: httpx.Client, program: Program, data: Any
) -> None:
    answer = http.post("/tasks", json=data, headers={"Content-Type": "application/json"})
    status, body = program.create_task(data)
    assert answer.status_code == status == 400
    assert answer.json()["error"] == body["error"] == "Title is required"
    assert http.get("/tasks").json() == {"tasks": [], "count": 0}


def test_without_a_body_there_is_no_title_either(http: httpx.Client) -> None:
    answer = http.post("/tasks")
    assert answer.status_code == 400
    assert answer.json()["error"] == "Title is required"


def test_a_task_is_got_by_its_id(http: httpx.Client, program: Program) -> None:
    ours, theirs = create_both(http, program, title="one", description="d")
    answer = http.get(f"/tasks/{ours}")
    status, body = program.get_task(theirs)
    assert answer.status_code == status == 200
    assert told(answer.json()) == told(body)
    assert answer.json()["id"] == ours


@pytest.mark.parametrize("unknown", [UNKNOWN, "1", "no-uuid", "%20", "a%2Fb"])
def test_an_unknown_task_is_not_found(http: httpx.Client, program: Program, unknown: str) -> None:
    for answer, (status, body) in (
        (http.get(f"/tasks/{unknown}"), program.get_task(unknown)),
        (http.put(f"/tasks/{unknown}", json={}), program.update_task(unknown, {})),
        (http.put(f"/tasks/{unknown}"), program.update_task(unknown, None)),
        (http.delete(f"/tasks/{unknown}"), program.delete_task(unknown)),
    ):
        assert answer.status_code == status == 404
        assert answer.json()["error"] == body["error"] == "Task not found"


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"title": "new"},
        {"description": "new"},
        {"status": "done"},
        {"title": "t", "description": "", "status": "in progress"},
        {"id": "ignored", "created_at": "ignored", "title": "t"},
    ],
)
def test_a_change_sets_what_it_gives(
    http: httpx.Client, program: Program, change: dict[str, str]
) -> None:
    ours, theirs = create_both(http, program, title="old", description="old")
    answer = http.put(f"/tasks/{ours}", json=change)
    status, body = program.update_task(theirs, change)
    assert answer.status_code == status == 200
    assert told(answer.json()) == told(body)
    assert told(http.get(f"/tasks/{ours}").json()) == told(body)


def test_what_was_got_can_be_changed_and_put_back(http: httpx.Client, program: Program) -> None:
    ours, _ = create_both(http, program, title="old")
    task = http.get(f"/tasks/{ours}").json()
    answer = http.put(f"/tasks/{ours}", json={**task, "status": "done"})
    assert answer.status_code == 200
    assert answer.json()["status"] == "done"
    assert answer.json()["created_at"] == task["created_at"]


def test_a_deleted_task_is_gone(http: httpx.Client, program: Program) -> None:
    ours, theirs = create_both(http, program, title="x")
    answer = http.delete(f"/tasks/{ours}")
    assert answer.status_code == program.delete_task(theirs)[0] == 204
    assert answer.content == b""
    assert http.get(f"/tasks/{ours}").status_code == program.get_task(theirs)[0] == 404
    assert http.delete(f"/tasks/{ours}").status_code == program.delete_task(theirs)[0] == 404


@pytest.mark.parametrize("status", [None, "", "pending", "done", "nobody's"])
def test_the_list_has_what_the_filter_says_in_order_of_creation(
    http: httpx.Client, program: Program, status: str | None
) -> None:
    for title in "abcd":
        ours, theirs = create_both(http, program, title=title)
        if title in "bd":
            http.put(f"/tasks/{ours}", json={"status": "done"})
            program.update_task(theirs, {"status": "done"})
    answer = http.get("/tasks", params={} if status is None else {"status": status})
    expected_status, expected = program.list_tasks(status)
    assert answer.status_code == expected_status == 200
    assert answer.json()["count"] == expected["count"]
    assert [told(task) for task in answer.json()["tasks"]] == [told(t) for t in expected["tasks"]]


def test_the_tutorials_own_test_passes(http: httpx.Client) -> None:
    response = http.post("/tasks", json={"title": "Test"})
    assert response.status_code == 201
    assert response.json()["title"] == "Test"


async def process_data(url: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The tutorial's hybrid call; only the address is an argument."""
    async with httpx.AsyncClient() as client:
        response = await client.post(
            url,
            json=payload,
            timeout=5.0,
        )
        response.raise_for_status()
        return response.json()


@pytest.mark.anyio
async def test_the_tutorials_hybrid_call_works(service_url: str) -> None:
    payload = {"documents": [{"n": 1}, {"n": 2}, {"n": 3}], "pipeline": [{"$limit": 2}]}
    answer = await process_data(f"{service_url}/transform", payload)
    assert answer["documents"] == json.loads('[{"n": 1}, {"n": 2}]')


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
