"""Build the book and run every test; say at the end what passed, how many and how long it took.

The chapters run strictly against their committed outputs, once with one thread, in the build, which
`tests/book/test_executed.py` compares, and once with two, through nbval: what a reader's machine computes must not hang
on how many cores it has. The second time the last one comes first, and each is kept by itself: without network, without
the user's data, and nothing that it writes outlives its kernel.
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tools.chapters import ROOT, chapters

# One file, one worker: the cells of a notebook need each other, and a module its fixtures.
PARALLEL = ("-n", "auto", "--dist", "loadfile")
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def pytest(arguments, threads, python=sys.executable, **variables):
    """Run pytest and return its exit status and how many tests passed, failed and were skipped."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        environ = os.environ | dict.fromkeys(THREADS, str(threads)) | variables
        command = [python, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
        status = subprocess.run(command, cwd=ROOT, env=environ).returncode
        return status, counts(report)


def counts(report):
    """Read (passed, failed, skipped) from a JUnit report; all zero where pytest did not come to write one."""
    if not report.exists():
        return 0, 0, 0
    suites = list(ElementTree.parse(report).iter("testsuite"))
    total, failures, errors, skipped = (
        sum(int(suite.get(name)) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    )
    return total - failures - errors - skipped, failures + errors, skipped


def style():
    """Check style and formatting, notebooks included; it counts as one test."""
    checks = ("check", "."), ("format", "--check", ".")
    status = max([subprocess.run([sys.executable, "-m", "ruff", *each], cwd=ROOT).returncode for each in checks])
    return status, (int(status == 0), int(status != 0), 0)


def build():
    """Build the book; it counts as one test."""
    status = subprocess.run([sys.executable, "-m", "tools.build_book"], cwd=ROOT).returncode
    return status, (int(status == 0), int(status != 0), 0)


def chapters_alone(threads, python=sys.executable):
    """Run every chapter through nbval, the last one first, each kept by itself by `tests/book/alone`."""
    nbval = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "nbval_sanitize.cfg"]
    notebooks = [str(path.relative_to(ROOT)) for path in reversed(chapters(ROOT))]
    with tempfile.TemporaryDirectory() as scratch:
        settings = {name: str(Path(scratch) / name) for name in ("IPYTHONDIR", "MPLCONFIGDIR")}
        watched = {"PYTHONPATH": str(ROOT / "tests" / "book" / "alone"), "TMPDIR": scratch, **settings}
        return pytest([*nbval, *notebooks, *PARALLEL], threads, python, **watched)


def rehearsal():
    """Rehearse, on the CPU, what is measured on a GPU; it counts as one test. Windows has no shell for it."""
    if os.name == "nt":
        return 0, (0, 0, 1)
    environ = os.environ | {"PYTHON": sys.executable}
    status = subprocess.run(["sh", "benchmarks/gpu.sh", "--rehearse"], cwd=ROOT, env=environ).returncode
    return status, (int(status == 0), int(status != 0), 0)


def steps():
    """List the steps as (name, function that runs it)."""
    # A module that wraps an optional backend cannot be imported without it; that everything else
    # can be is what the tests proper show.
    doctests = ["--doctest-modules", "--doctest-ignore-import-errors", "cnnlib"]
    yield "style", style
    yield "book", build
    yield "tests", lambda: pytest(["tests", *PARALLEL], 1)
    # Triton decides when it is imported whether it compiles or interprets, so this needs processes of its own.
    yield "kernels, interpreted", lambda: pytest(["tests/gpu/kernels", "-n", "auto"], 1, TRITON_INTERPRET="1")
    yield "GPU programs, rehearsed", rehearsal
    yield "doctests", lambda: pytest(doctests, 1)
    yield "chapters, 2 threads", lambda: chapters_alone(2)


def run(steps):
    """Run every step, whatever the ones before came to; the status is 0 if all ended well."""
    rows, failed_steps = [], []
    for name, step in steps:
        print(f"\n== {name}", flush=True)
        start = time.perf_counter()
        status, result = step()
        rows.append((name, *result, time.perf_counter() - start))
        if status:
            failed_steps.append(name)
    print(f"\n{'':24}{'passed':>8}{'failed':>8}{'skipped':>8}{'seconds':>9}")
    for name, passed, failed, skipped, seconds in rows:
        print(f"{name:24}{passed:8}{failed:8}{skipped:8}{seconds:9.0f}")
    if failed_steps:
        print(f"failed: {'; '.join(failed_steps)}")
    passed, failed, skipped = (sum(row[column] for row in rows) for column in (1, 2, 3))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed_steps else 0


if __name__ == "__main__":
    sys.exit(run(steps()))
