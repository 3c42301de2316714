"""Try mutants on the chapters: each from the cell in which it would first matter.

Up to that cell a chapter with the fault in it does what it does without. So each chapter runs once for all mutants; it
leaves a sleeping copy of itself before each cell that reaches a faulty statement for the first time.
"""

import io
import os
import sys
import time

import nbformat
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from tests.mutation.forks import Snapshot, allow, forked, limit_memory
from tests.mutation.graft import graft, reached
from tests.outputs import COMPARED, code_cells, shown

# What the chapters import besides cnnlib: with it loaded, a process forks ready to start.
WARM = "matplotlib.pyplot PIL.Image scipy.ndimage scipy.signal sklearn.datasets torch anywidget mlxtend.data"

# Seconds of a chapter's work, as long as they are without a fault, in which it must notice one. What would be noticed
# later counts as survived: to follow every survivor to the end of every chapter takes longer than all the rest.
PATIENCE = 30


class _Stream(io.TextIOBase):
    """Standard output or error, kept as a cell's output."""

    def __init__(self, name, outputs):
        self._name, self._outputs = name, outputs

    def write(self, text):
        self._outputs.append(nbformat.v4.new_output("stream", name=self._name, text=text))
        return len(text)


class _Publisher(DisplayPublisher):
    """Keeps what is displayed as a cell's output."""

    outputs = None

    def publish(self, data, metadata=None, **_):
        self.outputs.append(nbformat.v4.new_output("display_data", data=data))


class Chapter:
    """A notebook that runs in this process, cell by cell."""

    def __init__(self, path):
        notebook = nbformat.read(path, as_version=4)
        self.name, self.cells = path.stem, code_cells(notebook)
        self._outputs = []
        os.chdir(path.parent)
        config = Config(HistoryManager={"enabled": False})
        self._shell = InteractiveShell.instance(config=config, display_pub_class=_Publisher)
        self._shell.display_pub.outputs = self._outputs
        self._shell.display_trap.hook = self._keep_value
        # Pictures are not compared, and to draw them takes longer than most cells.
        self._shell.display_formatter.active_types = list(COMPARED)
        sys.path.insert(0, "")

    def _keep_value(self, value):
        if value is not None:
            data, _ = self._shell.display_formatter.format(value)
            self._outputs.append(nbformat.v4.new_output("execute_result", data=data))

    def run(self, number):
        """Run a cell, counted from 0; return how it fails or differs from what is committed, or None."""
        self._outputs.clear()
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream("stdout", self._outputs), _Stream("stderr", self._outputs)
        try:
            result = self._shell.run_cell(self.cells[number].source, store_history=True)
        finally:
            sys.stdout, sys.stderr = streams
        if error := result.error_before_exec or result.error_in_exec:
            return f"{type(error).__name__}: {str(error)[:200]}"
        for ours, committed in zip(shown(self._outputs), shown(self.cells[number].outputs), strict=False):
            if ours != committed:
                return f"{ours} where there was {committed}"[:400]
        if len(shown(self._outputs)) != len(shown(self.cells[number].outputs)):
            return "more or less is shown"
        return None


def warm_up():
    """Load what the chapters need, so that the processes forked from this one have it."""
    import tqdm.auto
    import tqdm.notebook

    tqdm.auto.tqdm = tqdm.notebook.tqdm  # what it is in a kernel
    for name in [*WARM.split(), "cnnlib.vectorized.layers", "cnnlib.vectorized.optimizers", "cnnlib.definition"]:
        __import__(name)


def try_mutants(path, mutants, codes, show):
    """Try the mutants that a chapter reaches.

    Parameters
    ----------
    path : Path
    mutants : list of Mutant
    codes : dict of str to code
        Of modules that report what is reached.
    show : callable
        Called with each mutant and the answer to it as soon as there is one, in another process.

    Returns
    -------
    reached : list of str
        The statements that the chapter reaches.
    answers : dict of str to str
        By the mutant's name, what noticed it, or None.
    """
    outcome = forked(lambda: _outcome(path, mutants, codes, show))
    if outcome is None:
        sys.exit(f"{path.stem} ended early: see above")
    return outcome


def _outcome(path, mutants, codes, show):
    for module, code in codes.items():
        graft(module, code)
    chapter, seen = Chapter(path), reached()
    seen.clear()
    before, seconds, kept = set(), [], []
    for number in range(len(chapter.cells)):
        snapshot = Snapshot(lambda question, number=number: _try_from(chapter, number, mutants, show, *question))
        start = time.process_time()
        if difference := chapter.run(number):
            raise RuntimeError(f"{path.stem}, cell {number + 1}, without any fault: {difference}")
        seconds.append(time.process_time() - start)
        first = [mutant.name for mutant in mutants if mutant.statement in seen - before]
        before |= seen
        if first:
            kept.append((snapshot, first))
        else:
            snapshot.drop()
    answers = {}
    for snapshot, names in kept:
        answers |= snapshot.ask((names, seconds))
    return sorted(before), answers


def _try_from(chapter, number, mutants, show, names, seconds):
    """Go on from a cell with each of the named mutants; return {name: what noticed it, or None}."""
    answers = {}
    for mutant in mutants:
        if mutant.name in names:
            code = mutant.code()
            answer = forked(lambda mutant=mutant, code=code: [_killer(chapter, mutant, code, number, seconds)])
            answers[mutant.name] = f"{chapter.name}, time or memory" if answer is None else answer[0]
            show(mutant, answers[mutant.name])
    return answers


def _killer(chapter, mutant, code, number, seconds):
    """Go on with the fault from a cell to the first that notices; say which and what, or None."""
    limit_memory()
    try:
        graft(mutant.module, code)
    except Exception as error:
        return f"import: {type(error).__name__}"
    for later in range(number, len(chapter.cells)):
        if sum(seconds[number : later + 1]) > PATIENCE:
            return None
        allow(60 + 30 * seconds[later])
        if difference := chapter.run(later):
            return f"{chapter.name}, cell {later + 1}: {difference}"
    return None
