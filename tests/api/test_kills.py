"""kill -9 under clients that write; tests/lib/kill_loop.py does it for longer."""

import random

import pytest
from kill_loop import run
from service import find_binary


def test_what_was_acknowledged_survives_being_killed_and_nothing_is_doubled() -> None:
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    seed = random.SystemRandom().randrange(2**32)
    outcome = run(kills=20, clients=16, seed=seed)
    assert outcome.problems == [], f"seed {seed}"
    assert outcome.acknowledged > 100
    assert outcome.sent_again > 0, "the kills have hit nobody"
