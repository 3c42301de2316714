"""The pooling record holds every run that it says it made, part by part."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import pooling, record
from cnnlib.data import Dataset, Split
from cnnlib.experiments.pooling import savings, scaling, sizes, where


def judged(network, images, labels):
    """Answer 0 to every picture."""
    return SimpleNamespace(accuracy=0.5, predictions=np.zeros(len(labels), int))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Keep the book's own records out of reach, and train nothing."""
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    random = np.random.RandomState(0)
    parts = [
        Split(random.randint(0, 256, (n, 1, 28, 28)).astype(np.uint8), random.randint(0, 10, n)) for n in (3010, 10)
    ]
    monkeypatch.setattr(pooling, "mnist", lambda full=False: Dataset("tiny", *parts, tuple("0123456789")))
    monkeypatch.setattr(pooling, "evaluate", judged)
    monkeypatch.setattr(where, "learn_scenes", lambda *arguments, **options: ("network", ([], [])))
    monkeypatch.setattr(where, "known_and_new", lambda *arguments, **options: (1.0, 0.5))
    monkeypatch.setattr(where, "scenes", lambda count, seed, **options: ([], {"there": [], "where": np.array([0, 7])}))
    for module, name in ((savings, "learn_pooled"), (sizes, "learn_sizes")):
        monkeypatch.setattr(module, name, lambda *arguments, **options: "network")
    tried = []

    def searched_rate(train_with, validation, **options):
        train_with(0.01, 100)
        tried.append(options)
        return 0.02, {0.02: 0.9}

    monkeypatch.setattr(pooling, "searched_rate", searched_rate)
    return tmp_path


def measure(folder, monkeypatch, *parts):
    monkeypatch.setattr("sys.argv", ["pooling", *parts])
    pooling.main()
    return json.loads((folder / "pooling.json").read_text(encoding="utf-8"))


def test_the_record_is_complete(folder, monkeypatch, capsys):
    written = measure(folder, monkeypatch)
    assert written["command"] == "python -m benchmarks.pooling"
    assert written["n"] == "5; 10 for savings, 3 for long runs"
    assert list(written["results"]) == ["where", "redrawn", "heart", "savings", "sizes", "sheets", "scaling"]

    rows = written["results"]["where"]
    for task in ("there", "where"):
        for seed in range(5):
            runs = {
                (row["pooling"], row["count"])
                for row in rows
                if (row["task"], row["seed"], row["wandering"], row["budget"]) == (task, seed, True, 1)
            }
            curves = {(name, count) for name in ("none", "3×3", "global") for count in (100, 400, 1600)}
            assert runs == curves | {(name, 400) for name in where.SCENE_POOLINGS}
    fixed = {(row["task"], row["pooling"]) for row in rows if not row["wandering"]}
    assert fixed == {("there", "none"), ("there", "global")}
    longer = {(row["task"], row["pooling"], row["seed"]) for row in rows if row["budget"] > 1}
    assert longer == {(task, name, seed) for task in where.ANSWERS_TO for name in ("none", "3×3") for seed in range(3)}
    assert all(row["rate"] == 0.02 and (row["train"], row["test"]) == (1.0, 0.5) for row in rows)

    rows = written["results"]["redrawn"]
    assert [(row["pooling"], row["count"], row["seed"], row["rate"]) for row in rows] == [
        ("none", 400, seed, 0.02) for seed in range(5)
    ]

    rows = written["results"]["heart"]
    cases = [(400, 1), (400, 3), (400, 10), (1600, 1), (1600, 3), (1600, 10), (40_000, 5)]
    assert [(row["count"], row["budget"], row["seed"]) for row in rows] == [(*c, s) for c in cases for s in range(3)]
    # Of a place in the corner and one that is not at the border, a network that answers 0 knows the first.
    assert all((row["test"], row["outer"], row["inner"]) == (0.5, 1, 0) for row in rows)

    rows = written["results"]["savings"]
    assert {(row["pooling"], row["seed"]) for row in rows} == {
        (name, s) for name in savings.MIDDLE_POOLINGS for s in range(10)
    }
    assert all(row["seconds"] >= 0 for row in rows)

    rows = written["results"]["sizes"]
    kinds = [("grid of 4×4", [28]), ("global average", [28]), ("grid of 4×4", [20, 28, 40, 56])]
    assert [(row["pooling"], row["trained"], row["seed"]) for row in rows] == [(*k, s) for k in kinds for s in range(5)]
    assert all(list(map(int, row["read"])) == list(sizes.SIDES) for row in rows)

    rows = written["results"]["sheets"]
    assert [row["seed"] for row in rows] == list(range(5))
    pairs = {(each["digit"], each["sheet"]) for each in rows[0]["read"]}
    assert pairs == {(28, 48), (28, 64)} | {(side, 80) for side in (14, 20, 28, 40, 56)}
    assert "sheets" in capsys.readouterr().out


def test_a_part_keeps_the_others(folder, monkeypatch):
    first = measure(folder, monkeypatch, "savings")
    assert list(first["results"]) == ["savings"]
    second = measure(folder, monkeypatch, "sheets")
    assert list(second["results"]) == ["savings", "sheets"]
    assert [row["pooling"] for row in first["results"]["savings"]] == [
        row["pooling"] for row in second["results"]["savings"]
    ]


def test_every_way_of_scaling_is_read_on_all_test_digits(folder, monkeypatch):
    rows = measure(folder, monkeypatch, "scaling")["results"]["scaling"]
    assert [row["way"] for row in rows] == list(scaling.WAYS)
    for row in rows:
        assert 0 <= row["accuracy"] * row["digits"] <= row["digits"]
        assert row["accuracy"] * row["digits"] == pytest.approx(round(row["accuracy"] * row["digits"]))


@pytest.mark.parametrize(
    ("best", "tried"),
    [
        (0.03, {0.01, 0.03, 0.1}),
        (0.3, {0.01, 0.03, 0.1, 0.3, 0.9}),
        (0.003333, {0.001111, 0.003333, 0.01, 0.03, 0.1}),
    ],
)
def test_a_rate_is_searched_by_several_networks(monkeypatch, best, tried):
    def answer(network, *validation):
        rate, seed = network
        return SimpleNamespace(accuracy=1 - abs(np.log(rate / best)) / 10 + {5: 0.01, 6: -0.01}[seed])

    monkeypatch.setattr(pooling, "evaluate", answer)
    rate, scores = pooling.searched_rate(lambda rate, seed: (rate, seed), ([], []), seeds=(5, 6))
    assert rate == best
    assert set(scores) == tried
    assert scores[rate] == pytest.approx(1)
