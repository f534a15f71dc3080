"""What holds for every route: names, limits, problem documents, documentation."""

import re

import httpx
import pytest

pytestmark = pytest.mark.anyio

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ANSWER = b'{"documents": [{"n":   1.50}], "stats": {}}'


class Service:
    """Plays the service; keeps the last request."""

    def __init__(self, answer):
        self.answer = answer
        self.request = None

    def __call__(self, request):
        self.request = request
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def ok():
    return Service(httpx.Response(200, content=ANSWER))


PAYLOAD = {"documents": [{"a": 1}], "pipeline": [{"$match": {"a": 1}}]}


async def test_process_passes_the_bytes_of_the_answer_on(front):
    service = ok()
    async with front(service) as web:
        response = await web.post("/process", json=PAYLOAD)
    assert response.status_code == 200
    assert response.content == ANSWER
    assert response.headers["Content-Type"] == "application/json"
    assert service.request.url.path == "/transform"


async def test_a_batch_has_a_limit(front):
    service = ok()
    async with front(service, max_documents=2) as web:
        assert (await web.post("/process", json={"documents": [{}] * 2, "pipeline": []})).is_success
        service.request = None
        response = await web.post("/process", json={"documents": [{}] * 3, "pipeline": []})
    assert (response.status_code, response.json()["code"]) == (413, "too_many_documents")
    assert service.request is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"pipeline": []}, "/documents"),
        ({"documents": []}, "/pipeline"),
        ({"documents": {}, "pipeline": []}, "/documents"),
        ({"documents": [], "pipeline": [1]}, "/pipeline/0"),
        ({"documents": [], "pipeline": [], "collections": {"a/b": 1}}, "/collections/a~1b"),
        ({"documents": [], "pipeline": [], "lett": {}}, "/lett"),
    ],
)
async def test_a_wrong_payload_is_named_with_its_place(front, body, pointer):
    async with front(ok()) as web:
        response = await web.post("/process", json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == pointer
    assert response.headers["Content-Type"] == "application/problem+json"


async def test_malformed_json_has_a_place(front):
    async with front(ok()) as web:
        response = await web.post(
            "/process", content=b'{"documents": [}', headers={"Content-Type": "application/json"}
        )
    problem = response.json()
    assert (response.status_code, problem["code"]) == (400, "json_malformed")
    assert problem["offset"] == 15


async def test_what_the_service_refuses_reaches_the_caller(front):
    refusal = {
        "code": "pipeline_invalid",
        "status": 400,
        "detail": "Unrecognized pipeline stage name: '$mtach'",
        "stage": 0,
        "pointer": "/pipeline/0/$mtach",
        "mongo": {"code": 40324, "codeName": "Location40324"},
    }
    async with front(Service(httpx.Response(400, json=refusal))) as web:
        response = await web.post("/process", json=PAYLOAD)
    assert response.status_code == 400
    assert refusal.items() <= response.json().items()


async def test_a_busy_service_makes_callers_wait(front):
    busy = httpx.Response(503, json={"code": "overloaded"}, headers={"Retry-After": "7"})
    async with front(Service(busy)) as web:
        response = await web.post("/process", json=PAYLOAD)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "7")


@pytest.mark.parametrize(
    ("service", "status", "code"),
    [
        (httpx.ConnectError("refused"), 503, "service_unreachable"),
        (httpx.ReadTimeout("late"), 504, "service_timeout"),
        (httpx.Response(401, json={"code": "credentials_invalid"}), 502, "service_refused"),
        (httpx.Response(502, text="<h1>Bad Gateway</h1>"), 502, "service_refused"),
        (httpx.Response(200, text="<h1>Hello</h1>"), 502, "service_protocol"),
    ],
)
async def test_trouble_behind_is_told_without_its_details(front, service, status, code):
    async with front(Service(service)) as web:
        response = await web.get("/tasks")
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code)
    assert "mill.test" not in response.text
    assert problem["request_id"] == response.headers["X-Request-Id"]


