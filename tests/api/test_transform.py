"""POST /transform and /transform/validate: bodies in, answers out, and what is refused.

What pipelines mean is tested in tests/engine; here it is how they come and go.
"""

import json
import socket
from typing import Any

import httpx
import pytest
from service import Service

JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def transform(http: httpx.Client, **request: Any) -> dict[str, Any]:
    answer = http.post("/transform", json=request)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(http: httpx.Client, body: str | bytes, path: str = "/transform") -> httpx.Response:
    return http.post(path, content=body, headers=JSON)


def test_documents_go_through_the_pipeline(http: httpx.Client) -> None:
    answer = transform(
        http, documents=[{"n": 1}, {"n": 2}, {"n": 3}], pipeline=[{"$skip": 1}, {"$limit": 1}]
    )
    assert answer["documents"] == [{"n": 2}]
    assert answer["stats"]["documents_in"] == 3
    assert answer["stats"]["documents_out"] == 1
    assert answer["stats"]["peak_bytes"] > 0
    assert "stages" not in answer


def test_an_empty_pipeline_gives_the_documents_back_as_they_came(http: httpx.Client) -> None:
    answer = post(http, '{"pipeline": [], "documents": [{"a": 1.0, "b": 9007199254740993}]}')
    assert answer.text.startswith('{"documents":[{"a": 1.0, "b": 9007199254740993}],"stats":{')


@pytest.mark.parametrize(
    "number", ["-0", "0", "-0.0", "1.50", "1e2", "3000000000", "12345678901234567890"]
)
def test_numbers_that_are_kept_leave_as_they_came(http: httpx.Client, number: str) -> None:
    kept = '{"_id": "$a", "s": {"$addToSet": "$a"}, "f": {"$first": "$a"}}'
    documents = f'[{{"a": {number}}}, {{"a": {number}}}]'
    answer = post(http, f'{{"pipeline": [{{"$group": {kept}}}], "documents": {documents}}}')
    expected = f'{{"documents":[{{"_id":{number},"s":[{number}],"f":{number}}}],'
    assert answer.text.startswith(expected)


def test_no_documents_are_documents_too(http: httpx.Client) -> None:
    assert transform(http, documents=[], pipeline=[{"$limit": 1}])["documents"] == []


def test_members_come_in_any_order(http: httpx.Client) -> None:
    members = ['"documents": [{"a": 1}]', '"pipeline": [{"$limit": 1}]', '"let": {"x": 1}']
    for order in (members, members[::-1], members[1:] + members[:1]):
        answer = post(http, "{" + ", ".join(order) + "}")
        assert answer.json()["documents"] == [{"a": 1}]


def test_escaped_names_are_names(http: httpx.Client) -> None:
    answer = post(http, '{"doc\\u0075ments": [{"a": 1}], "pipeline": []}')
    assert answer.json()["documents"] == [{"a": 1}]


def test_explain_counts_each_stage(http: httpx.Client) -> None:
    answer = transform(
        http,
        documents=[{"n": i} for i in range(10)],
        pipeline=[{"$skip": 3}, {"$limit": 2}],
        options={"explain": "stages"},
    )
    stages = [(s["name"], s["documents_in"], s["documents_out"]) for s in answer["stages"]]
    assert stages == [("$skip", 10, 7), ("$limit", 7, 2)]


def test_what_it_took_is_in_the_header(http: httpx.Client) -> None:
    answer = http.post("/transform", json={"documents": [{}], "pipeline": []})
    names = [part.split(";")[0].strip() for part in answer.headers["Server-Timing"].split(",")]
    assert names == ["read", "run", "write"]
    assert answer.headers["Docmill-Documents"] == "1"


def test_ndjson_comes_and_goes(http: httpx.Client) -> None:
    body = '{"pipeline": [{"$limit": 2}]}\n{"n": 1}\n\n{"n":\t2}\r\n{"n": 3}'
    answer = http.post(
        "/transform", content=body, headers={**NDJSON, "Accept": "application/x-ndjson"}
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in answer.text.splitlines()] == [{"n": 1}, {"n": 2}]
    assert answer.headers["Docmill-Documents"] == "2"


def test_ndjson_of_a_request_alone_has_no_documents(http: httpx.Client) -> None:
    for body in ('{"pipeline": []}', '{"pipeline": []}\n'):
        answer = http.post("/transform", content=body, headers=NDJSON)
        assert answer.json()["documents"] == []


