"""What schemathesis makes of the contract, the service answers as the contract says."""

import pathlib
import re
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from explore import OPTIONS, check_log, check_metrics, explore, find_promtool
from service import Service, find_binary


class Run(NamedTuple):
    """A short run: the same in every build; tests/lib/explore.py makes long ones."""

    service: Service
    log: pathlib.Path
    result: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    folder = tmp_path_factory.mktemp("explore")
    log = folder / "log"
    with Service(*OPTIONS, log_to=log) as service:
        result = explore(service, folder, "--seed", "1", "--max-examples", "8", "--no-shrink")
        yield Run(service, log, result)


def test_nothing_is_found(run: Run) -> None:
    assert run.result.returncode == 0, run.result.stdout
    made = re.search(r"^ +(\d+) generated, (\d+) passed$", run.result.stdout, re.MULTILINE)
    assert made is not None, run.result.stdout
    assert int(made[1]) == int(made[2]) > 500


def test_every_operation_of_the_service_is_looked_at(run: Run) -> None:
    selected = re.search(r"Selected: (\d+)/(\d+)\n +Tested: (\d+)\n", run.result.stdout)
    assert selected is not None, run.result.stdout
    n_selected, n_all, n_tested = map(int, selected.groups())
    # All but /metrics, which is at the operators' listener.
    assert n_tested == n_selected == n_all - 1


def test_its_log_is_json_line_by_line(run: Run) -> None:
    assert check_log(run.log) > 500


def test_promtool_finds_nothing_wrong_with_its_metrics(run: Run) -> None:
    promtool = find_promtool()
    if promtool is None:
        pytest.skip("promtool is not there (Debian's package prometheus; tests/run.sh fetches it)")
    assert check_metrics(run.service, promtool) == ""
