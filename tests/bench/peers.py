"""Where the peers' programs are made: build/bench of the checkout, once."""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
PLACE = ROOT / "build" / "bench"


class Missing(Exception):
    """A peer cannot be had here; the text says why."""


def _run(command: list[object], log: pathlib.Path, cwd: pathlib.Path | None = None) -> None:
    """Run a tool that builds or installs; what it says is kept in a file."""
    if shutil.which(str(command[0])) is None:
        raise Missing(f"there is no {command[0]}")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as file:
        done = subprocess.run([str(word) for word in command], stdout=file, stderr=file, cwd=cwd)
    if done.returncode != 0:
        raise Missing(f"{command[0]} failed, see {log}")


def python() -> pathlib.Path:
    """Python with the packages of requirements.txt, in a virtual environment of its own."""
    venv, wanted = PLACE / "venv", HERE / "requirements.txt"
    stamp = venv / ".installed"
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        print("installing the Python peers", file=sys.stderr)
        # Debian's own Python first: one that somebody built may lack parts, TLS for instance.
        own = "/usr/bin/python3" if pathlib.Path("/usr/bin/python3").exists() else sys.executable
        _run([own, "-m", "venv", "--clear", venv], PLACE / "venv.log")
        command = [venv / "bin/pip", "install", "--quiet", "--requirement", wanted]
        _run(command, PLACE / "pip.log")
        stamp.write_text(wanted.read_text())
    return venv / "bin" / "python"


def python_with(module: str) -> pathlib.Path:
    """Python that has this module."""
    interpreter = python()
    found = subprocess.run([interpreter, "-c", f"import {module}"], capture_output=True)
    if found.returncode != 0:
        raise Missing(f"the package {module} is not installed")
    return interpreter


def cargo(folder: pathlib.Path, is_clean: bool = False) -> pathlib.Path:
    """Build a Rust program; return the folder of its executables."""
    target = PLACE / folder.name
    if is_clean:
        shutil.rmtree(target, ignore_errors=True)
    if not (target / "release").exists():
        print(f"building {folder.name}: takes minutes the first time", file=sys.stderr)
    command = ["cargo", "build", "--release", "--locked", "--manifest-path", folder / "Cargo.toml"]
    _run([*command, "--target-dir", target], PLACE / f"{folder.name}.log")
    return target / "release"


def node(folder: pathlib.Path) -> list[str]:
    """Install what a Node program asks for; return the command that starts it."""
    place = PLACE / folder.name
    place.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "main.js"):
        shutil.copy(folder / name, place / name)
    if not (place / "node_modules").exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
        _run(command, PLACE / f"{folder.name}.log", cwd=place)
    if shutil.which("node") is None:
        raise Missing("there is no node")
    return ["node", str(place / "main.js")]


def tool(name: str) -> str:
    """Return the path of a program that the distribution has."""
    path = shutil.which(name)
    if path is None:
        raise Missing(f"there is no {name}")
    return path


def median_of(values: list[float]) -> float:
    """Median; of an even number the better of the two in the middle."""
    return sorted(values)[(len(values) - 1) // 2]


def machine() -> str:
    """One line about where this ran."""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    return f"{model}, {os.cpu_count()} processors, load {load}"