def test_ndjson_tells_places_in_the_whole_body(http: httpx.Client) -> None:
    answer = http.post("/transform", content='{"pipeline": []}\n{"n": 1}\n{"n"}', headers=NDJSON)
    problem = answer.json()
    assert problem["code"] == "json_malformed"
    assert (problem["offset"], problem["line"], problem["column"]) == (30, 3, 5)


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/json;q=0.5, application/x-ndjson", "application/x-ndjson"),
        ("application/json, application/x-ndjson", "application/json"),
        ("application/x-ndjson;q=0.1, */*;q=0.2", "application/json"),
        ("text/html, application/ejson", "application/ejson"),
        ("application/ejson; mode=canonical", "application/ejson;mode=canonical"),
    ],
)
def test_the_caller_chooses_the_form(http: httpx.Client, accept: str, type_: str) -> None:
    answer = http.post(
        "/transform", json={"documents": [{"a": 1}], "pipeline": []}, headers={"Accept": accept}
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == type_


def test_canonical_extended_json_tells_every_type(http: httpx.Client) -> None:
    answer = http.post(
        "/transform",
        json={"documents": [{"a": 1, "d": {"$date": "2026-01-02T03:04:05Z"}}], "pipeline": []},
        headers={"Accept": "application/ejson;mode=canonical"},
    )
    assert answer.json()["documents"] == [
        {"a": {"$numberInt": "1"}, "d": {"$date": {"$numberLong": "1767323045000"}}}
    ]


def test_a_form_that_there_is_not_is_refused(http: httpx.Client) -> None:
    answer = http.post(
        "/transform", json={"documents": [], "pipeline": []}, headers={"Accept": "text/html"}
    )
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize("type_", [None, "text/plain", "application/xml"])
def test_a_body_of_another_type_is_refused(http: httpx.Client, type_: str | None) -> None:
    headers = {} if type_ is None else {"Content-Type": type_}
    for path in ("/transform", "/transform/validate"):
        answer = http.post(path, content=b'{"pipeline": []}', headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("request_", "pointer", "detail"),
    [
        ([], "", "must be an object, not array"),
        (5, "", "must be an object, not int"),
        ({}, "/pipeline", "is required"),
        ({"pipeline": []}, "/documents", "is required, unless the first stage is $documents"),
        ({"pipeline": [], "documents": 5}, "/documents", "must be a list of documents, not int"),
        (
            {"pipeline": [], "documents": None},
            "/documents",
            "must be a list of documents, not null",
        ),
        (
            {"pipeline": [], "documents": [], "pipelin": 1},
            "/pipelin",
            'unknown member "pipelin", did you mean "pipeline"?',
        ),
        ({"pipeline": [], "documents": [], "let": []}, "/let", "must be an object, not array"),
        (
            {"pipeline": [], "documents": [], "collections": []},
            "/collections",
            "must be an object, not array",
        ),
        (
            {"pipeline": [], "documents": [], "collections": {"a/b": {}}},
            "/collections/a~1b",
            "must be a list of documents, not object",
        ),
        (
            {"pipeline": [], "documents": [], "options": 1},
            "/options",
            "must be an object, not a number",
        ),
        (
            {"pipeline": [], "documents": [], "options": {"max_time": 1}},
            "/options/max_time",
            'unknown member "max_time", did you mean "max_time_ms"?',
        ),
        (
            {"pipeline": [], "documents": [], "options": {"max_time_ms": 0}},
            "/options/max_time_ms",
            "must be a whole number from 1 to 9007199254740991, is 0",
        ),
        (
            {"pipeline": [], "documents": [], "options": {"explain": "all"}},
            "/options/explain",
            'must be one of "none", "stages"',
        ),
        (
            {"pipeline": [], "documents": [], "options": {"now": "yesterday"}},
            "/options/now",
            'must be a moment such as "2026-02-28T23:59:58.123Z"',
        ),
    ],
)
def test_what_is_no_request_is_refused_with_its_place(
    http: httpx.Client, request_: Any, pointer: str, detail: str
) -> None:
    answer = http.post("/transform", json=request_)
    assert answer.status_code == 400
    assert answer.json()["code"] == "validation_failed"
    assert answer.json()["errors"] == [{"pointer": pointer, "detail": detail}]


def test_members_given_twice_are_refused(http: httpx.Client) -> None:
    answer = post(http, '{"pipeline": [], "documents": [], "pipeline": []}')
    assert answer.json()["errors"] == [{"pointer": "/pipeline", "detail": "is given twice"}]
    answer = post(http, '{"pipeline": [], "documents": [], "collections": {"a": [], "a": []}}')
    assert answer.json()["errors"] == [{"pointer": "/collections/a", "detail": "is given twice"}]


@pytest.mark.parametrize(
    ("body", "offset"),
    [
        ("", 0),
        ("{", 1),
        ('{"pipeline": [], "documents": [{"a": 1}, {"a": 01}]}', 47),
        ('{"pipeline": [], "documents": [{"a": 1}]} x', 42),
        ('{"pipeline": [], "documents": [{"a": 1}', 39),
        ('{"pipeline": [}, "documents": []}', 14),
        ('{"pipeline": [], "documents": nul}', 30),
        ('{"pipeline": [], "documents": [], "collections": {"a": [{]}}', 60),
        (b'{"pipeline": [], "documents": [{"a": "\xc0\xaf"}]}', 38),
    ],
)
def test_malformed_json_is_refused_with_its_place(
    http: httpx.Client, body: str | bytes, offset: int
) -> None:
    answer = post(http, body)
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    assert (problem["code"], problem["offset"]) == ("json_malformed", offset)
    assert (problem["line"], problem["column"]) == (1, offset + 1)


def test_a_document_that_is_no_object_is_refused(http: httpx.Client) -> None:
    answer = http.post("/transform", json={"pipeline": [], "documents": [{"a": 1}, 5]})
    assert answer.status_code == 400
    assert answer.json()["document"] == 1


def test_a_pipeline_that_does_not_compile_tells_everything(http: httpx.Client) -> None:
    pipeline = [{"$limit": 1}, {"$limitt": 1}, {"$limit": -1}]
    answer = http.post("/transform", json={"documents": [], "pipeline": pipeline})
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["code"] == "pipeline_invalid"
    assert (problem["stage"], problem["pointer"]) == (1, "/pipeline/1")
    assert problem["mongo"] == {"code": 40324, "codeName": "Location40324"}
    assert "did you mean '$limit'?" in problem["detail"]
    assert [item["stage"] for item in problem["errors"]] == [1, 2]
    assert problem["errors"][1]["mongo"]["code"] == 5107201


@pytest.mark.parametrize("start", ["$", "$a", "$aa", "$aaa"])
def test_a_message_that_had_to_be_cut_is_still_text(http: httpx.Client, start: str) -> None:
    name = start + "😀" * 300
    for pipeline in ([{name: 1}], [{"$set": {name[1:]: {"$foo": 1}}}]):
        answer = http.post("/transform", json={"documents": [], "pipeline": pipeline})
        assert answer.status_code == 400
        assert answer.json()["code"] == "pipeline_invalid"


@pytest.mark.parametrize(("pipeline", "code"), [({}, 14), ([{"$limit": 1, "$skip": 1}], 40323)])
def test_a_pipeline_has_mongodbs_codes(http: httpx.Client, pipeline: Any, code: int) -> None:
    answer = http.post("/transform", json={"documents": [], "pipeline": pipeline})
    assert answer.status_code == 400
    assert answer.json()["mongo"]["code"] == code


def test_depth_counts_from_each_document_as_1(http: httpx.Client) -> None:
    def nested(levels: int) -> str:
        return '{"a":' * (levels - 1) + "{}" + "}" * (levels - 1)

    for levels, status in ((100, 200), (101, 400)):
        answer = post(http, f'{{"pipeline": [], "documents": [{nested(levels)}]}}')
        assert answer.status_code == status, answer.text
    assert answer.json()["code"] == "too_deep"
    assert answer.json()["limit"] == "max-depth"


@pytest.mark.parametrize("start", ["", '{"documents": ', '{"pipeline": ', '{"documents": [{"a":'])
def test_a_million_brackets_are_an_answer_and_no_crash(http: httpx.Client, start: str) -> None:
    answer = post(http, start + "[" * 1_000_000)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("too_deep", "json_malformed")


def test_a_body_full_of_strangers_is_refused_quickly(http: httpx.Client) -> None:
    answer = post(http, "{" + ",".join(f'"x{i}":1' for i in range(200_000)) + "}")
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 64


def test_too_many_collections_are_refused(http: httpx.Client) -> None:
    collections = {f"c{i}": [] for i in range(257)}
    request = {"pipeline": [], "documents": [], "collections": collections}
    answer = http.post("/transform", json=request)
    assert answer.json()["errors"] == [
        {"pointer": "/collections", "detail": "has more than 256 members"}
    ]


def test_a_verdict_on_a_good_pipeline_names_its_stages(http: httpx.Client) -> None:
    answer = http.post("/transform/validate", json={"pipeline": [{"$skip": 1}, {"$limit": 1}]})
    assert answer.status_code == 200
    assert answer.json() == {
        "valid": True,
        "stages": [{"name": "$skip"}, {"name": "$limit"}],
        "errors": [],
    }


def test_a_verdict_on_a_bad_pipeline_tells_everything(http: httpx.Client) -> None:
    answer = http.post("/transform/validate", json={"pipeline": [{"$foo": 1}, {"$limit": 0}]})
    assert answer.status_code == 200
    verdict = answer.json()
    assert (verdict["valid"], verdict["stages"]) == (False, [])
    assert [error["mongo"]["code"] for error in verdict["errors"]] == [40324, 15958]
    assert [error["pointer"] for error in verdict["errors"]] == [
        "/pipeline/0",
        "/pipeline/1/$limit",
    ]


def test_a_verdict_needs_a_request_all_the_same(http: httpx.Client) -> None:
    assert http.post("/transform/validate", json={}).status_code == 400
    assert post(http, "{", "/transform/validate").json()["code"] == "json_malformed"


def test_work_stops_when_the_caller_has_gone(service: Service) -> None:
    """Otherwise it would end at the time limit, and be told as 422."""
    count = {"$reduce": {"input": {"$range": [0, 100_000]}, "initialValue": 0, "in": 1}}
    request = {"documents": [{}] * 20_000, "pipeline": [{"$set": {"a": count}}]}
    body = json.dumps(request).encode()
    head = (
        "POST /transform HTTP/1.1\r\nHost: x\r\nX-Request-Id: the-one-that-left\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(service.address, timeout=30.0) as connection:
        connection.sendall(head.encode() + body)
    while (line := service.wait_for_log("request"))["request_id"] != "the-one-that-left":
        pass
    assert line["status"] == 499
