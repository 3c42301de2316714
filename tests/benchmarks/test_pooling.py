"""The pooling record holds every run that it says it made."""

import json

import numpy as np
import pytest

from benchmarks import pooling, record
from cnnlib.data import Dataset, Split
from cnnlib.experiments.pooling import where


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Keep the book's own records out of reach, and the work small."""
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    random = np.random.RandomState(0)
    parts = [Split(random.randint(0, 256, (n, 1, 28, 28)).astype(np.uint8), random.randint(0, 10, n)) for n in (20, 10)]
    monkeypatch.setattr(pooling, "mnist", lambda: Dataset("tiny", *parts, tuple("0123456789")))
    monkeypatch.setattr(pooling, "EPOCHS", 1)
    monkeypatch.setattr(pooling, "SIZES", (20, 28))
    monkeypatch.setattr(pooling, "SHIFTS", (1, 4))
    asked = []

    def learn(task, window, count, *, seed):
        asked.append((task, window, count, seed))
        return 0.5

    monkeypatch.setattr(where, "learn", learn)
    return tmp_path, asked


def test_the_record_is_complete(results, monkeypatch, capsys):
    folder, asked = results
    monkeypatch.setattr("sys.argv", ["pooling", "--seeds", "2"])
    pooling.main()
    written = json.loads((folder / "pooling.json").read_text(encoding="utf-8"))
    assert written["command"] == "python -m benchmarks.pooling --seeds 2"
    assert written["n"] == 2

    rows = written["results"]["where"]
    assert [(row["task"], row["window"], row["count"], row["seed"]) for row in rows] == asked
    for task in ("there", "where"):
        for seed in (0, 1):
            runs = {(row["window"], row["count"]) for row in rows if (row["task"], row["seed"]) == (task, seed)}
            curves = {(window, count) for window in (1, 3, 18) for count in (100, 200, 400, 800, 1600)}
            assert runs == curves | {(window, 800) for window in (2, 6, 9)}
    assert len(rows) == 2 * 2 * 18

    rows = written["results"]["sizes"]
    assert [(row["seed"], row["grid"]) for row in rows] == [(0, 4), (0, 1), (1, 4), (1, 1)]
    assert all(list(row["accuracy"]) == ["20", "28"] for row in rows)

    rows = written["results"]["aliasing"]
    kinds = [("max", "max"), ("max", "none"), ("blur", "blur"), ("none", "none")]
    assert [(row["trained"], row["run"]) for row in rows] == kinds * 2
    for row in rows:
        assert len(row["consistency"]) == 2
        assert row["consistency"][1] == 1.0  # the grid of 4, or none at all
    assert "seed 1: aliasing, 4 rows" in capsys.readouterr().out
