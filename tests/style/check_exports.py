#!/usr/bin/env python3
"""Fail when a public name of the Python packages goes or changes and the major version stays.

exports.txt holds the version and a line for each name with its signature. Names that are new have
to be written into it, so that they are watched from then on: check_exports.py --update does that.
"""

import enum
import inspect
import pathlib
import sys
from collections.abc import Iterator

import docmill
import docmill_web
from docmill._jobs import FinishedJob

RECORD = pathlib.Path(__file__).with_name("exports.txt")


def names() -> Iterator[str]:
    """Every public name, and every public name within those that are classes."""
    for package in (docmill, docmill_web):
        for name in package.__all__:
            value = getattr(package, name)
            yield from describe(f"{package.__name__}.{name}", value)
    mill = docmill.Client("http://x")
    for kind in (type(mill.tasks), type(mill.tasks.list()), FinishedJob):
        yield from members(f"docmill.{kind.__name__}", kind)


def describe(path: str, value: object) -> Iterator[str]:
    if inspect.ismodule(value):
        for name in value.__all__:
            yield from describe(f"{path}.{name}", getattr(value, name))
        return
    if not inspect.isclass(value):
        yield f"{path}{signature(value)}"
        return
    bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
    yield f"{path}({bases})"
    if not issubclass(value, (enum.Enum, Exception)):
        yield f"{path}.__init__{signature(value)}"
    yield from members(path, value)


def members(path: str, kind: type) -> Iterator[str]:
    for name, value in sorted(vars(kind).items()):
        if name.startswith("_"):
            continue
        if isinstance(value, (classmethod, staticmethod)):
            value = value.__func__
        yield f"{path}.{name}{signature(value)}"


def signature(value: object) -> str:
    """Names, kinds and defaults of the parameters; annotations may become more exact."""
    if not inspect.isfunction(value) and not inspect.isclass(value):
        return ""
    try:
        found = inspect.signature(value)
    except ValueError:
        return ""
    empty = inspect.Parameter.empty
    plain = [parameter.replace(annotation=empty) for parameter in found.parameters.values()]
    return str(inspect.Signature(plain))


def main() -> int:
    now = sorted(set(names()))
    if sys.argv[1:] == ["--update"]:
        RECORD.write_text("\n".join([f"version {docmill.__version__}", *now]) + "\n")
        return 0
    version, *before = RECORD.read_text().splitlines()
    is_new_major = docmill.__version__.split(".")[0] != version.split()[1].split(".")[0]
    gone = sorted(set(before) - set(now))
    added = sorted(set(now) - set(before))
    for line in gone:
        print(f"gone or changed: {line}")
    for line in added:
        print(f"not recorded: {line}")
    if gone and not is_new_major:
        print("the public interface may lose names only with a new major version")
    if gone or added:
        print(f"if this is meant: {pathlib.Path(__file__).name} --update")
        return 1
    print("exports: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
