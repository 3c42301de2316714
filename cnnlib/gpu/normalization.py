"""Normalisation across channels, as AlexNet has it."""

import torch
from torch.nn.functional import pad

from cnnlib.gpu._tensors import documented, require_tensors, wide
from cnnlib.gpu.kernels import wants_triton
from cnnlib.shapes import channel_window


@documented
def local_response_norm(x, size, *, alpha=1e-4, beta=0.75, k=1.0, algorithm="auto"):
    """`cnnlib.definition.local_response_norm` on tensors, with autograd: by whole maps, or our own kernel.

    Parameters
    ----------
    algorithm : "triton" or "auto"
        As in `max_pool2d`. Both add up the same squares, in single precision where tensors are of half.

    Raises
    ------
    RuntimeError
        If ``algorithm`` is "triton", and Triton or a device for it is missing.

    Examples
    --------
    >>> local_response_norm(torch.tensor([3.0, 4.0]).reshape(1, 2, 1, 1), 2, alpha=2.0, beta=1.0).flatten()
    tensor([0.3000, 0.1538])
    """
    require_tensors("local_response_norm", x=x)
    before, after = channel_window("local_response_norm", x.shape, size)
    if wants_triton("local_response_norm", x, algorithm):
        from cnnlib.gpu.kernels.normalization import TritonLocalResponseNorm

        return TritonLocalResponseNorm.apply(x, before, size, alpha, beta, k)
    squares = x.to(wide(x.dtype)).square()  # A half-precision square overflows from 256 on.
    padded = pad(squares, (0, 0, 0, 0, before, after))
    energy = sum(padded[:, m : m + x.shape[1]] for m in range(size))
    return (x / torch.pow(k + alpha / size * energy, beta)).to(x.dtype)
