"""The corpus of raw requests: what is malformed is refused before anything else is decided."""

import concurrent.futures
import contextlib
import json

import pytest
from service import ROOT, Service
from wire import Answer, Wire, ask

CORPUS = ROOT.parent / "shared" / "corpora" / "http"

FRAMING_STATUSES = {400, 408, 411, 413, 414, 417, 431, 501, 505}
KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

# Content-Length and Transfer-Encoding together: this source says accept, two others say reject of
# the like (own-cl_te, smug-yelling), and RFC 9112 (6.1) allows to refuse.  We refuse.
DISPUTED = {"h1spec-32-Conflicting_Transfer_Encoding_and_Conten"}


def load_corpus() -> list[tuple[str, str, bytes]]:
    """Names, verdicts and bytes.  Some requests to accept lack the empty line at their end."""
    if not CORPUS.is_dir():
        return []
    rows = [line.split("\t") for line in (CORPUS / "manifest.tsv").read_text().splitlines()]
    corpus = []
    for name, _, verdict in rows:
        request = (CORPUS / f"{name}.req").read_bytes()
        if verdict == "accept" and b"\r\n\r\n" not in request:
            request += b"\r\n"
        corpus.append((name, verdict, request))
    return corpus


def exchange(
    address: tuple[str, int], request: bytes, half_close: bool
) -> tuple[list[Answer], bool]:
    """What comes back, and whether the peer closed: a connection left open is not waited for."""
    with Wire(address, timeout=6.0) as wire:
        # It may be refused, and the connection closed, before all of it is sent.
        with contextlib.suppress(OSError):
            wire.send(request)
            if half_close:
                wire.finish()
        answers = []
        try:
            while not wire.is_closed_by_peer():
                answers.append(wire.receive())
        except TimeoutError:
            return answers, False
        return answers, True


def is_plain_request(request: bytes) -> bool:
    """HTTP, with a Host and a method that this service knows."""
    head = request.split(b"\r\n\r\n")[0]
    lines = head.decode("latin-1").split("\r\n")
    has_host = any(line.lower().startswith("host:") for line in lines[1:])
    words = lines[0].split(" ")
    return has_host and words[0] in KNOWN_METHODS and words[-1] in ("HTTP/1.0", "HTTP/1.1")


def fault_of(name: str, verdict: str, request: bytes, answers: list[Answer], closed: bool) -> str:
    """Why the exchange is not as it must be, or nothing."""
    statuses = [answer.status for answer in answers]
    if any(status == 500 or status == 503 for status in statuses):
        return f"a fault of the service: {statuses}"
    for answer in answers:
        if answer.status >= 400 and answer.headers["content-type"] != "application/problem+json":
            return "an error that is no problem document"
        if answer.status >= 400 and json.loads(answer.body)["status"] != answer.status:
            return "a problem document with another status"
    if len(answers) > request.count(b"HTTP/") + 1:
        return f"answered too often: {statuses}"
    if verdict == "reject" and (len(answers) != 1 or statuses[0] not in FRAMING_STATUSES):
        return f"not refused once with a framing status: {statuses}"
    if verdict == "reject" and not (closed and answers[0].closes):
        return "refused, but the connection stays"
    is_exempt = name in DISPUTED
    is_taken = bool(statuses) and statuses[0] not in FRAMING_STATUSES - {411}
    if verdict == "accept" and is_plain_request(request) and not is_exempt and not is_taken:
        return f"not taken: {statuses}"
    return ""


@pytest.mark.parametrize("half_close", [False, True], ids=["left open", "half closed"])
def test_every_request_of_the_corpus_is_judged_rightly(service: Service, half_close: bool) -> None:
    corpus = load_corpus()
    if not corpus:
        pytest.skip("the corpus is not there (../shared/corpora/http)")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        exchanges = pool.map(lambda row: exchange(service.address, row[2], half_close), corpus)
        faults = [
            f"{name}: {fault}"
            for (name, verdict, request), (answers, closed) in zip(corpus, exchanges, strict=True)
            if (fault := fault_of(name, verdict, request, answers, closed))
        ]
    assert not faults, "\n".join(faults)
    assert len(corpus) == 363
    assert ask(service.address, "GET", "/livez").status == 200
