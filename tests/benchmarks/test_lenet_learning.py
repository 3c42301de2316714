"""The program that measures what LeNet's accuracy depends on adds its rows one by one, and none twice."""

import json

import numpy as np
import pytest

from benchmarks import lenet_learning, record
from cnnlib.data import Dataset, Split


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Let MNIST be twelve digits and a record a file elsewhere."""
    rng = np.random.RandomState(0)
    parts = [Split(rng.randint(0, 256, (n, 1, 28, 28)).astype(np.uint8), rng.randint(0, 10, n)) for n in (12, 4)]
    monkeypatch.setattr(lenet_learning, "mnist", lambda full: Dataset("tiny", *parts, tuple("0123456789")))
    monkeypatch.setattr(lenet_learning, "SHOWN", {False: 12, True: 24})
    monkeypatch.setattr(lenet_learning, "COUNTS", {False: (3, 6), True: (6,)})
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    return tmp_path


def run(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["lenet_learning", *arguments])
    lenet_learning.main()


def test_every_part_is_run_once_for_every_seed(results, monkeypatch, capsys):
    run(monkeypatch, "--seeds", "1")
    run(monkeypatch, "--seeds", "2")
    written = json.loads((results / "lenet-learning.json").read_text(encoding="utf-8"))
    rows = [{name: row[name] for name in row if name != "accuracy"} for row in written["results"] if "accuracy" in row]
    common = [row for row in rows if row["part"] == "common rate"]
    rows = [row for row in rows if row["part"] != "common rate"]
    assert len(rows) == len({json.dumps(row) for row in rows}) == 2 * (6 + 7 + 2 + 2)
    # What was not trained at the common rate by its own search is trained at it as well.
    elsewhere = [row for row in rows if row["part"] != "counts" and row["rate"] != lenet_learning.COMMON]
    assert [row | {"rate": lenet_learning.COMMON} for row in elsewhere] == [
        {"part" if name == "of" else name: row[name] for name in row if name != "part"} for row in common
    ]
    assert [row["changes"] for row in rows if row["part"] == "succession" and row["seed"] == 1] == list(range(7))
    assert {row["count"] for row in rows if row["part"] == "counts"} == {3, 6}
    assert all(row["accuracy"] in (0, 0.25, 0.5, 0.75, 1) for row in written["results"] if "accuracy" in row)
    assert written["command"] == "python -m benchmarks.lenet_learning"
    assert written["data"] == "MNIST, 12 training and 4 held-out digits"
    assert capsys.readouterr().out.count("accuracy") == 34 + len(common)


def test_every_case_has_the_rate_that_did_best_on_what_was_set_aside(results, monkeypatch):
    run(monkeypatch, "--part", "counts", "--seeds", "1")
    written = json.loads((results / "lenet-learning.json").read_text(encoding="utf-8"))
    for count in (3, 6):
        rows = [row for row in written["results"] if row["count"] == count]
        (used,) = {row["rate"] for row in rows if "accuracy" in row}
        tried = {row["rate"]: row["validation"] for row in rows if row.get("for") == "rate"}
        assert tried[used] == min(tried.values())
        assert min(tried) < used < max(tried)


def test_the_full_set_has_a_record_of_its_own(results, monkeypatch):
    run(monkeypatch, "--full", "--part", "counts", "--seeds", "1")
    written = json.loads((results / "lenet-learning-full.json").read_text(encoding="utf-8"))
    rows = [(row["part"], row["count"]) for row in written["results"] if "accuracy" in row]
    assert rows == [("counts", 6)]
    assert written["command"] == "python -m benchmarks.lenet_learning --full"
