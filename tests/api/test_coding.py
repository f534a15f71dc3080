"""gzip, in both directions: Content-Encoding of bodies, Accept-Encoding and answers."""

import gzip
import json
import random
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from service import Service, find_binary
from until import until
from wire import Answer, Wire, ask, assert_problem

JSON = "application/json"
REQUEST: dict[str, Any] = {"documents": [{"n": n} for n in range(300)], "pipeline": []}
PLAIN = json.dumps(REQUEST).encode()
PACKED = gzip.compress(PLAIN)


@pytest.fixture(scope="module")
def limited() -> Iterator[Service]:
    """A service that takes little, packed or not."""
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    with Service("--max-body", "1MiB", "--max-inflate-ratio", "50") as running:
        yield running


def send(service: Service, body: bytes, coding: str | None = "gzip", **headers: str) -> Answer:
    if coding is not None:
        headers["Content_Encoding"] = coding
    return ask(service.address, "POST", "/transform", body, Content_Type=JSON, **headers)


# Bodies


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip", "identity, gzip", " gzip ,"])
def test_a_packed_body_is_unpacked(service: Service, coding: str) -> None:
    answer = send(service, PACKED, coding)
    assert answer.status == 200
    assert answer.json()["documents"] == REQUEST["documents"]


def test_every_route_that_reads_a_body_unpacks_it(service: Service) -> None:
    headers = {"Content_Type": JSON, "Content_Encoding": "gzip"}
    task = gzip.compress(b'{"title": "packed"}')
    created = ask(service.address, "POST", "/tasks", task, **headers)
    assert (created.status, created.json()["title"]) == (201, "packed")
    verdict = ask(service.address, "POST", "/transform/validate", PACKED, **headers)
    assert verdict.json()["valid"] is True


def test_lines_come_packed_too(service: Service) -> None:
    lines = b'{"pipeline": []}\n' + b"\n".join(b'{"n": %d}' % n for n in range(9))
    headers = {"Content_Type": "application/x-ndjson", "Content_Encoding": "gzip"}
    answer = ask(service.address, "POST", "/transform", gzip.compress(lines), **headers)
    assert len(answer.json()["documents"]) == 9


def test_a_packed_body_may_have_several_members(service: Service) -> None:
    parts = [gzip.compress(PLAIN[at : at + 500]) for at in range(0, len(PLAIN), 500)]
    answer = send(service, b"".join([gzip.compress(b""), *parts, gzip.compress(b"")]))
    assert answer.json()["documents"] == REQUEST["documents"]


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_packed_body_in_chunks_is_unpacked(service: Service, size: int) -> None:
    with Wire(service.address) as wire:
        wire.send(
            b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        parts = [PACKED[at : at + size] for at in range(0, len(PACKED), size)]
        wire.send(b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts))
        wire.send(b"0\r\n\r\n")
        assert wire.receive().json()["documents"] == REQUEST["documents"]
        assert wire.ask("GET", "/livez").status == 200


BROKEN = {
    "cut": PACKED[:-9],
    "only a header": PACKED[:10],
    "a wrong sum": PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:],
    "a wrong length": PACKED[:-4] + b"\0\0\0\0",
    "no gzip at all": PLAIN,
    "zlib's own form": zlib.compress(PLAIN),
    "something behind it": PACKED + b"x",
    "zeros behind it": PACKED + b"\0" * 8,
    "half a member behind it": PACKED + PACKED[:20],
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_body_that_does_not_unpack_is_refused(service: Service, body: bytes) -> None:
    assert_problem(send(service, body), 400, "content_coding_invalid")


@pytest.mark.parametrize(
    "coding", ["br", "deflate", "zstd", "gzip, gzip", "gzip, br", "*", "gzipp"]
)
def test_another_coding_is_refused_and_the_known_one_named(service: Service, coding: str) -> None:
    for path in ("/transform", "/transform/validate", "/tasks"):
        answer = ask(
            *(service.address, "POST", path, PACKED), Content_Type=JSON, Content_Encoding=coding
        )
        assert_problem(answer, 415, "unsupported_media_type")
        assert answer.headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("coding", [None, "identity", "", "identity, identity"])
def test_a_body_as_it_is_needs_no_coding(service: Service, coding: str | None) -> None:
    assert send(service, PLAIN, coding).status == 200


def test_an_empty_body_has_nothing_to_unpack(service: Service) -> None:
    assert_problem(send(service, b""), 400, "json_malformed")


def test_a_body_unpacks_to_as_much_as_may_be_sent(limited: Service) -> None:
    filler = " ".join(str(number) for number in range(400_000))
    for size, status in ((1 << 20, 400), ((1 << 20) + 1, 413)):
        answer = send(limited, gzip.compress(filler[:size].encode()))
        assert answer.status == status
    assert assert_problem(answer, 413, "body_too_large")["limit"] == "max-body"


def test_a_bomb_is_refused_by_its_ratio(limited: Service) -> None:
    problem = assert_problem(send(limited, gzip.compress(b" " * 200_000)), 413, "body_too_large")
    assert problem["limit"] == "max-inflate-ratio"
    allowed = b'{"pipeline":[],"documents":[]}' + b" " * 3_000
    assert send(limited, gzip.compress(allowed)).status == 200


