"""The shape of the package: what is public, and that both clients are one."""

import ast
import inspect
import pathlib
import typing

import pytest

import docmill
from docmill._jobs import AsyncFinishedJob, FinishedJob
from docmill._pages import AsyncTaskList, TaskList
from docmill._resources import AsyncTasks, Tasks

# What is iterated over, or goes on to the service by itself, is of two kinds.
GIVES = {"list": (TaskList, AsyncTaskList), "wait": (FinishedJob, AsyncFinishedJob)}
SOURCE = pathlib.Path(docmill.__file__).parent


def surface(kind):
    """Public names of a class, with the signatures of its methods."""
    found = {}
    for name, value in vars(kind).items():
        if name.startswith("_") and name != "__init__":
            continue
        found[name] = (
            [(p.name, p.kind, p.default) for p in inspect.signature(value).parameters.values()]
            if callable(value)
            else type(value)
        )
    return found


@pytest.mark.parametrize(
    ("sync", "asynchronous"),
    [
        (docmill.Client, docmill.AsyncClient),
        (Tasks, AsyncTasks),
        (TaskList, AsyncTaskList),
        (FinishedJob, AsyncFinishedJob),
    ],
)
def test_both_clients_are_called_alike(sync, asynchronous):
    assert surface(sync) == surface(asynchronous)


@pytest.mark.parametrize(
    ("sync", "asynchronous"), [(docmill.Client, docmill.AsyncClient), (Tasks, AsyncTasks)]
)
def test_both_clients_take_and_give_the_same_types(sync, asynchronous):
    for name in surface(sync):
        if name in ("__init__", "url"):
            continue
        hints = typing.get_type_hints(getattr(sync, name))
        twin = typing.get_type_hints(getattr(asynchronous, name))
        if name in GIVES:
            assert (hints.pop("return"), twin.pop("return")) == GIVES[name]
        assert hints == twin, name


def test_all_is_what_there_is():
    public = {
        name
        for name, value in vars(docmill).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public == set(docmill.__all__) - {"__version__", "webhooks"}
    assert docmill.__all__ == sorted(docmill.__all__, key=_order)


def _order(name):
    """Constants, classes, the rest: as the formatter sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def test_every_public_name_says_what_it_is():
    for name in docmill.__all__:
        value = getattr(docmill, name)
        if not inspect.isclass(value):
            continue
        assert inspect.getdoc(value), name
        for member, inner in vars(value).items():
            if not member.startswith("_") and (callable(inner) or isinstance(inner, property)):
                assert inspect.getdoc(inner), f"{name}.{member}"


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def test_one_module_knows_the_http_library():
    assert [path.name for path in SOURCE.rglob("*.py") if "httpx" in imports(path)] == ["_http.py"]


def test_the_calls_do_no_io():
    for path in [*SOURCE.glob("_calls/*.py"), SOURCE / "_flow.py", SOURCE / "_call.py"]:
        assert not {"anyio", "httpx", "socket", "time"} & set(imports(path)), path


def test_there_is_one_version():
    build = (pathlib.Path(__file__).parents[2] / "meson.build").read_text()
    assert f"version: '{docmill.__version__}'" in build
