"""Both clients against the service itself."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

import docmill
from docmill._codec import BEST, encode

ORDERS = [
    {"sku": "a", "qty": 2},
    {"sku": "b", "qty": 5},
    {"sku": "a", "qty": 1},
    {"sku": "c", "qty": 1},
]
PIPELINE = [
    {"$group": {"_id": "$sku", "n": {"$sum": "$qty"}}},
    {"$sort": {"n": -1}},
    {"$limit": 2},
]
EXPECTED = [{"_id": "b", "n": 5}, {"_id": "a", "n": 3}]
ARRAY = encode(BEST, ORDERS)
LINES = b"".join(encode(BEST, order) + b"\n" for order in ORDERS)


@pytest.fixture
def mill(connect, service_url):
    return connect(service_url)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ORDERS,
        lambda: ARRAY,
        lambda: LINES,
        lambda: io.BytesIO(b"\n " + ARRAY),
        lambda: io.BytesIO(LINES),
        lambda: iter(ORDERS),
        lambda: LINES.splitlines(),
        lambda: iter(LINES.decode().splitlines(keepends=True)),
    ],
    ids=["objects", "array", "lines", "file", "file of lines", "iterator", "list", "text"],
)
def test_every_shape_of_documents_gives_the_same_answer(mill, make):
    result = mill.transform(make(), PIPELINE)
    assert result == EXPECTED
    assert (result.stats.documents_in, result.stats.documents_out) == (4, 2)
    assert result.request_id


def test_no_documents_in_any_shape(mill):
    for nothing in ([], b"", b"[]", b"\n", io.BytesIO(b""), iter([])):
        assert mill.transform(nothing, [{"$limit": 1}]) == []


def test_megabytes_go_through_in_chunks(mill):
    documents = b"".join(b'{"n": %d, "text": "%s"}\n' % (n, b"x" * 100) for n in range(50_000))
    pipeline = [{"$group": {"_id": None, "sum": {"$sum": "$n"}, "count": {"$sum": 1}}}]
    expected = [{"_id": None, "sum": sum(range(50_000)), "count": 50_000}]
    assert mill.transform(documents, pipeline) == expected
    assert mill.transform(io.BytesIO(documents), pipeline) == expected
    assert mill.transform(({"n": n} for n in range(50_000)), pipeline) == expected


def test_dates_there_and_back(mill):
    moment = datetime(2013, 1, 1, 5, 0, 0, 123000, UTC)
    documents = [{"at": moment}, {"at": moment + timedelta(days=1)}]
    result = mill.transform(documents, [{"$sort": {"at": -1}}, {"$limit": 1}])
    assert result == [{"at": moment + timedelta(days=1)}]


def test_constants_and_explain(mill):
    result = mill.transform(
        [{"a": 1}], [{"$set": {"b": "$$x"}}, {"$limit": 1}], let={"x": 7}, explain=True
    )
    assert result == [{"a": 1, "b": 7}]
    assert [stage.name for stage in result.stages] == ["$set", "$limit"]


def test_integers_of_64_bits_are_kept(mill):
    documents = [{"n": 2**63 - 1}, {"n": -(2**63)}, {"n": 2**53 + 1}]
    assert mill.transform(documents, [{"$set": {"m": "$n"}}]) == [
        {**document, "m": document["n"]} for document in documents
    ]


def test_a_pipeline_that_does_not_compile(mill):
    with pytest.raises(docmill.PipelineInvalid) as caught:
        mill.transform([], [{"$limit": 1}, {"$gruop": {}}])
    error = caught.value
    assert (error.stage, error.mongo_code) == (1, 40324)
    assert error.pointer.startswith("/pipeline/1")
    assert "$group" in str(error)
    assert error.request_id


def test_a_verdict_names_everything_that_is_wrong(mill):
    verdict = mill.validate([{"$gruop": {}}, {"$limit": -1}])
    assert not verdict
    assert [item.stage for item in verdict.errors] == [0, 1]
    assert verdict.errors[0].mongo_code == 40324
    assert all(item.detail and item.pointer.startswith("/pipeline/") for item in verdict.errors)
    assert mill.validate(PIPELINE).stages == ("$group", "$sort", "$limit")


def test_a_document_that_an_operator_cannot_take(mill):
    with pytest.raises(docmill.PipelineFailed) as caught:
        mill.transform([{"a": 1}, {"a": "x"}], [{"$set": {"b": {"$abs": "$a"}}}])
    assert (caught.value.stage, caught.value.document) == (0, 1)


@pytest.mark.parametrize("documents", [b'[{"a": 1},]', b'{"a": 1}\n{"a": }\n'])
def test_bytes_that_are_not_json(mill, documents):
    with pytest.raises(docmill.MalformedJSON) as caught:
        mill.transform(documents, [])
    assert caught.value.offset > 0


def test_bytes_with_members_of_their_own_are_refused(mill):
    for extra in (b'"let": {"x": 1}', b'"collections": {}', b'"options": {"seed": 1}'):
        with pytest.raises(docmill.ValidationFailed, match="given twice"):
            mill.transform(b"[], " + extra + b', "documents": []', [])


def test_a_request_over_a_limit(connect, start_service):
    mill = connect(start_service("--max-body", "64KiB").url)
    with pytest.raises(docmill.TooLarge) as caught:
        mill.transform(b"[" + b" " * 100_000 + b"]", [])
    assert caught.value.limit == "max-body"


def test_tasks_from_their_beginning_to_their_end(mill):
    task = mill.tasks.create("Nightly roll-up", description="all of it", priority=2)
    assert (task.status, task.priority, task.version) == ("pending", 2, 1)
    assert abs(datetime.now(UTC) - task.created_at) < timedelta(minutes=1)
    assert mill.tasks.get(task.id) == task
    done = mill.tasks.update(task.id, status="done in test", priority=5)
    assert (done.status, done.priority, done.description) == ("done in test", 5, "all of it")
    assert [found.id for found in mill.tasks.list(status="done in test")] == [task.id]
    assert mill.tasks.delete(task.id) is None
    with pytest.raises(docmill.NotFound, match="Task not found"):
        mill.tasks.get(task.id)


def test_a_list_longer_than_a_page(connect, start_service):
    mill = connect(start_service().url)
    made = [mill.tasks.create(f"task {n}").id for n in range(7)]
    assert [task.id for task in mill.tasks.list(limit=3)] == made
    assert [len(page.tasks) for page in mill.tasks.list(limit=3).pages()] == [3, 3, 1]
    first = mill.tasks.list(limit=3).page()
    assert [task.id for task in mill.tasks.list(cursor=first.next_cursor)] == made[3:]


@pytest.mark.parametrize(
    ("title", "options", "pointer"),
    [("", {}, "/title"), ("x" * 201, {}, "/title"), ("x", {"priority": 6}, "/priority")],
)
def test_a_task_out_of_bounds(mill, title, options, pointer):
    with pytest.raises(docmill.ValidationFailed) as caught:
        mill.tasks.create(title, **options)
    assert [item.pointer for item in caught.value.errors] == [pointer]


@pytest.mark.parametrize("task_id", ["..", ".", "a/b", "x", "%00", "?", "é"])
def test_an_id_of_any_kind_is_simply_unknown(mill, task_id):
    for call in (mill.tasks.get, mill.tasks.delete):
        with pytest.raises(docmill.NotFound):
            call(task_id)


def test_is_ready_until_it_is_gone(connect, start_service):
    service = start_service()
    mill = connect(service.url)
    assert mill.ready()


def test_nobody_there_is_not_ready(connect):
    assert not connect("http://127.0.0.1:9").ready()


def test_many_threads_share_a_client(service_url):
    documents = [{"n": n} for n in range(50)]
    with docmill.Client(service_url) as mill, ThreadPoolExecutor(8) as pool:

        def work(n):
            return mill.transform(documents, [{"$limit": n}]).documents

        wanted = [n % 50 + 1 for n in range(400)]
        for n, found in zip(wanted, pool.map(work, wanted), strict=True):
            assert found == documents[:n]


def test_many_calls_at_once_share_an_async_client(service_url):
    documents = [{"n": n} for n in range(50)]

    async def main():
        async with docmill.AsyncClient(service_url) as mill:
            wanted = [n % 50 + 1 for n in range(400)]
            calls = [mill.transform(documents, [{"$limit": n}]) for n in wanted]
            for n, found in zip(wanted, await asyncio.gather(*calls), strict=True):
                assert found == documents[:n]

    asyncio.run(main())
