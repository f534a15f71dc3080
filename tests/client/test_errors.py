"""What a refusal becomes."""

import pickle

import httpx
import pytest

import docmill


def refusal(status, problem=None, *, content=None, **headers):
    headers.setdefault("Content-Type", "application/problem+json")

    def handler(request):
        if content is None:
            return httpx.Response(status, json=problem, headers=headers)
        return httpx.Response(status, content=content, headers=headers)

    return handler


def raised(connect, *args, **kwargs):
    with pytest.raises(docmill.StatusError) as caught:
        connect(refusal(*args, **kwargs), retries=0).transform([], [])
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "validation_failed", docmill.ValidationFailed),
        (400, "parameter_invalid", docmill.ValidationFailed),
        (400, "json_malformed", docmill.MalformedJSON),
        (400, "pipeline_invalid", docmill.PipelineInvalid),
        (400, "too_deep", docmill.LimitExceeded),
        (401, "credentials_missing", docmill.AuthenticationFailed),
        (403, "scope_missing", docmill.PermissionDenied),
        (404, "not_found", docmill.NotFound),
        (409, "conflict", docmill.Conflict),
        (410, "result_expired", docmill.Gone),
        (413, "too_large", docmill.TooLarge),
        (422, "pipeline_failed", docmill.PipelineFailed),
        (422, "memory_limit", docmill.LimitExceeded),
        (500, "internal", docmill.InternalError),
        (503, "overloaded", docmill.Overloaded),
        (503, "draining", docmill.Unavailable),
        (418, "teapot", docmill.StatusError),
    ],
)
def test_every_code_has_its_class(connect, status, code, kind):
    error = raised(connect, status, {"code": code, "detail": "Because.", "request_id": "r1"})
    assert type(error) is kind
    assert (error.status, error.code, error.detail, error.request_id) == (
        status, code, "Because.", "r1",
    )  # fmt: skip
    assert str(error) == "Because."


def test_a_pipeline_error_says_where(connect):
    error = raised(
        connect,
        400,
        {
            "code": "pipeline_invalid",
            "detail": "Unrecognized pipeline stage name: '$mtach'. Did you mean '$match'?",
            "stage": 2,
            "pointer": "/pipeline/2/$mtach",
            "operator": "$mtach",
            "mongo": {"code": 40324, "codeName": "Location40324"},
        },
    )
    assert (error.stage, error.pointer) == (2, "/pipeline/2/$mtach")
    assert (error.operator, error.mongo_code) == ("$mtach", 40324)
    assert str(error).endswith("Did you mean '$match'? (at /pipeline/2/$mtach)")


def test_a_failed_document_is_counted(connect):
    problem = {"code": "pipeline_failed", "detail": "can't $divide by zero", "document": 17}
    assert raised(connect, 422, problem).document == 17


def test_malformed_json_has_a_place(connect):
    problem = {"code": "json_malformed", "detail": "x", "offset": 9, "line": 2, "column": 3}
    error = raised(connect, 400, problem)
    assert (error.offset, error.line, error.column) == (9, 2, 3)


def test_every_wrong_field_is_listed(connect):
    errors = [
        {"pointer": "/title", "detail": "must have 1 to 200 characters"},
        {"pointer": "/priority", "detail": "must be an integer from 1 to 5"},
    ]
    error = raised(connect, 400, {"code": "validation_failed", "errors": errors})
    assert error.errors == (
        docmill.ProblemItem("/title", "must have 1 to 200 characters"),
        docmill.ProblemItem("/priority", "must be an integer from 1 to 5"),
    )


def test_a_limit_is_named_by_its_option(connect):
    error = raised(connect, 413, {"code": "body_too_large", "limit": "max-body"})
    assert isinstance(error, docmill.LimitExceeded)
    assert error.limit == "max-body"


@pytest.mark.parametrize("content", [b"", b"<h1>Bad Gateway</h1>", b"[1]", b"{", b"\xff"])
def test_an_answer_of_a_proxy_is_an_error_too(connect, content):
    error = raised(connect, 502, content=content, **{"X-Request-Id": "p1"})
    assert type(error) is docmill.Unavailable
    assert (error.code, error.request_id) == ("unknown", "p1")
    assert str(error) == "HTTP status 502"


@pytest.mark.parametrize("wrong", ["x", 1, None, [], [1], {"a": 1}])
@pytest.mark.parametrize("code", ["pipeline_failed", "validation_failed", "json_malformed"])
def test_members_of_another_type_do_no_harm(connect, code, wrong):
    names = ["stage", "pointer", "operator", "mongo", "document", "errors", "offset", "limit"]
    error = raised(connect, 400, {"code": code, **dict.fromkeys(names, wrong)})
    for name in ("stage", "pointer", "mongo_code", "document", "errors", "offset"):
        getattr(error, name, None)
    assert str(error)


def test_the_message_of_the_tutorial_is_read(connect):
    error = raised(connect, 404, {"error": "Task not found"})
    assert isinstance(error, docmill.NotFound)
    assert str(error) == "Task not found"


def test_a_redirect_is_not_followed(connect):
    error = raised(connect, 307, content=b"", Location="http://elsewhere.test/")
    assert error.status == 307


def test_errors_can_be_pickled(connect):
    error = raised(connect, 503, {"code": "overloaded", "detail": "Full."}, **{"Retry-After": "3"})
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is docmill.Overloaded
    assert (copy.status, copy.code, copy.retry_after, str(copy)) == (
        503,
        "overloaded",
        3.0,
        "Full.",
    )
    unsent = pickle.loads(pickle.dumps(docmill.ConnectionFailed("refused", sent=False)))
    assert (str(unsent), unsent.sent) == ("refused", False)
