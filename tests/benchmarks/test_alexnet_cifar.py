"""The CIFAR-10 record suffices to draw its figures: filters and pictures come back as they went in."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from benchmarks import alexnet_cifar, record
from cnnlib.data import Dataset, Split


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    random = np.random.RandomState(0)
    parts = [Split(random.randint(0, 256, (n, 3, 32, 32)).astype(np.uint8), np.arange(n) % 10) for n in (40, 20)]
    monkeypatch.setattr(alexnet_cifar, "cifar10", lambda: Dataset("tiny", *parts, tuple("0123456789")))
    return tmp_path


SLIM = ["alexnet_cifar", "--device", "cpu", "--width", "0.05", "--batch-size", "20", "--epochs", "2"]


def test_a_record_holds_all_that_its_figures_need(folder, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", SLIM)
    alexnet_cifar.main()
    written = json.loads((folder / "alexnet-cifar-cpu.json").read_text(encoding="utf-8"))
    assert written["command"].startswith("python -m benchmarks.alexnet_cifar --width 0.05 --epochs 2 --batch-size 20")
    assert (written["n"], written["width"], written["seed"]) == (1, 0.05, 0)
    results = written["results"]
    assert len(results["history"]) == 2
    confusion = np.array(results["confusion"])
    assert confusion.sum(1).tolist() == [2] * 10
    assert np.trace(confusion) == pytest.approx(20 * results["test_accuracy"])
    neighbours = results["neighbours"]
    assert np.shape(neighbours["train"]) == (6, 6)
    assert [[index % 10 for index in row] for row in neighbours["train"]] == neighbours["train_labels"]
    assert neighbours["judged"] == 20
    sheet = Image.open(io.BytesIO(base64.b64decode(neighbours["pictures"])))
    assert sheet.size == (7 * 32, 6 * 32)
    assert "written to" in capsys.readouterr().out


def test_a_rehearsal_writes_nothing(folder, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", [*SLIM, "--rehearse"])
    alexnet_cifar.main()
    assert list(folder.iterdir()) == []
    assert capsys.readouterr().out.count("epoch") == 1


def test_packed_filters_are_the_filters():
    weight = np.random.RandomState(0).standard_normal((4, 3, 5, 7)).astype(np.float32)
    weight[1] *= 10
    packed = alexnet_cifar.packed_filters(weight)
    pixels = np.frombuffer(base64.b64decode(packed["bytes"]), np.uint8).reshape(packed["shape"])
    largest = np.abs(weight).max((1, 2, 3), keepdims=True)
    np.testing.assert_allclose((pixels - 127.5) / 127.5, weight / largest, atol=0.005)


def test_packed_pictures_lie_in_rows():
    random = np.random.RandomState(0)
    queries = np.ones((2, 3, 8, 8)) * random.randint(0, 256, (2, 3, 1, 1))
    others = np.ones((2, 4, 3, 8, 8)) * random.randint(0, 256, (2, 4, 3, 1, 1))
    packed = alexnet_cifar.packed_pictures(queries.astype(np.uint8), others.astype(np.uint8))
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(packed))), float)
    assert sheet.shape == (16, 40, 3)
    assert np.abs(sheet[12, 4] - queries[1, :, 0, 0]).max() < 40
    assert np.abs(sheet[4, 28] - others[0, 2, :, 0, 0]).max() < 40
