"""Normalisation across channels, as AlexNet has it."""

import torch
from torch.nn.functional import pad

from cnnlib.gpu._tensors import require_tensors, wide
from cnnlib.gpu.kernels import by_triton
from cnnlib.shapes import channel_window


def local_response_norm(x, size, *, alpha=1e-4, beta=0.75, k=1.0, algorithm="auto"):
    """Divide each value by a power of the energy in its channel and the neighbouring ones [1]_.

    ``y[n, c, i, j] = x[n, c, i, j] / (k + alpha / size · sum over m of x[n, m, i, j] ** 2) ** beta``, where m
    runs over the ``size`` channels from ``c - size // 2`` on, those that exist.

    Parameters
    ----------
    x : tensor of float, shape (N, C, H, W)
        Feature maps.
    size : int
        Number of channels in the sum.
    alpha, beta, k : float
        PyTorch's convention, where ``alpha`` is divided by ``size``. The paper's is not divided: its
        ``alpha = 1e-4, n = 5, beta = 0.75, k = 2`` is ``size=5, alpha=5e-4, beta=0.75, k=2`` here.
    algorithm : "triton" or "auto"
        As in `max_pool2d`.

    Returns
    -------
    tensor of float, shape (N, C, H, W)

    Raises
    ------
    ValueError, TypeError
        If ``x`` has another rank or dtype, or ``size`` is not a positive integer.
    RuntimeError
        If ``algorithm`` is "triton", and Triton or a device for it is missing.

    References
    ----------
    .. [1] Krizhevsky, Sutskever & Hinton, *ImageNet classification with deep convolutional neural networks*
       (2012), Sec. 3.3.

    Examples
    --------
    >>> local_response_norm(torch.tensor([3.0, 4.0]).reshape(1, 2, 1, 1), 2, alpha=2.0, beta=1.0).flatten()
    tensor([0.3000, 0.1538])
    """
    require_tensors("local_response_norm", x=x)
    before, after = channel_window("local_response_norm", x.shape, size)
    if by_triton("local_response_norm", x, algorithm):
        from cnnlib.gpu.kernels.normalization import TritonLocalResponseNorm

        return TritonLocalResponseNorm.apply(x, before, size, alpha, beta, k)
    squares = x.to(wide(x.dtype)).square()  # A half-precision square overflows from 256 on.
    padded = pad(squares, (0, 0, 0, 0, before, after))
    energy = sum(padded[:, m : m + x.shape[1]] for m in range(size))
    return (x / torch.pow(k + alpha / size * energy, beta)).to(x.dtype)
