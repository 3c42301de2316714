"""How every command of ``python -m cnnlib`` ends: 0, or one clear line on standard error and 2, or 130 after Ctrl-C."""

import argparse
import os
import sys
from contextlib import suppress

from cnnlib.data.dataset import DataError


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, and whose help keeps the line breaks of its examples."""

    def __init__(self, **options):
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options)

    def error(self, message):
        self.exit(2, f"{self.prog}: {' '.join(message.split())}; `{self.prog} --help` explains\n")


def reported(command, action, *, on_interrupt="", quiet=False):
    """Run a command and turn what stops it into one line.

    Parameters
    ----------
    command : str
        What the line begins with: ``"cnnlib train"``.
    action : callable
        Takes nothing; returns an exit code, or None for 0.
    on_interrupt : str
        What to say after "interrupted".
    quiet : bool
        Say nothing; another process says it.

    Returns
    -------
    int
        0; 2 after a fault; 130 after Ctrl-C.
    """
    try:
        code = action() or 0
        _write_out()
        return code
    except (DataError, OSError, ValueError, TypeError, FloatingPointError, MemoryError) as error:
        line, code = one_line(error), 2
    except KeyboardInterrupt:
        line, code = f"interrupted{on_interrupt}", 130
    with suppress(OSError):
        _write_out()
    if not quiet:
        print(f"{command}: {line}", file=sys.stderr)
    return code


def _write_out():
    """Write what was printed, while a full disk or a closed pipe can still be told in one line."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # Python would try again at its end, and say in its own words that it cannot.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OSError(error.errno, error.strerror, "standard output") from None


def one_line(error):
    """Say what an exception says in one line.

    Parameters
    ----------
    error : Exception

    Returns
    -------
    str

    Examples
    --------
    >>> one_line(OSError(28, "No space left on device", "runs/a/metrics.csv"))
    'runs/a/metrics.csv: No space left on device'
    """
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename is not None else error.strerror
    return " ".join(str(error).split()) or type(error).__name__
