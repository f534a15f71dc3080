"""The tutorial's task routes, through the front end to the service."""

import json

import httpx
import pytest

pytestmark = pytest.mark.anyio

ID = "018f6f0e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
TASK = {
    "id": ID,
    "title": "Test",
    "description": "",
    "status": "pending",
    "priority": 1,
    "created_at": "2026-01-02T03:04:05.678Z",
    "updated_at": "2026-01-02T03:04:05.678Z",
    "version": 1,
}


class Service:
    """Plays the service: one answer, whatever is asked; keeps what was."""

    def __init__(self, status=200, answer=TASK):
        self.status = status
        self.answer = answer
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        return httpx.Response(self.status, json=self.answer)

    @property
    def lines(self):
        return [f"{r.method} {r.url.raw_path.decode()}" for r in self.requests]

    @property
    def body(self):
        return json.loads(self.requests[-1].content)


async def test_create_passes_the_fields_on(front):
    service = Service(201)
    async with front(service) as web:
        response = await web.post("/tasks", json={"title": "Test", "priority": 2})
    assert response.status_code == 201
    assert response.json() == TASK
    assert response.headers["Location"] == f"/tasks/{ID}"
    assert service.body == {"title": "Test", "description": "", "priority": 2}


async def test_list_get_update_delete(front):
    service = Service(answer={"tasks": [TASK], "count": 1, "next_cursor": "c2"})
    async with front(service) as web:
        listed = await web.get("/tasks?status=done&limit=1&cursor=c1")
        assert listed.json() == {"tasks": [TASK], "count": 1, "next_cursor": "c2"}
        service.answer = TASK
        assert (await web.get(f"/tasks/{ID}")).json() == TASK
        changed = await web.put(f"/tasks/{ID}", json={"status": "done"})
        assert changed.status_code == 200
        assert service.body == {"status": "done"}
        deleted = await web.delete(f"/tasks/{ID}")
        assert (deleted.status_code, deleted.content) == (204, b"")
    assert service.lines == [
        "GET /tasks?status=done&limit=1&cursor=c1",
        f"GET /tasks/{ID}",
        f"PUT /tasks/{ID}",
        f"DELETE /tasks/{ID}",
    ]


JOB = {
    **TASK,
    "status": "succeeded",
    "attempts": 1,
    "started_at": "2026-01-02T03:04:06.000Z",
    "finished_at": "2026-01-02T03:04:07.001Z",
    "result": {"documents": 2, "bytes": 97, "expires_at": "2026-01-03T03:04:07.001Z"},
    "webhook": {"url": "https://example.com/hook"},
}
RUNNING = {
    **TASK,
    "status": "running",
    "attempts": 2,
    "started_at": "2026-01-02T03:04:06.000Z",
    "progress": {"documents_done": 3, "documents_total": 7, "stage": "$match"},
}
FAILED = {**JOB, "status": "failed", "error": {"code": "time_limit", "status": 422, "limit": None}}
del FAILED["result"]


@pytest.mark.parametrize("job", [JOB, RUNNING, FAILED], ids=lambda job: job["status"])
async def test_a_job_is_as_the_service_has_it(front, job):
    service = Service(answer=job)
    async with front(service) as web:
        answer = (await web.get(f"/tasks/{ID}")).json()
        service.answer = {"tasks": [job], "count": 1}
        listed = (await web.get("/tasks?kind=job&sort=-priority")).json()
        service.answer = job
        put = await web.put(f"/tasks/{ID}", json={**job, "title": "Other"})
        await web.delete(f"/tasks/{ID}?cancel=true")
        refused = await web.get("/tasks?kind=jobs")
    assert answer == job
    assert listed == {"tasks": [job], "count": 1}
    assert put.status_code == 200
    assert refused.status_code == 422
    assert service.lines == [
        f"GET /tasks/{ID}",
        "GET /tasks?status=&kind=job&sort=-priority&limit=1000",
        f"PUT /tasks/{ID}",
        f"DELETE /tasks/{ID}?cancel=true",
    ]


async def test_the_last_page_has_no_cursor(front):
    async with front(Service(answer={"tasks": [], "count": 0})) as web:
        assert (await web.get("/tasks")).json() == {"tasks": [], "count": 0}


