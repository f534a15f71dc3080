#!/usr/bin/env python3
"""Make OPERATORS.md of operators.json and differences.yaml: operators_page.py [OUT]."""

import json
import pathlib
import sys
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).resolve().parent
FAMILIES = {
    "stages": "Stages",
    "expressions": "Expression operators",
    "accumulators": "Accumulators",
    "windows": "Window operators",
    "query": "Query operators",
}
INTRODUCTION = """\
<!-- Made by operators_page.py of operators.json and differences.yaml: change those. -->
# What a pipeline may hold

The language is that of MongoDB's aggregation pipelines. Below stands what is
[supported](#supported), what [differs](#differences) from MongoDB and how, and what is
[refused](#refused) and why. Any other name is unknown and is refused too, with the nearest known
one as a suggestion. `docmill operators` prints the same tables.
"""


def cell(text: str) -> str:
    """A text that may stand in a table."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def code(text: str) -> str:
    """A text as it is typed."""
    return "`" + text.replace("|", "\\|") + "`"


def supported(operators: dict[str, Any], differences: list[dict[str, Any]]) -> list[str]:
    """A table for each family; an asterisk leads to the differences."""
    concerned = {name for one in differences for name in one.get("operators", [])}
    lines = ["## Supported", "", "An asterisk: see [the differences](#differences).", ""]
    for family, title in FAMILIES.items():
        lines += [
            f"### {title}",
            "",
            "| name | what it does | how it is written |",
            "|---|---|---|",
        ]
        for row in sorted(operators[family], key=lambda row: row["name"].lower()):
            mark = " \\*" if row["name"] in concerned else ""
            lines.append(
                f"| {code(row['name'])}{mark} | {cell(row['doc'])} | {code(row['usage'])} |"
            )
        lines.append("")
    return lines


def differences_section(differences: list[dict[str, Any]]) -> list[str]:
    """What differs, each with a request that shows it."""
    lines = ["## Differences", ""]
    for one in differences:
        names = ", ".join(code(name) for name in one.get("operators", []))
        lines += [f"### {one['about']}", "", *([f"{names}:"] if names else []), one["text"], ""]
        request = one.get("body") or json.dumps(one["request"], ensure_ascii=False)
        answer = json.dumps(one["answer"], ensure_ascii=False)
        lines += ["```", request, f"=> {answer}", "```", ""]
    return lines


def refused(operators: dict[str, Any]) -> list[str]:
    """What is refused, and why."""
    lines = ["## Refused", ""]
    for family, title in FAMILIES.items():
        rows = operators.get(f"refused_{family}", [])
        if not rows:
            continue
        lines += [f"### {title}", "", "| name | why |", "|---|---|"]
        lines += [f"| {code(row['name'])} | {cell(row['reason'])} |" for row in rows]
        lines.append("")
    return lines


def page() -> str:
    """The whole page."""
    operators = json.loads((ROOT / "operators.json").read_text(encoding="utf-8"))
    differences = yaml.safe_load((ROOT / "differences.yaml").read_text(encoding="utf-8"))
    lines = [INTRODUCTION, *supported(operators, differences)]
    lines += differences_section(differences) + refused(operators)
    return "\n".join(lines).rstrip("\n") + "\n"


def main() -> None:
    """Write the page beside its sources, or where the argument says."""
    target = sys.argv[1] if len(sys.argv) > 1 else ROOT / "OPERATORS.md"
    pathlib.Path(target).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
