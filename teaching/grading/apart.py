"""Do a work for each of many things in a process of its own, with a limit of time and of memory.

Whatever a process does, the others go on, and its end is told: nothing that is read here can stop a class.
"""

import json
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import wait

from teaching.grading.frames import clean

MEMORY = 4 << 30  # bytes of address space of a process
PROCESSOR = 90  # seconds of its own; what it waits for does not count
CLOCK = 1500.0  # seconds in all
LARGEST = 16 << 20  # bytes of a result


@dataclass(frozen=True)
class Failed:
    """Why a process gave no result.

    Attributes
    ----------
    reason : str
        As the end of "the file …".
    late : bool
        Whether its time was over.
    error : str
        What it raised, with its type; empty where it raised nothing.
    """

    reason: str
    late: bool = False
    error: str = ""


def each(work, things, workers):
    """Work on things, some at a time.

    Parameters
    ----------
    work : callable
        Takes a thing, returns what JSON can write.
    things : iterable
    workers : int

    Yields
    ------
    (thing, result)
        In the order in which they end; the result is a `Failed` where there is none.
    """
    # Where processes can be copied, what was computed before is there in each.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    waiting, running = deque(things), {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                thing = waiting.popleft()
                receive, send = context.Pipe(duplex=False)
                process = context.Process(target=_do, args=(work, thing, send), daemon=True)
                process.start()
                send.close()
                running[receive] = process, thing, time.monotonic() + CLOCK
            for receive in wait(list(running), timeout=0.2):
                process, thing, _ = running.pop(receive)
                yield thing, _received(receive, process)
            for receive, (process, thing, end) in list(running.items()):
                if time.monotonic() > end:
                    del running[receive]
                    _end(process, receive)
                    yield thing, Failed("took too long to grade", late=True)
    finally:
        for receive, (process, _, _) in running.items():
            _end(process, receive)


def _received(receive, process):
    try:
        data = receive.recv_bytes(LARGEST)
    except EOFError:
        process.join(10)
        late = process.exitcode == -getattr(signal, "SIGXCPU", 0)
        return Failed("took too long to read" if late else "could not be read: its process ended", late)
    except OSError:
        return Failed("made a report that is too long")
    finally:
        _end(process, receive)
    result = json.loads(data)
    return Failed(**result["failed"]) if "failed" in result else result["done"]


def _end(process, receive):
    process.kill()
    process.join()
    receive.close()


def _do(work, thing, send):
    """Work in the new process, and send what comes of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends all others
    _limit()
    try:
        result = {"done": work(thing)}
    except MemoryError:
        result = {"failed": {"reason": "needs more memory to be read than there may be"}}
    except RecursionError:
        result = {"failed": {"reason": "is nested too deep to be read"}}
    except BaseException as error:
        said = clean(f"{type(error).__name__}: {error}", 300)
        result = {"failed": {"reason": f"could not be graded ({said})", "error": said}}
    send.send_bytes(json.dumps(result).encode())
    send.close()
    os._exit(0)


def _limit():
    try:
        import resource
    except ImportError:
        return
    for name, value in (("AS", MEMORY), ("CPU", PROCESSOR), ("CORE", 0)):
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        if hard == resource.RLIM_INFINITY or hard > value:
            resource.setrlimit(kind, (value, hard))
