"""/tasks beyond the tutorial: bounds, pages, versions."""

import concurrent.futures
import json
from typing import Any

import httpx
import pytest


@pytest.fixture
def http(store_http: httpx.Client) -> httpx.Client:
    """The service, on every store."""
    return store_http


def create(http: httpx.Client, **data: Any) -> dict[str, Any]:
    """A new task."""
    answer = http.post("/tasks", json={"title": "t", **data})
    assert answer.status_code == 201, answer.text
    return answer.json()


def problems(answer: httpx.Response) -> dict[str, str]:
    """What is wrong, by its place."""
    assert answer.status_code == 400, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == "validation_failed"
    return {item["pointer"]: item["detail"] for item in body["errors"]}


def test_a_task_has_every_member_from_the_start(http: httpx.Client) -> None:
    answer = http.post("/tasks", json={"title": "Buy milk", "priority": 4})
    task = answer.json()
    assert (task["title"], task["description"], task["status"]) == ("Buy milk", "", "pending")
    assert (task["priority"], task["version"]) == (4, 1)
    assert task["created_at"] == task["updated_at"]
    assert answer.headers["Location"] == f"/tasks/{task['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert create(http)["priority"] == 1


def test_text_comes_back_as_it_was_sent(http: httpx.Client) -> None:
    text = 'ü 😀 "quoted" \\ \n\t\x01 </script>'
    task = create(http, title=text, description=text)
    assert http.get(f"/tasks/{task['id']}").json()["title"] == text
    assert task["description"] == text


@pytest.mark.parametrize(
    ("data", "pointer", "detail"),
    [
        ({"title": 5}, "/title", "must be a string, not a number"),
        ({"title": None}, "/title", "must be a string, not null"),
        ({"title": ""}, "/title", "must have 1 to 200 characters, has 0"),
        ({"title": "x" * 201}, "/title", "must have 1 to 200 characters, has 201"),
        ({"description": "x" * 2001}, "/description", "must have 0 to 2000 characters, has 2001"),
        ({"description": None}, "/description", "must be a string, not null"),
        ({"priority": 0}, "/priority", "must be a whole number from 1 to 5, is 0"),
        ({"priority": 6}, "/priority", "must be a whole number from 1 to 5, is 6"),
        ({"priority": 1.5}, "/priority", "must be a whole number from 1 to 5, is 1.5"),
        ({"priority": "3"}, "/priority", "must be a whole number, not a string"),
        ({"priority": True}, "/priority", "must be a whole number, not a boolean"),
        ({"tilte": "x"}, "/tilte", 'unknown member "tilte", did you mean "title"?'),
    ],
)
def test_a_field_out_of_bounds_is_refused_with_its_place(
    http: httpx.Client, data: dict[str, Any], pointer: str, detail: str
) -> None:
    create_answer = http.post("/tasks", json={"title": "t", **data})
    assert problems(create_answer)[pointer] == detail
    task = create(http)
    update_answer = http.put(f"/tasks/{task['id']}", json=data)
    assert problems(update_answer)[pointer] == detail
    assert http.get(f"/tasks/{task['id']}").json() == task


def test_fields_at_their_bounds_are_taken(http: httpx.Client) -> None:
    task = create(http, title="😀" * 200, description="é" * 2000, priority=5)
    changed = http.put(f"/tasks/{task['id']}", json={"status": "ü" * 50, "priority": 1})
    assert changed.status_code == 200
    assert changed.json()["status"] == "ü" * 50


@pytest.mark.parametrize("status", ["", "x" * 51, None, 1])
def test_a_status_has_1_to_50_characters(http: httpx.Client, status: Any) -> None:
    answer = http.put(f"/tasks/{create(http)['id']}", json={"status": status})
    assert list(problems(answer)) == ["/status"]


def test_everything_wrong_is_told_at_once(http: httpx.Client) -> None:
    answer = http.post("/tasks", json={"title": "", "priority": 9, "nmae": 1})
    assert list(problems(answer)) == ["/title", "/priority", "/nmae"]
    assert answer.json()["error"] == "Title is required"


def test_a_title_that_is_too_long_is_not_a_missing_one(http: httpx.Client) -> None:
    answer = http.post("/tasks", json={"title": "x" * 201})
    assert answer.json()["error"] == answer.json()["title"] != "Title is required"


