"""Data sets as arrays: carried by installed packages, or fetched, checked and cached.

``python -m cnnlib data`` fetches, verifies and lists them.
"""

from cnnlib.data.cifar import cifar10
from cnnlib.data.dataset import DataError, Dataset, Split, as_float
from cnnlib.data.digits import mnist
from cnnlib.data.samples import pictures
from cnnlib.data.scans import as_mnist, open_picture
from cnnlib.data.signals import mnist1d

__all__ = [
    "DataError",
    "Dataset",
    "Split",
    "as_float",
    "as_mnist",
    "cifar10",
    "mnist",
    "mnist1d",
    "open_picture",
    "pictures",
]
