#!/usr/bin/env python3
"""Make one JSON text of the contract: bundle.py VERSION OUT [DEPFILE]

Every file that a $ref names comes in once: types under components/schemas, by their file's name,
everything else in place.  errors.yaml becomes the enumeration of codes.
"""
import json
import pathlib
import sys
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).resolve().parent


class Bundle:
    def __init__(self) -> None:
        self.schemas: dict[str, Any] = {}
        self.files: list[pathlib.Path] = []

    def load(self, path: pathlib.Path) -> Any:
        self.files.append(path)
        with open(path, encoding="utf-8") as file:
            return yaml.safe_load(file)

    def resolve(self, node: Any, folder: pathlib.Path) -> Any:
        """The node with its references into other files followed."""
        if isinstance(node, list):
            return [self.resolve(item, folder) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node and not node["$ref"].startswith("#"):
            return self.refer(node, folder)
        return {key: self.resolve(value, folder) for key, value in node.items()}

    def refer(self, node: dict[str, Any], folder: pathlib.Path) -> Any:
        path = (folder / node["$ref"]).resolve()
        if path.parent.name != "schemas":
            return self.resolve(self.load(path), path.parent)
        if path.stem not in self.schemas:
            self.schemas[path.stem] = None  # it may refer to itself
            self.schemas[path.stem] = self.resolve(self.load(path), path.parent)
        return {**node, "$ref": f"#/components/schemas/{path.stem}"}


def bundle(version: str) -> tuple[dict[str, Any], list[pathlib.Path]]:
    """The whole contract, and the files that it was made of."""
    made = Bundle()
    contract = made.resolve(made.load(ROOT / "openapi.yaml"), ROOT)
    made.schemas["ErrorCode"]["enum"] = list(made.load(ROOT / "errors.yaml"))
    contract["info"]["version"] = version
    contract["components"]["schemas"] = dict(sorted(made.schemas.items()))
    return contract, made.files


def main() -> None:
    version, target, *depfile = sys.argv[1:]
    contract, files = bundle(version)
    with open(target, "w", encoding="utf-8") as file:
        json.dump(contract, file, ensure_ascii=False, separators=(",", ":"))
    for name in depfile:
        with open(name, "w", encoding="utf-8") as file:
            file.write(f"{target}: {' '.join(sorted({str(path) for path in files}))}\n")


if __name__ == "__main__":
    main()
