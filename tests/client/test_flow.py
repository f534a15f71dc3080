"""The policy of a call, without client, socket or clock."""

import pathlib

import pytest
import yaml

import docmill
from docmill import ConnectionFailed, NotFound, Overloaded, Timeout
from docmill._body import Lines, Parts
from docmill._call import Answer, Call
from docmill._codec import BEST
from docmill._flow import Outcome, Policy, Send, Sleep, run

POLICY = Policy(timeout=10.0, retries=2, base_delay=1.0, max_delay=4.0, jitter=lambda: 1.0)
OK = Answer(200, b"{}")
BUSY = Answer(503, b'{"code": "overloaded"}', "application/problem+json")
REFUSED = ConnectionFailed("refused", sent=False)
BROKEN = ConnectionFailed("broke off")


def get(**changes):
    return Call("GET", "/", lambda answer: answer.status, **changes)


def script(call, *results, policy=POLICY, each=0.5):
    """Play a call: what came of each try goes in, the steps and the end come out."""
    flow = run(call, policy)
    steps = [next(flow)]
    results = list(results)
    try:
        while True:
            nap = isinstance(steps[-1], Sleep)
            result = None if nap else results.pop(0)
            steps.append(flow.send(Outcome(result, steps[-1].seconds if nap else each)))
    except StopIteration as stop:
        assert not results, "a result was not asked for"
        return steps, stop.value
    except docmill.Error as error:
        assert not results, "a result was not asked for"
        return steps, error


def naps(steps):
    return [step.seconds for step in steps if isinstance(step, Sleep)]


def test_an_answer_ends_the_call():
    steps, end = script(get(), OK)
    assert end == 200
    assert [type(step) for step in steps] == [Send]
    assert steps[0].timeout == 10.0


def test_waits_double_and_stay_below_the_longest():
    policy = Policy(timeout=100.0, retries=4, base_delay=1.0, max_delay=4.0, jitter=lambda: 1.0)
    steps, end = script(get(), BUSY, BROKEN, BUSY, REFUSED, OK, policy=policy)
    assert naps(steps) == [1.0, 2.0, 4.0, 4.0]
    assert end == 200


@pytest.mark.parametrize(("jitter", "wait"), [(0.0, 0.5), (1.0, 1.0)])
def test_jitter_takes_away_at_most_half(jitter, wait):
    policy = Policy(timeout=10.0, retries=1, base_delay=1.0, jitter=lambda: jitter)
    steps, _ = script(get(), BUSY, OK, policy=policy)
    assert naps(steps) == [wait]


@pytest.mark.parametrize(("jitter", "wait"), [(0.0, 3.0), (1.0, 4.0)])
def test_never_comes_back_before_the_service_wants_it(jitter, wait):
    policy = Policy(timeout=10.0, retries=1, base_delay=1.0, jitter=lambda: jitter)
    steps, _ = script(get(), Answer(503, retry_after=3.0), OK, policy=policy)
    assert naps(steps) == [wait]


def test_tries_and_waits_use_up_one_deadline():
    steps, _ = script(get(), BUSY, BUSY, OK, each=1.0)
    assert [step.timeout for step in steps if isinstance(step, Send)] == [10.0, 8.0, 5.0]


def test_gives_up_when_the_wait_would_pass_the_deadline():
    steps, end = script(get(), Answer(503, retry_after=9.0))
    assert naps(steps) == []
    assert end.status == 503
    assert end.retry_after == 9.0


def test_gives_up_after_the_last_try():
    steps, end = script(get(), BUSY, BUSY, BUSY)
    assert isinstance(end, Overloaded)
    assert len(naps(steps)) == 2


def test_a_key_whose_first_request_is_under_way_is_sent_again():
    call = Call("POST", "/tasks", lambda answer: 201, headers={"Idempotency-Key": "k"})
    steps, end = script(call, Answer(409, retry_after=1.0), OK)
    assert end == 201
    assert len(naps(steps)) == 1


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422, 500, 501])
def test_what_would_fail_again_is_not_repeated(status):
    steps, end = script(get(), Answer(status))
    assert end.status == status
    assert naps(steps) == []


# For logs, as nobody is there to read it.
NOT_FOR_RETRIES = {"abandoned"}


def codes():
    path = pathlib.Path(__file__).parents[2] / "proto" / "errors.yaml"
    for code, row in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        if code in NOT_FOR_RETRIES:
            continue
        yield pytest.param(code, row["status"], row["retry"] == "later", id=code)


@pytest.mark.parametrize(("code", "status", "can_help"), list(codes()))
def test_what_is_repeated_is_what_the_contract_says(code, status, can_help):
    refused = Answer(status, b'{"code": "%s"}' % code.encode(), "application/problem+json")
    steps, end = script(get(), refused, *([OK] if can_help else []))
    assert (end == 200) == can_help
    assert len(naps(steps)) == can_help


def test_a_timeout_is_the_end():
    _, end = script(get(), Timeout("late"))
    assert isinstance(end, Timeout)


@pytest.mark.parametrize("result", [BUSY, BROKEN])
def test_what_is_not_repeatable_is_sent_once(result):
    steps, end = script(get(repeatable=False), result)
    assert isinstance(end, (Overloaded, ConnectionFailed))
    assert naps(steps) == []


def test_what_never_left_is_tried_again_even_if_not_repeatable():
    steps, end = script(get(repeatable=False), REFUSED, OK)
    assert end == 200
    assert len(naps(steps)) == 1


def test_a_body_that_is_gone_is_not_sent_again():
    body = Lines(BEST, b"{}", iter([{"a": 1}]))
    list(body.open().chunks)
    _, end = script(get(body=body), BUSY)
    assert isinstance(end, Overloaded)


def test_a_body_that_was_not_begun_is_sent_again():
    body = Lines(BEST, b"{}", iter([{"a": 1}]))
    _, end = script(get(body=body), REFUSED, OK)
    assert end == 200


def test_a_body_of_bytes_is_sent_again():
    _, end = script(get(body=Parts("text/plain", b"x")), BUSY, OK)
    assert end == 200


GONE = Answer(404, b'{"code": "not_found"}', "application/json")


def test_a_repeated_delete_that_finds_nothing_has_worked():
    _, end = script(get(done_when_repeated=404), BROKEN, GONE)
    assert end == 404


@pytest.mark.parametrize("before", [[], [REFUSED]])
def test_a_delete_that_finds_nothing_at_first_has_not(before):
    _, end = script(get(done_when_repeated=404), *before, GONE)
    assert isinstance(end, NotFound)
