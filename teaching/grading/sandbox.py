"""A room with walls for one run of one student's code: what it may see, how much it may use, and its end."""

import contextlib
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path

import numpy
import threadpoolctl

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
MEMORY = 2 << 30  # bytes: of one process as address space, of all together as what they really hold
LIMITS = {"AS": MEMORY, "NPROC": 32, "FSIZE": 32 << 20, "NOFILE": 64, "CPU": 300, "CORE": 0}
DISK = "64m"  # of home and /tmp together; it is memory
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ENVIRONMENT = THREADS | {"HOME": "/empty", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PATH": ""}


class NoWallsError(Exception):
    """The machine does not let the grader isolate a process; the message says what it said."""


class TooMuchError(Exception):
    """The processes of a room together hold more memory than they may."""


def packages(may_import):
    """List what a room's Python can import besides its standard library.

    Parameters
    ----------
    may_import : iterable of str
        Modules that a solution may use; NumPy is always there.

    Returns
    -------
    list of (Path, str)
        Where each lies, and its name inside.
    """
    numpy_folder = Path(numpy.__file__).parent
    libraries = numpy_folder.with_name("numpy.libs")
    found = [(numpy_folder, "numpy"), (Path(threadpoolctl.__file__), "threadpoolctl.py")]
    found += [(libraries, libraries.name)] if libraries.exists() else []
    names = sorted(name.replace(".", "/") for name in may_import if name.startswith("cnnlib."))
    # The rooms of operators count with the same shapes.
    names = ["cnnlib/__init__.py", *(["cnnlib/shapes"] if names else []), *names]
    for name in dict.fromkeys(names):
        path = ROOT / name
        found.append((path, name) if path.exists() else (path.with_suffix(".py"), f"{name}.py"))
    return found


def machine():
    """List the files of the machine that Python itself needs, and the folders below them to hide."""
    library = sysconfig.get_path("stdlib")
    python = os.path.realpath(sys.executable)
    shown = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", python, f"{sys.base_prefix}/lib", library]
    shown += ["/dev/null", "/dev/zero", "/dev/urandom"]
    unique = [path for path in dict.fromkeys(shown) if os.path.exists(path)]
    # What is below another is there with it.
    outermost = [path for path in unique if not any(path.startswith(f"{other}/") for other in unique)]
    hidden = [f"{library}/site-packages", f"{library}/dist-packages", "/usr/lib/python3/dist-packages"]
    return outermost, hidden


class Room:
    """One process of the runner, behind walls, for the length of a ``with`` block.

    Parameters
    ----------
    job : dict
        What the runner reads.
    may_import : iterable of str
    walls : bool
        Without them the runner is a plain process with limits, in a folder of its own.
    """

    def __init__(self, job, may_import, walls=True):
        self.job, self.may_import, self.walls = job, may_import, walls
        self._checked = 0.0
        self._namespace = None

    def __enter__(self):
        if sys.platform != "linux" and (self.walls or os.name != "posix"):
            raise NoWallsError(f"there are no namespaces on {sys.platform}")
        self.folder = tempfile.mkdtemp(prefix="coursework-")
        try:
            self.process = subprocess.Popen(
                self._command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                bufsize=0, start_new_session=True, cwd="/",
            )  # fmt: skip
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        threading.Thread(target=self._hand_over, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def output(self):
        """Descriptor of the pipe that the runner writes frames to."""
        return self.process.stdout.fileno()

    def complaint(self):
        """Wait for the process, which has closed its output, and return the last line of what it said of it."""
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            return ""
        said = os.read(self.process.stderr.fileno(), 4000).decode(errors="replace").strip()
        return said.splitlines()[-1] if said else ""

    def check_memory(self):
        """Add up what all processes inside hold, a few times a second at most.

        Raises
        ------
        TooMuchError
            If that is more than `MEMORY`.
        """
        if self.walls and time.monotonic() - self._checked > 0.25:
            self._checked = time.monotonic()
            if self._held() > MEMORY:
                raise TooMuchError(f"used more than {MEMORY / 2**30:g} GB of memory")

    def _command(self):
        inside = packages(self.may_import)
        shown, hidden = machine() if self.walls else ([], [])
        place = "" if self.walls else self.folder
        binds = [(path, path) for path in shown]
        binds += [(str(path), f"/packages/{name}") for path, name in inside]
        binds.append((str(HERE / "runner.py"), "/runner.py"))
        if not self.walls:
            for source, name in binds:
                Path(f"{place}{name}").parent.mkdir(parents=True, exist_ok=True)
                Path(f"{place}{name}").symlink_to(source)
        config = {
            "walls": self.walls, "root": self.folder, "binds": binds, "hidden": hidden, "disk": DISK, "limits": LIMITS,
            "environment": ENVIRONMENT, "parent": os.getpid(),
        }  # fmt: skip
        python = os.path.realpath(sys.executable)
        confine = [sys.executable, "-I", "-S", str(HERE / "confine.py"), json.dumps(config)]
        return [*confine, python, "-S", "-B", f"{place}/runner.py"]

    def _hand_over(self):
        try:
            self.process.stdin.write(pickle.dumps(self.job))
            self.process.stdin.close()
        except OSError:
            pass  # it has ended already, and whoever reads its output learns that

    def _held(self):
        """Bytes that the processes inside hold, shared pages divided among them."""
        if self._namespace is None:
            self._namespace = _namespace_below(self.process.pid)
        held = 0
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{pid}/ns/pid") == self._namespace:
                    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
                    held += 1024 * int(text.partition("\nPss:")[2].split()[0])
            except (OSError, IndexError):
                pass  # it has ended since
        return held


def _namespace_below(pid):
    """Name of the process namespace that a child of ``pid`` has made, or None where it has not yet."""
    try:
        child = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
        made, own = (os.readlink(f"/proc/{child}/ns/{name}") for name in ("pid_for_children", "pid"))
    except (OSError, IndexError):
        return None
    return made if made != own else None
