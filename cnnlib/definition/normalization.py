"""Normalisation across channels, as AlexNet has it."""

import numpy as np

from cnnlib.definition._arrays import require_arrays
from cnnlib.shapes import channel_window


def local_response_norm(x, size, *, alpha=1e-4, beta=0.75, k=1.0):
    """Divide each value by a power of the energy in its channel and the neighbouring ones [1]_.

    ``y[n, c, i, j] = x[n, c, i, j] / (k + alpha / size · sum over m of x[n, m, i, j] ** 2) ** beta``, where m
    runs over the ``size`` channels from ``c - size // 2`` on, those that exist.

    Parameters
    ----------
    x : ndarray of float, shape (N, C, H, W)
        Feature maps.
    size : int
        Number of channels in the sum.
    alpha, beta, k : float
        PyTorch's convention, where ``alpha`` is divided by ``size``. The paper's is not divided: its
        ``alpha = 1e-4, n = 5, beta = 0.75, k = 2`` is ``size=5, alpha=5e-4, beta=0.75, k=2`` here.

    Returns
    -------
    ndarray of float, shape (N, C, H, W)

    Raises
    ------
    ValueError, TypeError
        If ``x`` has another rank or dtype, or ``size`` is not a positive integer.

    References
    ----------
    .. [1] Krizhevsky, Sutskever & Hinton, *ImageNet classification with deep convolutional neural networks*
       (2012), Sec. 3.3.

    Examples
    --------
    >>> import numpy as np
    >>> local_response_norm(np.array([3.0, 4.0]).reshape(1, 2, 1, 1), 2, alpha=2.0, beta=1.0).ravel()
    array([0.3       , 0.15384615])
    """
    require_arrays("local_response_norm", x=x)
    before, after = channel_window("local_response_norm", x.shape, size)
    channels = x.shape[1]
    y = np.empty(x.shape, x.dtype)
    for n, c, i, j in np.ndindex(x.shape):
        energy = 0.0
        for m in range(max(0, c - before), min(channels, c + after + 1)):
            energy += float(x[n, m, i, j]) * float(x[n, m, i, j])
        y[n, c, i, j] = float(x[n, c, i, j]) / (k + alpha / size * energy) ** beta
    return y
