import io
import os
import tarfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnlib.data import DataError, cifar, cifar10

FULL = os.environ.get("CNNLIB_DATA")


def publish(monkeypatch, constant, content, folder):
    """Let a small file be the published one, and put it into a folder."""
    file = replace(getattr(cifar, constant), size=len(content), sha256=sha256(content).hexdigest(), urls=())
    monkeypatch.setattr(cifar, constant, file)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file.name).write_bytes(content)
    return folder / file.name


@pytest.fixture
def records():
    """Return two records of 3,073 bytes for each batch of the binary edition."""
    random = np.random.RandomState(3)
    batches = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    return {name: random.randint(0, 10, (2, 3073)).astype(np.uint8) for name in batches}


@pytest.fixture
def archive(records):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in records.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
            member.size = content.nbytes
            tar.addfile(member, io.BytesIO(content.tobytes()))
    return stream.getvalue()


@pytest.fixture
def jpegs():
    """Return an npz of one-coloured pictures with a black band along the top, two and three of them."""
    red, green, grey = (250, 10, 20), (30, 240, 40), (90, 100, 160)
    arrays = {"classes": np.array(cifar.CIFAR10_CLASSES)}
    for part, colours in (("train", (red, green)), ("test", (red, green, grey))):
        files = []
        for colour in colours:
            stream = io.BytesIO()
            picture = Image.new("RGB", (32, 32), colour)
            picture.paste((0, 0, 0), (0, 0, 32, 16))
            picture.save(stream, "JPEG", quality=95, subsampling=0)
            files.append(stream.getvalue())
        arrays[f"{part}_bytes"] = np.frombuffer(b"".join(files), np.uint8)
        arrays[f"{part}_offsets"] = np.cumsum([0, *map(len, files)]).astype(np.int32)
        arrays[f"{part}_labels"] = np.arange(len(colours), dtype=np.uint8)
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def test_the_binary_edition_is_label_then_red_green_blue_planes(records, archive, monkeypatch, tmp_path):
    publish(monkeypatch, "ARCHIVE", archive, tmp_path / "cache" / "cifar10")
    data = cifar10()
    assert data.name == "cifar10"
    assert data.classes[:2] == ("airplane", "automobile")
    assert data.train.images.shape == (10, 3, 32, 32)
    assert data.test.images.shape == (2, 3, 32, 32)
    assert data.train.labels.dtype == np.int64
    for i, record in enumerate(np.concatenate([records[f"data_batch_{b}"] for b in range(1, 6)])):
        assert data.train.labels[i] == record[0]
        for channel, row, column in ((0, 0, 0), (0, 0, 31), (1, 2, 5), (2, 31, 30)):
            assert data.train.images[i, channel, row, column] == record[1 + 1024 * channel + 32 * row + column]
    assert data.test.labels.tolist() == records["test_batch"][:, 0].tolist()


def test_the_jpeg_edition_says_so_in_its_name(jpegs, monkeypatch, tmp_path):
    publish(monkeypatch, "JPEG_EDITION", jpegs, tmp_path / "mine")
    monkeypatch.setenv("CNNLIB_DATA", str(tmp_path / "mine"))
    data = cifar10()
    assert data.name == "cifar10-jpeg"
    assert data.train.images.shape == (2, 3, 32, 32)
    assert sorted(data.test.labels.tolist()) == [0, 1, 2]
    colours = {0: (250, 10, 20), 1: (30, 240, 40), 2: (90, 100, 160)}
    for split in (data.train, data.test):
        for image, label in zip(split.images, split.labels, strict=True):
            expected = np.zeros((3, 32, 32))
            expected[:, 16:, :] = np.array(colours[int(label)]).reshape(3, 1, 1)
            assert np.abs(image - expected).max() <= 3


def test_the_published_edition_goes_before_the_jpeg_edition(archive, jpegs, monkeypatch, tmp_path):
    publish(monkeypatch, "JPEG_EDITION", jpegs, tmp_path / "mine")
    publish(monkeypatch, "ARCHIVE", archive, tmp_path / "mine" / "cifar10")
    monkeypatch.setenv("CNNLIB_DATA", str(tmp_path / "mine"))
    assert cifar10().name == "cifar10"


@pytest.mark.parametrize("edition", ["ARCHIVE", "JPEG_EDITION"])
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda raw: raw[:-1], r"ends after [\d,]+ of [\d,]+ bytes"),
        (lambda raw: raw[:200] + bytes([raw[200] ^ 1]) + raw[201:], "is damaged: its SHA-256"),
        (lambda raw: raw + b"\0", "holds more than"),
        (lambda raw: b"<html></html>", "is a web page, not data"),
    ],
)
def test_a_damaged_file_is_named(edition, damage, reason, archive, jpegs, monkeypatch, tmp_path):
    content = archive if edition == "ARCHIVE" else jpegs
    path = publish(monkeypatch, edition, content, tmp_path / "mine")
    monkeypatch.setenv("CNNLIB_DATA", str(tmp_path / "mine"))
    path.write_bytes(damage(content))
    with pytest.raises(DataError, match=reason) as caught:
        cifar10()
    assert str(path) in str(caught.value)


def test_where_it_is_nowhere_one_line_says_what_to_do(server, monkeypatch):
    urls = (f"{server.url}/missing/train-images-idx3-ubyte.gz",)
    monkeypatch.setattr(cifar, "ARCHIVE", replace(cifar.ARCHIVE, urls=urls))
    with pytest.raises(
        DataError, match=r"answers 404 Not Found\. Run `python -m cnnlib data fetch cifar10`.*CNNLIB_DATA"
    ):
        cifar10()


@pytest.mark.skipif(
    not FULL or not any(Path(FULL).glob("**/cifar10-jpeg.npz")), reason="CNNLIB_DATA holds no cifar10-jpeg.npz"
)
def test_the_real_jpeg_edition_decodes_to_the_known_mean_colour(monkeypatch):
    monkeypatch.setenv("CNNLIB_DATA", FULL)
    content = cifar.load(cifar.JPEG_EDITION, cifar.find(cifar.JPEG_EDITION))
    with np.load(io.BytesIO(content)) as archive:
        assert tuple(archive["classes"]) == cifar.CIFAR10_CLASSES
        test = cifar._decode(*(archive[f"test_{what}"] for what in ("bytes", "offsets", "labels")))
    assert test.images.shape == (10_000, 3, 32, 32)
    assert (np.sort(test.labels.reshape(-1, 10)) == np.arange(10)).all()
    # Red, green and blue of the training set are on average 125.3, 123.0 and 113.9.
    np.testing.assert_allclose(test.images.mean(axis=(0, 2, 3)), [125.3, 123.0, 113.9], atol=1.5)
