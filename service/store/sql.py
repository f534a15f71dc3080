#!/usr/bin/env python3
"""Make a table of C from numbered migrations: sql.py NAME OUT 001_tasks.sql 002_jobs.sql …

Numbers start at 1 and leave none out: a migration's number is the version that it leads to.
"""
import json
import pathlib
import re
import sys


def row(number: int, path: pathlib.Path) -> str:
    match = re.fullmatch(r"(\d{3})_(\w+)\.sql", path.name)
    if match is None or int(match[1]) != number:
        raise SystemExit(f"{path.name} should be migration {number:03}")
    lines = path.read_text(encoding="ascii").splitlines()
    text = "\n".join(f"\t\t{json.dumps(line + chr(10))}" for line in lines)
    return f"\t{{ .name = {json.dumps(path.stem)}, .sql =\n{text} }},\n"


def main() -> None:
    name, target, *sources = sys.argv[1:]
    rows = [row(i, pathlib.Path(source)) for i, source in enumerate(sources, 1)]
    with open(target, "w", encoding="ascii") as file:
        file.write('#include "store/migrate.h"\n\n')
        file.write(f"const struct migration {name}[] = {{\n{''.join(rows)}\t{{ 0 }},\n}};\n")


if __name__ == "__main__":
    main()
