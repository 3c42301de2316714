"""Kill training runs at random moments and let them go on: ``python -m tests.faults.kills [--runs 50]``.

Each run is ended by ``kill -9`` at a random moment, and so is its resume; then the same command takes it to its end.
Every file that it leaves has to say, bit for bit, what that of a run says which nobody interrupted. Where one does not,
the program names it and ends with 1. What it found goes to ``results/faults.json``.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import record
from cnnlib.models.storage import load_tensors
from tests.photographs import draw_pictures
from tests.training.ranks import results, started
from tests.training.scaled_runs import command

STEPS = 20


def draw_data(root):
    """Fill a folder with 27 + 9 small pictures, one of them damaged, and return it."""
    draw_pictures(root, train=9, val=3)
    (root / "train" / "fox" / "3.jpg").write_bytes(b"")
    return root


def arguments(pictures, folder):
    """Return a run's command line: a reading process, normalisation, groups, dropout, and a checkpoint every step."""
    return [
        *("train", "alexnet2012", "--data", f"imagenet:{pictures}", "--input-size", "67", "--width", "0.03"),
        *("--batch-size", "6", "--steps", str(STEPS), "--learning-rate", "0.02", "--log-every", "1"),
        *("--checkpoint-every", "1", "--damaged-limit", "0.1", "--device", "cpu", "--workers", "1"),
        *("--folder", str(folder)),
    ]


def finish(pictures, folder):
    """Take a run to its end, from wherever it is, and return the seconds that took."""
    start = time.monotonic()
    [(code, _, err)] = results(1, command, *arguments(pictures, folder), timeout=900)
    if code:
        raise RuntimeError(f"the run in {folder} ends with {code}: {err}")
    return time.monotonic() - start


def kill(pictures, folder, seconds):
    """Start a run, or its resume, kill it after so many seconds, and return the step of the checkpoint it leaves."""
    with started(1, command, *arguments(pictures, folder)) as [(process, pipe)]:
        pipe.poll(seconds)  # until then, or until it is done
        process.kill()
    path = folder / "checkpoint.safetensors"
    return load_tensors(path, kind="checkpoint")[1]["history"]["step"] if path.exists() else 0


def contents(path):
    """Return all that a file says: its bytes, or of safetensors, whose header has no order, its parts as bytes."""
    if path.suffix != ".safetensors":
        return path.read_bytes()
    tensors, about = load_tensors(path, kind=path.stem)
    return about, {name: (value.dtype, value.shape, value.tobytes()) for name, value in tensors.items()}


def differences(folder, whole):
    """Name the files that only one of two folders has, or that differ in a bit of what they say."""
    files = [{path.name: contents(path) for path in each.iterdir()} for each in (folder, whole)]
    return sorted(name for name in files[0].keys() | files[1].keys() if files[0].get(name) != files[1].get(name))


def interrupted(pictures, folder, whole, seconds, rng):
    """Kill a run and its resume, let it come to its end, and compare.

    Parameters
    ----------
    pictures, folder, whole : Path
        The data, the folder of this run, and that of the run that nobody interrupts.
    seconds : float
        That the uninterrupted run takes.
    rng : random.Random

    Returns
    -------
    dict
        When it was killed, the step that was saved by then, the same for its resume, and the files that differ.
    """
    first = rng.uniform(0, seconds)
    step = kill(pictures, folder, first)
    second = rng.uniform(0, seconds * (1 - step / STEPS))
    step_of_resume = kill(pictures, folder, second)
    finish(pictures, folder)
    return {
        "seconds": round(first, 3),
        "step": step,
        "seconds_of_resume": round(second, 3),
        "step_of_resume": step_of_resume,
        "differences": differences(folder, whole),
    }


def main(options=None):
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(options)
    rng, rows = random.Random(options.seed), []
    with tempfile.TemporaryDirectory() as scratch:
        pictures, whole = draw_data(Path(scratch) / "pictures"), Path(scratch) / "whole"
        finish(pictures, Path(scratch) / "first")  # which starts what later runs are forked from
        seconds = finish(pictures, whole)
        for number in range(options.runs):
            row = interrupted(pictures, Path(scratch) / str(number), whole, seconds, rng)
            rows.append(row)
            equal = sum(not each["differences"] for each in rows)
            about = {"steps": STEPS, "seconds_uninterrupted": round(seconds, 3), "seed": options.seed}
            record.write_record("faults", "make faults", rows, **about, n=len(rows), equal=equal)
            lost = ", ".join(row["differences"]) or "equal"
            print(
                f"{number + 1:3}: killed after {row['seconds']:.2f} s, step {row['step']}, and after "
                f"{row['seconds_of_resume']:.2f} s, step {row['step_of_resume']}: {lost}",
                flush=True,
            )
    print(f"{2 * len(rows)} kills of {len(rows)} runs: {equal} ended as the run that nobody interrupted")
    return int(equal < len(rows))


if __name__ == "__main__":
    sys.exit(main())
