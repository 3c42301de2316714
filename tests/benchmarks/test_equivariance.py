"""Each part searches a rate for each network, tests other seeds, and goes on where it was stopped."""

import json

import numpy as np
import pytest

from benchmarks import equivariance, record
from cnnlib.data import Dataset, Split


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    """Keep the book's own records out of reach, and the full MNIST out of use."""
    random = np.random.RandomState(0)
    parts = [Split(random.randint(0, 256, (n, 1, 28, 28)).astype(np.uint8), np.arange(n) % 10) for n in (36, 20)]
    monkeypatch.setattr(equivariance, "mnist", lambda full: Dataset("tiny", *parts, tuple("0123456789")))
    monkeypatch.setattr(
        equivariance, "PARTS", {"rotation": [("plain", False, 2), ("plain", False, 5)], "width": [("group", True, 2)]}
    )
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    return tmp_path


def run(monkeypatch, results, *arguments):
    monkeypatch.setattr("sys.argv", ["equivariance", *arguments])
    equivariance.main()
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in results.glob("*.json")}


def test_rates_are_searched_by_validation_digits_and_other_seeds_are_tested(monkeypatch, results):
    written = run(monkeypatch, results, "--seeds", "2")
    assert set(written) == {"equivariance-rotation", "equivariance-width"}
    content = written["equivariance-rotation"]
    assert content["command"] == "python -m benchmarks.equivariance rotation --seeds 2"
    assert content["n"] == 2
    searched, tested = ([row for row in content["results"] if row["tested"] == which] for which in (False, True))
    assert {row["steps"] for row in searched} == {2, 5}
    assert {row["seed"] for row in searched} == {2}
    assert [(row["steps"], row["seed"]) for row in tested] == [(2, 0), (2, 1), (5, 0), (5, 1)]
    for steps in (2, 5):
        scores = {row["rate"]: row["validation"] for row in searched if row["steps"] == steps}
        assert len(scores) >= 3
        [rate] = {row["rate"] for row in tested if row["steps"] == steps}
        assert scores[rate] == max(scores.values())
    assert not any("accuracy" in row or "upright" in row for row in searched)
    assert all(len(row["accuracy"]) == 24 for row in tested)


def test_a_stopped_run_goes_on(monkeypatch, results):
    first = run(monkeypatch, results, "width", "--seeds", "1")["equivariance-width"]["results"]
    path = results / "equivariance-width.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["results"] = content["results"][:-1]
    path.write_text(json.dumps(content), encoding="utf-8")
    trained = []
    honest = equivariance.rotation.trained_turner
    monkeypatch.setattr(
        equivariance.rotation,
        "trained_turner",
        lambda *arguments, **options: trained.append(options["seed"]) or honest(*arguments, **options),
    )
    assert run(monkeypatch, results, "width", "--seeds", "1")["equivariance-width"]["results"] == first
    assert trained == [0]


def test_the_last_twelfth_of_the_training_digits_is_kept_for_validation():
    digits = equivariance.mnist(full=True)
    train, validation, test = equivariance.split(digits)
    assert [len(labels) for _, labels in (train, validation, test)] == [33, 3, 20]
    assert train[0].dtype == np.float32


def test_an_unknown_part_is_refused(monkeypatch, results, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, results, "pooling")
    assert "there is no part 'pooling'; there are rotation, width" in capsys.readouterr().err
    assert not list(results.iterdir())
