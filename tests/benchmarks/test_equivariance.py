"""Each part measures what it says, and writes a record of its own."""

import json

import numpy as np
import pytest

from benchmarks import equivariance, record
from cnnlib.data import Dataset, Split


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    """Keep the book's own records out of reach, and the full MNIST out of use."""
    random = np.random.RandomState(0)
    parts = [Split(random.randint(0, 256, (n, 1, 28, 28)).astype(np.uint8), random.randint(0, 10, n)) for n in (30, 8)]
    monkeypatch.setattr(equivariance, "mnist", lambda full: Dataset("tiny", *parts, tuple("0123456789")))
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    return tmp_path


def run(monkeypatch, results, *arguments):
    monkeypatch.setattr("sys.argv", ["equivariance", *arguments])
    equivariance.main()
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in results.glob("*.json")}


def test_the_prior_is_measured_on_real_layers(monkeypatch, results):
    monkeypatch.setattr(equivariance, "PRECISIONS", (1.0, np.inf))
    [written] = run(monkeypatch, results, "prior", "--seeds", "1").values()
    assert written["command"] == "python -m benchmarks.equivariance prior --seeds 1"
    assert written["n"] == 1
    rows = written["results"]
    assert [(row["count"], row["precision"]) for row in rows[:3]] == [(20, "1.0"), (20, "inf"), (200, "1.0")]
    assert all(row["error"] > 0 for row in rows)
    assert all((max(row["distances"]) < 1e-10) == (row["precision"] == "inf") for row in rows)


def test_every_other_part_asks_for_each_combination_once(monkeypatch, results):
    asked = []

    def reading_error(kind, train, test, count, *, steps, seed):
        asked.append((kind, count, steps, seed))
        return 0.5

    monkeypatch.setattr(equivariance.sharing, "reading_error", reading_error)
    monkeypatch.setattr(equivariance.placement, "tower_accuracy", lambda *arguments, **options: 0.25)
    monkeypatch.setattr(equivariance.permutation, "trained_reader", lambda name, train, *, seed, order: name)
    monkeypatch.setattr(
        equivariance.permutation, "permuted_accuracy", lambda network, test, order: float(order is None)
    )
    monkeypatch.setattr(equivariance.rotation, "trained_turner", lambda name, train, *, steps, seed: name)
    monkeypatch.setattr(equivariance.rotation, "accuracy_by_angle", lambda network, test, angles: np.ones(len(angles)))
    names = ["sharing", "placement", "permutation", "rotation"]
    written = run(monkeypatch, results, *names, "--seeds", "2")
    assert set(written) == {f"equivariance-{name}" for name in names}
    counts = {name: len(written[f"equivariance-{name}"]["results"]) for name in names}
    assert counts == {"sharing": 2 * 5 * 3 * 2, "placement": 2 * 2 * 5 * 2, "permutation": 2 * 2 * 2, "rotation": 3 * 2}
    # At least one pass over the digits.
    assert {steps for _, count, steps, _ in asked if count == 60_000} == {1200}
    assert {steps for _, count, steps, _ in asked if count < 60_000} == {400}
    by_order = {row["permuted"]: row["accuracy"] for row in written["equivariance-permutation"]["results"]}
    assert by_order == {False: 1.0, True: 0.0}
    assert len(written["equivariance-rotation"]["results"][0]["accuracy"]) == 24


def test_an_unknown_part_is_refused(monkeypatch, results, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, results, "pooling")
    assert "there is no part 'pooling'; there are prior, sharing" in capsys.readouterr().err
    assert not list(results.iterdir())
