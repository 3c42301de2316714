"""A room for one run of one student's code: what is sent in, what may be asked, and its end."""

import contextlib
import json
import os
import secrets
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from teaching.grading import operators, warden
from teaching.grading.engine import MEMORY, NoWallsError
from teaching.grading.frames import LARGEST, BrokenFrameError, decode, encode

HERE = Path(__file__).resolve().parent
START = 60.0  # processor seconds until NumPy is there: a cold disk
LATE, ASLEEP = "late", "asleep"
SPARE = 30.0  # seconds after which a room is given up that does not keep its own limits
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ENVIRONMENT = THREADS | {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
}
TAKE_IN = (
    "import sys; take = sys.stdin.buffer.read; exec(compile(take(int.from_bytes(take(4), 'big')), 'warden', 'exec'))"
)
SETTLE = """
import json, os, sys, types
requests = os.fdopen(os.dup(0), "rb")
job = json.loads(requests.read(int.from_bytes(requests.read(4), "big")))
standins = types.ModuleType("teaching.grading.standins")
exec(job["sources"][standins.__name__], standins.__dict__)
sys.modules[standins.__name__] = standins
sys.meta_path.insert(0, standins.StandIns(job["sources"]))
from teaching.grading.runner import main
main(requests, job["limits"])
"""
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Reply:
    """What came of a request.

    Attributes
    ----------
    fields : dict
        As the runner answers; empty where nothing came back, or nothing that could be read.
    failure : str
        Why the submission did not do what was asked, as the end of a sentence; else empty.
    seconds : float
        Of processor time.
    late : str
        `LATE` where the time of the processor was over, `ASLEEP` where that by the clock was; else empty.
    over : bool
        Whether the room has ended.
    """

    fields: dict
    failure: str
    seconds: float
    late: str = ""
    over: bool = False


class Room:
    """One container, or without walls one process, for the length of a ``with`` block.

    Parameters
    ----------
    engine : Engine or None
        None for no walls: a plain process with limits, in a folder of its own.
    may_use : iterable of str
        Operators of ``cnnlib.vectorized`` that are there.
    """

    def __init__(self, engine, may_use=()):
        self.engine, self.may_use = engine, may_use

    def __enter__(self):
        # What runs a container leaves a note where it was started if the memory there did not suffice.
        self.folder = tempfile.mkdtemp(prefix="coursework-")
        inside = "python3" if self.engine else sys.executable
        command = [*self.engine.command(), "warden"] if self.engine else [sys.executable]
        self.process = subprocess.Popen(
            [*command, "-I", "-S", "-B", "-c", TAKE_IN], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, bufsize=0, start_new_session=os.name == "posix", cwd=self.folder,
        )  # fmt: skip
        kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}  # Windows needs it
        environment = ENVIRONMENT if self.engine else ENVIRONMENT | kept | {"HOME": self.folder, "PATH": ""}
        job = {"command": [inside, "-s", "-P", "-B", "-c", SETTLE], "environment": environment, "largest": LARGEST}
        try:
            for part in (Path(warden.__file__).read_bytes(), json.dumps(job).encode()):
                self._write(_LENGTH.pack(len(part)) + part)
            reply = self._ask(self._settling(), START, 2 * START)
            if reply.fields != {"failure": ""}:
                raise OSError(f"the process that runs submissions {reply.failure or 'is mute'}")
        except OSError as error:
            complaint = self._complaint()
            self.__exit__()
            raise NoWallsError(complaint or str(error)) from error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()
        try:
            self.process.wait(10)  # it ends when nobody asks any more
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, request, processor, clock):
        """Ask the submission to do something.

        Parameters
        ----------
        request : dict
            As the runner reads it.
        processor, clock : float
            Seconds allowed, of the processor and of the clock.

        Returns
        -------
        Reply
        """
        number = secrets.randbits(60)
        return self._ask(encode(request | {"number": number}), processor, clock, number)

    def _ask(self, payload, processor, clock, number=0):
        watch = threading.Timer(clock + SPARE, self.process.kill)
        watch.start()
        try:
            self._write(warden.REQUEST.pack(processor, clock, len(payload)) + payload)
            how, seconds, length = warden.REPLY.unpack(self._read(warden.REPLY.size))
            data = self._read(min(length, LARGEST))
        except OSError:
            return Reply({}, "ended the room", 0.0, over=True)
        finally:
            watch.cancel()
        return self._reply(how, seconds, data, processor, number)

    def _reply(self, how, seconds, data, processor, number):
        over = not data
        if how == warden.LATE:
            late, said = (
                (ASLEEP, "waited longer than it may")
                if seconds < processor
                else (LATE, f"took longer than {processor:.3g} s")
            )
            return Reply({}, said, seconds, late, over)
        if over:
            reasons = {
                warden.MEMORY: f"used more than {MEMORY / 2**30:g} GB of memory",
                warden.FLOOD: "answered more than it may",
            }
            return Reply({}, reasons.get(how, "ended the process"), seconds, over=True)
        try:
            fields = decode(data)
            if not isinstance(fields, dict) or not isinstance(fields.get("failure"), str):
                raise BrokenFrameError("it says not how it went")
            if fields.pop("number", None) != number:
                raise BrokenFrameError("it answers nothing that was asked")
        except BrokenFrameError as error:
            # Whatever else is on its way would be taken for the answer to another question.
            return Reply({}, f"wrote into the grader's channel: {error}", seconds, over=True)
        return Reply(fields, fields["failure"], seconds)

    def _settling(self):
        """What the submission's process reads first: the texts of modules, and its limits."""
        sources = {name: "" for name in ("teaching", "teaching.grading")}
        for name in ("frames", "standins", "runner"):
            sources[f"teaching.grading.{name}"] = (HERE / f"{name}.py").read_text(encoding="utf-8")
        sources["cnnlib.vectorized"] = operators.source(self.may_use)
        space = self.engine.address_space if self.engine else MEMORY
        limits = {"AS": space, "CORE": 0} | ({} if self.engine else {"FSIZE": 32 << 20})
        return json.dumps({"sources": sources, "limits": limits}).encode()

    def _write(self, data):
        left = memoryview(data)
        while left:
            left = left[self.process.stdin.write(left) :]

    def _read(self, count):
        data = bytearray()
        while len(data) < count:
            part = self.process.stdout.read(min(count - len(data), 1 << 20))
            if not part:
                raise OSError("the room has ended")
            data += part
        return bytes(data)

    def _complaint(self):
        """Return the last line of what the engine said when it could not start."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
            said = os.read(self.process.stderr.fileno(), 4000).decode(errors="replace").strip()
            return said.splitlines()[-1] if said else ""
        return ""
