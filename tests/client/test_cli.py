"""docmillctl, as it is run."""

import json
import os
import pty
import subprocess
import sys

import pytest

ORDERS = '[{"sku": "a", "n": 2}, {"sku": "b", "n": 5, "at": {"$date": "2013-01-01T05:00:00Z"}}]'
PIPELINE = '[{"$sort": {"n": -1}}]'


def environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOCMILL")}
    return {**kept, "COLUMNS": "100", "TERM": "dumb"}


def run(*args, stdin=""):
    return subprocess.run(
        [sys.executable, "-m", "docmill.cli", *args],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
        check=False,
    )


@pytest.fixture
def ctl(service_url):
    return lambda *args, stdin="": run("--url", service_url, *args, stdin=stdin)


def test_in_a_pipe_a_document_is_a_line(ctl):
    done = ctl("transform", PIPELINE, stdin=ORDERS)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {"sku": "b", "n": 5, "at": {"$date": "2013-01-01T05:00:00.000Z"}}
    assert second == {"sku": "a", "n": 2}


def test_json_is_the_answer_as_it_came(ctl):
    answer = json.loads(ctl("--json", "transform", PIPELINE, stdin=ORDERS).stdout)
    assert answer["documents"] == json.loads(ORDERS)[::-1]
    assert answer["stats"]["documents_in"] == 2


def test_pipeline_documents_and_collections_from_files(ctl, tmp_path):
    (tmp_path / "pipeline.json").write_text('[{"$set": {"x": "$$x"}}, {"$limit": 1}]')
    (tmp_path / "orders.ndjson").write_text('{"a": 1}\n{"a": 2}\n')
    (tmp_path / "names.json").write_text("[]")
    done = ctl(
        "transform",
        str(tmp_path / "pipeline.json"),
        str(tmp_path / "orders.ndjson"),
        *("--let", "x=[1, 2]"),
        *("--collection", f"names={tmp_path / 'names.json'}"),
    )
    assert json.loads(done.stdout) == {"a": 1, "x": [1, 2]}, done.stderr


def test_on_a_terminal_there_is_a_table(service_url):
    try:
        terminal, side = pty.openpty()
    except OSError as error:
        pytest.skip(f"the system gives no terminal: {error}")
    process = subprocess.Popen(
        [sys.executable, "-m", "docmill.cli", "--url", service_url, "transform", PIPELINE],
        stdin=subprocess.PIPE,
        stdout=side,
        env=environment(),
    )
    os.close(side)
    process.communicate(b'[{"a": "[bold]x", "b": {"c": 1}}, {"a": 7}]', timeout=60)
    shown = b""
    try:
        while chunk := os.read(terminal, 65536):
            shown += chunk
    except OSError:
        pass  # how a terminal ends
    finally:
        os.close(terminal)
    text = shown.decode()
    assert process.returncode == 0
    assert "[bold]x" in text
    assert '{"c":1}' in text
    assert "2 of 2 documents" in text


def test_tasks(ctl):
    created = json.loads(
        ctl("--json", "tasks", "create", "From the\tshell", "--priority", "4").stdout
    )
    assert (created["title"], created["priority"]) == ("From the\tshell", 4)
    line = ctl("tasks", "get", created["id"]).stdout
    assert line == f"{created['id']}\tpending\t4\t{created['created_at']}\tFrom the shell\n"
    assert line in ctl("tasks", "ls").stdout
    assert created in json.loads(ctl("--json", "tasks", "ls", "--status", "pending").stdout)
    assert ctl("tasks", "ls", "--status", "no such").stdout == ""


def test_lists_are_filtered_and_sorted(ctl):
    for priority in ("2", "4"):
        ctl("tasks", "create", f"Sorted {priority}", "--priority", priority)
    made = json.loads(ctl("--json", "transform", "--async", "[]", stdin="[]").stdout)
    listed = json.loads(ctl("--json", "tasks", "ls", "--kind", "plain", "--sort=-priority").stdout)
    assert made["id"] not in [task["id"] for task in listed]
    priorities = [task["priority"] for task in listed]
    assert priorities == sorted(priorities, reverse=True)
    assert {2, 4} <= set(priorities)
    jobs = json.loads(ctl("--json", "tasks", "ls", "--kind", "job").stdout)
    assert made["id"] in [task["id"] for task in jobs]
    assert all("attempts" in task for task in jobs)


def test_a_transform_in_the_background(ctl):
    sooner = ctl("transform", "--async", "--wait", "20", PIPELINE, stdin=ORDERS)
    assert [json.loads(line)["sku"] for line in sooner.stdout.splitlines()] == ["b", "a"]
    job = json.loads(ctl("--json", "transform", "--async", PIPELINE, stdin=ORDERS).stdout)
    waited = json.loads(ctl("--json", "tasks", "wait", job["id"]).stdout)
    assert waited["status"] == "succeeded"
    kept = json.loads(ctl("--json", "tasks", "get", job["id"], "--include", "transform").stdout)
    assert kept["transform"] == {
        "documents": [
            {"sku": "a", "n": 2},
            {"sku": "b", "n": 5, "at": {"$date": "2013-01-01T05:00:00.000Z"}},
        ],
        "pipeline": json.loads(PIPELINE),
        "collections": {},
        "let": {},
        "options": {},
    }
    assert ctl("tasks", "retry", job["id"]).returncode == 65
    assert ctl("tasks", "rm", job["id"], "--cancel").returncode == 0
    assert ctl("tasks", "get", job["id"]).returncode == 65


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (("transform",), 64, "Missing argument"),
        (("nothing",), 64, "No such command"),
        (("transform", "[{]"), 64, "is not JSON"),
        (("transform", "[]", "--let", "x"), 64, "--let takes NAME=VALUE"),
        (("transform", "[]", "--wait", "3"), 64, "--async"),
        (("tasks", "ls", "--sort", "title"), 64, "-priority"),
        (("transform", "/nowhere.json"), 66, "/nowhere.json"),
        (("transform", "[]", "/nowhere.ndjson"), 66, "/nowhere.ndjson"),
        (("transform", '[{"$srot": {}}]'), 65, "$sort"),
        (("tasks", "get", "7"), 65, "Task not found"),
        (("tasks", "create", ""), 65, "title"),
    ],
)
def test_what_goes_wrong_is_one_line_and_a_status(ctl, args, status, said):
    done = ctl(*args)
    assert done.returncode == status, done.stderr
    assert said.lower() in done.stderr.lower()
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_json_is_for_errors_too(ctl):
    done = ctl("--json", "tasks", "get", "7")
    assert done.returncode == 65
    assert json.loads(done.stderr)["code"] == "not_found"


def test_nobody_there():
    done = run("--url", "http://127.0.0.1:9", "tasks", "ls")
    assert done.returncode == 69
    assert done.stderr.startswith("docmillctl: http://127.0.0.1:9 cannot be reached")


def test_a_reader_that_leaves_is_no_traceback(service_url):
    documents = "".join(f'{{"n": {n}}}\n' for n in range(100_000))
    with subprocess.Popen(
        [sys.executable, "-m", "docmill.cli", "--url", service_url, "transform", "[]"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        process.stdout.close()
        process.stdin.write(documents.encode())
        process.stdin.close()
        said = process.stderr.read()
        assert process.wait(60) == 74
    assert said == b""
