"""The first process of a room: it starts a submission's, passes requests on, and keeps the time.

Time is the processor's, summed over all processes of the room, so that a busy machine costs nobody a point; a limit by
the clock stands behind it for whoever sleeps. Whatever is over its time is interrupted, as in a notebook, and ended
where that does not help. This file is sent to the room, where it stands alone.

A request is two limits in seconds, a length, and bytes for the submission; a reply is a letter that says how it went,
the seconds of processor time it took, a length, and the submission's bytes.
"""

import contextlib
import json
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
import time

REQUEST, REPLY, LENGTH = struct.Struct(">ddI"), struct.Struct(">cdI"), struct.Struct(">I")
ANSWERED, LATE, ENDED, MEMORY, FLOOD = b"a", b"l", b"e", b"m", b"f"
PATIENCE = 1.0  # seconds between an interruption and the end


class Clock:
    """Processor seconds of all that runs beside this process."""

    def __init__(self, child):
        self.child, self.alone = child, os.getpid() == 1  # without walls others run here as well

    def seconds(self):
        if self.alone:
            with contextlib.suppress(OSError, ValueError), open("/sys/fs/cgroup/cpu.stat") as file:
                return int(file.readline().split()[1]) * 1e-6
            with contextlib.suppress(OSError, ValueError), open("/sys/fs/cgroup/cpuacct/cpuacct.usage") as file:
                return int(file.read()) * 1e-9
        return self._of_processes()

    def _of_processes(self):
        """Sum of what the kernel says of each process and of its children that have ended."""
        ticks = 0
        with contextlib.suppress(OSError):
            for pid in filter(str.isdigit, os.listdir("/proc") if self.alone else [str(self.child)]):
                with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/stat") as file:
                    ticks += sum(map(int, file.read().rpartition(")")[2].split()[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK") if ticks else 0.0


def killed_for_memory():
    """How many processes the kernel has ended in this room because they held too much."""
    for path in ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"):
        with contextlib.suppress(OSError, ValueError), open(path) as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("oom_kill "))
    return 0


class Warden:
    """Start a submission's process and hold the conversation with it."""

    def __init__(self, command, environment, largest):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
            start_new_session=os.name == "posix", env=environment,
        )  # fmt: skip
        self.largest, self.clock = largest, Clock(self.process.pid)
        self.parts, self.to_write = queue.Queue(), queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._write, daemon=True).start()

    def _read(self):
        # No further than the main thread has come, so that a flood stays in the pipe.
        while part := os.read(self.process.stdout.fileno(), 1 << 16):
            self.parts.put(part)
            while self.parts.qsize() > 16:
                time.sleep(0.001)
        self.parts.put(b"")

    def _write(self):
        with contextlib.suppress(OSError):
            while True:
                left = memoryview(self.to_write.get())
                while left:
                    left = left[os.write(self.process.stdin.fileno(), left) :]

    def ask(self, processor, clock, payload):
        """Pass a request on and wait for what comes; return how it went, the seconds, and the bytes."""
        begin, end, losses = self.clock.seconds(), time.monotonic() + clock, killed_for_memory()
        self.to_write.put(LENGTH.pack(len(payload)) + payload)
        came, how, interrupted = bytearray(), ANSWERED, None
        while True:
            if killed_for_memory() > losses:
                return MEMORY, self.clock.seconds() - begin, b""
            used, now = self.clock.seconds() - begin, time.monotonic()
            if interrupted is None and (used > processor or now > end):
                interrupted, how = now, LATE
                self.interrupt()
            elif interrupted is not None and now > interrupted + PATIENCE:
                return LATE, used, b""
            try:
                part = self.parts.get(timeout=0.02)
            except queue.Empty:
                continue
            if not part:
                return MEMORY if killed_for_memory() > losses else how if how == LATE else ENDED, used, b""
            came += part
            if len(came) >= 4:
                size = LENGTH.unpack_from(came)[0]
                if size > self.largest:
                    return FLOOD, used, b""
                if len(came) >= 4 + size:
                    return how, self.clock.seconds() - begin, bytes(came[4 : 4 + size])

    def interrupt(self):
        """Do what the button of a notebook does."""
        if os.name == "posix":
            with contextlib.suppress(OSError):
                os.kill(self.process.pid, signal.SIGINT)

    def end(self):
        """End every process of the room."""
        with contextlib.suppress(OSError):
            self.process.kill()
            if os.getpid() == 1:
                os.kill(-1, signal.SIGKILL)
            elif os.name == "posix":
                os.killpg(self.process.pid, signal.SIGKILL)


def requests(file, to):
    """Read requests from the grader; when it is gone, all is over."""
    while len(head := file.read(REQUEST.size)) == REQUEST.size:
        processor, clock, length = REQUEST.unpack(head)
        to.put((processor, clock, file.read(length)))
    to.put(None)
    time.sleep(5)  # of a main thread that waits for a submission
    os._exit(1)


def main():
    """Serve requests until one ends the submission, or there are no more."""
    if os.getpid() == 1:
        # The kernel keeps from the first process what it has no handler for.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    job = json.loads(sys.stdin.buffer.read(LENGTH.unpack(sys.stdin.buffer.read(4))[0]))
    warden = Warden(job["command"], job["environment"], job["largest"])
    waiting = queue.Queue()
    threading.Thread(target=requests, args=(sys.stdin.buffer, waiting), daemon=True).start()
    over = False
    while not over and (request := waiting.get()) is not None:
        how, used, reply = warden.ask(*request)
        over = not reply
        if over:
            warden.end()
        sys.stdout.buffer.write(REPLY.pack(how, used, len(reply)) + reply)
        sys.stdout.buffer.flush()
    warden.end()
    os._exit(0)


if __name__ == "__main__":
    main()
