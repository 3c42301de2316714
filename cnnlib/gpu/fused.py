"""A convolution and what follows it in one block: fewer kernels, which write less to memory that the next must read."""

from cnnlib.gpu.convolution import checked_geometry, conv2d, conv2d_by_triton
from cnnlib.gpu.dense import relu
from cnnlib.gpu.pooling import max_pool2d


def conv2d_relu(x, weight, bias=None, *, algorithm="auto", **options):
    """Convolve and rectify: ``relu(conv2d(x, weight, bias))``, with "triton" in one kernel.

    Parameters
    ----------
    x, weight, bias, algorithm, **options
        As `conv2d` takes them.

    Returns
    -------
    tensor of float, shape (N, C_out, H_out, W_out)

    Raises
    ------
    ValueError, TypeError, RuntimeError
        As `conv2d` does.

    Examples
    --------
    >>> import torch
    >>> conv2d_relu(torch.tensor([[[[1.0, 4.0, 2.0]]]]), torch.tensor([[[[-1.0, 1.0]]]]))
    tensor([[[[3., 0.]]]])
    """
    if algorithm != "triton":
        return relu(conv2d(x, weight, bias, algorithm=algorithm, **options))
    geometry = checked_geometry("conv2d", x, weight, bias, algorithm, spatial=2, **options)
    return conv2d_by_triton(x, weight, bias, geometry, relu=True)


def conv2d_relu_max_pool2d(x, weight, bias=None, *, pool, pool_stride=None, algorithm="auto", **options):
    """Convolve, rectify and keep the largest value of each window: with "triton" two kernels, not four.

    Parameters
    ----------
    x, weight, bias, algorithm, **options
        As `conv2d` takes them.
    pool, pool_stride
        Window and step, as `max_pool2d` takes ``kernel_size`` and ``stride``.

    Returns
    -------
    tensor of float, shape (N, C_out, H_pooled, W_pooled)

    Raises
    ------
    ValueError, TypeError, RuntimeError
        As `conv2d` and `max_pool2d` do.

    Examples
    --------
    >>> import torch
    >>> x = torch.tensor([[[[1.0, 4.0, 2.0, 5.0, 9.0]]]])
    >>> conv2d_relu_max_pool2d(x, torch.tensor([[[[-1.0, 1.0]]]]), pool=(1, 2))
    tensor([[[[3., 4.]]]])
    """
    y = conv2d_relu(x, weight, bias, algorithm=algorithm, **options)
    return max_pool2d(y, pool, stride=pool_stride, algorithm="triton" if algorithm == "triton" else "auto")
