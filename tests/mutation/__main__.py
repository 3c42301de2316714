"""Put faults into shapes, definition and vectorized, and count how many the unit tests and the chapters notice.

Everything happens in a temporary copy of the project; the faults live in forked processes only.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from pathlib import Path

import cnnlib
from tests.mutation.graft import reporting
from tests.mutation.mutants import mutants, sample

PACKAGES = ("shapes", "definition", "vectorized")
TARGETS = {"units": 0.95, "chapters": 0.80}
EACH_PACKAGE = {"units"}  # must meet its target in every package; the chapters call too few functions of some
HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def main(arguments=None):
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="mutant", help="try these alone, by their names")
    parser.add_argument("--only", choices=TARGETS, help="try them on these alone")
    parser.add_argument("--units", type=int, default=320, metavar="N", help="mutants for the unit tests (0: all)")
    parser.add_argument("--chapters", type=int, default=80, metavar="N", help="mutants for the chapters (0: all)")
    parser.add_argument("--seed", type=int, default=0, help="draws other mutants")
    parser.add_argument("--list", action="store_true", help="only print the names and what they change")
    parser.add_argument("--here", action="store_true", help="in this folder, which is a copy of the project")
    options = parser.parse_args(arguments)
    return run(options) if options.here else in_a_copy(sys.argv[1:] if arguments is None else arguments)


def in_a_copy(arguments):
    """Start the program again in a copy of the project, and return its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the copy goes, too, when the program is told to end
    with tempfile.TemporaryDirectory(prefix="mutation-") as scratch:
        copy = Path(scratch) / "book"
        ignored = shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__", ".*_cache", "*.egg-info")
        shutil.copytree(ROOT, copy, ignore=ignored)
        environ = os.environ | ONE_THREAD | {"IPYTHONDIR": scratch, "TMPDIR": scratch}
        environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as in a kernel
        command = [sys.executable, "-m", "tests.mutation", "--here", *arguments]
        return subprocess.run(command, cwd=copy, env=environ).returncode


def run(options):
    """Try the mutants and print what came of them; return 0 where the targets are met, 1 elsewhere."""
    if ROOT not in Path(cnnlib.__file__).parents:
        sys.exit(f"the package must be that of the copy in {ROOT}, received {cnnlib.__file__}")
    population = [mutant for module, source in sources().items() for mutant in mutants(module, source)]
    argued = {kind: equivalents(kind, population) for kind in TARGETS}
    if options.names:
        by_name = {mutant.name: mutant for mutant in population}
        if unknown := set(options.names) - by_name.keys():
            sys.exit(f"no such mutant: {', '.join(sorted(unknown))}")
        population = [by_name[name] for name in options.names]
    if options.list:
        for mutant in population:
            print(mutant.name, *mutant.difference(), sep="\n    ")
        return 0
    codes = {module: reporting(module, source) for module, source in sources().items()}
    status = 0
    for kind, work in (("units", on_units), ("chapters", on_chapters)):
        if options.only in (None, kind):
            start = time.perf_counter()
            answers = work(options, population, codes)
            status |= summary(kind, answers, argued[kind], time.perf_counter() - start)
    return status


def sources():
    """Return the text of every module with code in it, by its dotted name."""
    return {
        f"cnnlib.{package}.{path.stem}": path.read_text(encoding="utf-8")
        for package in PACKAGES
        for path in sorted((ROOT / "cnnlib" / package).glob("*.py"))
        if path.stem != "__init__"
    }


def equivalents(kind, population):
    """Read the mutants that ``kind`` of tests cannot notice: {name: why}; a name that no mutant has is an error."""
    table = tomllib.loads((HERE / "equivalent.toml").read_text(encoding="utf-8"))
    if unknown := {name for names in table.values() for name in names} - {mutant.name for mutant in population}:
        sys.exit(f"equivalent.toml names mutants that do not exist: {', '.join(sorted(unknown))}")
    return table["everywhere"] | table.get(kind, {})


def on_units(options, population, codes):
    """Try mutants on the unit tests; return [(mutant, what noticed it or None)]."""
    from tests.mutation import units

    chosen = drawn(options, population, options.units)
    answers = []

    def work(tests):
        measured = units.measure(tests, codes)

        def tell(mutant, answer):
            answers.append((mutant, answer))
            show(mutant, answer)

        units.try_mutants(tests, chosen, measured, tell)

    units.with_tests(work)
    return answers


def on_chapters(options, population, codes):
    """Try mutants on the chapters until one notices; return [(mutant, what noticed it or None)] of those called."""
    from tests.mutation import book
    from tools.chapters import chapters

    book.warm_up()
    chosen = drawn(options, population, options.chapters)
    noticed, reached = {}, set()
    for path in (each for each in chapters() if each.parent.name == "chapters"):
        left = [mutant for mutant in chosen if not noticed.get(mutant.name)]
        statements, answers = book.try_mutants(path, left, codes, show)
        reached.update(statements)
        noticed |= answers
    called = {mutant.function for mutant in population if mutant.statement in reached}
    return [(mutant, noticed.get(mutant.name)) for mutant in chosen if mutant.function in called]


def drawn(options, population, n):
    """Return the mutants to try: those that were named, or a sample."""
    return population if options.names or not n else sample(population, n, options.seed)


def show(mutant, answer):
    """Print what came of a mutant: a line, and what it changes where nothing noticed it."""
    print(f"{'killed  ' if answer else 'SURVIVED'} {mutant.name}  {answer or ''}", flush=True)
    if not answer:
        print(*mutant.difference(), sep="\n", flush=True)


def summary(kind, answers, argued, seconds):
    """Print a table of ``answers`` and the survivors; return 0 if as many are killed as the target says, else 1."""
    total, killed, equivalent = Counter(), Counter(), Counter()
    for mutant, answer in answers:
        total[mutant.package] += 1
        killed[mutant.package] += answer is not None
        equivalent[mutant.package] += answer is None and mutant.name in argued
    print(f"\n{kind:12}{'mutants':>9}{'killed':>9}{'survived':>10}{'equivalent':>12}{'killed of the rest':>20}")
    missed = False
    rows = [(name, total[name], killed[name], equivalent[name]) for name in PACKAGES if total[name]]
    for name, n, k, e in [*rows, ("together", total.total(), killed.total(), equivalent.total())]:
        share = k / max(1, n - e)
        print(f"{name:12}{n:9}{k:9}{n - k - e:10}{e:12}{share:20.1%}")
        counts = kind in EACH_PACKAGE or name == "together"
        missed |= counts and share < TARGETS[kind] and n > e
    for mutant, answer in answers:
        if answer is None and mutant.name not in argued:
            print("survived:", mutant.name)
        if answer is not None and mutant.name in argued:
            print(f"argued to be equivalent, but killed by {answer}: {mutant.name}")
            missed = True
    print(f"{seconds / 60:.0f} minutes; target {TARGETS[kind]:.0%}: {'MISSED' if missed else 'met'}\n", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