def test_a_member_given_twice_is_refused(http: httpx.Client) -> None:
    answer = post_text(http, '{"title": "a", "title": "b"}')
    assert problems(answer) == {"/title": "is given twice"}


def post_text(http: httpx.Client, body: str | bytes) -> httpx.Response:
    return http.post("/tasks", content=body, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("body", "offset", "line", "column"),
    [
        ("{", 1, 1, 2),
        ('{"title": "a",}', 14, 1, 15),
        ('{"title": "a"} x', 15, 1, 16),
        ('{\n  "title": tru\n}', 13, 2, 12),
        (b'{"title": "\xff"}', 11, 1, 12),
        ('{"title": "a\tb"}', 12, 1, 13),
        ('{"title": 01}', 10, 1, 11),
    ],
)
def test_malformed_json_is_refused_with_its_place(
    http: httpx.Client, body: str | bytes, offset: int, line: int, column: int
) -> None:
    answer = post_text(http, body)
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["code"] == "json_malformed"
    assert (problem["offset"], problem["line"], problem["column"]) == (offset, line, column)


def test_a_body_of_another_type_is_refused(http: httpx.Client) -> None:
    for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/jsonx"}):
        answer = http.post("/tasks", content=b'{"title": "a"}', headers=headers)
        assert answer.status_code == 415
        assert answer.json()["code"] == "unsupported_media_type"


def test_parameters_of_the_type_do_not_matter(http: httpx.Client) -> None:
    headers = {"Content-Type": "Application/JSON ; charset=utf-8"}
    assert http.post("/tasks", content=b'{"title": "a"}', headers=headers).status_code == 201


def test_a_message_is_at_most_64_kib(http: httpx.Client) -> None:
    answer = http.post("/tasks", json={"title": "a", "id": "x" * 65536})
    assert answer.status_code == 413
    assert (answer.json()["code"], answer.json()["limit"]) == ("body_too_large", "max-body")


def test_text_that_cannot_be_kept_is_refused(http: httpx.Client) -> None:
    for text in ("\\u0000", "\\ud800", "\\udc00x"):
        answer = post_text(http, f'{{"title": "{text}"}}')
        assert answer.status_code == 400
        assert answer.json()["code"] in ("validation_failed", "json_malformed")


def test_nesting_beyond_the_limit_is_refused(http: httpx.Client) -> None:
    answer = post_text(http, '{"id": ' + "[" * 5000 + "]" * 5000 + "}")
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["limit"]) == ("too_deep", "max-depth")


def test_a_change_raises_the_version(http: httpx.Client) -> None:
    task = create(http)
    answer = http.put(f"/tasks/{task['id']}", json={"status": "done"})
    assert answer.json()["version"] == 2
    assert answer.headers["ETag"] == '"2"'
    assert answer.json()["updated_at"] >= task["updated_at"]


MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


def patch(http: httpx.Client, path: str, body: Any, **headers: str) -> httpx.Response:
    """PATCH with a merge patch."""
    return http.patch(path, content=json.dumps(body), headers={**MERGE_PATCH, **headers})


def test_a_patch_sets_what_it_gives_and_null_puts_back(http: httpx.Client) -> None:
    path = f"/tasks/{create(http, description='long', priority=4)['id']}"
    answer = patch(http, path, {"status": "done", "id": "ignored"})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (answer.json()["description"], answer.json()["status"]) == ("long", "done")
    answer = patch(http, path, {"description": None, "priority": None}, **{"If-Match": '"2"'})
    assert (answer.json()["description"], answer.json()["priority"]) == ("", 1)
    assert http.patch(path, json={"priority": 2}).json()["priority"] == 2
    assert http.get(path).json()["version"] == 4


def test_what_a_task_must_have_cannot_be_removed(http: httpx.Client) -> None:
    path = f"/tasks/{create(http)['id']}"
    answer = patch(http, path, {"title": None, "status": None, "priority": 9, "x": None})
    assert list(problems(answer)) == ["/title", "/priority", "/status", "/x"]
    assert patch(http, path, {}, **{"If-Match": '"2"'}).status_code == 412
    assert http.get(path).json()["version"] == 1


def test_a_patch_of_another_type_is_refused_with_those_that_are_taken(http: httpx.Client) -> None:
    path = f"/tasks/{create(http)['id']}"
    answer = http.patch(path, content="[]", headers={"Content-Type": "application/json-patch+json"})
    assert answer.status_code == 415
    assert answer.headers["Accept-Patch"] == "application/merge-patch+json, application/json"
    assert patch(http, "/tasks/unknown", {}).status_code == 404


