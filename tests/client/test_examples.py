"""The exchanges of proto/examples: the package makes the requests and reads the answers."""

import json
import pathlib
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import yaml

import docmill

FOLDER = pathlib.Path(__file__).parents[2] / "proto" / "examples"
ID = "01a20979-7304-741f-8ce8-30f9c211a8c2"

NOT_MADE = {
    "livez": "probes are for orchestrators",
    "task_create_without_title": "a title is not optional in Python",
    "task_get_known": "there is no cache that would ask on a condition",
    "task_patch": "update sets what is given, by a PUT",
    "transform_ndjson": "answers are asked for as JSON",
    "transform_awaited": "what may take long is a job in Python from the start: tasks.create",
    "transform_unknown_member": "there is no such argument",
    "version": "the client does not ask which version answers",
}
# Members that Python has no argument for: the request cannot be wrong in this way.
NO_ARGUMENT = {"descripton"}


def load(name):
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
MADE = [name for name in NAMES if name not in NOT_MADE]


def task_fields(body):
    return {name: value for name, value in body.items() if name not in NO_ARGUMENT}


def arguments(body):
    """The same, as the package takes them."""
    fields = task_fields(body)
    if "webhook" in fields:
        fields["webhook"] = fields["webhook"]["url"]
    if "transform" in fields:
        fields["transform"] = fields["transform"]["documents"], fields["transform"]["pipeline"]
    return fields


def transform(mill, request):
    if "text" in request:
        body = {"pipeline": []}
        return mill.transform(request["text"].partition('"documents": ')[2][:-1].encode(), [])
    body = dict(request["body"])
    options = body.pop("options", {})
    return mill.transform(
        body.pop("documents", None),
        body.pop("pipeline"),
        max_time=options["max_time_ms"] / 1000 if "max_time_ms" in options else None,
        explain=options.get("explain") == "stages",
        **body,
    )


CALLS = {
    "readyz": lambda mill, request: mill.ready(),
    "task_create": lambda mill, request: mill.tasks.create(
        **arguments(request["body"]),
        idempotency_key=request["headers"].get("Idempotency-Key"),
    ),
    "task_delete": lambda mill, request: mill.tasks.delete(task_id(request)),
    "task_get": lambda mill, request: mill.tasks.get(task_id(request)),
    "task_list": lambda mill, request: mill.tasks.list(**query(request)).page(),
    "task_update": lambda mill, request: mill.tasks.update(
        task_id(request),
        **request["body"],
        version=int(request["headers"]["If-Match"].strip('"')),
    ),
    "transform": transform,
    "transform_validate": lambda mill, request: mill.validate(**request["body"]),
}


def task_id(request):
    return request["path"].removeprefix("/tasks/").replace("{id}", ID)


def query(request):
    found = dict(parse_qsl(urlsplit(request["path"]).query))
    numbers = ("limit", "priority")
    return {name: int(value) if name in numbers else value for name, value in found.items()}


class Recorder:
    """Answers as the example says, and keeps what was asked."""

    def __init__(self, response):
        self.response = response

    def __call__(self, request):
        self.request = request
        body = json.dumps(self.response["body"]) if "body" in self.response else ""
        headers = self.response.get("headers", {})
        return httpx.Response(self.response["status"], content=body, headers=headers)


def play(connect, example):
    """Make the call of an example: the request that left, and what came of it."""
    recorder = Recorder(example["response"])
    mill = connect(recorder, retries=0)
    try:
        result = CALLS[example["operation"]](mill, example["request"])
        if isinstance(result, docmill.TransformResult):
            assert result.documents is not None
    except docmill.StatusError as error:
        result = error
    return recorder.request, result


def test_what_is_not_made_is_there():
    assert set(NAMES) >= set(NOT_MADE)


@pytest.mark.parametrize("name", MADE)
def test_the_package_makes_the_request(connect, name):
    wanted = load(name)["request"]
    made, _ = play(connect, load(name))
    path, _, asked = wanted["path"].replace("{id}", ID).partition("?")
    assert (made.method, made.url.path) == (wanted["method"], path)
    assert dict(made.url.params) == dict(parse_qsl(asked))
    if "body" in wanted:
        assert made.headers["Content-Type"] == wanted["headers"]["Content-Type"]
        body = wanted["body"]
        assert json.loads(made.content) == (task_fields(body) if "title" in body else body)


@pytest.mark.parametrize("name", MADE)
def test_the_package_reads_the_answer(connect, name):
    response = load(name)["response"]
    _, result = play(connect, load(name))
    if response["status"] >= 400:
        check_error(result, response)
    elif isinstance(result, docmill.TransformResult):
        assert result == response["body"]["documents"]
        assert result.stats == docmill.Stats(**response["body"]["stats"])
        stages = response["body"].get("stages", [])
        assert result.stages == tuple(docmill.StageStats(**stage) for stage in stages)
    elif isinstance(result, docmill.Verdict):
        assert result.valid == response["body"]["valid"]
        assert len(result.errors) == len(response["body"]["errors"])
        assert list(result.stages) == [stage["name"] for stage in response["body"]["stages"]]
    elif isinstance(result, docmill.TaskPage):
        tasks = [docmill.Task.from_json(task) for task in response["body"]["tasks"]]
        assert list(result.tasks) == tasks
    elif isinstance(result, docmill.Task):
        assert result == docmill.Task.from_json(response["body"])
        fields = set(docmill.Task.__dataclass_fields__)
        assert set(response["body"]) <= fields
        assert all(getattr(result, name) is None for name in fields - set(response["body"]))
    else:
        assert result in (True, None)


def check_error(error, response):
    problem = response["body"]
    assert type(error) is not docmill.StatusError, "a code of the contract has a class"
    assert (error.status, error.code) == (response["status"], problem["code"])
    assert (error.detail, error.request_id) == (problem["detail"], problem["request_id"])
    assert [item.pointer for item in error.errors] == [
        item["pointer"] for item in problem.get("errors", [])
    ]
    for name in ("stage", "operator", "pointer", "document", "offset", "line", "column", "limit"):
        if name in problem:
            assert getattr(error, name) == problem[name]
    if "mongo" in problem:
        assert error.mongo_code == problem["mongo"]["code"]
