"""Pack an assignment's autograder for Gradescope: ``make gradescope ASSIGNMENT=convolution``."""

import argparse
import io
import sys
import tomllib
import zipfile
from pathlib import Path

from cnnlib.durable import write_whole
from teaching.assignment import NAMES
from teaching.handout import SAME_DATE

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("cnnlib/**/*.py", "teaching/**/*.py", "teaching/*/*.ipynb", "pyproject.toml", "LICENSE")
PYTHONS = "3.13 3.12 3.11"

# Two environments: the grader's, which nobody else may read, and the room's, which has NumPy and nothing that would
# do a task.
SETUP = """#!/usr/bin/env bash
set -euo pipefail
apt-get update
for version in {pythons}; do
    apt-get install -y "python$version" "python$version-venv" && break
done
python=$(readlink -f "$(command -v "python$version")")
"$python" -m venv /autograder/grader
/autograder/grader/bin/python3 -m pip install --no-cache-dir {grader}
"$python" -m venv /opt/room
/opt/room/bin/python3 -m pip install --no-cache-dir {room}
printf '#!/bin/sh\\nexec /opt/room/bin/python3 "$@"\\n' > /usr/local/bin/python3
chmod 755 /usr/local/bin/python3
# Python under a file that nobody may read, so that no other process may look into it.
cp "$python" "${{python%/*}}/warden"
chmod 711 "${{python%/*}}/warden"
useradd --no-create-home student
chmod 700 /autograder/source /autograder/grader
"""
RUN = """#!/usr/bin/env bash
chmod 700 /autograder/source /autograder/results /autograder/submission
PYTHONPATH=/autograder/source exec /autograder/grader/bin/python3 -m teaching.grading.autograder {name}
"""


def gradescope(name, root=ROOT):
    """Pack what Gradescope builds its container from.

    Parameters
    ----------
    name : str
        Of the assignment.
    root : Path
        Folder of the project.

    Returns
    -------
    bytes
        A zip archive with ``setup.sh`` and ``run_autograder`` at its root.
    """
    needed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    numpy = [package for package in needed if package.startswith("numpy")]
    packages = {"grader": _quoted([*needed, "ipython>=8"]), "room": _quoted(numpy)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, "setup.sh", SETUP.format(pythons=PYTHONS, **packages).encode(), 0o755)
        _write(archive, "run_autograder", RUN.format(name=name).encode(), 0o755)
        for path in sorted(path for pattern in PARTS for path in root.glob(pattern)):
            _write(archive, path.relative_to(root).as_posix(), path.read_bytes(), 0o644)
    return packed.getvalue()


def _quoted(packages):
    return " ".join(f"'{package}'" for package in packages)


def _write(archive, name, content, mode):
    entry = zipfile.ZipInfo(name, SAME_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = mode << 16
    archive.writestr(entry, content)


def main(arguments=None):
    """Pack what the command line names."""
    parser = argparse.ArgumentParser(prog="make gradescope", description="Pack an autograder for Gradescope.")
    parser.add_argument("assignment", choices=NAMES)
    name = parser.parse_args(arguments).assignment
    packed = gradescope(name)
    path = ROOT / "_build" / "coursework" / f"gradescope-{name}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda part: part.write_bytes(packed))
    print(f"the autograder, to be uploaded as it is: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