def test_a_caller_who_has_the_version_gets_no_body(http: httpx.Client) -> None:
    path = f"/tasks/{create(http)['id']}"
    for known in ('"1"', 'W/"1"', '"7", "1"', "*"):
        answer = http.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == '"1"'
    for other in ('"2"', "1", '"11"', ""):
        assert http.get(path, headers={"If-None-Match": other}).status_code == 200


def test_a_change_for_another_version_is_refused(http: httpx.Client) -> None:
    path = f"/tasks/{create(http)['id']}"
    for other in ('"2"', 'W/"1"', '"0", "3"', ""):
        for answer in (
            http.put(path, json={"status": "x"}, headers={"If-Match": other}),
            http.delete(path, headers={"If-Match": other}),
        ):
            assert answer.status_code == 412
            assert answer.json()["code"] == "precondition_failed"
    assert http.get(path).json()["status"] == "pending"
    for fitting in ('"1"', '"9", "2"', "*"):
        answer = http.put(path, json={"status": "y"}, headers={"If-Match": fitting})
        assert answer.status_code == 200
    assert http.delete(path, headers={"If-Match": '"4"'}).status_code == 204


def test_head_is_get_without_a_body(http: httpx.Client) -> None:
    path = f"/tasks/{create(http)['id']}"
    head, get = http.head(path), http.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
    assert head.headers["ETag"] == get.headers["ETag"]


def status_of_our_own(http: httpx.Client, n: int, status: str) -> list[str]:
    """Ids of n new tasks that no other test knows of."""
    ids = [create(http)["id"] for _ in range(n)]
    for task_id in ids:
        http.put(f"/tasks/{task_id}", json={"status": status})
    return ids


def test_pages_follow_each_other(http: httpx.Client) -> None:
    status = "pages & more=ü"
    ids = status_of_our_own(http, 5, status)
    answer = http.get("/tasks", params={"status": status, "limit": 2})
    seen = [task["id"] for task in answer.json()["tasks"]]
    assert answer.json()["count"] == 2
    assert answer.json()["next_cursor"]
    while "next" in answer.links:
        answer = http.get(answer.links["next"]["url"])
        seen += [task["id"] for task in answer.json()["tasks"]]
    assert seen == ids
    assert "next_cursor" not in answer.json()


def test_a_page_that_ends_with_the_last_task_has_no_next(http: httpx.Client) -> None:
    status_of_our_own(http, 2, "even")
    answer = http.get("/tasks", params={"status": "even", "limit": 2})
    assert answer.json()["count"] == 2
    assert "next_cursor" not in answer.json()
    assert "Link" not in answer.headers


