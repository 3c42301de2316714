"""Disks without room or permission, by the system's own limits."""

import contextlib
import ctypes
import os

try:
    import resource
except ModuleNotFoundError:  # Windows
    resource = None

DROP_CAPABILITY, OVERRIDE_PERMISSIONS, READ_ALL = 24, 1, 2  # of prctl, and of Linux' capabilities


def limit_files(size, pid=0):
    """Let a process write no file beyond a size: what it writes there fails, as on a disk that is full."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextlib.contextmanager
def full_disk(size):
    """Limit this process for a while; see `limit_files`."""
    limit_files(size)
    try:
        yield
    finally:
        limit_files(resource.RLIM_INFINITY)


def obey_permissions():
    """Take from root, when it executes another program, what lets it read and write where nobody may."""
    if os.geteuid() == 0:
        for capability in (OVERRIDE_PERMISSIONS, READ_ALL):
            ctypes.CDLL(None).prctl(DROP_CAPABILITY, capability, 0, 0, 0)
