"""Damage files at random and read them: ``python -m tests.fuzz.readers [--minutes 10] [group ...]``.

A reader of data, pictures, weights, checkpoints or texts may read a damaged file, or refuse it in one line, with the
exceptions that its docstring names. Anything else is a fault: another exception, more than ten seconds of computing,
more than three gigabytes. Then the program keeps the file that provoked it, says where, and ends with 1. What it tried
and what came of it goes to ``results/fuzz.json``. ``test_readers.py`` beside it runs it for moments.
"""

import argparse
import faulthandler
import random
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

from benchmarks import record
from tests.fuzz.kinds import groups

SECONDS, BYTES = 10, 3 * 2**30


def attempt(reader, path):
    """Read a file.

    Returns
    -------
    verdict : "read", "refused" or "fault"
    words : str
        How it was refused, or what went wrong that may not.
    """
    signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # of computing: on a busy machine a clock would accuse the innocent
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader.read(path)
    except reader.refuses as error:
        words = str(error)
        return ("fault", f"its message has {len(words.splitlines())} lines") if "\n" in words else ("refused", words)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return "fault", traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return "read", ""


class TooSlow(BaseException):
    """Not an Exception: a reader that catches whatever its decoder raises must not catch this."""


def _too_slow(signum, frame):
    raise TooSlow(f"more than {SECONDS} seconds")


def fuzz(readers, enough, seed, folder):
    """Damage and read until ``enough(tries)``.

    Parameters
    ----------
    readers : dict of str to Reader
    enough : callable
        Takes how many files were tried, returns whether that is enough.
    seed : int
    folder : Path

    Returns
    -------
    outcomes : Counter of (str, str, str)
        By reader, verdict, and its words without what differs from file to file.
    faults : dict of str to Path
        The last line of each kind of fault, and the first file that provoked it.
    """
    rng = random.Random(seed)
    tries, outcomes, faults = 0, Counter(), {}
    path = folder / "damaged"
    while not enough(tries):
        name = rng.choice(list(readers))
        reader = readers[name]
        path.write_bytes(reader.damage(rng.choice(reader.examples), rng))
        tries += 1
        verdict, words = attempt(reader, path)
        kind = words.strip().splitlines()[-1] if words else ""
        outcomes[name, verdict, _without_particulars(kind.replace(str(path), ""))] += 1
        if verdict == "fault" and kind not in faults:
            faults[kind] = path.replace(folder / f"fault-{tries}")
            print(words, file=sys.stderr, flush=True)
    return outcomes, faults


def _without_particulars(words):
    """Leave out quoted text and numbers, so that what is left says which way was taken."""
    return re.sub(r"-?(0x[0-9a-f]+|\d[\d,.]*)", "#", re.sub(r"b?'[^']*'|b?\"[^\"]*\"", "'…'", words))[:100]


def main(arguments=None):
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", metavar="group", help="all of them unless named")
    parser.add_argument("--minutes", type=float, default=10, help="for each group")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    known = groups(folder)
    if unknown := set(options.groups) - known.keys():
        parser.error(f"group must be one of {', '.join(known)}; received {', '.join(sorted(unknown))}")
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + BYTES, resource.RLIM_INFINITY))
    found = 0
    for name in options.groups or known:
        end = time.monotonic() + 60 * options.minutes
        outcomes, faults = fuzz(known[name], lambda tries, end=end: time.monotonic() >= end, options.seed, folder)
        found += len(faults)
        row = _row(name, options, outcomes, faults)
        others = [each for each in record.rows("fuzz") if each["group"] != name]
        record.write_record("fuzz", "make fuzz", [*others, row], limits={"seconds": SECONDS, "bytes": BYTES})
        print(
            f"{name}: {row['executions']:,} damaged files, {row['read']:,} read, {row['refused']:,} refused, "
            f"{row['distinct_outcomes']} distinct outcomes, {len(faults)} faults",
            flush=True,
        )
        for kind, path in faults.items():
            print(f"  {path}: {kind}")
    return int(found > 0)


def _row(name, options, outcomes, faults):
    verdicts = Counter()
    for (_, verdict, _), count in outcomes.items():
        verdicts[verdict] += count
    executions = Counter()
    for (reader, _, _), count in outcomes.items():
        executions[reader] += count
    return {
        "group": name,
        "minutes": options.minutes,
        "seed": options.seed,
        "executions": outcomes.total(),
        "by_reader": dict(sorted(executions.items())),
        "read": verdicts["read"],
        "refused": verdicts["refused"],
        "distinct_outcomes": len(outcomes),
        "faults": sorted(faults),
    }


def _address_space():
    """Bytes that the process has mapped already: PyTorch alone maps gigabytes that it never uses."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    faulthandler.enable()
    sys.exit(main())
