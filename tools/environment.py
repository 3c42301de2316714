"""Create ``.venv`` with the exact environment of ``requirements.txt``, once.

A stamp, written last, says what was installed. While it matches nothing is done; without it, after an
interruption say, pip goes on from where it stopped. Every failure ends in one line that names the cause;
pip's whole output is in ``.venv/install.log``. Standard library only, and in a syntax that Python 3.6
still reads, so that an old Python gets as far as being told that it is old.
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

DISK_FULL = "the disk is full: free about 5 GB"
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


def stamp_text(root, version):
    """Say all that the environment depends on: the place, the Python, the two files that name packages."""
    digest = hashlib.sha256()
    for name in ("requirements.txt", "pyproject.toml"):
        with open(os.path.join(root, name), "rb") as file:
            digest.update(file.read().replace(b"\r\n", b"\n"))
    return f"{root}\nPython {dotted(version)}\n{digest.hexdigest()}\n"


def read_text(path):
    """Return a file's text, or an empty string where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def create_venv(venv, stamp, version):
    """Make the virtual environment unless a usable one lies there already.

    One made elsewhere (a moved folder) or by another Python is made anew: its scripts and packages
    belong to what is no longer there. Behind a link lies another folder's environment, which is not ours to clear.
    """
    kept = read_text(os.path.join(venv, "stamp"))
    moved = kept and kept.splitlines()[:2] != stamp.splitlines()[:2]
    made_by = re.search(r"^version\s*=\s*(\d+\.\d+)", read_text(os.path.join(venv, "pyvenv.cfg")), re.M)
    same_python = made_by and made_by.group(1) == dotted(version)
    if same_python and not moved and starts(venv_python(venv)):
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


def starts(python):
    """Tell whether an interpreter runs and has pip: one of a removed Python or half made has not."""
    try:
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.call([python, "-c", "import pip"], **silent) == 0
    except OSError:
        return False


def install(root, venv):
    """Install the pinned packages, then cnnlib where it lies, so that edits take effect at once."""
    requirements = os.path.join(root, "requirements.txt")
    with open(requirements, encoding="utf-8") as file:
        total = sum("==" in line for line in file)
    log = os.path.join(venv, "install.log")
    with open(log, "w", encoding="utf-8") as kept:
        pip = [venv_python(venv), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        run_pip([*pip, "-r", requirements], total, kept)
        run_pip([*pip, "--no-deps", "--no-build-isolation", "-e", root], 1, kept)


def run_pip(command, total, log):
    """Run pip, keep what it says in ``log`` and show how far it has come."""
    progress = PipProgress(total)
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
    """How many of ``total`` packages pip has come to, read from what it prints."""

    def __init__(self, total):
        super().__init__()
        self.total, self.seen = total, 0

    def update(self, line):
        """Read one line of pip's output."""
        if re.match(r"Collecting |Processing |Requirement already satisfied", line):
            # pip comes to some packages twice: as a pin, and as what another one needs.
            self.seen = min(self.seen + 1, self.total)
            self.show(f"package {self.seen} of {self.total}", milestone=self.seen % 20 == 0)
        elif re.search(r"Downloading .*\((\d{2,}\.\d MB|\d+\.\d GB)\)", line):
            self.show(line.strip().split("/")[-1], milestone=True)
        elif line.startswith("Installing collected") and self.total > 1:
            self.show("unpacking them: a minute or two", milestone=True)


def prepare(root=ROOT, version=sys.version_info):
    """Bring ``.venv`` up to date; return whether there was anything to do.

    Raises
    ------
    SetupError, OSError
        Saying why that is impossible.
    """
    check_version(version)
    venv = os.path.join(root, ".venv")
    stamp_file = os.path.join(venv, "stamp")
    stamp = stamp_text(root, version)
    if read_text(stamp_file) == stamp:
        return False
    create_venv(venv, stamp, version)
    if os.path.exists(stamp_file):
        os.remove(stamp_file)
    print("installing the packages of requirements.txt (2.8 GB on disk, a few minutes)", flush=True)
    install(root, venv)
    with open(stamp_file, "w", encoding="utf-8") as file:
        file.write(stamp)
    return True


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