@pytest.mark.parametrize(
    ("query", "code", "detail"),
    [
        ("limit=0", "parameter_invalid", 'parameter "limit" must be a whole number from 1 to 1000'),
        ("limit=1001", "parameter_invalid", 'parameter "limit" must be'),
        ("limit=", "parameter_invalid", 'parameter "limit" must be'),
        ("limit=ten", "parameter_invalid", 'parameter "limit" must be'),
        ("limit=1&limit=1", "parameter_invalid", 'parameter "limit" is given twice'),
        ("staus=x", "parameter_invalid", 'unknown parameter "staus", did you mean "status"?'),
        ("status=" + "x" * 51, "parameter_invalid", 'parameter "status" has more characters'),
        ("priority=0", "parameter_invalid", 'parameter "priority" must be a whole number'),
        ("priority=high", "parameter_invalid", 'parameter "priority" must be a whole number'),
        ("kind=plan", "parameter_invalid", 'parameter "kind" must be one of "plain", "job"'),
        ("kind=", "parameter_invalid", 'parameter "kind" must be one of "plain", "job"'),
        ("sort=title", "parameter_invalid", 'parameter "sort" must be one of "created_at", '),
        ("cursor=12", "cursor_invalid", "this is not a cursor of this list"),
        ("cursor=c1&sort=priority", "cursor_invalid", "this is not a cursor of this list"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(
    http: httpx.Client, query: str, code: str, detail: str
) -> None:
    answer = http.get(f"/tasks?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json()["detail"].startswith(detail)


def test_a_query_that_is_no_text_is_refused_with_text(http: httpx.Client) -> None:
    for query in ("%ff%fe=1", "status=%ff", "status=%00", "limit=%c3"):
        answer = http.get(f"/tasks?{query}")
        assert answer.status_code == 400
        assert answer.json()["code"] == "parameter_invalid"


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({}, "abcdef"),
        ({"sort": "created_at"}, "abcdef"),
        ({"sort": "-created_at"}, "fedcba"),
        ({"sort": "priority"}, "beadcf"),
        ({"sort": "-priority"}, "cfadbe"),
        ({"cursor": ""}, "abcdef"),
        ({"priority": "3"}, "ad"),
        ({"priority": "3", "sort": "-created_at"}, "da"),
        ({"kind": "plain", "sort": "-priority"}, "cfadbe"),
        ({"kind": "job"}, ""),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 5, 6])
def test_a_list_is_filtered_and_sorted_across_its_pages(
    http: httpx.Client, query: dict[str, str], titles: str, limit: int
) -> None:
    status = f"sorted {limit} {query}"[:50]
    for title, priority in zip("abcdef", (3, 1, 5, 3, 1, 5), strict=True):
        task = create(http, title=title, priority=priority)
        http.put(f"/tasks/{task['id']}", json={"status": status})
    answer = http.get("/tasks", params={"status": status, "limit": limit, **query})
    assert answer.status_code == 200, answer.text
    seen = [task["title"] for task in answer.json()["tasks"]]
    while "next" in answer.links:
        answer = http.get(answer.links["next"]["url"])
        seen += [task["title"] for task in answer.json()["tasks"]]
    assert "".join(seen) == titles
    for task in http.get("/tasks", params={"status": status}).json()["tasks"]:
        http.delete(f"/tasks/{task['id']}")


def test_the_same_key_and_body_create_once(http: httpx.Client) -> None:
    headers = {"Idempotency-Key": "a key, 1"}
    first = http.post("/tasks", json={"title": "once"}, headers=headers)
    http.put(first.headers["Location"], json={"title": "changed"})
    for _ in range(2):
        again = http.post("/tasks", json={"title": "once"}, headers=headers)
        assert (again.status_code, again.json()) == (201, first.json())
        assert again.headers["Location"] == first.headers["Location"]
        assert again.headers["ETag"] == '"1"'
    http.delete(first.headers["Location"])
    again = http.post("/tasks", json={"title": "once"}, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert http.get(first.headers["Location"]).status_code == 404


def test_the_same_key_with_another_body_is_refused(http: httpx.Client) -> None:
    headers = {"Idempotency-Key": "a key, 2"}
    assert http.post("/tasks", json={"title": "one"}, headers=headers).status_code == 201
    for body in ({"title": "two"}, {"title": "one", "priority": 1}):
        answer = http.post("/tasks", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


def test_a_refused_creation_leaves_its_key_free(http: httpx.Client) -> None:
    headers = {"Idempotency-Key": "a key, 3"}
    assert http.post("/tasks", json={"title": ""}, headers=headers).status_code == 400
    assert http.post("/tasks", json={"title": "now"}, headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "\xfc"])
def test_a_key_has_1_to_255_printable_characters(http: httpx.Client, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = http.post("/tasks", json={"title": "one"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_failed")
    assert answer.json()["detail"].startswith("Idempotency-Key must have 1 to 255")


def test_many_who_send_one_key_at_once_create_one_task(http: httpx.Client) -> None:
    headers = {"Idempotency-Key": "a key, 4"}

    def send(_: int) -> httpx.Response:
        return http.post("/tasks", json={"title": "crowd"}, headers=headers)

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(64)))
    # Who comes while the first one is under way is told so: nobody knows yet what came of it.
    created = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.json()["id"] for answer in created}) == 1
    for answer in answers:
        if answer not in created:
            assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
            assert answer.headers["Retry-After"] == "1"
    assert send(0).json() == created[0].json()


def test_other_methods_are_refused_by_name(http: httpx.Client) -> None:
    answer = http.patch("/tasks")
    assert answer.status_code == 411 or answer.headers["Allow"] == "GET, HEAD, POST"
    answer = http.post(f"/tasks/{create(http)['id']}", json={})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "DELETE, GET, HEAD, PATCH, PUT"
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/tasks/", "/Tasks", "/tasks/x/y", "/task"])
def test_paths_match_exactly(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"] == answer.json()["title"]
