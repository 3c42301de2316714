"""The wall: a container of Docker or Podman, whichever answers, with nothing in it but Python and NumPy."""

import contextlib
import hashlib
import itertools
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy

IMAGE = Path(__file__).resolve().parent / "image"
BASE = "python:3.11-slim"
MEMORY = 2 << 30  # bytes that all processes of a room may hold
DISK = "64m"  # of home and /tmp together; it is memory
PROCESSES = 64  # threads count as well
LIMITS = {
    "memory": ("--memory", str(MEMORY)),
    "swap": ("--memory-swap", str(MEMORY)),
    "processes": ("--pids-limit", str(PROCESSES)),
    "processors": ("--cpus", "1"),
}
GET = "no container engine answers: install Podman (podman.io) or Docker (docs.docker.com), and start it"
SECONDS = 60  # for a question to the engine; building an image takes as long as it takes


class NoWallsError(Exception):
    """No container can be started on this machine; the message says why in one line."""


def _asked(*command, seconds=SECONDS):
    """Run a command of the engine; return whether it went well, and the last line of what it said."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, str(error)
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    return done.returncode == 0, said.splitlines()[-1] if said else f"exit code {done.returncode}"


def found():
    """Return the path of the engine that answers.

    Raises
    ------
    NoWallsError
        If there is none.
    """
    for name in ("docker", "podman"):
        path = shutil.which(name)
        if path and _asked(path, "version")[0]:
            return path
    raise NoWallsError(GET)


def holds(path, image):
    """Say whether an engine has an image."""
    return _asked(path, "image", "inspect", image)[0]


@dataclass
class Engine:
    """A container engine with the image that rooms are made of.

    Attributes
    ----------
    path : str
    image : str
    missing : tuple of str
        Keys of `LIMITS` that this engine cannot set on this machine.
    label : str
        Of all containers that are started with it.
    """

    path: str
    image: str
    missing: tuple = ()
    label: str = field(default_factory=lambda: f"coursework={secrets.token_hex(8)}")

    @classmethod
    def ready(cls, base=BASE):
        """Find an engine, build the image where it is not there yet, and start one container on trial.

        Parameters
        ----------
        base : str
            Image to build upon.

        Returns
        -------
        Engine

        Raises
        ------
        NoWallsError
            If any of that fails.
        """
        engine = cls(found(), tag(base))
        if not holds(engine.path, engine.image):
            engine.build(base)
        for count in range(len(LIMITS) + 1):
            for missing in itertools.combinations(LIMITS, count):
                engine.missing = missing
                went, said = _asked(*engine.command(), "python3", "-c", "import numpy")
                if went:
                    return engine
                if not any(word in said for word in ("cgroup", "cpu", "memory", "pids", "swap")):
                    raise NoWallsError(f"{engine.path}: {said}")
        raise NoWallsError(f"{engine.path}: {said}")

    def build(self, base):
        """Build the image; it is told, since it takes a while."""
        print(f"grade: the room for submissions is built once, upon {base}", file=sys.stderr)
        went, said = _asked(
            self.path, "build", "--build-arg", f"BASE={base}", "--build-arg", f"NUMPY=numpy=={numpy.__version__}",
            "--tag", self.image, "--file", str(IMAGE / "Containerfile"), str(IMAGE), seconds=None,
        )  # fmt: skip
        if not went:
            raise NoWallsError(f"{self.path} cannot build the room for submissions upon {base}: {said}")

    def command(self):
        """Return the beginning of a command line that starts a container; what runs in it is to follow."""
        # Another user for each, so that no limit is shared with a neighbour.
        user = 10_000 + secrets.randbelow(50_000)
        # Where processes cannot be counted together, each may have less, and there are fewer.
        processes = 12 if {"memory", "processes"} & set(self.missing) else PROCESSES
        limits = {"nofile": 256, "nproc": processes, "core": 0, "fsize": 32 << 20, "msgqueue": 0}
        command = [
            self.path, "run", "--rm", "--interactive", "--pull", "never", "--label", self.label, "--log-driver", "none",
            "--network", "none", "--ipc", "none", "--hostname", "room", "--user", f"{user}:{user}",
            "--cap-drop", "all", "--security-opt", "no-new-privileges",
            "--security-opt", f"seccomp={IMAGE / 'seccomp.json'}",
            "--read-only", "--tmpfs", f"/tmp:rw,nosuid,nodev,noexec,size={DISK},mode=1777",
            "--workdir", "/tmp",
        ]  # fmt: skip
        if "podman" in Path(self.path).name:
            command.append("--read-only-tmpfs=false")
        command += [f"--ulimit={name}={value}:{value}" for name, value in limits.items()]
        command += [part for name, option in LIMITS.items() if name not in self.missing for part in option]
        return [*command, self.image]

    @property
    def address_space(self):
        """Bytes of address space of one process."""
        return MEMORY // 4 if "memory" in self.missing else MEMORY

    def remark(self):
        """Say in one sentence what this machine's engine cannot limit; empty where it limits all."""
        if not self.missing:
            return ""
        return (
            f"{self.path} cannot limit {' and '.join(self.missing)} here (the cgroup controllers are missing): "
            f"each process of a submission is limited by itself"
        )

    def sweep(self):
        """End whatever is still running of the containers that were started."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            question = [self.path, "ps", "--quiet", "--filter", f"label={self.label}"]
            listed = subprocess.run(question, capture_output=True, timeout=SECONDS, check=False)
            for name in listed.stdout.decode().split():
                _asked(self.path, "kill", name)


def tag(base):
    """Name the image: another one for another base, another NumPy and another file."""
    digest = hashlib.sha256(os.fsencode(base) + numpy.__version__.encode() + (IMAGE / "Containerfile").read_bytes())
    return f"coursework-room:{digest.hexdigest()[:16]}"
