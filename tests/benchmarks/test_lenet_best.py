"""The program that brings the courses' LeNet as far as it goes trains its teacher once, and no student twice."""

import json

import numpy as np
import pytest
import torch

from benchmarks import lenet_best, record
from cnnlib.data import Dataset, Split


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Let MNIST be tiny where it can be, a record a file elsewhere, and train nothing; note what is asked for."""
    asked = []
    sizes = {"train": 50_010, "test": 20}
    parts = [Split(np.zeros((n, 1, 28, 28), np.uint8), np.arange(n) % 10) for n in sizes.values()]
    monkeypatch.setattr(lenet_best, "mnist", lambda full: Dataset("tiny", *parts, tuple("0123456789")))
    monkeypatch.setattr(lenet_best, "as_float", lambda images: images)
    monkeypatch.setattr(record, "RESULTS", tmp_path)

    class Known(torch.nn.Linear):
        def __init__(self, name):
            super().__init__(1, 1)
            self.name = name

    class Judged:
        accuracy = 0.5

    def teach(train):
        asked.append(("teacher", len(train[1])))
        return Known("teacher")

    def study(train, answers, *, seed, epochs, views):
        asked.append(("student", len(train[1]), answers is not None, seed, epochs, views))
        return Known("student")

    monkeypatch.setattr(lenet_best.taught, "train_teacher", teach)
    monkeypatch.setattr(lenet_best.taught, "teacher_answers", lambda network, images, views: torch.zeros(views, 3, 10))
    monkeypatch.setattr(lenet_best.taught, "train_student", study)
    monkeypatch.setattr(lenet_best, "evaluate", lambda network, images, labels: Judged())
    return asked


def run(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["lenet_best", *arguments])
    lenet_best.main()


def test_the_teacher_is_trained_once_and_every_student_once(asked, tmp_path, monkeypatch):
    kept = str(tmp_path / "answers.npy")
    run(monkeypatch, "--seeds", "1", "--epochs", "3", "--views", "2", "--answers", kept)
    run(monkeypatch, "--seeds", "2", "--epochs", "3", "--views", "2", "--answers", kept)
    assert asked.count(("teacher", 50_010)) == 1
    students = [each for each in asked if each[0] == "student"]
    assert sorted(students) == [("student", 50_010, told, seed, 3, 2) for told in (False, True) for seed in (0, 1)]
    rows = json.loads((tmp_path / "lenet-best.json").read_text(encoding="utf-8"))["results"]
    assert [(row["training"], row["seed"]) for row in rows] == [
        ("long, averaged", 0),
        ("teacher", 0),
        ("long, averaged, taught", 0),
        ("long, averaged", 1),
        ("long, averaged, taught", 1),
    ]
    assert {row["held_out"] for row in rows} == {"test"}


def test_validation_leaves_the_test_digits_alone(asked, tmp_path, monkeypatch):
    judged = []
    monkeypatch.setattr(
        lenet_best,
        "evaluate",
        lambda network, images, labels: judged.append(len(labels)) or type("R", (), {"accuracy": 1}),
    )
    run(monkeypatch, "--seeds", "1", "--validate", "--training", "long, averaged")
    assert judged == [10, 50_000]
    [row] = json.loads((tmp_path / "lenet-best.json").read_text(encoding="utf-8"))["results"]
    assert row["held_out"] == "validation"
