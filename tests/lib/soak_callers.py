"""Callers of many kinds for tests/bench/http/soak.py: each does one thing again and again."""

import gzip
import http.client
import json
import socket
import time
from typing import Any

from receiver import Receiver
from service import Service
from until import PATIENCE
from wire import Wire

JSON = "application/json"
N_KEYS = 2000  # of each caller; then it uses them again
PIPELINE = [
    {"$match": {"n": {"$gte": 1}}},
    {"$group": {"_id": "$k", "sum": {"$sum": "$n"}, "all": {"$push": "$pad"}}},
    {"$sort": {"sum": -1, "_id": 1}},
    {"$project": {"sum": 1, "size": {"$size": "$all"}}},
]
LONG = {"$reduce": {"input": {"$range": [0, 3000]}, "initialValue": 0, "in": 1}}
ENDLESS = [
    {"$set": {"b": {"$reduce": {"input": {"$range": [0, 3000]}, "initialValue": 0, "in": LONG}}}}
] * 20


def documents(count: int) -> list[dict[str, Any]]:
    return [{"k": n % 7, "n": n, "pad": "x" * 40} for n in range(count)]


SIZES = (2, 10, 500, 20_000)
BODIES = [{"documents": documents(size), "pipeline": PIPELINE} for size in SIZES]
FAILING = {"documents": [{}], "pipeline": [{"$set": {"x": {"$add": [1, "$$ROOT"]}}}]}


