"""What docmillctl prints: tables on a terminal, plain lines in a pipe, JSON when asked."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from ._codec import BEST, encode
from ._models import Stats, Task, TransformResult


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)


@contextmanager
def progress() -> Iterator[Callable[[Task], None] | None]:
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


def show_result(result: TransformResult, *, as_json: bool) -> None:
    """Print documents: as JSON, as a table, or one a line."""
    if as_json:
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


def show_tasks(found: Task | list[Task], *, as_json: bool) -> None:
    """Print one task, or a list of them."""
    some = found if isinstance(found, list) else [found]
    if as_json:
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
    if task.transform is not None:
        plain["transform"] = task.transform  # no null and no date in it is ours
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
