"""docmillctl: the client on the command line (`docmill` itself is the service's program).

On a terminal it shows tables, in a pipe plain lines; `--json` gives the service's own words.
"""

import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NoReturn

try:
    import typer

    from ._show import progress, show_result, show_tasks
except ImportError:
    raise SystemExit("docmillctl needs more packages: pip install 'docmill[cli]'") from None

from ._calls.tasks import Include, Kind, Sort
from ._client import Client
from ._errors import (
    AuthenticationFailed,
    ConnectionFailed,
    Error,
    InternalError,
    JobCancelled,
    JobFailed,
    PermissionDenied,
    StatusError,
    Timeout,
    Unavailable,
)
from ._models import UNSET, Task

EX_USAGE = 64
EX_DATA = 65
EX_NO_INPUT = 66
EX_UNAVAILABLE = 69
EX_SOFTWARE = 70
EX_IO = 74
EX_NO_PERMISSION = 77

app = typer.Typer(
    help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
tasks = typer.Typer(help="The tasks of the service.", no_args_is_help=True)
app.add_typer(tasks, name="tasks")


@dataclass(frozen=True)
class _Invocation:
    """What stands before the subcommand."""

    url: str | None
    as_json: bool


@app.callback()
def _options(
    context: typer.Context,
    url: Annotated[str | None, typer.Option(help="Where the service is.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    context.obj = _Invocation(url, as_json)


@app.command()
def transform(
    context: typer.Context,
    pipeline: Annotated[str, typer.Argument(help="The stages as JSON, or a file of them.")],
    file: Annotated[str, typer.Argument(help="Documents, an array or one a line.")] = "-",
    collection: Annotated[list[str] | None, typer.Option(metavar="NAME=FILE")] = None,
    let: Annotated[list[str] | None, typer.Option(metavar="NAME=JSON")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds for all of it.")] = None,
    background: Annotated[
        bool, typer.Option("--async", help="Make it a job, and show that.")
    ] = False,
    wait: Annotated[
        int | None,
        typer.Option(min=1, max=30, help="With --async: the result, if it is there so soon."),
    ] = None,
) -> None:
    """Run a pipeline over documents."""
    if wait and not background:
        raise typer.BadParameter("is for what runs in the background: --async", param_hint="--wait")
    with _session(context) as mill:
        stages = _json(pipeline if pipeline.lstrip().startswith("[") else _text(pipeline), pipeline)
        collections = {n: list(_documents(path)) for n, path in _pairs(collection, "--collection")}
        constants = {name: _json(text, f"--let {name}") for name, text in _pairs(let, "--let")}
        with _open(file) as documents:
            run = partial(mill.submit, wait=wait or 0) if background else mill.transform
            made = run(documents, stages, collections=collections, let=constants, timeout=timeout)
        if isinstance(made, Task):
            show_tasks(made, as_json=context.obj.as_json)
        else:
            show_result(made, as_json=context.obj.as_json)


@tasks.command("ls")
def list_tasks(
    context: typer.Context,
    status: Annotated[str | None, typer.Option(help="Only those with this status.")] = None,
    priority: Annotated[int | None, typer.Option(min=1, max=5)] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only plain tasks, or only jobs.")] = None,
    sort: Annotated[
        Sort | None, typer.Option(help="A minus in front: the newest, or most urgent, first.")
    ] = None,
) -> None:
    """List the tasks, oldest first."""
    with _session(context) as mill:
        found = mill.tasks.list(
            status=UNSET if status is None else status,
            priority=UNSET if priority is None else priority,
            kind=UNSET if kind is None else kind,
            sort=UNSET if sort is None else sort,
        )
        show_tasks(list(found), as_json=context.obj.as_json)


@tasks.command("get")
def get_task(
    context: typer.Context,
    task_id: str,
    include: Annotated[
        Include | None, typer.Option(help="With --json: what the job was given, too.")
    ] = None,
) -> None:
    """Show one task."""
    with _session(context) as mill:
        found = mill.tasks.get(task_id, include=UNSET if include is None else include)
        show_tasks(found, as_json=context.obj.as_json)


@tasks.command("create")
def create_task(
    context: typer.Context,
    title: str,
    description: Annotated[str, typer.Option()] = "",
    priority: Annotated[int, typer.Option(min=1, max=5)] = 1,
    transform: Annotated[
        str | None,
        typer.Option(metavar="FILE", help='Make it a job: {"documents": [...], "pipeline": [...]}'),
    ] = None,
    webhook: Annotated[str | None, typer.Option(help="Who is told of the job's end.")] = None,
) -> None:
    """Create a task, or a job."""
    with _session(context) as mill:
        task = mill.tasks.create(
            title,
            description=description,
            priority=priority,
            transform=UNSET if transform is None else _object(transform),
            webhook=UNSET if webhook is None else webhook,
        )
        show_tasks(task, as_json=context.obj.as_json)


@tasks.command("wait")
def wait_for_task(
    context: typer.Context,
    task_id: str,
    timeout: Annotated[float, typer.Option(help="Seconds; else for as long as it takes.")] = (
        math.inf
    ),
) -> None:
    """Wait until a job has succeeded, and show it; fail when the job does."""
    with _session(context) as mill:
        with progress() as on_progress:
            job = mill.tasks.wait(task_id, timeout=timeout, on_progress=on_progress)
        show_tasks(job.task, as_json=context.obj.as_json)


@tasks.command("result")
def fetch_result(context: typer.Context, task_id: str) -> None:
    """Show what a job has made."""
    with _session(context) as mill:
        show_result(mill.tasks.result(task_id), as_json=context.obj.as_json)


@tasks.command("cancel")
def cancel_task(context: typer.Context, task_id: str) -> None:
    """Stop a job: at once if it waits, soon if it runs."""
    with _session(context) as mill:
        show_tasks(mill.tasks.cancel(task_id), as_json=context.obj.as_json)


@tasks.command("retry")
def retry_task(context: typer.Context, task_id: str) -> None:
    """Run a job again that has failed or was cancelled."""
    with _session(context) as mill:
        show_tasks(mill.tasks.retry(task_id), as_json=context.obj.as_json)


@tasks.command("rm")
def delete_task(
    context: typer.Context,
    task_id: str,
    cancel: Annotated[bool, typer.Option("--cancel", help="Stop it first if it runs.")] = False,
) -> None:
    """Delete a task."""
    with _session(context) as mill:
        mill.tasks.delete(task_id, cancel=cancel)


def main() -> None:
    """Run the command; the exit statuses are those of sysexits."""
    try:
        app()
    except SystemExit as ended:
        sys.exit(EX_USAGE if ended.code == 2 else ended.code)


@contextmanager
def _session(context: typer.Context) -> Iterator[Client]:
    """A client; what goes wrong with it ends the program with one line."""
    try:
        with Client(context.obj.url) as mill:
            yield mill
            sys.stdout.flush()
    except Error as error:
        _fail(_status(error), error, context.obj.as_json)
    except BrokenPipeError:
        # Nobody reads on; what Python would flush at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EX_IO)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        _fail(EX_NO_INPUT, error)
    except OSError as error:
        _fail(EX_IO, error)
    except ValueError as error:
        _fail(EX_USAGE, error)


def _status(error: Error) -> int:
    if isinstance(error, JobFailed):
        return _status(error.reason)
    if isinstance(error, JobCancelled):
        return EX_DATA
    if isinstance(error, (ConnectionFailed, Timeout, Unavailable)):
        return EX_UNAVAILABLE
    if isinstance(error, (AuthenticationFailed, PermissionDenied)):
        return EX_NO_PERMISSION
    if isinstance(error, StatusError) and not isinstance(error, InternalError):
        return EX_DATA
    return EX_SOFTWARE


def _fail(status: int, error: Exception, as_json: bool = False) -> NoReturn:
    cause = error.reason if isinstance(error, JobFailed) else error
    if as_json and isinstance(cause, StatusError):
        line = json.dumps(dict(cause.problem), ensure_ascii=False)
    else:
        line = f"docmillctl: {error}"
    sys.stderr.write(f"{line}\n")
    sys.exit(status)


def _pairs(options: Iterable[str] | None, name: str) -> Iterator[tuple[str, str]]:
    for option in options or ():
        key, sign, value = option.partition("=")
        if not key or not sign:
            raise ValueError(f"{name} takes NAME=VALUE, not {option}")
        yield key, value


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"{where} is not JSON: {error}") from None


def _text(path: str) -> str:
    return Path(path).read_text("utf-8")


def _object(path: str) -> dict[str, Any]:
    found = _json(sys.stdin.read() if path == "-" else _text(path), path)
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds no JSON object")
    return found


def _documents(path: str) -> Sequence[Any]:
    """The documents of a file, for a collection: they are few, or this is the wrong program."""
    text = _text(path)
    if text.lstrip().startswith("["):
        found: list[Any] = _json(text, path)
        return found
    return [_json(line, path) for line in text.splitlines() if line.strip()]


@contextmanager
def _open(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdin.buffer
    else:
        with Path(path).open("rb") as file:
            yield file


if __name__ == "__main__":
    main()
