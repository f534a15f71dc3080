#!/usr/bin/env python3
"""Fail when a file of service/ includes a folder that it must not know.

The tables are the architecture: each folder, with the folders it may include
besides itself; each third-party header, with the one folder that knows it.
"""

import pathlib
import re
import sys

MAY_INCLUDE = {
    "base": set(),
    "doc": {"base"},
    "json": {"base"},
    "crypto": {"base"},
    "obs": {"base"},
    "config": {"base"},
    "engine": {"base", "doc"},
    "compute": {"base", "doc", "engine", "obs"},
    "store": {"base", "json", "obs"},
    "http": {"base", "obs"},
    "webhook": {"base", "crypto", "obs"},
    "tasks": {
        "base",
        "compute",
        "crypto",
        "doc",
        "engine",
        "json",
        "obs",
        "store",
        "webhook",
    },
    "ui": set(),
    "api": {
        "base",
        "compute",
        "config",
        "crypto",
        "doc",
        "engine",
        "http",
        "json",
        "obs",
        "store",
        "tasks",
        "ui",
    },
}
CLI_MAY_INCLUDE = {
    "run": {"engine", "compute", "doc", "base"},
    "check": {"engine", "compute", "doc", "base"},
    "operators": {"engine", "doc", "base"},
    "version": {"doc", "base", "engine", "http", "json"},
    "health": {"base"},
    "key": {"api", "base", "crypto"},
}
ONLY_IN = {
    "cjson/": "json",
    "civetweb.h": "http",
    "zlib.h": "http",
    "curl/": "webhook",
    "openssl/": "crypto",
    "pcre2.h": "engine",
    "sqlite3.h": "store",
    "libpq-fe.h": "store",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def allowed(path: pathlib.Path) -> set[str] | None:
    """The folders that a file may include; None for those that wire everything together."""
    folder = path.parts[0]
    if folder == "cli":
        return CLI_MAY_INCLUDE.get(path.stem)
    return MAY_INCLUDE.get(folder)


def violations(root: pathlib.Path):
    for path in sorted([*root.rglob("*.[ch]"), *root.rglob("*.cc")]):
        relative = path.relative_to(root)
        folder = relative.parts[0]
        may = allowed(relative)
        for quote, name in INCLUDE.findall(path.read_text()):
            target = name.split("/")[0]
            known = target in MAY_INCLUDE or target == "cli"
            if (
                quote == '"'
                and known
                and target != folder
                and may is not None
                and target not in may
            ):
                yield f"{relative}: {folder}/ may not include {name}"
            for prefix, owner in ONLY_IN.items():
                if name.lower().startswith(prefix) and folder != owner:
                    yield f"{relative}: only {owner}/ may include <{name}>"


def main() -> int:
    found = list(violations(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "layers: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
