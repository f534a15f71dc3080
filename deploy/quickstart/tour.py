"""Send real data through the service and its front end, and show what comes back.

usage: tour.py FOLDER BINARY

FOLDER holds what flights.py made; BINARY is the built docmill. Service and front end listen on
their usual ports.
"""

import asyncio
import json
import pathlib
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import httpx

WEB = "http://localhost:8000"

DELAYS: list[dict[str, Any]] = [
    {"$match": {"arr_delay": {"$exists": True}}},
    {
        "$group": {
            "_id": "$carrier",
            "flights": {"$sum": 1},
            "late": {"$sum": {"$cond": [{"$gt": ["$arr_delay", 15]}, 1, 0]}},
            "mean": {"$avg": "$arr_delay"},
            "worst": {"$max": "$arr_delay"},
        }
    },
    {"$match": {"flights": {"$gte": 100}}},
    {
        "$lookup": {
            "from": "airlines",
            "localField": "_id",
            "foreignField": "carrier",
            "as": "airline",
        }
    },
    {
        "$project": {
            "_id": 0,
            "airline": {"$first": "$airline.name"},
            "flights": 1,
            "late %": {"$round": [{"$multiply": [100, {"$divide": ["$late", "$flights"]}]}, 1]},
            "mean delay": {"$round": ["$mean", 1]},
            "worst": 1,
        }
    },
    {"$sort": {"mean delay": -1}},
]

COLUMNS = ("airline", "flights", "late %", "mean delay", "worst")


async def process_data(payload: dict[str, Any]) -> dict[str, Any]:
    """Send compute-heavy work to the native service."""
    async with httpx.AsyncClient() as client:
        response = await client.post(
            "http://localhost:8001/transform",
            json=payload,
            timeout=5.0,
        )
        response.raise_for_status()
        return response.json()


def heading(text: str) -> None:
    """Begin a part of the tour."""
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}")


def table(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    """Print documents as a table, numbers to the right."""
    cells = [[str(row.get(column, "")) for column in columns] for row in rows]
    widths = [max(len(line[i]) for line in [list(columns), *cells]) for i in range(len(columns))]
    numeric = [isinstance(rows[0].get(column), int | float) for column in columns] if rows else []
    for line in [list(columns), *cells]:
        print(
            "  "
            + "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(line, widths, numeric, strict=True)
            ).rstrip()
        )


def lines(path: pathlib.Path) -> list[dict[str, Any]]:
    """Read NDJSON."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def january(folder: pathlib.Path) -> dict[str, Any]:
    """Make the payload: the flights of one month, the airlines, the pipeline."""
    with (folder / "flights.ndjson").open(encoding="utf-8") as file:
        flights = [json.loads(line) for line in file if '"month":1,' in line]
    return {
        "documents": flights,
        "collections": {"airlines": lines(folder / "airlines.ndjson")},
        "pipeline": DELAYS,
    }


def show_front_end(payload: dict[str, Any]) -> None:
    """Send the payload through the FastAPI front end."""
    heading(f"January's {len(payload['documents']):,} flights through the front end, POST /process")
    start = time.perf_counter()
    response = httpx.post(f"{WEB}/process", json=payload, timeout=30.0)
    elapsed = time.perf_counter() - start
    response.raise_for_status()
    table(response.json()["documents"], COLUMNS)
    print(f"  {elapsed * 1000:,.0f} ms, JSON encoding and both hops included")


def show_article(payload: dict[str, Any]) -> None:
    """Send the payload straight to the service, as any Python service would."""
    heading("The same from Python straight to the service, with httpx alone")
    start = time.perf_counter()
    answer = asyncio.run(process_data(payload))
    elapsed = time.perf_counter() - start
    stats = answer["stats"]
    print(f"  {stats['documents_in']:,} documents in, {stats['documents_out']} out")
    print(
        f"  {elapsed * 1000:,.0f} ms for the caller, of which the engine took "
        f"{stats['duration_us'] / 1000:,.1f} ms"
    )


def show_run(folder: pathlib.Path, binary: str) -> None:
    """Run the whole year without the service."""
    flights = folder / "flights.ndjson"
    size = flights.stat().st_size
    heading(f"All {size / 1e6:,.0f} MB of the year with docmill run")
    command = [binary, "run", "--pipeline", json.dumps(DELAYS), "--format", "json"]
    command += ["--collection", f"airlines={folder / 'airlines.ndjson'}", str(flights)]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=True)
    elapsed = time.perf_counter() - start
    table(json.loads(done.stdout), COLUMNS)
    print(f"  {elapsed * 1000:,.0f} ms, {size / 1e6 / elapsed:,.0f} MB/s")


def show_tasks() -> None:
    """Make the five calls of the task API."""
    heading("The five calls of /tasks")
    with httpx.Client(base_url=WEB, timeout=5.0) as web:
        created = web.post("/tasks", json={"title": "Look into the delays", "priority": 2})
        path = f"/tasks/{created.json()['id']}"
        answers = [
            created,
            web.get(path),
            web.put(path, json={"status": "done"}),
            web.get("/tasks", params={"status": "done"}),
            web.delete(path),
        ]
    table(
        [{"call": call(answer), "answer": summary(answer)} for answer in answers],
        ("call", "answer"),
    )


def call(answer: httpx.Response) -> str:
    """Say what was asked."""
    request = answer.request
    return f"{request.method} {request.url.raw_path.decode()}"


def summary(answer: httpx.Response) -> str:
    """Say what came back, in a line."""
    answer.raise_for_status()
    body = answer.json() if answer.content else {}
    text = f"{answer.status_code}"
    if "title" in body:
        text += f" {body['title']!r}, {body['status']}, priority {body['priority']}"
    if "count" in body:
        text += f" count {body['count']}"
    return text


def main() -> None:
    """Take the tour."""
    folder, binary = pathlib.Path(sys.argv[1]), sys.argv[2]
    payload = january(folder)
    show_front_end(payload)
    show_article(payload)
    show_run(folder, binary)
    show_tasks()
    heading("Where to look next")
    print("  http://127.0.0.1:8000/docs     the front end's API (while it runs: --keep)")
    print("  http://127.0.0.1:8001/         the service")
    print("  docmill operators              what a pipeline may hold")
    print("  README.md, client/README.md    how to call it from Python\n")


if __name__ == "__main__":
    main()
