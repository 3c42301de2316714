"""Normalisation across channels, as AlexNet has it, forward and backward."""

from cnnlib.shapes import channel_window
from cnnlib.vectorized._arrays import pad, require_arrays, require_shape


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
    return x * (k + alpha / size * _neighbours(x * x, before, after)) ** -beta


def local_response_norm_backward(grad_y, x, size, *, alpha=1e-4, beta=0.75, k=1.0):
    """Carry the gradient back through `local_response_norm`.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C, H, W)
    x, size, alpha, beta, k
        As in `local_response_norm`.

    Returns
    -------
    ndarray of float, shape (N, C, H, W)
        Gradient with respect to ``x``. Through the denominators d it hears from every channel whose sum it is in:
        ``grad_y · d ** -beta - 2 alpha beta / size · x · sum over m of (grad_y · x · d ** (-beta - 1))[m]``.

    Raises
    ------
    ValueError, TypeError
        As `local_response_norm` does, and if ``grad_y`` has another shape than ``x``.
    """
    require_arrays("local_response_norm_backward", grad_y=grad_y, x=x)
    before, after = channel_window("local_response_norm_backward", x.shape, size)
    require_shape("local_response_norm_backward", "grad_y", grad_y, x.shape)
    d = k + alpha / size * _neighbours(x * x, before, after)
    direct = grad_y * d**-beta
    # Channel c is in the sums of the channels that lie `after` before it to `before` behind it.
    return direct - 2 * alpha * beta / size * x * _neighbours(direct * x / d, after, before)


def _neighbours(x, before, after):
    """Add to each channel those up to ``before`` places in front of it and ``after`` behind it."""
    channels = x.shape[1]
    padded = pad(x, ((before, after), (0, 0), (0, 0)))
    total = padded[:, :channels].copy()
    for shift in range(1, before + after + 1):
        total += padded[:, shift : shift + channels]
    return total
