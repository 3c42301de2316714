"""The record of the ideas holds every run once, and goes on where it was stopped."""

import json

import numpy as np
import pytest

from benchmarks import alexnet_ideas, record
from cnnlib.data import Dataset, Split
from cnnlib.experiments.ideas.variants import VARIANTS


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Keep the book's own records out of reach, and train nothing."""
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(alexnet_ideas, "RESULTS", tmp_path)
    parts = [Split(np.zeros((n, 3, 32, 32), np.uint8), np.arange(n) % 10) for n in (20, 10)]
    monkeypatch.setattr(alexnet_ideas, "cifar10", lambda: Dataset("tiny", *parts, tuple("0123456789")))
    asked = []

    def race(activation, train, *, learning_rate, seed, limit, window):
        asked.append((activation, learning_rate, seed))
        # relu is quickest at 0.1 and fails at 0.01; tanh never gets there and is best at 0.03; all sigmoids are alike.
        steps = {("relu", 0.1): 60, ("relu", 0.03): 80}.get((activation, learning_rate))
        last = 0.3 if (activation, learning_rate) == ("tanh", 0.03) else 0.9
        return steps, np.full(steps or limit, last)

    def measure(ideas, train, test, *, recipe):
        asked.append((ideas, recipe.seed))
        assert len(train[1]) == 20
        return {"accuracy": 0.5, "train_accuracy": 0.6, "parameters": 7}

    monkeypatch.setattr(alexnet_ideas, "race", race)
    monkeypatch.setattr(alexnet_ideas, "measure", measure)
    return tmp_path, asked


def run(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["alexnet_ideas", *arguments])
    alexnet_ideas.main()


def test_every_run_is_recorded_once(runs, monkeypatch, capsys):
    folder, asked = runs
    run(monkeypatch, "--seeds", "1", "--limit", "100")
    assert len(asked) == 10 + 3 + len(VARIANTS)
    run(monkeypatch, "--seeds", "2", "--limit", "100")
    assert len(asked) == len(set(asked)) == 10 + 2 * (3 + len(VARIANTS))
    written = json.loads((folder / "alexnet-ideas.json").read_text(encoding="utf-8"))
    assert written["data"] == "tiny, 5000 training and 10 test pictures"
    ideas = [(row["idea"], row["seed"]) for row in written["results"] if "idea" in row]
    assert ideas == [(name, seed) for seed in (0, 1) for name in VARIANTS]
    assert capsys.readouterr().out.count("'idea'") == len(ideas)


def test_each_activation_races_with_its_own_best_rate(runs, monkeypatch):
    _, asked = runs
    run(monkeypatch, "--seeds", "1", "--limit", "100")
    assert [row for row in asked if row[-1] == 0 and len(row) == 3] == [
        ("relu", 0.1, 0),
        ("tanh", 0.03, 0),
        ("sigmoid", 0.01, 0),
    ]


def test_a_curve_ends_with_the_error_that_ended_the_race(monkeypatch):
    errors = np.concatenate([np.full(70, 0.8), np.full(50, 0.2)])
    monkeypatch.setattr(alexnet_ideas, "race", lambda *arguments, **options: (120, errors))
    row = alexnet_ideas.race_row(None, "relu", 0.1, 0, 200)
    assert row == {"steps": 120, "taken": 120, "curve": [0.8, 0.5, 0.2]}
