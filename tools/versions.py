"""Run cnnlib's tests and every chapter with the oldest packages that pyproject.toml allows, and with the newest.

Usage: ``python -m tools.versions [oldest] [newest]``; without a name, both. An environment is made anew from its lock
file, ``requirements-oldest.txt`` say, in ``_build/versions``, and removed when its tests are done.
"""

import argparse
import contextlib
import shutil
import subprocess
import sys
from functools import partial

from tools.chapters import ROOT
from tools.environment import SetupError, run_pip, venv_python
from tools.run_tests import PARALLEL, chapters_alone, pytest, run

LOCKS = ("oldest", "newest")
# What belongs to the exact environment: the pages, the programs behind make, the grader.
LEFT_OUT = ("tests/book", "tests/tools", "tests/mutation", "tests/fuzz/test_operators.py", "tests/teaching/grading")


@contextlib.contextmanager
def environment(name):
    """Make the environment of a lock file for the length of a ``with`` block.

    Parameters
    ----------
    name : str
        One of `LOCKS`.

    Yields
    ------
    str
        Path of its Python.

    Raises
    ------
    SetupError
        If pip cannot install it; what pip said stays in ``_build/versions/<name>.log``.
    """
    folder = ROOT / "_build" / "versions" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = ROOT / f"requirements-{name}.txt"
    total = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    python = venv_python(str(folder))
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    print(f"installing the packages of {lock.name}", flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        with folder.with_suffix(".log").open("w", encoding="utf-8") as log:
            run_pip([*pip, "-r", str(lock)], total, log)
            run_pip([*pip, "--no-deps", "-e", str(ROOT)], 1, log)
        yield python
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def steps(names):
    """List the steps as `tools.run_tests.run` takes them; what lies between them makes and removes the environments."""
    tests = ["tests", *PARALLEL, *(f"--ignore={folder}" for folder in LEFT_OUT)]
    kernels = ["tests/gpu/kernels", *PARALLEL]
    for name in names:
        with environment(name) as python:
            yield f"{name}: tests", partial(pytest, tests, 1, python)
            yield f"{name}: kernels", partial(pytest, kernels, 1, python, TRITON_INTERPRET="1")
            yield f"{name}: chapters", partial(chapters_alone, 1, python)


def main(arguments=None):
    """Run the environments named on the command line; the status is 0 if all ended well."""
    parser = argparse.ArgumentParser(prog="make versions", description=__doc__.splitlines()[0])
    parser.add_argument("lock", nargs="*", help=f"{' or '.join(LOCKS)}; both by default")
    names = parser.parse_args(arguments).lock or LOCKS
    if unknown := [name for name in names if name not in LOCKS]:
        parser.error(f"no lock file is called {unknown[0]!r}; there are {' and '.join(LOCKS)}")
    try:
        return run(steps(names))
    except SetupError as error:
        print(f"versions: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
