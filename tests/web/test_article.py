"""The programs of the article, unchanged: the hybrid call, and clients of the Flask program."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import httpx
import pytest

# As printed, up to the indentation that print took away.
PROCESS_DATA = '''
import httpx

async def process_data(payload: dict) -> dict:
    """Send compute-heavy work to a Rust microservice."""
    async with httpx.AsyncClient() as client:
        # Rust service handles the CPU-intensive transformation
        response = await client.post(
            "http://localhost:8001/transform",
            json=payload,
            timeout=5.0,
        )
        response.raise_for_status()
        return response.json()
'''

PAYLOAD = {
    "documents": [{"carrier": "UA", "delay": 11}, {"carrier": "AA", "delay": 4}],
    "pipeline": [{"$sort": {"delay": 1}}, {"$limit": 1}],
}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def process_data(service_url, monkeypatch):
    """The article's function; port 8001 of this machine is the service of the tests."""
    there = httpx.URL(service_url)
    send = httpx.AsyncHTTPTransport.handle_async_request

    async def redirect(self, request):
        if (request.url.host, request.url.port) == ("localhost", 8001):
            request.url = request.url.copy_with(host=there.host, port=there.port)
        return await send(self, request)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", redirect)
    names = {}
    exec(PROCESS_DATA, names)
    return names["process_data"]


@pytest.mark.anyio
async def test_the_hybrid_call(process_data):
    answer = await process_data(PAYLOAD)
    assert answer["documents"] == [{"carrier": "AA", "delay": 4}]
    assert answer["stats"]["documents_in"] == 2


@pytest.mark.anyio
async def test_the_hybrid_call_sees_what_is_refused(process_data):
    with pytest.raises(httpx.HTTPStatusError) as caught:
        await process_data({**PAYLOAD, "pipeline": [{"$srot": {}}]})
    assert caught.value.response.json()["mongo"]["code"] == 40324


@pytest.fixture(scope="module")
def front_url(service_url) -> Iterator[str]:
    """The front end as a program of its own, before the service."""
    process = subprocess.Popen(
        [sys.executable, "-m", "docmill_web"],
        env={"DOCMILL_URL": service_url, "DOCMILL_WEB_LISTEN": "127.0.0.1:0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        said = process.stderr.readline()
        drain = threading.Thread(target=process.stderr.read)
        drain.start()
        assert "listening on " in said, said
        yield said.split("listening on ")[1].strip()
        process.terminate()
        drain.join()
        assert process.wait(30) == 0


@pytest.fixture(params=["service", "front end"])
def client(request, service_url, front_url) -> Iterator[httpx.Client]:
    """A client that knows the Flask program, and is pointed at something else."""
    url = service_url if request.param == "service" else front_url
    with httpx.Client(base_url=url) as client:
        yield client


def test_a_client_of_the_flask_program(client):
    created = client.post("/tasks", json={"title": "Test"})
    assert created.status_code == 201
    task = created.json()
    assert task["title"] == "Test"
    assert (task["description"], task["status"]) == ("", "pending")

    listed = client.get("/tasks")
    assert listed.status_code == 200
    assert task in listed.json()["tasks"]
    assert listed.json()["count"] == len(listed.json()["tasks"])

    status = f"status of {task['id']}"
    changed = client.put(f"/tasks/{task['id']}", json={"status": status, "title": "Other"})
    assert changed.status_code == 200
    assert (changed.json()["title"], changed.json()["status"]) == ("Other", status)
    assert changed.json()["created_at"] == task["created_at"]

    got = client.get(f"/tasks/{task['id']}")
    assert (got.status_code, got.json()) == (200, changed.json())
    filtered = client.get("/tasks", params={"status": status})
    assert filtered.json() == {"tasks": [got.json()], "count": 1}

    deleted = client.delete(f"/tasks/{task['id']}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(f"/tasks/{task['id']}").status_code == 404


@pytest.mark.parametrize("body", [{"json": {}}, {"json": {"description": "x"}}, {"json": None}, {}])
def test_no_title(client, body):
    refused = client.post("/tasks", **body)
    assert refused.status_code == 400
    assert refused.json()["error"] == "Title is required"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_such_task(client, method):
    refused = client.request(
        method, f"/tasks/{UNKNOWN}", json={"title": "x"} if method == "PUT" else None
    )
    assert refused.status_code == 404
    assert refused.json()["error"] == "Task not found"


def test_a_request_keeps_its_name_on_both_sides(front_url):
    headers = {"X-Request-Id": "through-and-through"}
    refused = httpx.get(f"{front_url}/tasks/{UNKNOWN}", headers=headers)
    assert refused.json()["request_id"] == headers["X-Request-Id"]
    assert refused.headers["X-Request-Id"] == headers["X-Request-Id"]


def test_processing_through_the_front_end(front_url):
    answer = httpx.post(f"{front_url}/process", json=PAYLOAD)
    assert answer.status_code == 200
    assert answer.json()["documents"] == [{"carrier": "AA", "delay": 4}]
    refused = httpx.post(f"{front_url}/process", json={**PAYLOAD, "pipeline": [{"$srot": {}}]})
    assert refused.status_code == 400
    assert refused.json()["pointer"].startswith("/pipeline/0")
    assert httpx.get(f"{front_url}/readyz").status_code == 200
