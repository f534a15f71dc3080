"""The options of serve: where they are said, who wins, and what a mistake is answered with."""

import pathlib
import re

import pytest
from service import Service
from wire import ask


def limit_of(service: Service) -> int:
    """The body limit in force, as the service tells it."""
    answer = ask(service.address, "GET", "/capabilities")
    return answer.json()["limits"]["max-body"]


def test_an_option_is_a_flag() -> None:
    with Service("--max-body=3MiB") as service:
        assert limit_of(service) == 3 << 20


def test_an_option_is_a_variable_of_the_environment() -> None:
    with Service(environment={"DOCMILL_MAX_BODY": "5 MiB"}) as service:
        assert limit_of(service) == 5 << 20


def test_an_option_is_a_line_of_a_file(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "docmill.conf"
    file.write_text("# limits\n\n  max-body =  7MiB \nlog-level=debug\n")
    with Service("--config", str(file)) as service:
        assert limit_of(service) == 7 << 20


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "docmill.conf"
    file.write_text("max-body = 2MiB\n")
    environment = {"DOCMILL_CONFIG": str(file), "DOCMILL_MAX_BODY": "4MiB"}
    with Service(environment=environment) as service:
        assert limit_of(service) == 4 << 20
    with Service("--max-body", "6MiB", environment=environment) as service:
        assert limit_of(service) == 6 << 20


MISTAKES = [
    (["--max-bodi", "1MiB"], 78, "did you mean --max-body"),
    (["--nonsense", "1"], 78, "--nonsense: there is no such option"),
    (["--max-body", "many"], 78, '--max-body: "many" is not a size such as 64MiB'),
    (["--max-body", "1"], 78, "is not between 1KiB and 1TiB"),
    (["--max-body", "64MB"], 78, "is not a size"),
    (["--header-timeout", "10"], 78, "is not a duration such as 30s"),
    (["--header-timeout", "18446744073709551615h"], 78, "is not a duration"),
    (["--http-threads", "0"], 78, "is not between 1 and 16384"),
    (["--http-threads", "-1"], 78, "is not a whole number"),
    (["--log-level", "warnin"], 78, 'did you mean "warning"'),
    (["--log-format", "xml"], 78, '"xml" is none of json, text'),
    (["--listen", "nowhere"], 78, '"nowhere" is not HOST:PORT'),
    (["--listen", "127.0.0.1:70000"], 78, "is not HOST:PORT"),
    (["--listen", "127.0.0.1:1,127.0.0.1:2"], 78, "is not HOST:PORT"),
    (["--listen", "0.0.0.0:0"], 78, "or --auth none if that is meant"),
    (["--auth", "keys"], 78, "--auth keys needs --keys-file FILE"),
    (["--keys-file", "x"], 78, "--keys-file is for --auth keys"),
    (["--auth", "keys", "--keys-file", "/does/not/exist"], 66, "exist: No such file"),
    (["--cors-origins", "https://a/b"], 78, '"https://a/b" is not an origin'),
    (["--cors-origins", "*,https://a"], 78, '"*" is not an origin'),
    (["--cors-origins", "https://A"], 78, '"https://A" is not an origin'),
    (["--cors-origins", "https://a, b"], 78, '"b" is not an origin'),
    (["--store", "mysql://x"], 78, "mysql:"),
    (["--config", "/does/not/exist"], 66, "/does/not/exist: No such file"),
    (["--max-body"], 64, "--max-body needs a value"),
    (["8001"], 64, '"8001" is not an option'),
]


@pytest.mark.parametrize(("arguments", "status", "message"), MISTAKES)
def test_a_mistake_ends_the_start_with_one_line(docmill, arguments, status, message) -> None:
    result = docmill(
        "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", *arguments
    )
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert (result.returncode, result.stdout) == (status, "")


def test_a_mistake_in_the_file_is_named_with_its_line(docmill, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "docmill.conf"
    file.write_text("max-body = 1MiB\n\nmax-boddy = 1MiB\n")
    result = docmill("serve", "--config", str(file))
    assert result.returncode == 78
    assert (
        "docmill.conf:3: max-boddy: there is no such option; did you mean max-body?"
        in result.stderr
    )


def test_a_misspelt_variable_is_a_mistake_and_one_of_others_is_not(docmill) -> None:
    misspelt = docmill("serve", "--check", DOCMILL_MAX_BODDY="1MiB")
    assert misspelt.returncode == 78
    assert "DOCMILL_MAX_BODDY" in misspelt.stderr
    # Kubernetes sets these for a service of this name.
    others = {"DOCMILL_SERVICE_HOST": "10.0.0.1", "DOCMILL_PORT": "tcp://10.0.0.1:8001"}
    assert docmill("serve", "--check", **others).returncode == 0


def test_check_opens_nothing_and_says_that_all_is_well(docmill) -> None:
    result = docmill("serve", "--check", "--listen", "0.0.0.0:1", "--auth", "none")
    assert result.returncode == 0
    assert result.stderr == ""


def test_help_lists_every_option_with_its_default(docmill) -> None:
    text = docmill("serve", "--help").stdout
    table = docmill("serve", "--help=markdown").stdout
    names = set(re.findall(r"^  --([a-z-]+)", text, re.M))
    assert names == set(re.findall(r"^\| `--([a-z-]+)`", table, re.M))
    assert {"listen", "max-body", "shutdown-delay", "check"} <= names
    assert "[64MiB]" in text
    assert "`DOCMILL_MAX_BODY`" in table


def test_the_access_log_can_be_reduced() -> None:
    with Service("--access-log", "errors") as service:
        ask(service.address, "GET", "/livez")
        ask(service.address, "GET", "/nothing")
        assert service.wait_for_log("request")["status"] == 404
    with Service("--access-log", "off") as service:
        ask(service.address, "GET", "/nothing")
    assert not [line for line in service.log if line["msg"] == "request"]


def test_the_log_can_be_text(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "log"
    with Service("--log-format", "text", log_to=file) as service:
        assert service.report() == ""
    text = file.read_text()
    assert re.match(r"\S+Z info listening service=\"127\.0\.0\.1:\d+\" admin=", text)
    assert text.splitlines()[-1].endswith("info stopping requests_cut=0")
