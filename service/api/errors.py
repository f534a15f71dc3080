#!/usr/bin/env python3
"""Make rows of C from the contract's table of errors: errors.py proto/errors.yaml errors.inc"""
import json
import sys

import yaml

RETRY = {"never": "RETRY_NEVER", "later": "RETRY_LATER", "unknown": "RETRY_UNKNOWN"}


def row(code: str, error: dict) -> str:
    return (
        f'{{ .code = "{code}", .status = {error["status"]},'
        f' .retry = {RETRY[error["retry"]]}, .title = {json.dumps(error["title"])} }},'
    )


def main() -> None:
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        errors = yaml.safe_load(file)
    with open(target, "w", encoding="utf-8") as file:
        file.writelines(row(code, error) + "\n" for code, error in errors.items())


if __name__ == "__main__":
    main()
