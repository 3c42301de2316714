"""Write a record: what was measured, on what, by which command."""

import datetime
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks.rates import climb
from cnnlib.durable import write_whole

# Another folder keeps a rehearsal, or a run on a borrowed machine, away from the book's records.
RESULTS = Path(os.environ.get("CNNLIB_RESULTS") or Path(__file__).parent.parent / "results")


def circumstances():
    """Return what a reader needs to judge or repeat a measurement: device, versions, threads, date.

    The kernels of NumPy's BLAS are among it: OpenBLAS picks them for the processor, but for what ``OPENBLAS_CORETYPE``
    says, and they differ by a factor of two.
    """
    import numpy as np
    import torch

    return {
        "date": datetime.date.today().isoformat(),
        "processor": _processor(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "threads": torch.get_num_threads(),
        "blas": _blas(),
        "system": platform.platform(terse=True),
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}
        | (_gpu_versions() if torch.cuda.is_available() else {}),
    }


def _blas():
    from threadpoolctl import threadpool_info

    libraries = (each for each in threadpool_info() if each["user_api"] == "blas")
    return sorted({f"{each['internal_api']} {each['version']}, {each.get('architecture')}" for each in libraries})


def write_record(name, command, results, **about):
    """Write ``results/<name>.json``, whole or not at all, and return its path.

    Parameters
    ----------
    name : str
    command : str
        What repeats the measurement, run from the repository's folder.
    results : list or dict
    **about
        What else the record says of itself: data, seeds, n.
    """
    return write(name, {"command": command, **circumstances(), **about, "results": results})


def write(name, record):
    """Write a record as it stands; see `write_record`."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))
    return path


def is_recorded(name, wanted):
    """Tell whether a row of ``results/<name>.json``, a list of dict, says everything that the dict ``wanted`` says."""
    return any(wanted.items() <= row.items() for row in rows(name))


def add_row(name, command, row, **about):
    """Add a dict to the results of ``results/<name>.json`` as `write_record` writes them; other rows stay.

    A program of long runs calls it after each run: it can then be stopped at will, and go on with those that
    `is_recorded` does not know. What other processes have added meanwhile stays, too, but for the moment of writing.
    """
    return write_record(name, command, [*rows(name), row], **about)


def rows(name):
    """Return the results of ``results/<name>.json``, a list of dict; empty where there is no record."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["results"] if path.exists() else []


class Record:
    """Rows of one record, each measured once: a program that was stopped goes on where it was.

    Parameters
    ----------
    name : str
    command : str
        What repeats the measurement, run from the repository's folder.
    **about
        As `write_record` takes it.
    """

    def __init__(self, name, command, **about):
        self.name, self.command, self.about = name, command, about

    def row(self, wanted, measure):
        """Return the row that says ``wanted``; where there is none, measure what it says besides, and add it."""
        for row in rows(self.name):
            if wanted.items() <= row.items():
                return row
        row = wanted | measure()
        add_row(self.name, self.command, row, **self.about)
        print(self.name, *(f"{key}={value}" for key, value in row.items()), flush=True)
        return row

    def rate(self, case, error_at, start=0.01):
        """Return the best rate for a case, by validation errors; each rate that is tried has a row."""

        def score(rate):
            return -self.row(case | {"rate": rate}, lambda: {"validation": error_at(rate)})["validation"]

        return climb(score, start)[0]


def _gpu_versions():
    """Name what lies between a program and its GPU; None for what is not there to be asked."""
    import torch

    try:
        import triton
    except ModuleNotFoundError:
        triton = None
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        lines = subprocess.run(query, capture_output=True, text=True, timeout=20).stdout.splitlines()
    except (OSError, subprocess.TimeoutExpired):
        lines = []
    return {
        "triton": getattr(triton, "__version__", None),
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "driver": lines[0].strip() if lines else None,
    }


def _processor():
    """Name the processor; Linux and macOS say it in different places, Windows in a third."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
