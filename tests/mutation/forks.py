"""Work in a copy of the process, which nothing that happens there can harm."""

import json
import os
import resource
import signal
import traceback

BYTES = 4 * 2**30


def forked(work):
    """Call ``work`` in a forked process and return what it returned, by way of JSON; None if the process died.

    It dies of an exception, of `allow`, and of using four gigabytes more than it began with.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            with open("/proc/self/statm") as file:
                used = int(file.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, resource.RLIM_INFINITY))
            text = json.dumps(work())
            with os.fdopen(write, "w") as pipe:
                pipe.write(text)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(text) if text else None


def allow(seconds):
    """Let the process end itself after so many seconds from now, whatever it is at."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
