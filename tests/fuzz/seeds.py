"""Make seeds for fuzz_transform and fuzz_compile from the case files.

usage: seeds.py [--pipelines] CASES FOLDER

Each case of tests/engine/cases becomes a file: the pipeline, then its documents, one a line; with
--pipelines the pipeline alone. Expressions are wrapped in $project.
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
    are_pipelines = "--pipelines" in sys.argv
    sources, target = [argument for argument in sys.argv[1:] if argument != "--pipelines"]
    folder = pathlib.Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(pathlib.Path(sources).glob("*.case")):
        for spec, documents in cases(path):
            text = seed(spec, documents)
            if text is not None:
                if are_pipelines:
                    text = text.split("\n", 1)[0]
                data = text.encode("utf-8", "surrogatepass")
                (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


if __name__ == "__main__":
    main()
