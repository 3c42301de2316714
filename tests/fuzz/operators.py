"""Hold the operators to their properties on 500 examples each, drawn anew, and record how many there were.

The properties are those of the test suite, where each meets 25 examples, always the same. The kernels, whose
interpreter is slow, meet a fifth of either. Hypothesis prints the smallest example that breaks a property.
"""

import argparse
import base64
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from benchmarks import record

ROOT = Path(__file__).resolve().parents[2]
# Where the properties stand, and what these processes need besides.
GROUPS = {
    "definition": ("tests/definition", {}),
    "vectorized": ("tests/vectorized", {}),
    "gpu": ("tests/gpu", {}),
    "kernels": ("tests/gpu/kernels", {"TRITON_INTERPRET": "1"}),
}


def hold(name, seed):
    """Run the properties of a group.

    Parameters
    ----------
    name : str
        One of `GROUPS`.
    seed : int
        Draws other examples.

    Returns
    -------
    dict
        The row for the record. The tests without examples, which run along, count only where they fail.
    """
    folder, variables = GROUPS[name]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", folder, f"--hypothesis-seed={seed}", f"--junitxml={report}"]
        environ = os.environ | {"HYPOTHESIS_PROFILE": "nightly"} | variables
        status = subprocess.run(command, cwd=ROOT, env=environ).returncode
        if not report.exists():
            sys.exit(f"the properties of {name} did not run: pytest ended with {status}")
        examples, failed = read(report)
    return {
        "group": name,
        "minutes": round((time.monotonic() - begun) / 60, 1),
        "seed": seed,
        "properties": len(examples),
        "examples": sum(examples.values()),
        "fewest": min(examples.values()),
        "failed": failed,
    }


def read(report):
    """Read from a JUnit report how many examples each property met, {test: n}, and which tests failed."""
    tree = ElementTree.parse(report)
    examples = {}
    for entry in tree.iter("property"):
        prefix, _, test = entry.get("name").partition("hypothesis-statistics-")
        if not prefix and test:
            words = base64.b64decode(entry.get("value")).decode()
            examples[test] = sum(int(n) for n in re.findall(r"(\d+) passing", words))
    if not examples:
        sys.exit(f"{report} names no property: does this Hypothesis still write its statistics there?")
    cases = tree.iter("testcase")
    failed = [f"{case.get('classname')}::{case.get('name')}" for case in cases if _failed(case)]
    return examples, sorted(failed)


def _failed(case):
    return case.find("failure") is not None or case.find("error") is not None


def main(arguments=None):
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.operators", description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", metavar="group", help=f"{', '.join(GROUPS)}; all of them unless named")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    if unknown := set(options.groups) - GROUPS.keys():
        parser.error(f"group must be one of {', '.join(GROUPS)}; received {', '.join(sorted(unknown))}")
    failed = 0
    for name in options.groups or GROUPS:
        row = hold(name, options.seed)
        failed += len(row["failed"])
        others = [each for each in record.rows("fuzz-operators") if each["group"] != name]
        record.write_record("fuzz-operators", "python -m tests.fuzz.operators", [*others, row])
        print(
            f"{name}: {row['properties']} properties, {row['examples']:,} examples, at least {row['fewest']} each, "
            f"{len(row['failed'])} tests failed",
            flush=True,
        )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