async def test_a_task_can_be_got_changed_and_put_back(front):
    service = Service()
    async with front(service) as web:
        response = await web.put(f"/tasks/{ID}", json={**TASK, "title": "Other"})
    assert response.status_code == 200
    assert service.body == {
        "title": "Other",
        "description": "",
        "status": "pending",
        "priority": 1,
    }


@pytest.mark.parametrize(
    "request_body",
    [
        {},
        {"content": b"{}"},
        {"json": {"description": "x"}},
        {"json": {"title": ""}},
        {"json": {"title": None}},
        {"json": {"title": 7}},
        {"json": None, "content": b"null"},
    ],
)
async def test_no_title_gets_the_answer_of_the_tutorial(front, request_body):
    service = Service()
    headers = {"Content-Type": "application/json"}
    async with front(service) as web:
        response = await web.post("/tasks", headers=headers, **request_body)
    assert response.status_code == 400
    assert response.json()["error"] == "Title is required"
    assert response.headers["Content-Type"] == "application/problem+json"
    assert service.requests == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": "x" * 201}, "/title"),
        ({"title": "x", "description": "x" * 2001}, "/description"),
        ({"title": "x", "priority": 0}, "/priority"),
        ({"title": "x", "priority": 6}, "/priority"),
        ({"title": "x", "priority": "2"}, "/priority"),
        ({"title": "x", "priority": True}, "/priority"),
        ({"title": "x", "priority": None}, "/priority"),
        ({"title": "x", "piority": 2}, "/piority"),
    ],
)
async def test_a_field_out_of_bounds_is_named(front, body, pointer):
    service = Service()
    async with front(service) as web:
        response = await web.post("/tasks", json=body)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "validation_failed")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert service.requests == []


async def test_lengths_are_counted_in_characters(front):
    service = Service(201)
    async with front(service) as web:
        response = await web.post("/tasks", json={"title": "😀" * 200})
    assert response.status_code == 201


@pytest.mark.parametrize("field", ["title", "description", "status", "priority"])
async def test_null_is_no_way_to_leave_a_field(front, field):
    service = Service()
    async with front(service) as web:
        response = await web.put(f"/tasks/{ID}", json={field: None})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == f"/{field}"


async def test_an_unknown_task_is_the_services_answer(front):
    problem = {
        "type": "urn:docmill:error:not_found",
        "title": "There is no such thing",
        "status": 404,
        "detail": "There is no task 7.",
        "code": "not_found",
        "error": "Task not found",
        "request_id": "other",
    }
    async with front(Service(404, problem)) as web:
        response = await web.get("/tasks/7", headers={"X-Request-Id": "r1"})
    assert response.status_code == 404
    assert response.json() == {**problem, "request_id": "r1"}


async def test_an_urgent_task_says_why(front):
    service = Service(201)
    async with front(service) as web:
        refused = await web.post("/tasks", json={"title": "x", "priority": 5})
        assert (refused.status_code, refused.json()["code"]) == (422, "reason_missing")
        assert refused.json()["errors"][0]["pointer"] == "/description"
        assert service.requests == []
        taken = await web.post(
            "/tasks", json={"title": "x", "priority": 5, "description": "the shop is down"}
        )
        assert taken.status_code == 201


@pytest.mark.parametrize(
    ("current", "change", "status", "fetches"),
    [
        ({"priority": 1, "description": ""}, {"priority": 5}, 422, 1),
        ({"priority": 1, "description": "why"}, {"priority": 5}, 200, 1),
        ({"priority": 5, "description": "why"}, {"description": " "}, 422, 1),
        ({"priority": 1, "description": "why"}, {"description": ""}, 200, 1),
        ({"priority": 1, "description": ""}, {"priority": 5, "description": "why"}, 200, 0),
        ({"priority": 5, "description": "why"}, {"priority": 4, "description": ""}, 200, 0),
        ({"priority": 5, "description": "why"}, {"status": "done"}, 200, 0),
    ],
)
async def test_a_change_keeps_the_rule(front, current, change, status, fetches):
    service = Service(answer={**TASK, **current})
    async with front(service) as web:
        response = await web.put(f"/tasks/{ID}", json=change)
    assert response.status_code == status
    puts = 1 if status == 200 else 0
    assert service.lines == [f"GET /tasks/{ID}"] * fetches + [f"PUT /tasks/{ID}"] * puts
