"""The program that measures what keeps a LeNet from starting adds its rows one by one, and none twice."""

import json

import numpy as np

from benchmarks import lenet_start, record
from cnnlib.data import Dataset, Split
from cnnlib.experiments.lenet.start import BALANCED, CURVES, SLOPES, START_RATES


def test_every_run_is_recorded_once_for_every_seed(tmp_path, monkeypatch, capsys):
    rng = np.random.RandomState(0)
    parts = [Split(rng.randint(0, 256, (n, 1, 28, 28)).astype(np.uint8), rng.randint(0, 10, n)) for n in (12, 4)]
    monkeypatch.setattr(lenet_start, "mnist", lambda: Dataset("tiny", *parts, tuple("0123456789")))
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    for seeds in ("1", "2"):
        monkeypatch.setattr("sys.argv", ["lenet_start", "--seeds", seeds])
        lenet_start.main()
    written = json.loads((tmp_path / "lenet-start.json").read_text(encoding="utf-8"))
    rows = {(row["name"], row["optimizer"], row["rate"], row["seed"]) for row in written["results"]}
    runs = len(SLOPES) + len(BALANCED) * len(START_RATES["adam"]) + len(CURVES) * sum(map(len, START_RATES.values()))
    assert len(rows) == len(written["results"]) == 2 * runs
    assert {row[0] for row in rows} == {*CURVES, *SLOPES, *BALANCED}
    assert all(row["accuracy"] in (0, 0.25, 0.5, 0.75, 1) for row in written["results"])
    assert written["data"] == "MNIST, one epoch of 12 digits, 4 held out"
    assert capsys.readouterr().out.count("seed") == len(rows)
