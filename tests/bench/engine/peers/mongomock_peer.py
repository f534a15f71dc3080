"""mongomock: any pipeline, in Python, on a collection in memory."""

import json
import pathlib
import sys
import time

import mongomock


def main() -> None:
    """Run a pipeline and print the seconds it took, start of the interpreter not counted."""
    pipeline_file, source, target = sys.argv[1:4]
    pipeline = json.loads(pathlib.Path(pipeline_file).read_text())
    start = time.perf_counter()
    collection = mongomock.MongoClient().db.documents
    with open(source, encoding="utf-8") as file:
        collection.insert_many([json.loads(line) for line in file])
    with open(target, "w", encoding="utf-8") as file:
        for row in collection.aggregate(pipeline):
            file.write(json.dumps(row) + "\n")
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
