"""Data sets as arrays: carried by installed packages, or fetched, checked and cached.

``python -m cnnlib data`` fetches, verifies and lists them.
"""

from cnnlib.data.dataset import DataError, Dataset, Split, as_float
from cnnlib.data.digits import mnist

__all__ = ["DataError", "Dataset", "Split", "as_float", "mnist"]
