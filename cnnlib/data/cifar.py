"""CIFAR-10: small colour pictures of ten kinds of things, 32 × 32."""

import io
import tarfile

import numpy as np

from cnnlib.data.dataset import Dataset, Split, balanced_order
from cnnlib.data.download import obtain
from cnnlib.data.files import RemoteFile, find, load

CIFAR10_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
ARCHIVE = RemoteFile(
    "cifar10",
    "cifar-10-binary.tar.gz",
    170_052_171,
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
)
# Published nowhere: whoever has it names its folder in CNNLIB_DATA.
JPEG_EDITION = RemoteFile(
    "cifar10",
    "cifar10-jpeg.npz",
    18_420_980,
    "aa3a7eec325e1bd83863db616292020211b9f31b6adcbdfbbed8bc67b0488c22",
    (),
)


def cifar10():
    """Read CIFAR-10 [1]_, 50,000 + 10,000 pictures.

    The published binary edition is looked up in the folder that ``CNNLIB_DATA`` names (or its
    subfolder ``cifar10``) and in the cache. Where it is in neither and ``cifar10-jpeg.npz`` is, that
    is read instead: the same pictures re-encoded as JPEG, a ninth of the size and **not** equal to the
    last bit, in a fixed shuffled order. Where neither is found, the binary edition is fetched.

    Returns
    -------
    Dataset
        ``images`` of uint8, shape (N, 3, 32, 32), channels red, green, blue; ``labels`` of int64,
        shape (N,). Named ``"cifar10"`` or ``"cifar10-jpeg"``: state it beside every result.

    Raises
    ------
    DataError
        If a file is missing, damaged, or cannot be fetched.

    References
    ----------
    .. [1] Krizhevsky, *Learning Multiple Layers of Features from Tiny Images* (2009), Ch. 3.
    """
    if find(ARCHIVE) is None and (path := find(JPEG_EDITION)) is not None:
        return _read_jpegs(load(JPEG_EDITION, path))
    return _read_binary(obtain(ARCHIVE))


def _read_binary(content):
    """Read records of one label and 3 × 1024 pixels, the "binary version" of the data set's page."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:

        def split(*batches):
            files = (archive.extractfile(f"cifar-10-batches-bin/{batch}.bin") for batch in batches)
            records = np.frombuffer(b"".join(file.read() for file in files), np.uint8).reshape(-1, 3073)
            return Split(records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].astype(np.int64))

        train = split(*(f"data_batch_{i}" for i in range(1, 6)))
        return Dataset("cifar10", train, split("test_batch"), CIFAR10_CLASSES)


def _read_jpegs(content):
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        train, test = (
            _decode(*(archive[f"{part}_{what}"] for what in ("bytes", "offsets", "labels")))
            for part in ("train", "test")
        )
    return Dataset("cifar10-jpeg", train, test, CIFAR10_CLASSES)


def _decode(jpegs, offsets, labels):
    """Decode pictures that lie end to end in `jpegs`, and undo their order by class."""
    from PIL import Image

    order = balanced_order(labels, seed=0)
    images = np.empty((len(labels), 3, 32, 32), np.uint8)
    for row, i in enumerate(order):
        picture = Image.open(io.BytesIO(jpegs[offsets[i] : offsets[i + 1]]), formats=["JPEG"])
        images[row] = np.asarray(picture).transpose(2, 0, 1)
    return Split(images, labels[order].astype(np.int64))
