"""docmillctl: the client on the command line (`docmill` itself is the service's program).

On a terminal it shows tables, in a pipe plain lines; `--json` gives the service's own words.
"""

import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NoReturn

try:
    import typer
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Column, Table
    from rich.text import Text
except ImportError:
    raise SystemExit("docmillctl needs more packages: pip install 'docmill[cli]'") from None

from ._client import Client
from ._codec import BEST, encode
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
from ._models import UNSET, Stats, Task, TransformResult

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
) -> None:
    """Run a pipeline over documents."""
    with _session(context) as mill:
        stages = _json(pipeline if pipeline.lstrip().startswith("[") else _text(pipeline), pipeline)
        collections = {n: list(_documents(path)) for n, path in _pairs(collection, "--collection")}
        constants = {name: _json(text, f"--let {name}") for name, text in _pairs(let, "--let")}
        with _open(file) as documents:
            result = mill.transform(
                documents, stages, collections=collections, let=constants, timeout=timeout
            )
        _show_result(context, result)


@tasks.command("ls")
def list_tasks(
    context: typer.Context,
    status: Annotated[str | None, typer.Option(help="Only those with this status.")] = None,
    priority: Annotated[int | None, typer.Option(min=1, max=5)] = None,
    urgent_first: Annotated[bool, typer.Option(help="By priority, then by age.")] = False,
) -> None:
    """List the tasks."""
    with _session(context) as mill:
        found = mill.tasks.list(
            status=UNSET if status is None else status,
            priority=UNSET if priority is None else priority,
            sort="-priority" if urgent_first else UNSET,
        )
        _show_tasks(context, list(found))


@tasks.command("get")
def get_task(context: typer.Context, task_id: str) -> None:
    """Show one task."""
    with _session(context) as mill:
        _show_tasks(context, mill.tasks.get(task_id))


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
        _show_tasks(context, task)


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
        with _progress() as on_progress:
            job = mill.tasks.wait(task_id, timeout=timeout, on_progress=on_progress)
        _show_tasks(context, job.task)


@tasks.command("result")
def show_result(context: typer.Context, task_id: str) -> None:
    """Show what a job has made."""
    with _session(context) as mill:
        _show_result(context, mill.tasks.result(task_id))


@tasks.command("cancel")
def cancel_task(context: typer.Context, task_id: str) -> None:
    """Stop a job: at once if it waits, soon if it runs."""
    with _session(context) as mill:
        _show_tasks(context, mill.tasks.cancel(task_id))


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


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)


@contextmanager
def _progress() -> Iterator[Callable[[Task], None] | None]:
    """A bar for somebody who looks on; nothing, not even questions, for a script."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        line = bar.add_task("waiting", total=None)

        def show(task: Task) -> None:
            if (now := task.progress) is None:
                bar.update(line, description=task.status)
                return
            bar.update(
                line,
                description=f"{task.status} {now.stage}".replace("[", "\\["),
                completed=now.documents_done,
                total=now.documents_total or None,
            )

        yield show


def _show_result(context: typer.Context, result: TransformResult) -> None:
    if context.obj.as_json:
        _write(result.raw + b"\n")
    elif sys.stdout.isatty():
        _show_documents(result.documents, result.stats)
    else:
        _write(b"".join(encode(BEST, document) + b"\n" for document in result))


def _show_documents(documents: Sequence[Mapping[str, Any]], stats: Stats) -> None:
    columns = list(dict.fromkeys(name for document in documents for name in document))
    table = Table(*(Column(Text(name)) for name in columns))
    for document in documents:
        table.add_row(*(_cell(document[name]) if name in document else None for name in columns))
    console = Console()
    if columns:
        console.print(table)
    console.print(
        f"{stats.documents_out} of {stats.documents_in} documents in "
        f"{stats.duration_us / 1000:.1f} ms",
        style="dim",
    )


def _cell(value: Any) -> Text:
    """What a value looks like; plain text, whatever brackets and escapes it holds."""
    return Text(value if isinstance(value, str) else encode(BEST, value).decode())


def _show_tasks(context: typer.Context, found: Task | list[Task]) -> None:
    some = found if isinstance(found, list) else [found]
    if context.obj.as_json:
        _write(
            encode(BEST, [_plain(t) for t in some] if found is some else _plain(some[0])) + b"\n"
        )
    elif sys.stdout.isatty():
        table = Table("id", "status", "priority", "created_at", "title")
        for task in some:
            table.add_row(*map(Text, _row(task)))
        Console().print(table)
    else:
        _write("".join("\t".join(_row(task)) + "\n" for task in some).encode())


def _plain(task: Task) -> dict[str, Any]:
    """A task as the service writes it."""
    plain = _written(asdict(task))
    if task.webhook is not None:
        plain["webhook"] = {"url": task.webhook}
    return plain


def _written(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in data.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return _time(value)
    return _written(value) if isinstance(value, dict) else value


def _time(moment: Any) -> str:
    return f"{moment.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def _row(task: Task) -> tuple[str, ...]:
    title = task.title.replace("\t", " ").replace("\n", " ")
    return task.id, task.status, str(task.priority), _time(task.created_at), title


if __name__ == "__main__":
    main()
