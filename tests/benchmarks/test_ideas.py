"""The record of the ideas holds every run once, each at a rate of its own, and goes on where it was stopped."""

import json

import numpy as np
import pytest

from benchmarks import ideas, record
from cnnlib.data import Dataset, Split
from cnnlib.experiments.ideas.variants import VARIANTS


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Keep the book's own records out of reach, and train nothing; note what is asked for."""
    asked = []
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr(ideas, "PICTURES", 20)
    parts = [Split(np.zeros((n, 3, 32, 32), np.uint8), np.arange(n) % 10) for n in (40, 10)]
    monkeypatch.setattr(ideas, "cifar10", lambda: Dataset("tiny", *parts, tuple("0123456789")))

    def race(activation, train, *, learning_rate, seed, limit, window, start):
        asked.append(("race", activation, learning_rate, seed))
        # ReLUs are quickest at 0.1; nobody else arrives, and all come nearest at 0.03.
        steps = {0.1: 60, 0.03: 80}.get(learning_rate) if activation == "relu" else None
        return steps, np.full(steps or 100, 0.3 if learning_rate == 0.03 else 0.9)

    def measure(variant, train, held_out, *, recipe, watched=None):
        asked.append(("effect", variant, recipe.epochs, recipe.learning_rate, recipe.seed, len(held_out[1])))
        assert recipe.weight_decay == variant.weight_decay
        assert watched is None or len(watched[1]) == 20
        if recipe.learning_rate > 0.2:
            raise FloatingPointError
        return {"accuracy": 0.9 - abs(recipe.learning_rate - 0.1), "train_accuracy": 0.6, "parameters": 7}

    monkeypatch.setattr(ideas, "race", race)
    monkeypatch.setattr(ideas, "measure", measure)
    return asked


def run(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["ideas", *arguments])
    ideas.main()


def rows(folder, part):
    return json.loads((folder / f"ideas-{part}.json").read_text(encoding="utf-8"))["results"]


def test_every_racer_runs_at_the_rate_that_brought_it_furthest(asked, tmp_path, monkeypatch):
    run(monkeypatch, "race", "--seeds", "1")
    run(monkeypatch, "race", "--seeds", "2")
    runs = {}
    for row in rows(tmp_path, "race"):
        if "steps" in row:
            runs.setdefault(row["racer"], []).append((row["rate"], row["seed"], row["steps"]))
    assert list(runs) == list(ideas.RACERS)
    assert runs["ReLU"] == [(0.1, 0, 60), (0.03, 0, 80), (0.1, 1, 60), (0.03, 1, 80)]
    assert all(runs[name] == [(0.03, 0, None), (0.03, 1, None)] for name in list(runs)[1:])


def test_every_idea_has_a_rate_of_its_own_for_each_budget(asked, tmp_path, monkeypatch):
    run(monkeypatch, "effect", "--seeds", "1")
    before = len(asked)
    run(monkeypatch, "effect", "--seeds", "1")
    assert len(asked) == before
    written = rows(tmp_path, "effect")
    done = [(row["idea"], row["epochs"], row["rate"], row["seed"]) for row in written if "accuracy" in row]
    short, long = ideas.EPOCHS
    assert done == [(idea, short, 0.1, 0) for idea in VARIANTS] + [(idea, long, 0.1, 0) for idea in ideas.LONG]
    # Rates are chosen by pictures of the training set with a seed of their own; a rate that leads nowhere counts as 1.
    assert {each[-1] for each in asked if each[-2] == ideas.SEARCH} == {20}
    assert {each[-1] for each in asked if each[-2] == 0} == {10}
    assert {row["validation"] for row in written if row.get("rate") == 0.3} == {1.0}
