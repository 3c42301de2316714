"""Work in a copy of the process, which nothing that happens there can harm."""

import json
import os
import resource
import select
import signal
import traceback

BYTES = 4 * 2**30


class Snapshot:
    """A copy of the process as it is now. It sleeps until it is asked, or its parent is gone.

    Parameters
    ----------
    work : callable
        What the copy calls, with what it is asked; the answer is what it returns. Both travel as JSON.
    """

    def __init__(self, work):
        parent = os.getpid()
        asked, self._ask = os.pipe()
        self._answer, answered = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                while not select.select([asked], [], [], 1)[0]:
                    if os.getppid() != parent:
                        os._exit(0)
                answer = json.dumps(work(json.loads(os.fdopen(asked).readline())))
                with os.fdopen(answered, "w") as pipe:
                    pipe.write(answer)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.close(asked)
        os.close(answered)

    def ask(self, question=None):
        """Return the answer; None where the copy died, of an exception, or of `allow`."""
        with os.fdopen(self._ask, "w") as pipe:
            pipe.write(json.dumps(question) + "\n")
        with os.fdopen(self._answer) as pipe:
            answer = pipe.read()
        os.waitpid(self._pid, 0)
        return json.loads(answer) if answer else None

    def drop(self):
        """End the copy, which is not going to be asked."""
        os.close(self._ask)
        os.close(self._answer)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def forked(work):
    """Call ``work`` in a copy of the process; return what it returned, or None where it died."""
    return Snapshot(lambda _: work()).ask()


def allow(seconds):
    """Let the process end itself after so many seconds from now, whatever it is at."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def limit_memory():
    """Let the process have no more than four gigabytes beside those it has; PyTorch alone maps many, and uses few."""
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, resource.RLIM_INFINITY))