class Caller:
    """One connection, which comes back when the service has ended it."""

    def __init__(self, service: Service, receiver: Receiver, number: int) -> None:
        self.service = service
        self.receiver = receiver
        self.number = number
        self.connection = http.client.HTTPConnection(*service.address, timeout=PATIENCE)

    def close(self) -> None:
        self.connection.close()

    def attempt(self, method: str, path: str, body: Any, **more: str) -> tuple[int, Any]:
        """A request: the status of its answer, and what is in it."""
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        if body is not None and not isinstance(body, bytes):
            body, headers = json.dumps(body).encode(), {"Content-Type": JSON, **headers}
        if self.connection.sock is not None and is_ended(self.connection.sock):
            self.connection.close()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.getheader("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        is_json = bool(content) and "json" in answer.getheader("Content-Type", "").split(";")[0]
        is_json = is_json and "ndjson" not in answer.getheader("Content-Type", "")
        return answer.status, json.loads(content) if is_json else content

    def ask(self, method: str, path: str, body: Any = None, want: int = 200, **more: str) -> Any:
        """A request, which must be answered so; what is in its answer."""
        status, content = self.attempt(method, path, body, **more)
        assert status == want, f"{method} {path}: {status} {str(content)[:200]}"
        return content


def is_ended(sock: socket.socket) -> bool:
    """An idle connection has nothing to be read unless the service has ended it."""
    sock.setblocking(False)
    try:
        return sock.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
    finally:
        sock.settimeout(PATIENCE)


def transforms(caller: Caller, turn: int) -> None:
    size = SIZES[3 if turn % 16 == 3 else turn % 3]
    text = json.dumps({"documents": documents(size), "pipeline": PIPELINE}).encode()
    if turn % 3 == 1:
        packed = gzip.compress(text, 1)
        found = caller.ask("POST", "/transform", packed, Content_Type=JSON, Content_Encoding="gzip")
    else:
        found = caller.ask("POST", "/transform", text, Content_Type=JSON)
    assert len(found["documents"]) == min(7, size - 1), found
    lines = "\n".join(json.dumps(line) for line in [{"pipeline": PIPELINE}, *documents(turn % 90)])
    caller.ask("POST", "/transform", lines.encode(), Content_Type="application/x-ndjson")
    # All out, and packed for the way.
    given = documents(500)
    all_out = {"documents": given, "pipeline": []}
    found = caller.ask("POST", "/transform", all_out, Accept_Encoding="gzip")
    assert found["documents"] == given
    # No two pipelines are alike: the compiled ones must stay within --plan-cache.
    caller.ask("POST", "/transform", {"documents": [{}], "pipeline": [{"$set": {"n": turn}}]})


def jobs(caller: Caller, turn: int) -> None:
    # Delivered; failed once and then delivered; gone; refused, since it leads into a network.
    url = caller.receiver.url([200, 500, 410][turn % 3])
    if turn % 8 == 7:
        url = "http://10.0.0.1:9/"
    is_failing = turn % 5 == 4
    transform = FAILING if is_failing else BODIES[turn % 3]
    body = {"title": "job", "transform": transform, "webhook": {"url": url}}
    path = f"/tasks/{caller.ask('POST', '/tasks', body, 201)['id']}"
    task = caller.ask("GET", path, Prefer="wait=20")
    assert task["status"] == ("failed" if is_failing else "succeeded"), task
    if is_failing:
        caller.ask("POST", f"{path}/retry")
        return
    caller.ask("GET", f"{path}/result", Accept="application/x-ndjson" if turn % 2 else "*/*")
    caller.ask("GET", f"{path}?include=transform")
    caller.ask("GET", f"{path}/deliveries")


def cancelled(caller: Caller, turn: int) -> None:
    body = {"title": "long", "transform": {"documents": documents(1000), "pipeline": ENDLESS}}
    path = f"/tasks/{caller.ask('POST', '/tasks', body, 201)['id']}"
    if turn % 2:
        caller.ask("GET", path, Prefer="wait=1")
    caller.ask("POST", f"{path}/cancel", want=202)
    assert caller.ask("GET", path, Prefer="wait=20")["status"] == "cancelled"
    if turn % 3:
        caller.ask("DELETE", f"{path}?cancel=true", want=204)


def asynchronous(caller: Caller, turn: int) -> None:
    body = BODIES[turn % 3]
    caller.ask("POST", "/transform", body, Prefer="respond-async, wait=20")
    caller.ask("POST", "/transform", body, 202, Prefer="respond-async")


def plain(caller: Caller, turn: int) -> None:
    number = turn % N_KEYS
    body = {"title": f"task {number}", "description": "d" * 500, "priority": 1 + number % 5}
    key = f"soak-{caller.number}-{number}"
    task = caller.ask("POST", "/tasks", body, 201, Idempotency_Key=key)
    assert caller.ask("POST", "/tasks", body, 201, Idempotency_Key=key) == task
    path = f"/tasks/{task['id']}"
    if turn >= N_KEYS:  # made and deleted long ago: its key alone is left
        caller.ask("GET", path, want=404)
        return
    caller.ask("PATCH", path, {"status": "done", "description": None})
    caller.ask("PUT", path, {"title": "other"}, 412, If_Match='"1"')
    caller.ask("DELETE", path, want=204)


def lists(caller: Caller, turn: int) -> None:
    sort = ["created_at", "-created_at", "priority", "-priority"][turn % 4]
    query = f"/tasks?limit=5&sort={sort}"
    page = caller.ask("GET", query)
    for _ in range(20):
        if "next_cursor" not in page:
            break
        page = caller.ask("GET", f"{query}&cursor={page['next_cursor']}")
    caller.ask("GET", "/tasks?kind=job&status=succeeded&limit=20")
    caller.ask("GET", "/capabilities", Accept_Encoding="gzip")


def leaving(caller: Caller, turn: int) -> None:
    body = json.dumps({"documents": documents(1500), "pipeline": ENDLESS}).encode()
    head = f"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n"
    with Wire(caller.service.address) as wire:
        wire.send(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        wire.send(body[: len(body) // 2] if turn % 2 else body)
        time.sleep(0.05)  # how much patience this caller has


def refused(caller: Caller, turn: int) -> None:
    broken = b'{"documents": [{"a": 01}], "pipeline": []}'
    caller.ask("POST", "/transform", broken, 400, Content_Type=JSON)
    caller.ask("POST", "/transform", {"documents": [], "pipeline": [{"$mach": {}}]}, 400)
    caller.ask("POST", "/transform", FAILING, 422)
    caller.ask("POST", "/tasks", {"title": ""}, 400)
    caller.ask("GET", f"/nowhere/{turn}", want=404)
    caller.ask("DELETE", "/transform", want=405)


KINDS = (transforms, jobs, cancelled, asynchronous, plain, lists, leaving, refused)
