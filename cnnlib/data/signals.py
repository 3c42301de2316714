"""MNIST-1D: digits drawn along a line, 40 samples each."""

import functools
import random

import numpy as np

from cnnlib.data.dataset import DataError, Dataset, Split


@functools.cache
def mnist1d():
    """Generate MNIST-1D [1]_ with its published settings and seed, by the package ``mnist1d``.

    Nothing is downloaded; generating takes seconds, so the first call's (read-only) result is kept.
    The global random generators that ``mnist1d`` seeds are given back as they were.

    Returns
    -------
    Dataset
        4,000 + 1,000 signals: ``images`` of float64, shape (N, 1, 40), mean 0 and variance 1 over
        the whole set; ``labels`` of int64, shape (N,).

    Raises
    ------
    DataError
        If ``mnist1d`` is not installed.

    References
    ----------
    .. [1] Greydanus & Kobak, *Scaling Down Deep Learning with MNIST-1D*, ICML 2024, Sec. 2.
    """
    try:
        from mnist1d.data import make_dataset
    except ModuleNotFoundError as error:
        raise DataError(f"mnist1d needs a package that is not installed: {error.name}") from None
    states = random.getstate(), np.random.get_state()
    try:
        generated = make_dataset()
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
    train, test = (
        Split(generated[f"x{part}"][:, np.newaxis], generated[f"y{part}"].astype(np.int64)) for part in ("", "_test")
    )
    return Dataset("mnist1d", train, test, tuple("0123456789"))
