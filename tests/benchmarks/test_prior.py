"""Each part measures what it says, writes a record of its own, and goes on where it was."""

import json

import numpy as np
import pytest

from benchmarks import prior, record
from cnnlib.data import Dataset, Split


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    """Keep the book's own records out of reach, and the full MNIST out of use."""
    random = np.random.RandomState(0)
    parts = [Split(random.randint(0, 256, (n, 1, 28, 28)).astype(np.uint8), np.arange(n) % 10) for n in (60, 20)]
    monkeypatch.setattr(prior, "mnist", lambda full: Dataset("tiny", *parts, tuple("0123456789")))
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    return tmp_path


def run(monkeypatch, results, *arguments):
    monkeypatch.setattr("sys.argv", ["prior", *arguments])
    prior.main()
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in results.glob("*.json")}


def test_the_training_digits_are_cut_into_two():
    random = np.random.RandomState(0)
    split = Split(random.randint(0, 256, (60, 1, 28, 28)).astype(np.uint8), np.arange(60))
    digits = prior.parts(Dataset("tiny", split, split, tuple("0123456789")))
    assert digits.train.labels.tolist() == list(range(50))
    assert digits.aside.labels.tolist() == list(range(50, 60))
    assert len(digits.all) == 60


def test_the_ridge_is_chosen_by_digits_kept_aside(monkeypatch, results):
    monkeypatch.setattr(prior, "PRECISIONS", (0.0, np.inf))
    monkeypatch.setattr(prior, "COARSE", (0.0, np.inf))
    monkeypatch.setattr(prior, "RIDGES", (0.01, 1.0, 1e6))
    [written] = run(monkeypatch, results, "strength", "--seeds", "1").values()
    assert written["command"] == "python -m benchmarks.prior strength"
    rows = written["results"]
    assert len(rows) == 2 * 4 * 4
    assert {(row["sharing"], row["locality"]) for row in rows} == {
        ("0.0", "0.0"), ("inf", "inf"), ("0.0", "inf"), ("inf", "0.0"),
    }  # fmt: skip
    # A ridge of a million leaves nothing of the weights.
    assert {row["ridge"] for row in rows} <= {0.01, 1.0}
    assert all(row["error"] > 0 for row in rows)


def fakes(monkeypatch, asked):
    def reading_errors(name, train, test, *, steps, rate, seed):
        asked.append((name, len(train[1]), len(test[1]), steps, rate, seed))
        return abs(np.log(rate / 0.03)), 0.5

    monkeypatch.setattr(prior.sharing, "reading_errors", reading_errors)

    def trained(kind, maps, readout, train, *, steps, rate, seed, row):
        network = prior.placement.StackReader(kind, maps, readout, row=row)
        network.rate = rate
        return network

    monkeypatch.setattr(prior.placement, "trained_stack_reader", trained)
    monkeypatch.setattr(
        prior.placement, "accuracies_by_answer", lambda network, test: (1 - abs(np.log(network.rate)), 0.9, 0.5)
    )


def test_rates_are_searched_on_digits_kept_aside_and_reported_at_the_best(monkeypatch, results):
    asked = []
    fakes(monkeypatch, asked)
    [written] = run(monkeypatch, results, "reading").values()
    searched = [row for row in written["results"] if row.get("for") == "rate"]
    reported = [row for row in written["results"] if "seed" in row]
    assert len(searched) + len(reported) == len(written["results"])
    assert {row["rate"] for row in reported} == {0.03}
    assert all("error" not in row for row in searched)
    # All 60 training digits only where a report asks for them; the search never sees the 10 that it is judged by.
    for name, seen, judged, steps, rate, seed in asked:
        assert seen <= (50 if seed >= prior.SEARCH else 60), (name, steps, rate)
        assert judged == (10 if seed >= prior.SEARCH else 20)
    assert any(seen == 60 for _, seen, *_ in asked)
    digits = prior.parts(prior.mnist(full=True))
    wanted = {
        (task, reader, count, steps): most
        for task, readers, count, steps, most in prior.readings(digits)
        for reader in readers
    }
    for (task, reader, count, steps), most in wanted.items():
        seeds = [
            row["seed"] for row in reported
            if (row["task"], row["reader"], row["count"], row["steps"]) == (task, reader, count, steps)
        ]  # fmt: skip
        assert seeds == list(range(most))


def test_a_second_run_measures_nothing_again(monkeypatch, results):
    asked = []
    fakes(monkeypatch, asked)
    first = run(monkeypatch, results, "reading", "--seeds", "1")
    before = len(asked)
    again = run(monkeypatch, results, "reading", "--seeds", "1")
    assert len(asked) == before
    assert first == again
    run(monkeypatch, results, "reading", "--seeds", "2")
    assert len(asked) > before


def test_towers_and_shuffled_pixels_have_a_row_for_each_seed(monkeypatch, results):
    fakes(monkeypatch, [])
    monkeypatch.setattr(record, "climb", lambda score, start: (start, {start: score(start)}))
    written = run(monkeypatch, results, "placement", "--seeds", "2")
    assert set(written) == {"prior-placement"}
    stacks = [row for row in written["prior-placement"]["results"] if "seed" in row]
    assert len(stacks) == 5 * 2
    assert {row["parameters"] for row in stacks if row["reader"] == "shared, largest"} == {8 * 50 + 4 * 9}


def test_an_unknown_part_is_refused(monkeypatch, results, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, results, "pooling")
    assert "there is no part 'pooling'; there are strength, reading" in capsys.readouterr().err
    assert not list(results.iterdir())
