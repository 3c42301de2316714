"""The kinds of files that come from outside, each with sound examples and the reader that a user reaches."""

import gzip
import io
import json
import struct
import tarfile
from hashlib import sha256

import numpy as np
import torch
from PIL import Image

from cnnlib.data import cifar
from cnnlib.data.dataset import DataError
from cnnlib.data.files import RemoteFile, load
from cnnlib.data.folder import read_picture
from cnnlib.data.idx import parse_idx
from cnnlib.data.scans import as_mnist, open_picture
from cnnlib.experiments.speed import records
from cnnlib.models.catalogue import lenet
from cnnlib.models.lenet import LeNet
from cnnlib.models.storage import load_weights, save_tensors, save_weights
from cnnlib.models.trained import describe_trained, load_trained
from cnnlib.training.checkpoints import load_checkpoint, save_checkpoint
from teaching.grading import frames, submissions
from tests.fuzz.damage import damaged, sealed_again
from tests.training.small import SMALL, small_network

PICTURES = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA")


class Reader:
    """A kind of file: sound examples as bytes, how to read one from a path, the exceptions for a damaged one."""

    def __init__(self, examples, read, refuses, damage=damaged):
        self.examples, self.read, self.refuses, self.damage = examples, read, refuses, damage


def groups(folder):
    """Return the readers by group and name; ``folder`` is a Path for the files that examples are made from."""
    return {
        "data": _data(),
        "pictures": {
            "of a digit": Reader(_pictures(), lambda path: as_mnist(open_picture(path)), (DataError, ValueError)),
            "of a folder": Reader(_pictures(), lambda path: read_picture(path, 16), DataError),
        },
        "weights": _weights(folder),
        "checkpoints": _checkpoints(folder),
        "texts": _texts(),
    }


def _data():
    """Return the readers of the data sets' files, each of which is known by its digest."""
    pixels = np.random.RandomState(0).randint(0, 256, (3, 7, 5)).astype(np.uint8)
    idx = struct.pack(">4B3I", 0, 0, 8, 3, *pixels.shape) + pixels.tobytes()
    archive, jpegs = _cifar_archive(), _cifar_jpegs()

    def published(content, shape=None):
        return RemoteFile("fuzz", "file", len(content), sha256(content).hexdigest(), (), shape)

    mnist, binary, edition = published(idx, pixels.shape), published(archive), published(jpegs)
    return {
        "idx": Reader([idx], lambda path: parse_idx(path.read_bytes()), DataError),
        "MNIST": Reader([idx, gzip.compress(idx, mtime=0)], lambda path: load(mnist, path), DataError),
        "CIFAR-10": Reader([archive], lambda path: cifar._read_binary(load(binary, path)), DataError),
        "CIFAR-10 as JPEG": Reader([jpegs], lambda path: cifar._read_jpegs(load(edition, path)), DataError),
    }


def _cifar_archive():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for batch in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"):
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{batch}.bin")
            member.size = 3073
            archive.addfile(member, io.BytesIO(bytes(3073)))
    return stream.getvalue()


def _cifar_jpegs():
    picture, stream = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (32, 32), (200, 90, 10)).save(picture, "JPEG")
    content = np.frombuffer(picture.getvalue(), np.uint8)
    parts = {"bytes": content, "offsets": np.array([0, len(content)]), "labels": np.zeros(1, np.uint8)}
    np.savez(stream, **{f"{part}_{what}": value for part in ("train", "test") for what, value in parts.items()})
    return stream.getvalue()


def _pictures():
    """Return the same small picture in every format and mode that can hold it."""
    pixels = np.zeros((20, 30, 3), np.uint8)
    pixels[4:15, 8:20] = 250, 120, 30
    examples = []
    for mode in ("RGB", "L", "P", "1", "RGBA", "LA", "CMYK", "I;16", "I", "F"):
        for form in PICTURES:
            deep = mode.startswith("I")
            picture = Image.fromarray(np.uint16(pixels[..., 0]) * 257 if deep else pixels).convert(mode)
            written = io.BytesIO()
            try:
                picture.save(written, form)
            except (OSError, KeyError, ValueError):
                continue  # the format has no such mode
            examples.append(written.getvalue())
    return examples


def _weights(folder):
    plain_file, trained = folder / "plain", folder / "trained"
    save_weights(plain_file, SMALL, small_network().weights())
    about = describe_trained("lenet", {}, tuple("0123456789"), None)
    weights = LeNet(seed=0).weights()
    save_tensors(trained, weights, kind="weights", about={"architecture": lenet().name, **about})
    small, described = [plain_file.read_bytes()], [trained.read_bytes()]

    def read(path):
        return load_weights(path, SMALL)

    return {
        "plain": Reader(small, read, ValueError),
        "plain, sealed again": Reader(small, read, ValueError, sealed_again),
        "that say of which network": Reader(described, load_trained, ValueError),
        "that say so, sealed again": Reader(described, load_trained, ValueError, sealed_again),
    }


def _checkpoints(folder):
    network = small_network()
    optimizer = torch.optim.Adam(network.parameters())
    sum(value.sum() for value in network.parameters()).backward()
    optimizer.step()
    save_checkpoint(folder / "checkpoint", network, optimizer, {"recipe": "fuzz"}, [{"epoch": 1, "loss": 0.5}])
    example = [(folder / "checkpoint").read_bytes()]

    def resume(path):
        fresh = small_network(seed=2)
        load_checkpoint(path, fresh, torch.optim.Adam(fresh.parameters()), {"recipe": "fuzz"})

    return {
        "as they are": Reader(example, resume, ValueError),
        "sealed again": Reader(example, resume, ValueError, sealed_again),
    }


def _texts():
    """Return the readers of what students hand in, of what their programs send back, and of records."""
    nbgrader = {"grade_id": "task", "locked": True, "grade": True}
    cells = [{"cell_type": "code", "source": ["a = 1\n", "a"], "metadata": {"nbgrader": nbgrader}}, {"source": "text"}]
    frame = frames.encode({"y": np.arange(6.0).reshape(2, 3), "more": (1, [2.5, "text"])})

    notebook, row = json.dumps({"cells": cells}).encode(), json.dumps({"results": [{"ms": 1.5}]}).encode()
    return {
        "notebooks": Reader([notebook], submissions.read, submissions.UnreadableError),
        "frames of the grader": Reader([frame], lambda path: frames.decode(path.read_bytes()), frames.BrokenFrameError),
        "records": Reader([row], records.read, ValueError),
    }
