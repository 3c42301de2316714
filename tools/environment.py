"""Create ``.venv`` with the exact environment of ``requirements.txt``, once.

A stamp, written last, says what was installed. While it matches nothing is done; without it, after an
interruption say, pip goes on from where it stopped. Every failure ends in one line that names the cause;
pip's whole output is in ``.venv/install.log``. Standard library only, and in a syntax that Python 3.6
still reads, so that an old Python gets as far as being told that it is old.

On Linux, pip's PyTorch brings gigabytes of libraries for NVIDIA GPUs. With ``TORCH=cpu`` in the environment
PyTorch's own build without them is installed; ``.venv/torch`` remembers that, so it need not be said again.
"""

import errno
import hashlib
import os
import re
import subprocess
import sys

from tools.console import StatusLine

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Where PyTorch's install page sends those who want the build for CPUs alone.
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
SIZES = {"": "5.9 GB on disk, ten minutes or less", "cpu": "3.0 GB on disk, two or three minutes"}

DISK_FULL = "the disk is full: free about 6 GB, or 3 GB and say TORCH=cpu"
UNWRITABLE = "a folder cannot be written: check its owner"

# What pip prints, and what it means. The first pattern found anywhere in its output decides: an
# unreachable index also makes pip say that no version was found, so the cause stands before the effect.
PIP_CAUSES = (
    (r"No space left on device|Errno 28|not enough space", DISK_FULL),
    (r"Read-only file system|Permission denied|Access is denied", UNWRITABLE),
    (
        r"NewConnectionError|Failed to establish a new connection|Connection (refused|reset|aborted|broken)"
        r"|ConnectTimeout|ReadTimeout|Read timed out|name resolution|getaddrinfo|ProxyError|SSLError"
        r"|Could not fetch URL|ConnectionError|Network is unreachable|incomplete-download",
        "the package index cannot be reached: check the network or the proxy",
    ),
    (r"\(from versions: none\)", "the package index cannot be reached, or has nothing for this Python and system"),
    (r"No matching distribution found for \S+", "no file for this Python and system"),
    (r"THESE PACKAGES DO NOT MATCH THE HASHES", "a downloaded file is damaged: try again"),
)


class SetupError(Exception):
    """Why the environment cannot be made: one line for the person who asked for it."""


def dotted(version):
    """Write a version as people do: 3.11."""
    return f"{version[0]}.{version[1]}"


def check_version(version):
    """Refuse a Python older than the book needs."""
    if tuple(version[:2]) < OLDEST:
        raise SetupError(
            f"Python {dotted(OLDEST)} or newer is needed, this is {dotted(version)}: "
            "install one, or say make PYTHON=/path/to/python3.11"
        )


def venv_python(venv):
    """Path of the interpreter inside a virtual environment, on this system."""
    if os.name == "nt":
        return os.path.join(venv, "Scripts", "python.exe")
    return os.path.join(venv, "bin", "python")


def torch_build(venv, asked, platform=sys.platform):
    """Tell which build of PyTorch belongs into an environment.

    Parameters
    ----------
    venv : str
        Folder of the environment, which remembers its build once it has been asked for.
    asked : str
        The value of ``TORCH``; empty where it is not set.

    Returns
    -------
    str
        "cpu", or nothing for the one that pip takes by itself.

    Raises
    ------
    SetupError
        If ``TORCH`` is anything else.
    """
    if asked not in ("", "cpu"):
        raise SetupError(
            f"TORCH must be cpu, or not be set, received {asked!r}: "
            "without it you get the build of PyTorch that runs on NVIDIA GPUs and on CPUs"
        )
    # Elsewhere there is one build for everyone, and it is small.
    return (asked or read_text(os.path.join(venv, "torch"))) if platform.startswith("linux") else ""


