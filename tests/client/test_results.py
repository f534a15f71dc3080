"""What a transform gives back."""

import httpx
import pytest

import docmill

RAW = (
    b'{"documents": [{"a": 1}, {"a": 2}], "stats": {"documents_in": 9, "documents_out": 2, '
    b'"duration_us": 842, "peak_bytes": 4096, "new_one": 1}, "stages": '
    b'[{"name": "$match", "documents_in": 9, "documents_out": 2, "duration_us": 7, '
    b'"peak_bytes": 8}], "rules": ["match_early"], "collections": {"kept": [{"a": 1}]}}'
)


def answer(content, **headers):
    return lambda request: httpx.Response(200, content=content, headers=headers)


@pytest.fixture
def result(connect):
    return connect(answer(RAW, **{"X-Request-Id": "r1"})).transform([], [])


def test_reads_as_a_list(result):
    assert result == [{"a": 1}, {"a": 2}]
    assert len(result) == 2
    assert result[0] == {"a": 1}
    assert result[-1:] == [{"a": 2}]
    assert [document["a"] for document in result] == [1, 2]
    assert isinstance(result.documents, list)


def test_gives_the_bytes_as_they_came(result):
    assert result.raw == RAW
    assert result.request_id == "r1"


def test_gives_the_statistics(result):
    assert result.stats == docmill.Stats(9, 2, 842, 4096)
    assert result.stages == (docmill.StageStats("$match", 9, 2, 7, 8),)
    assert result.rules == ("match_early",)


def test_gives_what_was_left_in_collections(result, connect):
    assert result.collections == {"kept": [{"a": 1}]}
    bare = connect(answer(b'{"documents": [], "stats": {}}')).transform([], [])
    assert (bare.collections, bare.rules, bare.stages) == ({}, (), ())


def test_feeds_another_transform(connect, result):
    seen = []

    def handler(request):
        seen.append(request.content)
        return httpx.Response(200, content=RAW)

    connect(handler).transform(result, [])
    assert b'{"a":1}' in seen[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"documents": 1}',
        b'{"documents": [1]}',
        b'{"stats": {}}',
    ],
)
def test_an_answer_of_something_else_is_a_protocol_error(connect, content):
    with pytest.raises(docmill.ProtocolError):
        connect(answer(content)).transform([], []).documents  # noqa: B018


@pytest.mark.parametrize(
    "stats", [b"1", b"{}", b'{"documents_in": true}', b'{"documents_in": "1"}']
)
def test_statistics_of_something_else_are_a_protocol_error(connect, stats):
    result = connect(answer(b'{"documents": [], "stats": %s}' % stats)).transform([], [])
    with pytest.raises(docmill.ProtocolError):
        result.stats  # noqa: B018
