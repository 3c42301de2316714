"""Kill a run of several processes at any moment; the same command goes on and comes to the same end."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from training.ranks import results, started
from training.scaled_runs import command

from cnnlib.models.storage import load_tensors
from cnnlib.training.large.journal import Journal

WAITING = str(Path(__file__).with_name("waiting.py"))
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


def arguments(picture_root, folder, *more):
    """A run of 24 steps: pictures read by a worker, normalisation, groups and dropout; checkpoints every other step."""
    return [
        *("train", "alexnet2012", "--data", f"imagenet:{picture_root}", "--input-size", "67", "--width", "0.03"),
        *("--batch-size", "6", "--steps", "24", "--learning-rate", "0.02", "--log-every", "3"),
        *("--checkpoint-every", "2", "--device", "cpu", "--workers", "1", "--folder", str(folder), *more),
    ]


@pytest.fixture(scope="module")
def whole(picture_root, tmp_path_factory):
    """The folder of an uninterrupted run of two processes."""
    folder = tmp_path_factory.mktemp("whole")
    for code, _, err in results(2, command, *arguments(picture_root, folder)):
        assert code == 0, err
    return folder


def tensors(folder, name="checkpoint"):
    kind = "checkpoint" if name == "checkpoint" else "weights"
    return load_tensors(folder / f"{name}.safetensors", kind=kind)[0]


def assert_same(folder, whole, *, exactly=True):
    assert (folder / "metrics.csv").read_text() == (whole / "metrics.csv").read_text()
    for name in ("checkpoint", "weights"):
        found, expected = tensors(folder, name), tensors(whole, name)
        assert found.keys() == expected.keys()
        for tensor, value in expected.items():
            if exactly:
                assert found[tensor].tobytes() == value.tobytes(), tensor
            else:
                np.testing.assert_allclose(found[tensor], value, rtol=1e-3, atol=1e-6, err_msg=tensor)


def step_of(folder):
    path = folder / "checkpoint.safetensors"
    return load_tensors(path, kind="checkpoint")[1]["history"]["step"] if path.exists() else 0


def test_the_run_learns_something_and_says_so(whole):
    rows = (whole / "metrics.csv").read_text().splitlines()
    assert rows[0] == "step,epoch,learning_rate,loss,accuracy,val_loss,val_top1,val_top5"
    # Every third step, and the ends of epochs of 27 // 6 = 4 steps.
    assert [int(row.split(",")[0]) for row in rows[1:]] == [3, 4, 6, 8, 9, 12, 15, 16, 18, 20, 21, 24]
    assert float(rows[-1].split(",")[3]) < float(rows[1].split(",")[3])
    assert sum(row.endswith(",,,") for row in rows) == 6


def test_two_processes_killed_at_random_moments_end_as_if_they_had_not_been(picture_root, whole, tmp_path):
    moments, steps = random.Random(3), [0]
    while len(steps) < 8 and steps[-1] < 24:
        with started(2, command, *arguments(picture_root, tmp_path)) as running:
            # After steps of its own, not seconds of ours, and then anywhere within some.
            enough = steps[-1] + 2 * moments.randrange(4)
            while step_of(tmp_path) < enough and all(process.is_alive() for process, _ in running):
                time.sleep(0.01)
            time.sleep(moments.uniform(0, 0.3))
            for process, _ in running:
                process.kill()
        steps.append(step_of(tmp_path))
    assert steps == sorted(steps)
    assert steps[-1] > 0
    for code, _, err in results(2, command, *arguments(picture_root, tmp_path)):
        assert code == 0, err
    assert_same(tmp_path, whole)


@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_processes_goes_on_to_the_same_end(count, picture_root, whole, tmp_path):
    interrupt(picture_root, tmp_path)
    for code, _, err in results(count, command, *arguments(picture_root, tmp_path)):
        assert code == 0, err
    assert_same(tmp_path, whole, exactly=False)


def interrupt(picture_root, folder):
    """Run with two processes that kill themselves in the sixth step, which is not in a checkpoint yet."""
    with started(2, killed_at, 5, *arguments(picture_root, folder)) as running:
        for process, _ in running:
            process.join()
    assert step_of(folder) == 4


def killed_at(step, *command_line):
    """Run the command in a process that kills itself once so many steps are taken."""
    took = Journal.took

    def take_and_die(self, *seen):
        took(self, *seen)
        if self.step == step:
            os.kill(os.getpid(), signal.SIGKILL)

    Journal.took = take_and_die
    return command(*command_line)


def second_killed_at(step, *command_line):
    """As `killed_at`, but the first process lives on."""
    return command(*command_line) if os.environ["RANK"] == "0" else killed_at(step, *command_line)


def test_more_workers_parts_and_rows_do_not_matter(picture_root, whole, tmp_path):
    more = ["--workers", "2", "--accumulate", "3", "--checkpoint-every", "100"]
    assert command(*arguments(picture_root, tmp_path, *more))[0] == 0
    assert_same(tmp_path, whole, exactly=False)


def test_when_one_process_dies_the_other_says_so_in_one_line(picture_root, tmp_path):
    with started(2, second_killed_at, 5, *arguments(picture_root, tmp_path)) as running:
        code, out, err = running[0][1].recv()
    assert (code, out) == (2, "")
    line = err.splitlines()[-1]
    assert line.startswith("cnnlib train: another process of this run has ended (")
    assert line.endswith("; the same command goes on from the last checkpoint")


@contextlib.contextmanager
def torchrun(*command, program=("-m", "cnnlib"), **variables):
    """Start two processes as a reader does; kill what is left of them at the end."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"} | variables
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *program]
    with subprocess.Popen(
        [*launcher, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment
    ) as process:
        try:
            yield process
        finally:
            kill(process)


def kill(process):
    """Kill a process and all that it has started, at once."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for each in [*psutil.Process(process.pid).children(recursive=True), process]:
            each.kill()


def test_processes_whose_torchrun_is_killed_stop_and_torchrun_goes_on(picture_root, whole, tmp_path):
    waiting, folder = tmp_path / "waiting", tmp_path / "run"
    waiting.mkdir()
    with torchrun(*arguments(picture_root, folder), program=[WAITING], WAITING_FOLDER=str(waiting)) as process:
        while len(list(waiting.iterdir())) < 2:
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        orphans = psutil.Process(process.pid).children()
        process.send_signal(signal.SIGKILL)
        _, alive = psutil.wait_procs(orphans, timeout=600)
        for each in alive:
            each.kill()
    assert not alive
    assert step_of(folder) == 4  # where they waited
    with torchrun(*arguments(picture_root, folder)) as process:
        out, err = process.communicate()
    assert process.returncode == 0, err
    assert out.splitlines()[0].startswith("AlexNet of 2012, 0.03 of the width on imagenet: top-1 accuracy ")
    # Other processes than those of the whole run: on a busy machine the last bit has been seen to differ.
    assert_same(folder, whole, exactly=False)
