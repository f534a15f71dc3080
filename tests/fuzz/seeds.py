"""Make seeds for fuzz_transform from the case files.

usage: seeds.py CASES FOLDER

Each pipeline case of tests/engine/cases becomes a file: the pipeline, then its documents, one a
line. Expressions are wrapped in $project.
"""

import hashlib
import json
import pathlib
import sys


def cases(path: pathlib.Path):
    """Yield (expression or pipeline, input) of a case file."""
    lines = [
        line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
    ]
    for i in range(0, len(lines) - 2, 3):
        yield lines[i], lines[i + 1]


def seed(spec: str, documents: str) -> str | None:
    """Return the text of a seed; None when it is not JSON that Python reads too."""
    try:
        pipeline, data = json.loads(spec), json.loads(documents)
    except ValueError:
        return None
    is_pipeline = isinstance(pipeline, list) and all(
        isinstance(stage, dict) and len(stage) == 1 for stage in pipeline
    )
    if not is_pipeline:
        pipeline = [{"$project": {"r": pipeline}}]
    rows = data if isinstance(data, list) else [data]
    dumped = [json.dumps(part, ensure_ascii=False) for part in [pipeline, *rows]]
    return "\n".join(dumped)


def main() -> None:
    """Write the seeds."""
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.case")):
        for spec, documents in cases(path):
            text = seed(spec, documents)
            if text is not None:
                data = text.encode("utf-8", "surrogatepass")
                (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


if __name__ == "__main__":
    main()
