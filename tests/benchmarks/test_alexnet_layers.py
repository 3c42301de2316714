"""The record of AlexNet's layers holds every batch, and the best of its roofs."""

import json

import pytest
import torch

from benchmarks import alexnet_layers, record


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    peaks, rates = iter([5.0, 7.0, 6.0]), iter([2.0, 1.0, 3.0])
    monkeypatch.setattr(alexnet_layers, "matrix_rate", lambda device, **options: next(peaks) / 2)
    monkeypatch.setattr(alexnet_layers, "copy_rate", lambda **options: next(rates))
    monkeypatch.setattr(alexnet_layers, "layer_seconds", lambda plan, batch, **options: {"conv1": float(batch)})
    threads, rounded = torch.get_num_threads(), torch.backends.cudnn.allow_tf32
    yield tmp_path
    torch.set_num_threads(threads)
    torch.backends.cudnn.allow_tf32 = rounded


@pytest.mark.parametrize(("device", "name"), [("cpu", "alexnet-layers-cpu"), ("cuda", "alexnet-layers-gpu")])
def test_the_record_is_complete(device, name, results, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["alexnet_layers", "--device", device, "--batches", "1", "4", "9", "--runs", "2"])
    alexnet_layers.main()
    written = json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
    assert written["command"] == f"python -m benchmarks.alexnet_layers --device {device} --batches 1 4 9 --runs 2"
    assert written["n"] == 2
    batches = {"1": {"conv1": 1.0}, "4": {"conv1": 4.0}, "9": {"conv1": 9.0}}
    assert written["results"] == {"peak": 7.0, "bandwidth": 3.0, "batches": batches}
    assert "batch 4: 4.000 s" in capsys.readouterr().out


def test_the_normalisation_is_timed_whole_and_in_parts(results, monkeypatch, capsys):
    given = []

    def norm(x, **options):
        given.append((len(x), options["alpha"]))
        return x

    monkeypatch.setattr(alexnet_layers.gpu, "local_response_norm", norm)
    monkeypatch.setattr("sys.argv", ["alexnet_layers", "--norm", "--runs", "1"])
    alexnet_layers.main()
    written = json.loads((results / "alexnet-norm.json").read_text(encoding="utf-8"))
    assert list(written["results"]) == ["128 images", "16 parts", "8 images"]
    # Each work once to warm up and once for its time.
    assert given == 2 * [(128, 5e-4)] + 2 * 16 * [(8, 5e-4)] + 2 * [(8, 5e-4)]
    assert "alexnet-norm.json" in capsys.readouterr().out
