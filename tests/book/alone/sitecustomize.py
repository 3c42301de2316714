"""Keeps a chapter by itself. Python imports this at its start where this folder is on the path; kernels obey it alone.

No network but this machine's, none of the data that its user has, and nothing written outside a folder of its own,
which goes when the kernel does: what a chapter wrote elsewhere, another might read, and its reader would find it there.
The processes that a chapter starts share its folder and its limits.
"""

import atexit
import errno
import os
import shutil
import socket
import sys
import tempfile

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# Which argument of an audit event is a path that comes into being or changes.
MADE = {"open": 0, "os.mkdir": 0, "os.rename": 1, "os.symlink": 1, "os.link": 1}


def is_here(host):
    """Tell whether a host's name or address is this machine's."""
    host = host.decode() if isinstance(host, bytes) else host
    return not host or host in ("localhost", "::1", socket.gethostname()) or host.startswith("127.")


def may_be_written(path):
    """Tell whether a file may come into being or change."""
    if isinstance(path, int):  # a descriptor: it was opened before
        return True
    path = os.path.realpath(os.fsdecode(path))
    rooms = [os.environ[name] for name in ("CHAPTER_ROOM", "IPYTHONDIR", "MPLCONFIGDIR") if name in os.environ]
    inside = any(path == room or path.startswith(room + os.sep) for room in map(os.path.realpath, rooms))
    return inside or path == os.path.realpath(os.devnull) or "__pycache__" in path


def watch(event, arguments):
    """Refuse what leads out, as a machine without network and with a read-only disk does."""
    if event == "socket.getaddrinfo" and not is_here(arguments[0]):
        raise socket.gaierror(socket.EAI_NONAME, f"a chapter asks for the host {arguments[0]}")
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not is_here(address[0]):
            raise OSError(errno.ENETUNREACH, f"a chapter connects to {address}")
    path = arguments[MADE[event]] if event in MADE and (event != "open" or arguments[2] & WRITING) else None
    if path is not None and not may_be_written(path):
        raise OSError(errno.EROFS, "a chapter writes outside the folder for temporary files", os.fsdecode(path))


def enter():
    """Make the folder of a kernel, or take that of the kernel which started this process."""
    if "CHAPTER_ROOM" not in os.environ:
        room = tempfile.mkdtemp(prefix="chapter-")
        atexit.register(shutil.rmtree, room, ignore_errors=True)
        os.environ.update(dict.fromkeys(("CHAPTER_ROOM", "TMPDIR", "TEMP", "TMP", "CNNLIB_CACHE"), room))
        os.environ.pop("CNNLIB_DATA", None)
        tempfile.tempdir = None
    sys.addaudithook(watch)


if "CHAPTER_ROOM" in os.environ or "ipykernel_launcher" in sys.orig_argv:
    enter()