def stamp_text(root, version, build=""):
    """Say all that the environment depends on: place, Python, the two files that name packages, PyTorch's build."""
    digest = hashlib.sha256()
    for name in ("requirements.txt", "pyproject.toml"):
        with open(os.path.join(root, name), "rb") as file:
            digest.update(file.read().replace(b"\r\n", b"\n"))
    return f"{root}\nPython {dotted(version)}\n{digest.hexdigest()}\n" + (f"PyTorch for {build}\n" if build else "")


def read_text(path):
    """Return a file's text, or an empty string where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def create_venv(venv, stamp, version, build):
    """Make the virtual environment unless a usable one lies there already.

    One made elsewhere (a moved folder) or by another Python is made anew: its scripts and packages
    belong to what is no longer there. So is one with another build of PyTorch, whose libraries pip would leave
    behind. Behind a link lies another folder's environment, which is not ours to clear.
    """
    kept = read_text(os.path.join(venv, "stamp"))
    moved = kept and kept.splitlines()[:2] != stamp.splitlines()[:2]
    made_by = re.search(r"^version\s*=\s*(\d+\.\d+)", read_text(os.path.join(venv, "pyvenv.cfg")), re.M)
    same_python = made_by and made_by.group(1) == dotted(version)
    same_build = read_text(os.path.join(venv, "torch")) == build
    if same_python and same_build and not moved and starts(venv_python(venv)):
        return
    if os.path.islink(venv) and os.path.exists(venv) and os.listdir(venv):
        owner = kept.splitlines()[0] if kept else "something else"
        raise SetupError(f"{venv} is a link to what belongs to {owner}, and would be emptied: remove the link")
    print(f"creating {venv} with Python {dotted(version)}", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", venv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if made.returncode:
        output = made.stdout.decode(errors="replace")
        if "ensurepip" in output:
            raise SetupError("this Python lacks its venv module: on Debian and Ubuntu, apt install python3-venv")
        raise SetupError(f"cannot create {venv}: {diagnose(output)}")
    if build:  # before the first package, so that whoever interrupts the installation need not say it again
        with open(os.path.join(venv, "torch"), "w", encoding="utf-8") as file:
            file.write(build)


def starts(python):
    """Tell whether an interpreter runs and has pip: one of a removed Python or half made has not."""
    try:
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.call([python, "-c", "import pip"], **silent) == 0
    except OSError:
        return False


def install(root, venv, build):
    """Install the pinned packages, then cnnlib where it lies, so that edits take effect at once.

    PyTorch for CPUs comes first and by its full name: where it is not to be had, pip fails rather than take the large
    one, and once it is there it satisfies the pin. pip's own settings hold for it as well.
    """
    requirements = os.path.join(root, "requirements.txt")
    pins = read_pins(requirements)
    log = os.path.join(venv, "install.log")
    with open(log, "w", encoding="utf-8") as kept:
        pip = [venv_python(venv), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        if build:
            torch = "torch=={}+{}".format(pins["torch"][0], build)
            try:
                run_pip([*pip, "--no-deps", "--extra-index-url", CPU_INDEX, torch], 1, kept)
            except SetupError as error:
                raise SetupError(f"TORCH={build} takes {torch} from {CPU_INDEX}: {error}") from error
        run_pip([*pip, "-r", requirements], len(pins), kept, {name: why for name, (_, why) in pins.items()})
        run_pip([*pip, "--no-deps", "--no-build-isolation", "-e", root], 1, kept)


def read_pins(requirements):
    """Read a file of exact packages: name → (version, what its comment says it is for)."""
    with open(requirements, encoding="utf-8") as file:
        pins = re.findall(r"^([\w.-]+)==([^\s;#]+)[^#\n]*(?:#[ ]*(.*))?$", file.read(), re.M)
    return {name.lower().replace("_", "-"): (version, why) for name, version, why in pins}


def run_pip(command, total, log, reasons=None):
    """Run pip, keep what it says in ``log`` and show how far it has come."""
    progress = PipProgress(total, reasons)
    environ = dict(os.environ, PYTHONUNBUFFERED="1", PIP_PROGRESS_BAR="off", PYTHONIOENCODING="utf-8")
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environ)
    output = []
    for raw in pip.stdout:
        line = raw.decode("utf-8", errors="replace").rstrip()
        output.append(line)
        log.write(line + "\n")
        progress.update(line)
    progress.close()
    if pip.wait():
        raise SetupError("{} (pip's output is in {})".format(diagnose("\n".join(output)), log.name))


def diagnose(output):
    """Turn what pip printed into its cause and what to do."""
    for pattern, cause in PIP_CAUSES:
        found = re.search(pattern, output, re.I)
        if found:
            named = found.group().startswith("No matching")
            return f"{cause}: {found.group().split()[-1]}" if named else cause
    lines = output.splitlines() or ["it said nothing"]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines)[-1].strip()


class PipProgress(StatusLine):
    """How many of ``total`` packages pip has come to, and what large file it fetches and why: read from its output."""

    def __init__(self, total, reasons=None):
        super().__init__()
        self.total, self.seen, self.reasons = total, 0, reasons or {}

    def update(self, line):
        """Read one line of pip's output."""
        large = re.search(r"Downloading (?:\S*/)?([^\s/-]+)-([^\s/-]+)\S* \((\d{2,}\.\d MB|\d+\.\d GB)\)", line)
        if re.match(r"Collecting |Processing |Requirement already satisfied", line):
            # pip comes to some packages twice: as a pin, and as what another one needs.
            self.seen = min(self.seen + 1, self.total)
            self.show(f"package {self.seen} of {self.total}", milestone=self.seen % 20 == 0)
        elif large:
            name, version, size = large.groups()
            self.show(f"downloading {name} {version}, {size}{self.reason(name)}", milestone=True)
        elif line.startswith("Installing collected") and self.total > 1:
            self.show("unpacking them: a minute or two", milestone=True)

    def reason(self, name):
        """Say what a package is for, where requirements.txt does or its name gives it away."""
        why = self.reasons.get(name.lower().replace("_", "-"), "")
        if re.match("nvidia|cuda", name):
            why = "PyTorch's build for NVIDIA GPUs needs it"
        return why and ": " + why


