"""Bring the courses' LeNet as far as we can, on the full MNIST: ``python -m benchmarks.lenet_best``.

Writes ``results/lenet-best.json`` after every run and does what is not in it yet, so that it can be stopped and started
at will. The test digits are looked at once a run and choose nothing; ``--validate`` trains on the first 50,000 digits
and reports on the other 10,000 of the training set: these chose.
"""

import argparse
import io
import time
from functools import cache
from pathlib import Path

import numpy as np
import torch

from benchmarks.record import Record
from cnnlib.data import as_float, mnist
from cnnlib.durable import write_whole
from cnnlib.experiments.lenet5 import taught
from cnnlib.training import evaluate

TRAININGS = ("long, averaged", "long, averaged, taught")


def as_npy(tensor):
    """Return a tensor as the bytes of an .npy file, which unlike PyTorch's own runs nothing when it is read."""
    content = io.BytesIO()
    np.save(content, tensor.numpy())
    return content.getvalue()


def splits(validate):
    """Return (name of what is held out, training digits, held-out digits)."""
    digits = mnist(full=True)
    train, test = ((as_float(split.images), split.labels) for split in (digits.train, digits.test))
    if not validate:
        return "test", train, test
    return "validation", *(tuple(array[part] for array in train) for part in (slice(50_000), slice(50_000, None)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--training", action="append", choices=TRAININGS, help="can be given again; both by default")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--views", type=int, default=taught.VIEWS)
    parser.add_argument("--validate", action="store_true", help="judge by 10,000 training digits, not the test digits")
    parser.add_argument(
        "--answers", metavar="FILE", help="keep the teacher's answers here, an .npy file, and take them from here"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)  # networks this small lose more to threads than they gain
    held_out, train, test = splits(options.validate)
    record = Record(
        "lenet-best",
        "python -m benchmarks.lenet_best",
        data="MNIST, 60,000 training and 10,000 test digits; for validation 50,000 and 10,000 of the training digits",
    )

    def measured(network, start):
        return {
            "accuracy": evaluate(network, *test).accuracy,
            "train_accuracy": evaluate(network, *train).accuracy,
            "parameters": sum(value.numel() for value in network.parameters()),
            "seconds": round(time.perf_counter() - start, 1),
        }

    @cache
    def answers():
        if options.answers and Path(options.answers).exists():
            return torch.from_numpy(np.load(options.answers, allow_pickle=False))
        start = time.perf_counter()
        teacher = taught.train_teacher(train)
        record.row({"training": "teacher", "held_out": held_out, "seed": 0}, lambda: measured(teacher, start))
        given = taught.teacher_answers(teacher, train[0], views=options.views)
        if options.answers:
            write_whole(Path(options.answers), lambda part: part.write_bytes(as_npy(given)))
        return given

    for seed in range(options.seeds):
        for training in options.training or TRAININGS:

            def study(training=training, seed=seed):
                taught_by = answers() if training == TRAININGS[1] else None
                start = time.perf_counter()
                student = taught.train_student(train, taught_by, seed=seed, epochs=options.epochs, views=options.views)
                return measured(student, start)

            record.row({"training": training, "held_out": held_out, "epochs": options.epochs, "seed": seed}, study)


if __name__ == "__main__":
    main()