async def test_a_fault_of_its_own_shows_nothing_but_in_the_log(front, caplog):
    async with front(Service(RuntimeError("secret"))) as web:
        response = await web.get("/tasks", headers={"X-Request-Id": "r1"})
    assert response.status_code == 500
    assert (response.json()["code"], response.json()["request_id"]) == ("internal", "r1")
    assert response.headers["X-Request-Id"] == "r1"
    assert "secret" not in response.text
    assert "r1: a fault" in caplog.text
    assert "RuntimeError: secret" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("PATCH", "/tasks", 405, "method_not_allowed"),
        ("GET", "/tasks?limit=0", 422, "validation_failed"),
    ],
)
async def test_the_framework_answers_with_problems_too(front, method, path, status, code):
    async with front(ok()) as web:
        response = await web.request(method, path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert ("Allow" in response.headers) == (status == 405)


async def test_one_name_goes_through_both_sides(front):
    service = ok()
    headers = {"X-Request-Id": "r-1", "traceparent": TRACE, "tracestate": "a=b"}
    async with front(service) as web:
        response = await web.post("/process", json=PAYLOAD, headers=headers)
    assert response.headers["X-Request-Id"] == "r-1"
    for name, value in headers.items():
        assert service.request.headers[name] == value


async def test_a_trace_that_no_header_can_carry_stays_here(front):
    service = ok()
    async with front(service) as web:
        headers = {"tracestate": "ä".encode("latin-1")}
        assert (await web.post("/process", json=PAYLOAD, headers=headers)).status_code == 200
    assert "tracestate" not in service.request.headers


@pytest.mark.parametrize("path", ["/process", "/tasks"])
async def test_a_body_of_another_type_is_refused(front, path):
    async with front(ok()) as web:
        response = await web.post(path, data={"title": "Test"})
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("asked", ["", "a b", "x" * 65, "<script>"])
async def test_a_name_that_is_not_decent_is_replaced(front, asked):
    service = ok()
    async with front(service) as web:
        response = await web.post("/process", json=PAYLOAD, headers={"X-Request-Id": asked})
    given = response.headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{32}", given)
    assert service.request.headers["X-Request-Id"] == given


async def test_a_body_that_says_it_is_too_large_is_not_read(front):
    async with front(ok(), max_body=100) as web:
        response = await web.post("/process", content=b"x" * 101)
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


async def test_a_body_that_does_not_say_is_counted(front):
    async def chunks():
        for _ in range(11):
            yield b" " * 10

    async with front(ok(), max_body=100) as web:
        headers = {"Content-Type": "application/json"}
        response = await web.post("/process", content=chunks(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


async def test_lives_without_the_service_but_is_not_ready(front):
    async with front(Service(httpx.ConnectError("refused"))) as web:
        assert (await web.get("/livez")).status_code == 200
        response = await web.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, "service_unreachable")


async def test_is_ready_with_the_service(front):
    service = Service(httpx.Response(200, json={"status": "ok"}))
    async with front(service) as web:
        assert (await web.get("/readyz")).status_code == 200
    assert service.request.url.path == "/readyz"


async def test_the_documentation_needs_nothing_from_elsewhere(front):
    async with front(ok()) as web:
        assert (await web.get("/")).headers["Location"] == "/docs"
        page = await web.get("/docs")
        assert page.status_code == 200
        for link in re.findall(r'(?:src|href)="([^"]+)"', page.text):
            assert link.startswith("/"), link
            assert (await web.get(link)).status_code == 200
        assert not re.search(r"https?://(?!www\.w3\.org)", page.text)


async def test_the_openapi_document_tells_the_limits(front):
    async with front(ok()) as web:
        document = (await web.get("/openapi.json")).json()
    assert set(document["paths"]) == {
        "/tasks", "/tasks/{task_id}", "/process", "/livez", "/readyz",
    }  # fmt: skip
    title = document["components"]["schemas"]["TaskCreate"]["properties"]["title"]
    assert (title["minLength"], title["maxLength"]) == (1, 200)
    assert document["components"]["schemas"]["TaskUpdate"].get("required") is None
