"""Run a notebook from a fresh kernel and show how far it has come."""

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.at_rest import at_rest
from tools.console import StatusLine, plain

CELL_TIMEOUT = 600  # seconds; a whole chapter is meant to take one minute


class ChapterError(Exception):
    """Which cell of which chapter failed, and with what: one line."""


def execute(path, root, alone=True):
    """Execute a notebook in its own folder and return it with its outputs; nothing is written to it.

    Parameters
    ----------
    path : Path
        The notebook.
    root : Path
        Folder of the project; the whole traceback of a failure is kept in its ``_build``.
    alone : bool
        False where other notebooks are executed meanwhile.

    Returns
    -------
    notebook : NotebookNode
    seconds : float

    Raises
    ------
    ChapterError
        Naming the chapter, the cell, the error's last line and the file with its traceback.
    """
    notebook = nbformat.read(path, as_version=4)
    # Counted as the reader sees them: code cells only, from 1.
    numbers = {}
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            numbers[index] = len(numbers) + 1
    line = StatusLine(f"{path.stem}: ", alone)
    running = [0]

    def started(cell, cell_index):
        if cell_index in numbers:
            running[0] = numbers[cell_index]
            line.show(f"cell {running[0]} of {len(numbers)}", milestone=running[0] % 10 == 1)

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # it warns about its own sockets otherwise
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=started,
    )
    try:
        client.execute()
    except CellExecutionError as error:
        cause, details = f"{error.ename}: {first_line(error.evalue)}", str(error)
    except CellTimeoutError as error:
        cause, details = f"took longer than {CELL_TIMEOUT} seconds", str(error)
    except DeadKernelError as error:
        cause, details = "the kernel died: out of memory?", str(error)
    else:
        line.show(f"{len(numbers)} cells done", milestone=True)
        line.close()
        at_rest(notebook)
        return notebook, line.seconds
    line.close()
    log = root / "_build" / f"{path.stem}.traceback.txt"
    log.parent.mkdir(exist_ok=True)
    log.write_text(plain(details), encoding="utf-8")
    raise ChapterError(f"{path.stem}: cell {running[0]} of {len(numbers)}: {cause} (traceback in {log})")


def first_line(text):
    """Return the first line of an error's message; the rest is in the traceback."""
    return text.strip().splitlines()[0] if text.strip() else "no message"
