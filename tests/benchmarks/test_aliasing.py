"""The aliasing records hold every run that they say they hold, and a run that was stopped goes on."""

import json

import numpy as np
import pytest

from benchmarks import aliasing, record
from cnnlib.data import Dataset, Split


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Keep the book's own records out of reach, and the work small."""
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    random = np.random.RandomState(0)
    parts = [Split(random.randint(0, 256, (n, 1, 28, 28)).astype(np.uint8), random.randint(0, 10, n)) for n in (30, 10)]
    monkeypatch.setattr(aliasing, "mnist", lambda full: Dataset("tiny", *parts, tuple("0123456789")))
    monkeypatch.setattr(aliasing, "EPOCHS", 1)
    monkeypatch.setattr(aliasing, "TRAINING", slice(20))
    monkeypatch.setattr(aliasing, "ASIDE", slice(20, 30))
    monkeypatch.setattr(aliasing, "WAYS", (("max", "blur"), ("none", "drop"), ("max", "learned")))
    monkeypatch.setattr(aliasing, "LONG", (("max", "blur"),))
    monkeypatch.setattr(aliasing, "COUNTS", (20,))
    return tmp_path


def written(folder, part):
    return json.loads((folder / f"aliasing-{part}.json").read_text(encoding="utf-8"))


def test_the_rate_is_searched_until_the_best_has_worse_neighbours():
    asked = []

    def accuracy(rate, seed):
        asked.append((rate, seed))
        return {0.01: 0.5, 0.03: 0.6, 0.1: 0.7, 0.3: 0.9, 1: 0.2}[rate] + (seed - 100.5) / 10

    rate, reached = aliasing.searched(accuracy)
    assert rate == 0.3
    assert reached == pytest.approx({0.01: 0.5, 0.03: 0.6, 0.1: 0.7, 0.3: 0.9, 1: 0.2})
    assert {seed for _, seed in asked} == {100, 101}
    rate, inside = aliasing.searched(lambda rate, seed: -abs(rate - 0.03))
    assert rate == 0.03
    assert list(inside) == [0.01, 0.03, 0.1]


def test_halvings_are_recorded_row_by_row(results, monkeypatch):
    monkeypatch.setattr("sys.argv", ["aliasing", "halving"])
    aliasing.main()
    rows = written(results, "halving")["results"]
    assert [(row["summary"], row["kernel"], row["epochs"]) for row in rows] == [
        ("max", "blur", 1), ("none", "drop", 1), ("max", "learned", 1), ("max", "blur", 3)
    ]  # fmt: skip
    assert [[run["seed"] for run in row["runs"]] for row in rows] == [[*range(5)]] * 3 + [[*range(3)]]
    for row in rows:
        assert row["parameters"] == 6218 + 9 * (8 + 16) * (row["kernel"] == "learned")
        assert all(("folded_share" in run) == (row["kernel"] == "learned") for run in row["runs"])
        assert str(row["rate"]) in row["accuracy_aside_by_rate"]
        assert all(0 <= run[key] <= 1 for run in row["runs"] for key in ("accuracy", "moved_accuracy", "consistency"))
    monkeypatch.setattr(aliasing, "RingNetwork", None)  # what is recorded is not trained again
    aliasing.main()
    assert written(results, "halving")["results"] == rows


def test_letters_are_recorded_for_every_reader(results, monkeypatch):
    monkeypatch.setattr("sys.argv", ["aliasing", "letters"])
    monkeypatch.setattr(
        aliasing, "read_letters", lambda reader, count, *, rate, seed, **options: 0.5 - abs(rate - 0.3) + seed / 1000
    )
    aliasing.main()
    rows = written(results, "letters")["results"]
    assert [row["reader"] for row in rows if not row["every_turn"]] == [*aliasing.LETTER_READERS]
    assert [row["reader"] for row in rows if row["every_turn"]] == ["maximum of eight"]
    assert all(row["rate"] == 0.3 and len(row["accuracies"]) == 20 for row in rows)


def test_an_unknown_part_is_named(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["aliasing", "waves"])
    with pytest.raises(SystemExit):
        aliasing.main()
    assert "part must be one of halving, one-rate, letters, received waves" in capsys.readouterr().err


def test_max_pooling_is_asked_again_at_the_rate_of_others(results, monkeypatch):
    monkeypatch.setattr("sys.argv", ["aliasing", "one-rate"])
    aliasing.main()
    rows = written(results, "one-rate")["results"]
    assert [(row["kernel"], row["seed"]) for row in rows] == [(k, s) for k in ("drop", "blur") for s in range(5)]
    assert {row["rate"] for row in rows} == {0.03}
    assert all(0 <= row[key] <= 1 for row in rows for key in ("accuracy", "consistency"))