def test_a_large_bomb_is_given_up_early(service: Service) -> None:
    """A gigabyte of zeros: more than a thousand times its size, which is the default ratio."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1000)) + packer.flush()
    assert len(bomb) < 1 << 20
    problem = assert_problem(send(service, bomb), 413, "body_too_large")
    assert problem["limit"] == "max-inflate-ratio"


# Answers


def answer_to(service: Service, accepted: str | None, documents: int = 300) -> Answer:
    body = json.dumps({"documents": [{"n": n} for n in range(documents)], "pipeline": []}).encode()
    headers = {} if accepted is None else {"Accept_Encoding": accepted}
    return send(service, body, None, **headers)


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("GZip", True),
        ("x-gzip", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("br, gzip;q=0.001", True),
        ("*", True),
        ("br;q=1, *;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0, *", False),
        ("*, gzip;q=0", False),
        ("*;q=0", False),
        ("br", False),
        ("identity", False),
        ("gzip;q=0.5, identity", False),
        ("identity;q=0.5, gzip;q=0.8", True),
        ("identity;q=0, gzip", True),
        ("identity;q=0.5, *;q=0", False),
        (",, gzip ,", True),
    ],
)
def test_an_answer_is_packed_for_who_likes_that(
    service: Service, accepted: str | None, is_packed: bool
) -> None:
    answer = answer_to(service, accepted)
    assert answer.headers.get("content-encoding") == ("gzip" if is_packed else None)
    assert answer.headers["vary"] == "Accept-Encoding"
    body = gzip.decompress(answer.body) if is_packed else answer.body
    assert json.loads(body)["documents"] == REQUEST["documents"]


def test_a_small_answer_is_sent_as_it_is(service: Service) -> None:
    small = answer_to(service, "gzip", 10)
    assert len(small.body) < 1024
    assert not {"content-encoding", "vary"} & set(small.headers)
    assert answer_to(service, "identity;q=0, gzip", 10).headers["content-encoding"] == "gzip"


def test_large_answers_unpack_to_what_they_are(service: Service) -> None:
    pipeline = [{"$set": {"m": {"$range": [0, 20_000]}}}, {"$unwind": "$m"}]
    body = json.dumps({"documents": [{"n": n} for n in range(30)], "pipeline": pipeline}).encode()
    packed, plain = (send(service, body, None, Accept_Encoding=a) for a in ("gzip", "identity"))
    unpacked = gzip.decompress(packed.body)
    assert len(unpacked) > 10_000_000
    assert len(packed.body) < len(unpacked) / 4
    assert json.loads(unpacked)["documents"] == plain.json()["documents"]


def test_packing_is_a_part_of_the_transforms_memory() -> None:
    """Where there is no room for the packed answer beside the other, that one is sent."""
    documents = [{"n": f"{random.Random(n).getrandbits(4000):x}"} for n in range(3000)]
    request: dict[str, Any] = {"documents": documents, "pipeline": []}
    with Service() as service:
        answer = send(service, json.dumps(request).encode(), None)
        peak = answer.json()["stats"]["peak_bytes"]
        for room, coding in ((64 << 10, None), (16 << 20, "gzip")):
            request["options"] = {"max_memory_bytes": peak + room}
            answer = send(service, json.dumps(request).encode(), None, Accept_Encoding="gzip")
            assert (answer.status, answer.headers.get("content-encoding")) == (200, coding)
            assert answer.headers["vary"] == "Accept-Encoding"
        until(lambda: service.metric("docmill_memory_used_bytes") == 0, "the memory is back")


def test_problems_are_packed_too(service: Service) -> None:
    stages = [{"$nothing": n} for n in range(100)]
    body = json.dumps({"documents": [], "pipeline": stages}).encode()
    answer = send(service, body, None, Accept_Encoding="gzip")
    assert (answer.status, answer.headers["content-encoding"]) == (400, "gzip")
    assert json.loads(gzip.decompress(answer.body))["code"] == "pipeline_invalid"


def test_head_says_what_get_would_have_said(service: Service) -> None:
    with Wire(service.address) as wire:
        get = wire.ask("GET", "/capabilities", Accept_Encoding="gzip")
        head = wire.ask("HEAD", "/capabilities", Accept_Encoding="gzip")
        assert get.headers["content-encoding"] == "gzip"
        for name in ("content-length", "content-encoding", "vary", "etag", "content-type"):
            assert head.headers[name] == get.headers[name]
        assert wire.ask("GET", "/livez").status == 200


def test_a_tag_for_if_match_stands_for_the_very_bytes(service: Service) -> None:
    """Packed bytes would be another representation, which needs another strong tag."""
    created = httpx.post(f"{service.url}/tasks", json={"title": "x", "description": "y" * 2000})
    path = created.headers["Location"]
    answer = ask(service.address, "GET", path, Accept_Encoding="gzip")
    assert "content-encoding" not in answer.headers
    assert answer.headers["etag"] == '"1"'


def test_the_tag_of_capabilities_is_weak_and_known_again(service: Service) -> None:
    with Wire(service.address) as wire:
        tag = wire.ask("GET", "/capabilities").headers["etag"]
        assert tag.startswith('W/"')
        again = wire.ask("GET", "/capabilities", If_None_Match=tag, Accept_Encoding="gzip")
        assert (again.status, again.body) == (304, b"")
        assert wire.ask("GET", "/livez").status == 200


def test_capabilities_name_the_codings(service: Service) -> None:
    capabilities = ask(service.address, "GET", "/capabilities").json()
    assert capabilities["codings"] == ["gzip", "identity"]
    assert capabilities["limits"]["max-inflate-ratio"] == 1000
