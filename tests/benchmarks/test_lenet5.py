"""The program that measures LeNet-5's beginning and its refusals adds its rows one by one, and none twice."""

import json

import numpy as np
import pytest

from benchmarks import lenet5, record
from cnnlib.data import Dataset, Split
from cnnlib.experiments.lenet5 import rejection


def test_every_run_is_recorded_once(tmp_path, monkeypatch, capsys):
    random = np.random.RandomState(0)
    sizes = (3008, 60)
    parts = [Split(random.randint(0, 256, (n, 1, 28, 28)).astype(np.uint8), random.randint(0, 10, n)) for n in sizes]
    monkeypatch.setattr(lenet5, "mnist", lambda full=False: Dataset("tiny", *parts, tuple("0123456789")))
    monkeypatch.setattr(lenet5, "fit", lambda *arguments, **options: None)
    monkeypatch.setattr(rejection, "fit", lambda *arguments, **options: None)
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    for seeds in ("1", "2"):
        monkeypatch.setattr("sys.argv", ["lenet5", "--seeds", seeds])
        lenet5.main()
    initial, refused, sure = (
        json.loads((tmp_path / f"lenet5-{part}.json").read_text(encoding="utf-8")) for part in lenet5.PARTS
    )
    assert initial["command"] == "python -m benchmarks.lenet5 initial"
    runs = [(row["initial"], row["rate"], row["seed"]) for row in initial["results"]]
    assert len(runs) == len(set(runs)) == 2 * 3 * 2
    spreads = {row["initial"]: row["spread"]["f6"] for row in initial["results"]}
    assert spreads["aimed"] > 100 * spreads["printed"] > 0
    for loss in rejection.LOSSES:
        rows = [row for row in refused["results"] if row["loss"] == loss]
        tried = {row["rate"]: row["validation"] for row in rows if row.get("for") == "rate"}
        reported = [row for row in rows if "accuracy" in row]
        assert sorted(row["seed"] for row in reported) == [0, 1]
        [rate] = {row["rate"] for row in reported}
        assert min(tried) < rate < max(tried)
        assert tried[rate] == min(tried.values())
        # Doubted as the others are, a network answers as it did.
        other = "output" if loss == "softmax" else "probability"
        assert all(row[other]["accuracy"] == row["accuracy"] for row in reported)
    counted = [row for row in sure["results"] if "bins" in row]
    assert [row["seed"] for row in counted] == [0, 1]
    for row in counted:
        assert sum(each["count"] for each in row["bins"]) == 60
        assert sum(each["right"] for each in row["bins"]) == round(60 * row["accuracy"])
        for low, high, each in zip(sure["edges"][:-1], sure["edges"][1:], row["bins"], strict=True):
            assert low * each["count"] <= each["says"] <= high * each["count"] + 1e-6
    neighbours = [(row["rate"], row["seed"]) for row in sure["results"] if row.get("for") == "neighbour"]
    assert sorted(neighbours) == [(rate, seed) for rate in lenet5.NEIGHBOURS for seed in (0, 1)]
    assert capsys.readouterr().out.count("lenet5-") == sum(
        len(written["results"]) for written in (initial, refused, sure)
    )


def test_an_unknown_part_is_named(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["lenet5", "recipes"])
    with pytest.raises(SystemExit):
        lenet5.main()
    assert "invalid choice: 'recipes'" in capsys.readouterr().err
