"""No rule, and no number of threads, changes an answer."""

import json
import pathlib
import subprocess
from collections.abc import Iterator

import pytest
import random_pipelines as rp
from hypothesis import event, given
from hypothesis import strategies as st
from service import find_binary

BINARY = find_binary()
PATIENCE = 30.0
EXIT_DATA = 65  # sysexits.h: the pipeline or the documents are refused


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pathlib.Path]:
    """Where the side input of a run is written."""
    if BINARY is None:
        pytest.skip("no docmill has been built: set DOCMILL_BIN or build in build-test/")
    return tmp_path_factory.mktemp("properties")


def run(pipeline: str, documents: str, side: pathlib.Path, *options: str) -> tuple[int, object]:
    """Return the exit code, with the answer's bytes or with what the error says."""
    done = subprocess.run(
        [BINARY, "run", "--json", "--collection", f"f={side}", "--pipeline", pipeline, *options],
        input=documents.encode(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode in (0, EXIT_DATA), done.stderr.decode()
    if done.returncode == 0:
        return 0, done.stdout
    problem = json.loads(done.stderr)
    return done.returncode, {key: problem.get(key) for key in ("code", "detail", "mongo")}


@given(
    documents=rp.documents,
    foreign=rp.documents,
    pipeline=rp.pipelines,
    is_tight=st.booleans(),
)
def test_rules_change_no_answer(
    folder: pathlib.Path,
    documents: list[rp.Json],
    foreign: list[rp.Json],
    pipeline: list[rp.Json],
    is_tight: bool,
) -> None:
    side = folder / "foreign.json"
    side.write_text(json.dumps(foreign), encoding="utf-8")
    separators = (",", ":") if is_tight else None  # text without white space is copied as it is
    text, source = json.dumps(pipeline), json.dumps(documents, separators=separators)
    with_rules = run(text, source, side)
    without = run(text, source, side, "--no-rules")
    event("answered" if without[0] == 0 else "refused")
    assert with_rules == without


@given(documents=rp.documents, pipeline=rp.pipelines)
def test_a_limit_behind_answers_the_first_of_all(
    folder: pathlib.Path, documents: list[rp.Json], pipeline: list[rp.Json]
) -> None:
    """What $limit lets through is how the whole answer begins, wherever the rules move it."""
    side = folder / "foreign.json"
    side.write_text(json.dumps(documents), encoding="utf-8")
    source = json.dumps(documents)
    rc, whole = run(json.dumps(pipeline), source, side)
    if rc != 0:
        return  # a limited run may end before it meets what is refused
    rc, limited = run(json.dumps([*pipeline, {"$limit": 3}]), source, side)
    assert rc == 0
    assert isinstance(whole, bytes)
    assert isinstance(limited, bytes)
    # As text: to Python 1, 1.0 and true are equal.
    assert json.dumps(json.loads(limited)) == json.dumps(json.loads(whole)[:3])


@given(
    documents=rp.documents,
    foreign=rp.documents,
    pipeline=rp.pipelines,
)
def test_threads_change_no_answer(
    folder: pathlib.Path,
    documents: list[rp.Json],
    foreign: list[rp.Json],
    pipeline: list[rp.Json],
) -> None:
    side = folder / "foreign.json"
    side.write_text(json.dumps(foreign), encoding="utf-8")
    text, source = json.dumps(pipeline), json.dumps(documents)
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    for given_as in (source, lines):
        one = run(text, given_as, side, "--threads", "1")
        event("answered" if one[0] == 0 else "refused")
        assert run(text, given_as, side, "--threads", "3", "--piece-size", "20") == one