def prepare(root=ROOT, version=sys.version_info, environ=os.environ):
    """Bring ``.venv`` up to date; return whether there was anything to do.

    Raises
    ------
    SetupError, OSError
        Saying why that is impossible.
    """
    check_version(version)
    venv = os.path.join(root, ".venv")
    build = torch_build(venv, environ.get("TORCH", ""))
    stamp_file = os.path.join(venv, "stamp")
    stamp = stamp_text(root, version, build)
    if read_text(stamp_file) == stamp:
        return False
    create_venv(venv, stamp, version, build)
    if os.path.exists(stamp_file):
        os.remove(stamp_file)
    print(announcement(build), flush=True)
    install(root, venv, build)
    with open(stamp_file, "w", encoding="utf-8") as file:
        file.write(stamp)
    return True


def announcement(build, platform=sys.platform):
    """Say what is going to be installed, how large it is, and how it could be smaller."""
    if not platform.startswith("linux"):
        return "installing the packages of requirements.txt (about 3 GB on disk, a few minutes)"
    if build:
        return f"installing the packages of requirements.txt, with PyTorch for CPUs alone ({SIZES[build]})"
    return (
        f"installing the packages of requirements.txt, with PyTorch for NVIDIA GPUs and CPUs ({SIZES['']})\n"
        f"no such GPU here? stop with Ctrl-C, and repeat the command with TORCH=cpu ({SIZES['cpu']})"
    )


def main():
    """Run, and turn every failure into one line and a status."""
    try:
        prepare()
    except SetupError as error:
        cause = str(error)
    except OSError as error:
        known = {errno.ENOSPC: DISK_FULL, errno.EROFS: UNWRITABLE, errno.EACCES: UNWRITABLE}
        cause = f"{known.get(error.errno, error.strerror)} ({error.filename or ROOT})"
    except KeyboardInterrupt:
        cause = "stopped; the same command goes on from here"
    else:
        return 0
    print("environment: " + cause, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
