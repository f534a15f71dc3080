"""The shapes in which documents come, and the bytes that leave."""

import io
import json

import httpx
import pytest

import docmill

PIPELINE = [{"$match": {"a": 1}}]
ARRAY = b' [ {"a": 1},\n {"a": 2.50, "b": 12345678901234567890} ] '
LINES = b'{"a": 1}\n{"a": 2.50}\n'


class Recorder:
    """Keeps the request that came in."""

    def __call__(self, request):
        self.request = request
        return httpx.Response(200, json={"documents": [], "stats": {}})

    @property
    def body(self):
        return self.request.content

    @property
    def kind(self):
        return self.request.headers["Content-Type"]

    @property
    def envelope(self):
        return json.loads(self.body.splitlines()[0])


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def mill(connect, recorder):
    return connect(recorder)


def test_objects_are_sent_as_one_object(mill, recorder):
    mill.transform([{"a": 1}, {"a": "ä"}], PIPELINE, let={"x": 1})
    assert json.loads(recorder.body) == {
        "documents": [{"a": 1}, {"a": "ä"}],
        "pipeline": PIPELINE,
        "let": {"x": 1},
    }
    assert recorder.kind == "application/json"
    assert recorder.request.headers["Content-Length"] == str(len(recorder.body))


def test_no_documents_at_all_are_left_out(mill, recorder):
    mill.transform(None, [{"$documents": [{"a": 1}]}])
    assert json.loads(recorder.body) == {"pipeline": [{"$documents": [{"a": 1}]}]}


def test_collections_and_options_go_along(mill, recorder):
    mill.transform(
        [],
        [],
        collections={"names": iter([{"_id": 1}])},
        max_time=1.5,
        max_memory=4096,
        seed=42,
        explain=True,
    )
    body = json.loads(recorder.body)
    assert body["collections"] == {"names": [{"_id": 1}]}
    assert body["options"] == {
        "max_time_ms": 1500,
        "max_memory_bytes": 4096,
        "seed": 42,
        "explain": "stages",
    }


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, io.BytesIO])
def test_an_array_of_bytes_is_wrapped_as_it_is(mill, recorder, kind):
    mill.transform(kind(ARRAY), PIPELINE)
    assert recorder.kind == "application/json"
    assert ARRAY.strip() in recorder.body
    body = json.loads(recorder.body)
    assert body["documents"] == json.loads(ARRAY)
    assert body["pipeline"] == PIPELINE


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, io.BytesIO])
def test_lines_of_bytes_follow_the_first_line(mill, recorder, kind):
    mill.transform(kind(LINES), PIPELINE)
    assert recorder.kind == "application/x-ndjson"
    assert recorder.body.partition(b"\n")[2] == LINES
    assert recorder.envelope["pipeline"] == PIPELINE
    assert "documents" not in recorder.envelope


@pytest.mark.parametrize("empty", [b"", b" \n", io.BytesIO(b""), iter([])])
def test_nothing_is_no_documents(mill, recorder, empty):
    mill.transform(empty, PIPELINE)
    assert recorder.kind == "application/x-ndjson"
    assert recorder.envelope["pipeline"] == PIPELINE
    assert recorder.body.partition(b"\n")[2].strip() == b""


def test_bytes_cannot_slip_in_members_of_their_own(mill, recorder):
    mill.transform(b'[{"a": 1}], "let": {"x": 2}, "more": []', PIPELINE)
    names = [name for name, _ in json.loads(recorder.body, object_pairs_hook=list)]
    assert names.count("let") == 2  # which the service refuses


def test_large_bytes_are_neither_parsed_nor_lost(mill, recorder):
    big = b"[" + b",".join(b'{"n": %d}' % n for n in range(200_000)) + b"]"
    mill.transform(big, [])
    assert big in recorder.body
    assert recorder.request.headers["Content-Length"] == str(len(recorder.body))
    assert "Transfer-Encoding" not in recorder.request.headers


def test_a_large_file_keeps_its_bytes(mill, recorder, tmp_path):
    path = tmp_path / "big.ndjson"
    big = b"".join(b'{"n": %d}\n' % n for n in range(200_000))
    path.write_bytes(big)
    with path.open("rb") as file:
        mill.transform(file, [])
    assert recorder.body.partition(b"\n")[2] == big


def test_a_file_that_begins_with_much_white_space_is_still_told_apart(mill, recorder):
    mill.transform(io.BytesIO(b" " * 600_000 + b'[{"a": 1}]'), PIPELINE)
    assert json.loads(recorder.body)["documents"] == [{"a": 1}]


def test_an_iterator_gives_one_document_a_line(mill, recorder):
    documents = ({"n": n} for n in range(3))
    mill.transform(documents, PIPELINE)
    assert recorder.kind == "application/x-ndjson"
    assert recorder.body.splitlines()[1:] == [b'{"n":0}', b'{"n":1}', b'{"n":2}']


def test_lines_of_an_iterator_pass_as_they_are(mill, recorder):
    mill.transform(iter([b'{"a": 1.50}\n', '{"a": "é"}', b'{\n"a":\r\n2}', b"\n"]), [])
    lines = recorder.body.splitlines()[1:]
    assert lines == [b'{"a": 1.50}', '{"a": "é"}'.encode(), b'{ "a":  2}']


def test_a_list_of_lines_is_taken_as_lines(mill, recorder):
    mill.transform([b'{"a": 1}', b'{"a": 2}'], [])
    assert recorder.body.splitlines()[1:] == [b'{"a": 1}', b'{"a": 2}']


def test_what_an_iterator_raises_reaches_its_owner(mill):
    def documents():
        yield {"a": 1}
        raise httpx.ReadError("the other service hung up")

    with pytest.raises(httpx.ReadError, match="the other service"):
        mill.transform(documents(), [])


@pytest.mark.parametrize("wrong", [{"a": 1}, '[{"a": 1}]', 5])
def test_what_cannot_be_documents_is_refused_at_once(mill, wrong):
    with pytest.raises(TypeError, match="documents: "):
        mill.transform(wrong, [])


def test_a_text_file_is_refused(mill):
    with pytest.raises(TypeError, match="binary mode"):
        mill.transform(io.StringIO("[]"), [])


def test_an_object_without_a_form_in_json_is_named(mill):
    with pytest.raises(TypeError) as caught:
        mill.transform([{"a": object()}], [])
    assert "object" in str(caught.value.__cause__ or caught.value)


async def _count(n):
    for i in range(n):
        yield {"n": i}


def test_an_async_iterator_needs_an_async_client(connect, recorder):
    mill = connect(recorder)
    if isinstance(mill, docmill.Client):
        with pytest.raises(TypeError, match="AsyncClient"):
            mill.transform(_count(2), [])
    else:
        mill.transform(_count(2), [])
        assert recorder.body.splitlines()[1:] == [b'{"n":0}', b'{"n":1}']
