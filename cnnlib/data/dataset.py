"""What every data set is made of: arrays that cannot be written to, in two splits."""

from dataclasses import dataclass

import numpy as np


class DataError(RuntimeError):
    """A data set is missing, damaged, or cannot be fetched; the message is one line and names the file."""


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Pictures and their labels, both read-only.

    Parameters
    ----------
    images : ndarray, shape (N, C, H, W) or (N, C, L)
    labels : ndarray of int64, shape (N,)
        Positions in ``Dataset.classes``.

    Raises
    ------
    ValueError
        If there is not one label per picture.
    """

    images: np.ndarray
    labels: np.ndarray

    def __post_init__(self):
        if self.labels.shape != self.images.shape[:1]:
            raise ValueError(
                f"Split: labels must have shape (N,) for images (N, …), "
                f"received labels {self.labels.shape} for images {self.images.shape}"
            )
        for name in ("images", "labels"):
            # A view, so that the caller's own array stays as writable as it was.
            view = getattr(self, name).view()
            view.setflags(write=False)
            object.__setattr__(self, name, view)

    def __len__(self):
        return len(self.labels)

    def __repr__(self):
        arrays = ((name, getattr(self, name)) for name in ("images", "labels"))
        return f"Split({', '.join(f'{name}={array.dtype} {array.shape}' for name, array in arrays)})"


@dataclass(frozen=True, eq=False)
class Dataset:
    """A named data set in two splits.

    Parameters
    ----------
    name : str
        Says which edition this is, for the record of a result: ``"mnist"`` or ``"mnist-5k"``.
    train, test : Split
    classes : tuple of str
        What each label means.
    """

    name: str
    train: Split
    test: Split
    classes: tuple


def as_float(images, dtype=np.float32):
    """Scale pictures of bytes to [0, 1].

    Parameters
    ----------
    images : ndarray of uint8, any shape
    dtype : float32 or float64

    Returns
    -------
    ndarray of `dtype`, same shape
        ``images / 255``, a new array.

    Raises
    ------
    TypeError
        If `images` are not uint8 (they may be scaled already) or `dtype` is not one of the two.

    Examples
    --------
    >>> as_float(np.array([0, 51, 255], dtype=np.uint8), dtype=np.float64).tolist()
    [0.0, 0.2, 1.0]
    """
    if getattr(images, "dtype", None) != np.uint8:
        received = getattr(images, "dtype", type(images).__name__)
        raise TypeError(f"as_float: images must be an array of dtype uint8, received {received}")
    if dtype not in (np.float32, np.float64):
        raise TypeError(f"as_float: dtype must be float32 or float64, received {dtype!r}")
    return np.divide(images, 255, dtype=dtype)


def balanced_order(labels, seed):
    """Shuffle so that every prefix holds the classes in equal parts, to within one picture each.

    Parameters
    ----------
    labels : ndarray of int, shape (N,)
        Each of K classes occurs equally often.
    seed : int

    Returns
    -------
    ndarray of int, shape (N,)
        Positions in `labels`; each run ``order[i * K : (i + 1) * K]`` visits every class once.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 1, 1, 1])
    >>> labels[balanced_order(labels, seed=0)].reshape(3, 2).sum(axis=1).tolist()
    [1, 1, 1]
    """
    # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
    random = np.random.RandomState(seed)
    rounds = np.stack([random.permutation(np.flatnonzero(labels == k)) for k in np.unique(labels)], axis=1)
    return np.concatenate([random.permutation(one_of_each) for one_of_each in rounds])
