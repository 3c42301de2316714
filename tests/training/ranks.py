"""Start the processes of a run as ``torchrun`` does, but in milliseconds, and never leave one behind."""

import contextlib
import multiprocessing
import os
import socket
import time

import torch

# Forked from a server that has imported PyTorch, with what an optimizer imports later, but computed nothing: a start
# takes milliseconds, and no thread is there to be lost in the fork.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["cnnlib.commands.train", "torch._dynamo"])


def _begin(function, arguments, rank, count, port, pipe):
    multiprocessing.set_start_method("fork", force=True)  # of readers: as in a process that torchrun starts
    torch.set_num_threads(1)  # as in the tests: the order of a sum decides its last bit
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    if count > 1:
        os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(count)}
        os.environ |= {"LOCAL_WORLD_SIZE": str(count)}
    pipe.send("started")
    pipe.send(function(*arguments))


@contextlib.contextmanager
def started(count, function, *arguments):
    """Run a function in ``count`` processes that know of each other; yield (process, pipe) of each once all run."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = []
    try:
        for rank in range(count):
            here, there = CONTEXT.Pipe()
            process = CONTEXT.Process(target=_begin, args=(function, arguments, rank, count, port, there))
            process.start()
            there.close()
            running.append((process, here))
        for _, pipe in running:
            assert pipe.recv() == "started"
        yield running
    finally:
        for process, pipe in running:
            process.kill()
            process.join()
            pipe.close()


def results(count, function, *arguments, timeout=600):
    """Return what the function returns in each process."""
    with started(count, function, *arguments) as running:
        deadline = time.monotonic() + timeout
        for process, pipe in running:
            assert pipe.poll(max(0, deadline - time.monotonic())), f"process {process.name} does not answer"
        return [pipe.recv() for _, pipe in running]
