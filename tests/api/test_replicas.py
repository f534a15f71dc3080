"""Rolling restarts: the short form of tests/bench/http/rolling.py."""

from replicas import restart_under_load


def test_callers_who_follow_readyz_notice_no_restart() -> None:
    outcome = restart_under_load(n_restarts=3, n_callers=4)
    assert outcome.failures == []
    assert outcome.n_answered > 100
